import { localDateOf, type Instant } from '../kernel/calendar.js';
import { field, invalid, refuse, type FieldError, type Refusal } from '../kernel/problem.js';
import type { SimulatedStay, SimulationInput } from '../contract/insurance.js';
import type { ChainStay, OutsideByInsurer, StayArrival, StayOutcome } from './assessment.js';
import { assess } from './deductible.js';
import { episodesOf, type Episode } from './episode.js';
import { isValidOn, type PolicyRules } from './policy.js';
import { simulationErrors } from './simulation-check.js';

/** 起付线试算: a chain as somebody describes it, by one policy, nothing stored. */
export interface Simulated {
  /** In the order of the request. */
  readonly outcomes: readonly StayOutcome[];
  readonly episodes: readonly Episode[];
}

/**
 * Refused: `invalid_content` with a pointer to each fault; `no_policy` where all is well but for an
 * admission outside the validity of the policy. Of a policy that was sent along the validity is not asked.
 */
export function simulate(input: Pick<SimulationInput, 'personKind' | 'stays' | 'outside'>, policy: PolicyRules, policyIsStored: boolean): Simulated | Refusal {
  const chain = input.stays.map((stay) => chainStay(stay, input.personKind, policy));
  const errors = simulationErrors(input, chain, policy);
  if (errors.length > 0) return invalid(...errors);
  const late = policyIsStored ? notValid(chain, policy) : [];
  if (late.length > 0) return refuse('no_policy', { errors: late });

  const outcomes = assess(chain, outsideOf(input, policy.area));
  return { outcomes, episodes: episodesOf(inOrderOfAdmission(chain, outcomes)) };
}

function notValid(chain: readonly ChainStay[], policy: PolicyRules): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { admittedAt }] of chain.entries()) {
    if (isValidOn(policy, localDateOf(admittedAt))) continue;
    errors.push(field(`/stays/${i}/admittedAt`, '入院日期不在该政策的有效期内', 'The policy is not valid on the date of this admission'));
  }
  return errors;
}

function inOrderOfAdmission(chain: readonly ChainStay[], outcomes: readonly StayOutcome[]): readonly StayOutcome[] {
  if (chain.every((stay, i) => i === 0 || (chain[i - 1] as ChainStay).admittedAt <= stay.admittedAt)) return outcomes;
  const order = chain.map((_, i) => i).sort((a, b) => (chain[a] as ChainStay).admittedAt - (chain[b] as ChainStay).admittedAt);
  return order.map((i) => outcomes[i] as StayOutcome);
}

function outsideOf({ outside = [] }: Pick<SimulationInput, 'outside'>, insurer: string): OutsideByInsurer {
  return new Map([[insurer, new Map(outside.map(({ year, ...statement }) => [year, statement]))]]);
}

function chainStay(stay: SimulatedStay, personKind: ChainStay['personKind'], policy: PolicyRules): ChainStay {
  const { key, level, kind, dischargedAt, mainDiagnosis, totalFen, eligibleFen } = stay;
  const admittedAt = Date.parse(stay.admittedAt);
  return {
    key,
    institutionId: null,
    level,
    personKind,
    kind,
    admittedAt,
    dischargedAt: dischargedAt ? Date.parse(dischargedAt) : null,
    diagnosisCode: (typeof mainDiagnosis === 'string' ? mainDiagnosis : mainDiagnosis?.code) ?? null,
    settlement: typeof totalFen === 'number' && typeof eligibleFen === 'number' ? { totalFen, eligibleFen } : null,
    arrival: arrivalOf(stay, admittedAt),
    policy,
  };
}

/** Without `fromStay` it links to nothing; without `referredAt` it was submitted at the admission. */
function arrivalOf({ arrival }: SimulatedStay, admittedAt: Instant): StayArrival {
  const { via, direction, senderLevel, referredAt, fromStay, sameConsortium } = arrival;
  if (via !== 'referral' || !direction) return { via: via === 'emergency' ? 'emergency' : 'none' };
  return {
    via,
    direction,
    // Asked for where a policy looks at it.
    senderLevel: senderLevel ?? 'primary',
    submittedAt: referredAt ? Date.parse(referredAt) : admittedAt,
    sameConsortium: sameConsortium ?? false,
    fromStay: fromStay ?? null,
    fromInstitutionId: null,
  };
}
