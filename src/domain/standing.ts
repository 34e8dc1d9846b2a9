import { must } from '../kernel/assert.js';
import { localDateOf } from '../kernel/calendar.js';
import type { UnassessedReason } from '../contract/vocabulary.js';
import { Arrivals } from './arrivals.js';
import type { ChainStay, OutsideByInsurer, StayOutcome } from './assessment.js';
import { assess } from './deductible.js';
import { chainStay, hasBenefit, inOrder, policyOf, type PersonFacts } from './ledger.js';
import { policyOn, type Policies, type Policy } from './policy.js';
import { isVoided, type Stay } from './stay.js';

/** How a person's stays stand in the ledger, with the reasons: what is shown to whoever asks. */

export interface Standing {
  readonly stay: Stay;
  readonly outcome: StayOutcome;
  /** The version that the stay keeps; null: it is not assessed. */
  readonly policy: Policy | null;
  /** Why it is not assessed; null: it is. */
  readonly unassessed: UnassessedReason | null;
  /** null: not assessed. */
  readonly effect: ArrivalEffect | null;
}

/** What it meant that the patient came as he did: beside it, what the same stay would have borne without a referral. */
export interface ArrivalEffect {
  readonly came: 'referred' | 'emergency' | 'unreferred';
  readonly deductibleFen: number;
  readonly ratioBp: number;
  readonly unreferredDeductibleFen: number;
  readonly unreferredRatioBp: number;
}

/** The stays that count, in order of admission, each by the policy that it keeps. */
export function standingsOf(facts: PersonFacts, policies: Policies): readonly Standing[] {
  const live = inOrder(facts.stays);
  const kept = live.map((stay) => (stay.figures === null ? undefined : policyOf(stay, policies)));
  const arrivals = new Arrivals();
  const chain = live.map((stay, i) => chainStay(stay, kept[i] ?? null, arrivals));
  const outcomes = assess(chain, facts.outside);
  return live.map((stay, i) => ({
    stay,
    outcome: outcomes[i] as StayOutcome,
    policy: kept[i] ?? null,
    unassessed: kept[i] ? null : unassessedBecause(stay, policies),
    effect: kept[i] ? effectOf(chain, i, outcomes[i] as StayOutcome, facts.outside) : null,
  }));
}

/** Compares a stay with the same one, had its patient come by himself. */
export function effectOf(chain: readonly ChainStay[], i: number, outcome: StayOutcome, outside: OutsideByInsurer): ArrivalEffect | null {
  if (!outcome.assessed) return null;
  const { deductibleFen, ratioBp } = outcome;
  const stay = must(chain[i], 'the outcome of a stay of the chain');
  const came = stay.arrival.via === 'none' ? 'unreferred' : stay.arrival.via === 'emergency' ? 'emergency' : 'referred';
  if (came === 'unreferred') return { came, deductibleFen, ratioBp, unreferredDeductibleFen: deductibleFen, unreferredRatioBp: ratioBp };
  const unreferred = assess([...chain.slice(0, i), { ...stay, arrival: { via: 'none' } }], outside)[i];
  if (!unreferred?.assessed) return null;
  return { came, deductibleFen, ratioBp, unreferredDeductibleFen: unreferred.deductibleFen, unreferredRatioBp: unreferred.ratioBp };
}

/** Why a stay bears nothing in the ledger. */
export function unassessedBecause(stay: Stay, policies: Policies): UnassessedReason {
  if (isVoided(stay)) return 'voided';
  if (stay.insuredArea === null || stay.scheme === null) return 'insurance-not-stated';
  const policy = policyOn(policies, stay.insuredArea, stay.scheme, localDateOf(stay.admittedAt));
  return policy && !hasBenefit(policy, stay) ? 'no-benefit-row' : 'no-policy';
}
