import t from 'tap';
import type { StayKind } from '../../src/contract/vocabulary.js';
import { quoteDeductible } from '../../src/usecase/insurance/quote-deductible.js';
import { City } from '../kit/city.js';
import { policyInput } from '../kit/insurance.js';
import { insured, march, put, sendDown, sendUp, stayOf, under, writePolicy } from '../kit/ledger.js';
import { must } from '../kit/life.js';

/** A referral brings its patient once; and of one instant it is the referral that says which stay came first. */

const one = insured(1);

interface Told {
  readonly day: number;
  readonly hour?: number;
  readonly kind?: StayKind;
  readonly voided?: true;
}

/** what came under one referral · the stays, first to last · how the patient came to each; null: void */
const UNDER_ONE: readonly (readonly [string, readonly Told[], readonly (string | null)[]])[] = [
  ['admitted once', [{ day: 5 }], ['referred']],
  ['admitted again, however often', [{ day: 5 }, { day: 12 }, { day: 19 }, { day: 26 }], ['referred', 'unreferred', 'unreferred', 'unreferred']],
  ['the first was voided: the second was the arrival', [{ day: 5, voided: true }, { day: 12 }, { day: 19 }], [null, 'referred', 'unreferred']],
  ['a visit that led to the ward, the same day', [{ day: 5, kind: 'outpatient' }, { day: 5, hour: 12 }, { day: 12 }], ['referred', 'referred', 'unreferred']],
  ['a visit that led to the ward, a week later', [{ day: 5, kind: 'outpatient' }, { day: 12 }, { day: 19 }], ['referred', 'referred', 'unreferred']],
  ['the visits of one day, and of another', [{ day: 5, kind: 'outpatient' }, { day: 5, hour: 15, kind: 'outpatient' }, { day: 6, kind: 'outpatient' }], ['referred', 'referred', 'unreferred']],
  ['a visit after the ward', [{ day: 5 }, { day: 12, kind: 'outpatient' }], ['referred', 'unreferred']],
  ['day surgery is an admission', [{ day: 5, kind: 'day-surgery' }, { day: 12 }], ['referred', 'unreferred']],
];

async function found(t: Parameters<typeof City.found>[0]): Promise<City> {
  const city = await City.found(t);
  const visits = policyInput().benefits.map((row) => ({ ...row, visitType: 'outpatient' as const, deductibleFen: 0, ratioBp: 4_500 }));
  await writePolicy(city, 'employee', policyInput({ benefits: [...policyInput().benefits, ...visits] }));
  city.clock.set(Date.parse(march(4, 18)));
  return city;
}

t.test('a referral brings the patient once: to the visits of that day and to one admission, whoever tells of them first (Guangzhou 2018, line 67)', async (t) => {
  const city = await found(t);
  // Entered late, so that none has expired when its stays are told of.
  city.clock.set(Date.parse(march(29, 18)));
  let n = 10;
  for (const [what, stays, came] of UNDER_ONE) {
    for (const order of [stays, [...stays].reverse()]) {
      const patient = insured((n += 1));
      await put(city, 'p1', `N${n}`, stayOf(patient, 2, 3_000));
      const referral = await sendUp(city, patient, 'p1', 't1', { occurredAt: march(4), retroReason: '补录' });
      const number = (stay: Told) => `N${n}-${stays.indexOf(stay)}`;
      const record = ({ day, hour = 8, kind = 'inpatient', voided }: Told) =>
        stayOf(patient, day, kind === 'outpatient' ? 100 : 30_000, { ...under(referral), kind, admittedAt: march(day, hour), dischargedAt: march(day, hour + 4), ...(voided && { voided }) });
      for (const stay of order) await put(city, 't1', number(stay), record(stay));
      const shown = [];
      for (const stay of stays) shown.push((await put(city, 't1', number(stay), { ...record(stay), sourceVersion: 2 })).standing);
      t.same(shown.map((standing) => standing?.effect?.came ?? null), came, `${what}${order === stays ? '' : ', told backwards'}`);
      const admissions = shown.filter((standing, i) => standing && stays[i]?.kind !== 'outpatient');
      t.same(
        admissions.map((standing) => standing?.outcome.assessed && standing.outcome.deductibleFen),
        admissions.map((standing) => (standing?.effect?.came === 'referred' ? 75_000 : 100_000)),
        `${what}: the difference once, then the whole`,
      );
    }
  }
});

t.test('the steps say which stay the referral had brought the patient to, and a quote says it beforehand', async (t) => {
  const city = await found(t);
  await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
  const referral = await sendUp(city, one, 'p1', 't1');
  city.clock.set(Date.parse(march(9, 18)));
  const first = await put(city, 't1', 'B', stayOf(one, 5, 30_000, under(referral)));
  city.clock.set(Date.parse(march(22, 18)));
  await must(city, await city.referral(referral.id), 'receive');
  const quoted = await city.ask('t1', quoteDeductible, { patientId: first.stay.patientId, institutionId: 't1', admittedAt: march(20), arrival: { via: 'referral', referralId: referral.id } });
  t.match(quoted, { effect: { came: 'unreferred', deductibleFen: 100_000 } });
  const again = await put(city, 't1', 'C', stayOf(one, 19, 30_000, under(referral)));
  const used = again.standing?.outcome.steps.find((step) => step.code === 'referral-used');
  t.same(used?.stays, [first.stay.id]);
  await put(city, 't1', 'B', stayOf(one, 5, 31_000, { ...under(referral), sourceVersion: 2 }));
  t.match((await put(city, 't1', 'B', stayOf(one, 5, 32_000, { ...under(referral), sourceVersion: 3 }))).standing, { effect: { came: 'referred', deductibleFen: 75_000 } }, 'a correction of the first is still the first');
});

t.test('of one instant the stay that the referral came from counts first, whatever the hospitals are called', async (t) => {
  /** from · to · which names the stay before · what the two bear, in yuan */
  const rows = [
    ['p1', 't1', false, [250, 750]], ['p1', 't1', true, [250, 750]],
    ['t1', 'p1', false, [1_000, 0]], ['t1', 'p1', true, [1_000, 0]],
    ['t1', 's1', false, [1_000, 0]], ['s1', 't1', true, [500, 500]],
  ] as const;
  const city = await found(t);
  let n = 60;
  for (const [from, to, names, borne] of rows) {
    for (const backwards of [false, true]) {
      const patient = insured((n += 1));
      const admittedAt = march(4, 0);
      const before = await put(city, from, `N${n}`, stayOf(patient, 4, null, { admittedAt }));
      const more = { occurredAt: admittedAt, retroReason: '补录', ...(names && { fromStayId: before.stay.id }) };
      const referral = await (from === 't1' ? sendDown : sendUp)(city, patient, from, to, more);
      await put(city, to, `N${n}`, stayOf(patient, 4, 30_000, { ...under(referral), admittedAt, dischargedAt: march(4, 12) }));
      if (backwards) await put(city, from, `N${n}`, stayOf(patient, 4, null, { admittedAt, sourceVersion: 2, mainDiagnosis: { code: 'I25.101', system: 'ICD-10', name: '冠心病' } }));
      const patientStays = await city.store.read((reads) => reads.staysOf(before.stay.patientId));
      const bears = (house: string) => (patientStays.find((stay) => stay.institutionId === house)?.figures?.deductibleFen ?? 0) / 100;
      t.same([bears(from), bears(to)], borne, `${from} to ${to}${names ? ', which it names' : ''}${backwards ? ', corrected afterwards' : ''}`);
    }
  }
});
