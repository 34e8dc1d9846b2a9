import { randomInt } from 'node:crypto';
import t, { type Test } from 'tap';
import fc from 'fast-check';
import { benefitsOf, LEVELS, records, requests } from '../kit/deductible-cases.js';
import { insuranceYear, type OpinionPolicy, type OpinionRequest, type OpinionStay } from '../kit/deductible-opinion.js';
import { assessByService, type Figures } from '../kit/deductible-service.js';

/** What holds whatever the policy says, and what the plain continuous rule promises a patient. */
const seed = Number(process.env['DEDUCTIBLE_SEED'] ?? randomInt(0x7fff_ffff));
const RUNS = 10_000;

/** Holds for `RUNS` cases, of which enough were cases at all: a property of nothing always holds. */
function always<T>(t: Test, made: fc.Arbitrary<T>, holds: (made: T) => number): void {
  let met = 0;
  t.comment(`seed ${seed}`);
  fc.assert(fc.property(made, (one) => void (met += holds(one))), { numRuns: RUNS, seed });
  t.ok(met > RUNS / 4, `met ${met} times`);
}

function claim(true_: boolean, sentence: () => string): void {
  if (!true_) throw new Error(sentence());
}

const by = (figures: readonly Figures[], key: string): Figures => figures.find((f) => f.key === key)!;
const ordered = (stays: readonly OpinionStay[]): OpinionStay[] => [...stays].sort((a, b) => Date.parse(a.admittedAt) - Date.parse(b.admittedAt));
const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

t.test('nobody bears more than the standard or the cost, and the fund pays between nothing and what is left above the deductible', async (t) => {
  always(t, records, (request) => {
    const figures = assessByService(request);
    for (const stay of request.stays) {
      const f = by(figures, stay.key);
      claim(f.deductibleFen >= 0 && f.deductibleFen <= f.standardFen, () => `${stay.key} bears ${f.deductibleFen} of ${f.standardFen}`);
      claim(f.ratioBp >= 0 && f.ratioBp <= 10_000, () => `${stay.key} at ${f.ratioBp}`);
      if (f.fundFen === null || f.personalFen === null) continue;
      claim(f.deductibleFen <= stay.eligibleFen!, () => `${stay.key} bears ${f.deductibleFen}, cost ${stay.eligibleFen}`);
      claim(f.fundFen >= 0 && f.fundFen <= stay.eligibleFen! - f.deductibleFen, () => `${stay.key}: the fund pays ${f.fundFen}`);
      claim(f.fundFen + f.personalFen === stay.totalFen, () => `${stay.key}: ${f.fundFen} and ${f.personalFen} are not ${stay.totalFen}`);
    }
    return 1;
  });
});

t.test('the fund never pays more in an insurance year than the cap, stays elsewhere included', async (t) => {
  always(t, requests, ({ policy, ...request }) => {
    const capped = { ...policy, annualCapFen: policy.annualCapFen ?? 400_000 };
    const paid = new Map<number, number>();
    const figures = assessByService({ ...request, policy: capped });
    for (const stay of request.stays) {
      const year = insuranceYear(stay.admittedAt, capped.insuranceYearStart);
      paid.set(year, (paid.get(year) ?? 0) + (by(figures, stay.key).fundFen ?? 0));
    }
    for (const [year, fen] of paid) {
      const left = Math.max(0, capped.annualCapFen - (request.outside?.find((o) => o.year === year)?.paidFen ?? 0));
      claim(fen <= left, () => `${fen} paid in ${year}, ${left} were left`);
    }
    return 1;
  });
});

t.test('what comes later changes nothing of what was: each admission is assessed once and for all', async (t) => {
  always(t, records, (request) => {
    const all = assessByService(request);
    const stays = ordered(request.stays);
    stays.forEach((_, i) => {
      const upTo = assessByService({ ...request, stays: stays.slice(0, i + 1) });
      claim(JSON.stringify(upTo.at(-1)) === JSON.stringify(by(all, stays[i]!.key)), () => `${stays[i]!.key} changes with what follows`);
    });
    return 1;
  });
});

t.test('outpatient visits leave every deductible, link and chain as it is', async (t) => {
  always(t, requests, (request) => {
    const visits = request.stays.filter((s) => s.kind === 'outpatient').map((s) => s.key);
    const admissions = request.stays.filter((s) => s.kind !== 'outpatient');
    if (visits.length === 0 || admissions.length === 0) return 0;
    const without = admissions.map((s) => (visits.includes(s.arrival.fromStay ?? '') ? { ...s, arrival: { ...s.arrival, fromStay: null } } : s));
    const shown = ({ key, standardFen, deductibleFen, ratioBp, linkedTo, episode }: Figures): string => JSON.stringify({ key, standardFen, deductibleFen, ratioBp, linkedTo, episode });
    const all = assessByService(request);
    for (const f of assessByService({ ...request, stays: without })) claim(shown(f) === shown(by(all, f.key)), () => `${shown(f)} without visits, ${shown(by(all, f.key))} with them`);
    return 1;
  });
});

const withStackingMin = (policy: OpinionPolicy): OpinionPolicy => ({ ...policy, stacking: 'min' });

t.test('with stacking min a stay never costs the patient more when referred than when not', async (t) => {
  always(t, requests, (made) => {
    const request = { ...made, policy: withStackingMin(made.policy) };
    const figures = assessByService(request);
    const referred = request.stays.filter((s) => s.arrival.via === 'referral');
    for (const { key } of referred) {
      const other = by(assessByService(changed(request, key, (s) => ({ ...s, arrival: { via: 'none' } }))), key);
      const mine = by(figures, key);
      claim(mine.deductibleFen <= other.deductibleFen, () => `${key} bears ${mine.deductibleFen} referred, ${other.deductibleFen} not`);
      claim((mine.personalFen ?? 0) <= (other.personalFen ?? 0), () => `${key} costs ${mine.personalFen} referred, ${other.personalFen} not`);
    }
    return referred.length > 0 ? 1 : 0;
  });
});

t.test('with stacking min a discharge that is entered late never costs the patient of the next stay more', async (t) => {
  always(t, requests, (made) => {
    const request = { ...made, policy: withStackingMin(made.policy) };
    const figures = assessByService(request);
    const named = request.stays.filter((s) => s.arrival.fromStay);
    for (const { key, arrival } of named) {
      const late = by(assessByService(changed(request, arrival.fromStay!, (s) => ({ ...s, dischargedAt: null }))), key);
      claim(late.deductibleFen <= by(figures, key).deductibleFen, () => `${key} bears ${late.deductibleFen} while ${arrival.fromStay} is open, ${by(figures, key).deductibleFen} once it is closed`);
    }
    return named.length > 0 ? 1 : 0;
  });
});

function changed(request: OpinionRequest, key: string, change: (stay: OpinionStay) => OpinionStay): OpinionRequest {
  return { ...request, stays: request.stays.map((s) => (s.key === key ? change(s) : s)) };
}

/** The continuous rule at its plainest: the difference in every direction, credit for what was paid, nothing else. */
const plain = (benefits: OpinionPolicy['benefits']): OpinionPolicy => ({
  benefits,
  referral: {
    sameConsortium: false, linkWindowHours: null, sameDisease: 'none', onUp: 'difference', onDown: 'difference', onLateral: 'difference', credit: 'paid', window: 'episode',
  },
});

const row = fc.tuple(fc.nat(200_000), fc.nat(10_000));
const legs = fc.array(
  fc.record({ level: fc.nat(3), direction: fc.constantFrom('up' as const, 'down' as const, 'lateral' as const), days: fc.nat(90), aboveFen: fc.nat(5_000_000), ownFen: fc.nat(50_000) }),
  { minLength: 2, maxLength: 8, size: 'max' },
);
type Leg = typeof legs extends fc.Arbitrary<(infer L)[]> ? L : never;

/** A course of care, every stay referred from the one before it. */
function courseOf(legs: readonly Leg[], eligibleOf: (leg: Leg) => number): OpinionStay[] {
  let at = Date.parse('2025-11-30T10:00:00+08:00');
  return legs.map((leg, i): OpinionStay => {
    at += leg.days * 86_400_000;
    const eligibleFen = eligibleOf(leg);
    return {
      key: `s${i}`, level: LEVELS[leg.level]!, kind: 'inpatient', admittedAt: new Date(at).toISOString(), dischargedAt: new Date(at + 3_600_000).toISOString(),
      eligibleFen, totalFen: eligibleFen + leg.ownFen,
      arrival: i === 0 ? { via: 'none' } : { via: 'referral', direction: leg.direction, senderLevel: LEVELS[legs[i - 1]!.level]!, fromStay: `s${i - 1}` },
    };
  });
}

t.test('where every switch is the difference with credit for what was paid, a chain bears exactly its highest standard once costs exceed it', async (t) => {
  always(t, fc.record({ rows: fc.tuple(row, row, row, row), legs }), ({ rows, legs }) => {
    const benefits = benefitsOf(rows);
    const stays = courseOf(legs, (leg) => rows[leg.level]![0] + 1 + leg.aboveFen);
    const borne = total(assessByService({ policy: plain(benefits), personKind: 'active', stays }).map((f) => f.deductibleFen));
    const highest = Math.max(...legs.map((leg) => rows[leg.level]![0]));
    claim(borne === highest, () => `${borne} borne, the highest standard is ${highest}`);
    return 1;
  });
});

t.test('a stay split by referred transfers never costs the patient more than one stay at the highest level, up to a fen of rounding for each', async (t) => {
  // Standards that rise with the level and ratios that do not: as every document has them.
  const rising = fc.tuple(row, row, row, row).map((rows) => {
    const standards = rows.map(([standard]) => standard).sort((a, b) => a - b);
    const ratios = rows.map(([, ratio]) => ratio).sort((a, b) => b - a);
    return standards.map((standard, i) => [standard, ratios[i]!] as const);
  });
  const costs = fc.constantFrom(1, 1_000, 100_000, 5_000_000);
  always(t, fc.record({ rows: rising, legs, scale: costs }), ({ rows, legs, scale }) => {
    const policy = plain(benefitsOf(rows));
    const stays = courseOf(legs, (leg) => leg.aboveFen % scale);
    const top = Math.max(...legs.map((leg) => leg.level));
    const whole: OpinionStay = {
      key: 'whole', level: LEVELS[top]!, kind: 'inpatient', admittedAt: stays[0]!.admittedAt, arrival: { via: 'none' },
      eligibleFen: total(stays.map((s) => s.eligibleFen!)), totalFen: total(stays.map((s) => s.totalFen!)),
    };
    const split = total(assessByService({ policy, personKind: 'active', stays }).map((f) => f.personalFen!));
    const single = assessByService({ policy, personKind: 'active', stays: [whole] })[0]!.personalFen!;
    claim(split <= single + stays.length, () => `${split} in ${stays.length} stays, ${single} in one`);
    return 1;
  });
});
