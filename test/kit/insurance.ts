import { DAY, HOUR, parseInstant, type Instant } from '../../src/kernel/calendar.js';
import { must } from '../../src/kernel/assert.js';
import type { PolicyInput } from '../../src/contract/insurance.js';
import type { Direction, Level, PersonKind, StayKind } from '../../src/contract/vocabulary.js';
import type { Assessment, ChainStay, OutsideByYear, StayArrival } from '../../src/domain/assessment.js';
import { assess } from '../../src/domain/deductible.js';
import { rulesOf, type PolicyRules } from '../../src/domain/policy.js';

/** Policies and lives in few words, in yuan, so that a table can be checked with a pencil. */

/** The amounts of the worked examples, with Guangzhou's rule. */
export const PLAIN: PolicyInput = {
  area: '440100',
  scheme: 'employee',
  validFrom: '2018-01-01',
  validUntil: null,
  provenance: { status: 'illustrative', citation: '示例' },
  insuranceYearStart: '01-01',
  benefits: [
    { personKind: 'active', level: 'primary', deductibleFen: 25_000, ratioBp: 9_000 },
    { personKind: 'active', level: 'secondary', deductibleFen: 50_000, ratioBp: 8_500 },
    { personKind: 'active', level: 'tertiary', deductibleFen: 100_000, ratioBp: 8_000 },
  ],
  annualCapFen: null,
  referral: {
    sameConsortium: true, linkWindowHours: null, sameDisease: 'none', onUp: 'difference', onDown: 'zero', onLateral: 'difference', credit: 'paid', window: 'episode',
  },
};

export type PolicyChange = Partial<Omit<PolicyInput, 'referral'>> & { readonly referral?: Partial<PolicyInput['referral']> };

export function policyInput({ referral, ...change }: PolicyChange = {}): PolicyInput {
  return { ...PLAIN, ...change, referral: { ...PLAIN.referral, ...referral } };
}

export function plainRules(change: PolicyChange = {}): PolicyRules {
  return rulesOf(policyInput(change));
}

/** One stay of a row. Without `day` each leg begins ten days after the one before; each lasts five. */
export interface Leg {
  readonly at: Level;
  /** Total and eligible cost; absent: not settled. */
  readonly yuan?: number;
  /** Of the total, where not all of it. */
  readonly eligibleYuan?: number;
  readonly by?: Direction | 'emergency';
  /** The number of the leg it comes from, from 1; absent: the leg before. 0: the referral names none. */
  readonly from?: number;
  readonly day?: string;
  readonly kind?: StayKind;
  readonly diagnosis?: string | null;
  /** Local date or instant; null: not discharged yet. */
  readonly until?: string | null;
  readonly referredAt?: string;
  readonly senderLevel?: Level;
  readonly outside?: true;
  readonly emergencyReferral?: true;
  readonly policy?: PolicyRules | null;
  readonly person?: PersonKind | null;
  readonly house?: string;
  readonly fromHouse?: string;
}

const FIRST = at('2018-03-01');
const keyOf = (leg: number): string => String(leg);

function at(text: string): Instant {
  return must(parseInstant(text.length === 10 ? `${text}T08:00:00+08:00` : text), `${text} is an instant`);
}

export function chainOf(rules: PolicyRules, person: PersonKind, legs: readonly Leg[]): ChainStay[] {
  return legs.map((leg, i): ChainStay => {
    const admittedAt = leg.day === undefined ? FIRST + i * 10 * DAY : at(leg.day);
    const totalFen = leg.yuan === undefined ? null : Math.round(leg.yuan * 100);
    return {
      key: keyOf(i + 1),
      institutionId: leg.house ?? null,
      level: leg.at,
      personKind: leg.person === undefined ? person : leg.person,
      kind: leg.kind ?? 'inpatient',
      admittedAt,
      dischargedAt: leg.until === null ? null : leg.until === undefined ? admittedAt + 5 * DAY : at(leg.until),
      diagnosisCode: leg.diagnosis === undefined ? 'I25.100' : leg.diagnosis,
      settlement: totalFen === null ? null : { totalFen, eligibleFen: leg.eligibleYuan === undefined ? totalFen : Math.round(leg.eligibleYuan * 100) },
      arrival: arrivalOf(legs, leg, i, admittedAt),
      policy: leg.policy === undefined ? rules : leg.policy,
    };
  });
}

function arrivalOf(legs: readonly Leg[], leg: Leg, i: number, admittedAt: Instant): StayArrival {
  if (leg.by === undefined || leg.by === 'emergency') return { via: leg.by ?? 'none' };
  const from = leg.from ?? i;
  return {
    via: 'referral',
    direction: leg.by,
    senderLevel: leg.senderLevel ?? legs[from - 1]?.at ?? 'primary',
    submittedAt: leg.referredAt === undefined ? admittedAt - HOUR : at(leg.referredAt),
    sameConsortium: leg.outside !== true,
    fromStay: from === 0 ? null : keyOf(from),
    fromInstitutionId: leg.fromHouse ?? null,
    ...(leg.emergencyReferral && { emergency: true }),
  };
}

/** Assesses legs, all of which have a policy. */
export function assessed(rules: PolicyRules, legs: readonly Leg[], person: PersonKind = 'active', outside?: OutsideByYear): Assessment[] {
  return assess(chainOf(rules, person, legs), outside && new Map([[rules.area, outside]])).map((outcome) => {
    if (!outcome.assessed) throw new Error(`stay ${outcome.key} was not assessed: ${outcome.reason}`);
    return outcome;
  });
}

export const yuanOf = (fen: number | null): number | null => (fen === null ? null : fen / 100);
