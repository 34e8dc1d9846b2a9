import fc from 'fast-check';
import type { OpinionPolicy, OpinionRequest, OpinionStay } from './deductible-opinion.js';

/**
 * Random policies and random lives of one patient, as a request of `POST /v1/deductibles/simulate`.
 * Values come from short lists that lie on both sides of every border of the rules: what a wide range
 * would hit once in a million runs happens here in every tenth.
 */
const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const LEVELS = ['primary', 'secondary', 'tertiary', 'provincial'] as const;
const KINDS = ['inpatient', 'inpatient', 'inpatient', 'inpatient', 'day-surgery', 'day-chemo', 'mental', 'outpatient'] as const;
const RELIEFS = ['difference', 'difference', 'zero', 'zero', 'full'] as const;

const standard = fc.constantFrom(0, 1, 333, 25_000, 50_000, 50_000, 100_000, 160_001);
const ratio = fc.constantFrom(0, 1, 3_333, 5_000, 8_000, 8_500, 9_000, 10_000);
const rows = fc.array(fc.tuple(standard, ratio), { minLength: 8, maxLength: 8 });

const repeatStay = fc.oneof(
  fc.constant({ kind: 'none' as const }),
  fc.record({ kind: fc.constant('percent-off' as const), bp: fc.constantFrom(1, 2_500, 5_000, 10_000), from: fc.constantFrom(2, 2, 3) }),
  fc.record({ kind: fc.constant('step-minus' as const), stepFen: fc.constantFrom(1, 10_000, 40_000), floorFen: fc.constantFrom(0, 20_000, 60_000) }),
);

const referral = fc.record({
  sameConsortium: fc.boolean(),
  linkWindowHours: fc.constantFrom(null, null, 0, 24, 72),
  sameDisease: fc.constantFrom('none' as const, 'none' as const, 'icd3' as const),
  onUp: fc.constantFrom(...RELIEFS),
  onDown: fc.constantFrom(...RELIEFS),
  onLateral: fc.constantFrom(...RELIEFS),
  credit: fc.constantFrom('paid' as const, 'standard' as const),
  window: fc.constantFrom('episode' as const, 'episode' as const, 'insurance-year' as const),
});

const unreferredPenalty = fc.record({
  bp: fc.constantFrom(0, 1_000, 9_500),
  visitTypes: fc.constantFrom([], ['outpatient' as const], ['inpatient' as const, 'outpatient' as const]),
  senderLevels: fc.constantFrom([], ['primary' as const], ['primary' as const, 'secondary' as const]),
});

const fixed = fc.constantFrom(
  [], [],
  [{ when: 'day-surgery' as const, deductibleFen: 50_000 }, { when: 'mental' as const, deductibleFen: 0 }],
  [{ when: 'inpatient' as const, deductibleFen: 0 }],
  [{ when: 'day-chemo' as const, deductibleFen: 20_001 }, { when: 'day-chemo' as const, deductibleFen: 7 }],
);

export const policies: fc.Arbitrary<OpinionPolicy> = fc
  .record({
    insuranceYearStart: fc.constantFrom('01-01', '01-01', '07-01', '12-30'),
    rows,
    annualCapFen: fc.constantFrom(null, null, 0, 99_999, 3_000_000),
    referral,
    unreferredPenalty,
    repeatStay,
    stacking: fc.constantFrom('min' as const, 'min' as const, 'referral-only' as const),
    fixed,
  })
  .map(({ rows, ...rest }) => ({ ...rest, benefits: benefitsOf(rows) }));

/** One row a level, first for inpatients, then for outpatients. */
export function benefitsOf(rows: readonly (readonly [deductibleFen: number, ratioBp: number])[]): OpinionPolicy['benefits'] {
  return rows.map(([deductibleFen, ratioBp], i) => ({
    personKind: 'active', level: LEVELS[i % 4]!, visitType: i < 4 ? ('inpatient' as const) : ('outpatient' as const), deductibleFen, ratioBp,
  }));
}

/** A stay before it has a date and a name: how long after the stay before, how long, from where. */
const sketch = fc.record({
  level: fc.constantFrom(...LEVELS),
  kind: fc.constantFrom(...KINDS),
  afterMs: fc.constantFrom(0, 6 * HOUR, DAY, DAY, 4 * DAY, 4 * DAY, 9 * DAY, 60 * DAY),
  lengthMs: fc.constantFrom(null, 0, 5 * HOUR, DAY, DAY, 3 * DAY, 20 * DAY),
  diagnosis: fc.constantFrom('I10.x00', 'I10', 'I10.x00', 'I63.900', null),
  eligibleFen: fc.constantFrom(null, 0, 1, 9_999, 60_000, 60_001, 300_001, 300_001, 4_000_003, 99_999_900_001),
  ownFen: fc.constantFrom(0, 1, 12_345),
  via: fc.constantFrom('referral' as const, 'referral' as const, 'referral' as const, 'referral' as const, 'emergency' as const, 'none' as const),
  direction: fc.constantFrom('up' as const, 'up' as const, 'down' as const, 'lateral' as const),
  senderLevel: fc.constantFrom(...LEVELS),
  sameConsortium: fc.constantFrom(true, true, true, false),
  back: fc.constantFrom(null, 1, 1, 1, 1, 2, 3),
  institution: fc.constantFrom('A', 'B', 'C'),
  namesStay: fc.constantFrom(true, true, false),
  /** From the earlier discharge to the submission, before the admission or, written after the fact, later; null: the referral says nothing of its time. */
  submitted: fc.record({ afterMs: fc.constantFrom(null, -DAY, 0, 24 * HOUR, 24 * HOUR + SECOND, 72 * HOUR, 72 * HOUR + 1, 72 * HOUR - SECOND), retro: fc.constantFrom(false, false, false, true) }),
});
type Sketch = typeof sketch extends fc.Arbitrary<infer S> ? S : never;

const START = Date.parse('2025-12-20T08:00:00+08:00');
const life = { startDay: fc.constantFrom(0, 0, 170, 100), sketches: fc.array(sketch, { minLength: 2, maxLength: 7, size: 'max' }) };
const chance = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });

const outside = fc.record({
  year: fc.constantFrom(2024, 2025, 2026),
  stays: fc.constantFrom(0, 1, 2),
  borneFen: fc.constantFrom(0, 1, 40_000, 250_000),
  paidFen: fc.constantFrom(0, 90_000, 2_900_000),
});

const [HERE, THERE] = ['440100', '440600'];
/** The same by one of two insurers. */
const said = fc.record({ insurer: fc.constantFrom(HERE, HERE, THERE), stated: outside }).map(({ insurer, stated }) => ({ insurer, ...stated }));

/** What the contract can say: one policy, no institutions. */
export const requests: fc.Arbitrary<OpinionRequest> = fc
  .record({ policy: policies, ...life, reversed: fc.boolean(), outside: chance(3, outside) })
  .map(({ policy, startDay, sketches, reversed, outside }) => {
    const stays = staysOf(sketches, START + startDay * DAY);
    return { policy, personKind: 'active', stays: reversed ? backwards(stays) : stays, ...(outside ? { outside: [outside] } : {}) };
  });

/** What the records can say beyond that: referrals that name an institution alone, and a policy that succeeds another. */
export const records: fc.Arbitrary<OpinionRequest> = fc
  .record({ policy: policies, next: chance(1, policies), moves: fc.boolean(), again: fc.nat(9), from: fc.nat(6), ...life, outside: chance(1, fc.array(said, { minLength: 1, maxLength: 3 })) })
  .map(({ policy: first, next: second, moves, again, from, startDay, sketches, outside }) => {
    const policy = { ...first, area: HERE };
    const next = second && { ...second, area: moves ? THERE : HERE };
    const stays = staysOf(sketches, START + startDay * DAY).map((stay, i, all): OpinionStay => {
      const { fromStay, ...arrival } = stay.arrival;
      const before = all.findIndex((s) => s.key === fromStay);
      const { institution, namesStay } = sketches[i]!;
      return {
        ...stay,
        institution,
        // Some name a referral that another names too.
        arrival: { ...arrival, fromStay: namesStay ? (fromStay ?? null) : null, fromInstitution: before < 0 ? 'C' : sketches[before]!.institution, ...(arrival.via === 'referral' && { referral: `R${again < 3 ? i % 2 : i}` }) },
        ...(next && i >= from ? { policy: next } : {}),
      };
    });
    return { policy, personKind: 'active', stays, ...(outside ? { outside: outside.filter((o, i) => outside.findIndex((p) => p.year === o.year && p.insurer === o.insurer) === i) } : {}) };
  });

/** Stays in the order of their admissions, each referral from one of those before. */
function staysOf(sketches: readonly Sketch[], start: number): OpinionStay[] {
  const stays: OpinionStay[] = [];
  let at = start;
  sketches.forEach((s, i) => {
    at += i === 0 ? 0 : s.afterMs;
    const before = s.back === null ? undefined : stays[i - s.back];
    const discharged = before?.dischargedAt ? Date.parse(before.dischargedAt) : at;
    const settled = s.eligibleFen !== null;
    stays.push({
      key: `s${i + 1}`,
      level: s.level,
      admittedAt: new Date(at).toISOString(),
      dischargedAt: s.lengthMs === null ? null : new Date(at + s.lengthMs).toISOString(),
      mainDiagnosis: s.diagnosis,
      kind: s.kind,
      totalFen: settled ? s.eligibleFen! + s.ownFen : null,
      eligibleFen: s.eligibleFen,
      arrival:
        s.via === 'referral'
          ? {
              via: 'referral',
              direction: s.direction,
              senderLevel: s.senderLevel,
              sameConsortium: s.sameConsortium,
              ...(before ? { fromStay: before.key } : {}),
              ...(s.submitted.afterMs === null ? {} : { referredAt: new Date(Math.min(s.submitted.retro ? Infinity : at, discharged + s.submitted.afterMs)).toISOString() }),
            }
          : { via: s.via },
    });
  });
  return stays;
}

/** The same stays as another hand would list them: stays of one instant keep their order, which counts. */
function backwards(stays: readonly OpinionStay[]): OpinionStay[] {
  return [...stays].sort((a, b) => Date.parse(b.admittedAt) - Date.parse(a.admittedAt));
}
