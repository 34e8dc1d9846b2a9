import { localDateOf, type Instant } from '../../kernel/calendar.js';
import { must } from '../../kernel/assert.js';
import { field, invalid, isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import type { QuoteInput } from '../../contract/insurance.js';
import type { Insurance } from '../../contract/referral.js';
import type { ChainStay, StayArrival, StayOutcome } from '../../domain/assessment.js';
import { Arrivals } from '../../domain/arrivals.js';
import { assess } from '../../domain/deductible.js';
import { episodesOf, type Episode } from '../../domain/episode.js';
import { chainStay, inOrder, policyOf, type PersonFacts } from '../../domain/ledger.js';
import { levelOn, type Institution } from '../../domain/network.js';
import { policyOn, type Policy } from '../../domain/policy.js';
import { effectOf, type ArrivalEffect } from '../../domain/standing.js';
import { insuredBy, type Stay } from '../../domain/stay.js';
import type { Actor, PatientRecord, Query, Reads } from '../ports.js';
import { arrivalOf } from './quoted-arrival.js';
import { factsOf, readable, showsTo, statementOf } from './person.js';

export interface Quoted {
  readonly policy: Policy;
  readonly outcome: StayOutcome;
  readonly effect: ArrivalEffect | null;
  /** The other stays of its episode, as far as the asker may read them. */
  readonly before: readonly StayOutcome[];
  readonly episode: Episode | null;
  readonly stays: readonly Stay[];
}

/** The key of the stay that is asked about. */
export const QUOTED = 'quote';

/**
 * What a stay of a real patient would bear, before the admission: the patient's chain as it is known, and
 * the stay behind it. Nothing is stored. Under a referral as if it were executed by this stay; for an
 * institution that names none, as if it sent the patient now.
 *
 * Refused: `not_found` for whom the patient does not exist, `invalid_content` with a pointer, `no_policy`.
 */
export const quoteDeductible: Query<QuoteInput, Quoted> = async (reads, actor, body) => {
  const record = await readable(reads, actor, body.patientId);
  if (!record) return refuse('not_found');
  const institution = reads.network.institution(body.institutionId);
  if (!institution) return invalid(field('/institutionId', '机构不存在', 'Unknown institution'));
  const admittedAt = Date.parse(body.admittedAt);
  const coming = await arrivalOf(reads, actor, { record, institution, admittedAt, arrival: body.arrival });
  if (isRefusal(coming)) return coming;

  const facts = await factsOf(reads, record.id);
  const insured = insuredBy(undefined, coming.insurance ?? insuranceOf(reads, record, facts.stays));
  const policy = policyFor(reads, actor, insured, admittedAt);
  if (isRefusal(policy)) return policy;
  const stay = quotedStay(body, { ...coming, institution, policy, personKind: insured.personKind, admittedAt });
  return quote(actor, reads, facts, { stay, policy, referralId: coming.referralId });
};

function policyFor(reads: Reads, actor: Actor, { insuredArea, scheme }: Pick<Stay, 'insuredArea' | 'scheme'>, at: Instant): Policy | Refusal {
  if (insuredArea === null || scheme === null) {
    return refuse('no_policy', { detail: { zh: '患者的参保信息未登记', en: "Nobody has stated the patient's insurance" } });
  }
  if (actor.area !== null && actor.area !== insuredArea) return refuse('not_found');
  return policyOn(reads.policies, insuredArea, scheme, localDateOf(at)) ?? refuse('no_policy');
}

/** By whom the patient is insured: as the latest stay says it, else as it was stated first. */
function insuranceOf(reads: Reads, record: PatientRecord, stays: readonly Stay[]): Insurance | undefined {
  for (const { insuredArea: area, scheme, personKind } of [...inOrder(stays)].reverse()) {
    if (area !== null && scheme !== null && personKind !== null) return { area, scheme, personKind };
  }
  return statementOf(reads, record).insurance;
}

interface Admission {
  readonly institution: Institution;
  readonly policy: Policy;
  readonly personKind: Stay['personKind'];
  readonly admittedAt: Instant;
  readonly arrival: StayArrival;
  readonly diagnosisCode: string | null;
}

function quotedStay({ kind = 'inpatient', mainDiagnosis }: QuoteInput, { institution, policy, personKind, admittedAt, arrival, diagnosisCode }: Admission): ChainStay {
  return {
    key: QUOTED,
    institutionId: institution.id,
    level: levelOn(institution, localDateOf(admittedAt)),
    personKind,
    kind,
    admittedAt,
    dischargedAt: null,
    diagnosisCode: mainDiagnosis ?? diagnosisCode,
    settlement: null,
    arrival,
    policy,
  };
}

interface Asked {
  readonly stay: ChainStay;
  readonly policy: Policy;
  readonly referralId: string | null;
}

function quote(actor: Actor, { policies }: Reads, facts: PersonFacts, { stay, policy, referralId }: Asked): Quoted | Refusal {
  const known = inOrder(facts.stays).filter((each) => each.admittedAt <= stay.admittedAt);
  const arrivals = new Arrivals();
  const chain = known.map((each) => chainStay(each, each.figures === null ? null : (policyOf(each, policies) ?? null), arrivals));
  chain.push({ ...stay, arrival: arrivals.of({ ...stay, referralId }) });
  const outcomes = assess(chain, facts.outside);
  const outcome = must(outcomes[known.length], 'each stay has an outcome');
  if (!outcome.assessed) return refuse('no_policy', { detail: { zh: '该政策没有此级别的待遇', en: 'The policy has no benefit at this level' } });
  // What another insurer pays is not for this one to read; it is named in the steps, as everywhere.
  const shown = outcomes.filter((_, i) => i === known.length || showsTo(actor, known[i] as Stay));
  const episode = episodesOf(shown).find(({ stays }) => stays.includes(QUOTED)) ?? null;
  const before = shown.filter((each) => each.key !== QUOTED && episode?.stays.includes(each.key));
  return { policy, outcome, effect: effectOf(chain, known.length, outcome, facts.outside), before, episode, stays: facts.stays };
}
