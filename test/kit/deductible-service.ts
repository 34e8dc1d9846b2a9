import type { OutsideStays, PolicyInput } from '../../src/contract/insurance.js';
import type { PersonKind } from '../../src/contract/vocabulary.js';
import { Arrivals } from '../../src/domain/arrivals.js';
import type { ChainStay, OutsideByInsurer, StayArrival } from '../../src/domain/assessment.js';
import { assess } from '../../src/domain/deductible.js';
import { rulesOf, type PolicyRules } from '../../src/domain/policy.js';
import type { Opinion, OpinionOutside, OpinionPolicy, OpinionRequest, OpinionStay } from './deductible-opinion.js';

/** The figures that the service and the second opinion must have in common. */
export type Figures = Pick<Opinion, 'key' | 'standardFen' | 'deductibleFen' | 'ratioBp' | 'fundFen' | 'personalFen' | 'linkedTo' | 'episode'>;

/** The pure function of the service, asked in the words of the request. */
export function assessByService({ policy, personKind, stays, outside }: OpinionRequest): Figures[] {
  const rules = new Map<OpinionPolicy, PolicyRules>();
  const rulesFor = (p: OpinionPolicy): PolicyRules => {
    if (!rules.has(p)) rules.set(p, rulesOf(documentOf(p)));
    return rules.get(p)!;
  };
  const chain = arrived(stays, stays.map((stay): ChainStay => ({
    key: stay.key,
    institutionId: stay.institution ?? null,
    level: stay.level,
    personKind: personKind as PersonKind,
    kind: stay.kind,
    admittedAt: Date.parse(stay.admittedAt),
    dischargedAt: stay.dischargedAt ? Date.parse(stay.dischargedAt) : null,
    diagnosisCode: stay.mainDiagnosis ?? null,
    settlement: typeof stay.totalFen === 'number' && typeof stay.eligibleFen === 'number' ? { totalFen: stay.totalFen, eligibleFen: stay.eligibleFen } : null,
    arrival: arrivalOf(stay),
    policy: rulesFor(stay.policy ?? policy),
  })));
  return assess(chain, statedBy(outside ?? [], [...rules.values()])).map((outcome) => {
    if (!outcome.assessed) throw new Error(`${outcome.key} was not assessed: ${outcome.reason}`);
    const { key, standardFen, deductibleFen, ratioBp, fundFen, personalFen, linkedTo, episode } = outcome;
    return { key, standardFen, deductibleFen, ratioBp, fundFen, personalFen, linkedTo, episode };
  });
}

/** As the ledger does with what is recorded: in order of admission. */
function arrived(stays: readonly OpinionStay[], chain: readonly ChainStay[]): readonly ChainStay[] {
  const arrivals = new Arrivals();
  const came = new Map([...chain.keys()].sort((a, b) => chain[a]!.admittedAt - chain[b]!.admittedAt || a - b).map((i) => [i, arrivals.of({ ...chain[i]!, referralId: stays[i]!.arrival.referral ?? null })]));
  return chain.map((stay, i) => ({ ...stay, arrival: came.get(i)! }));
}

/** What names no insurer is said by all of them. */
function statedBy(outside: readonly OpinionOutside[], rules: readonly PolicyRules[]): OutsideByInsurer {
  return new Map(rules.map(({ area }) => {
    const own = outside.filter(({ insurer }) => insurer === undefined || insurer === area);
    return [area, new Map(own.map(({ year, stays, borneFen, paidFen }): [number, OutsideStays] => [year, { stays, borneFen, paidFen, asOf: '2026-12-31' }]))];
  }));
}

export function documentOf({ benefits, fixed, ...policy }: OpinionPolicy): PolicyInput {
  return {
    area: '440100', scheme: 'employee', validFrom: '2000-01-01', provenance: { status: 'illustrative', citation: 'made by chance' },
    ...policy, benefits: benefits as PolicyInput['benefits'], fixed: fixed as PolicyInput['fixed'],
  } as PolicyInput;
}

function arrivalOf({ arrival, admittedAt }: OpinionStay): StayArrival {
  if (arrival.via !== 'referral') return { via: arrival.via };
  return {
    via: 'referral',
    direction: arrival.direction!,
    senderLevel: arrival.senderLevel!,
    submittedAt: Date.parse(arrival.referredAt ?? admittedAt),
    sameConsortium: arrival.sameConsortium === true,
    fromStay: arrival.fromStay ?? null,
    fromInstitutionId: arrival.fromInstitution ?? null,
  };
}

/** Where two reckonings differ, a line for each figure; a chain is the same whatever it is called. */
export function differences(mine: readonly Figures[], theirs: readonly Figures[]): string[] {
  const figures = ['standardFen', 'deductibleFen', 'ratioBp', 'fundFen', 'personalFen', 'linkedTo', 'episode'] as const;
  if (mine.length !== theirs.length) return [`${mine.length} stays, ${theirs.length} by the opinion`];
  return mine.flatMap((a, i) => {
    const b = theirs[i]!;
    return [...(a.key === b.key ? [] : [`${a.key} in the place of ${b.key}`]), ...figures.filter((f) => a[f] !== b[f]).map((f) => `${a.key}: ${f} ${a[f]}, ${b[f]} by the opinion`)];
  });
}
