import t from 'tap';
import { HOUR } from '../../src/kernel/calendar.js';
import type { StayInput } from '../../src/contract/stay.js';
import type { Patient } from '../../src/contract/referral.js';
import { getStay } from '../../src/usecase/insurance/get-stay.js';
import { putStay } from '../../src/usecase/insurance/put-stay.js';
import { City } from '../kit/city.js';
import { send, take, transfers } from '../kit/life.js';
import { codeOf, person, pointersOf, upReferral } from '../kit/network.js';
import { START } from '../kit/store.js';

/** The record of a stay of the nth patient, admitted an hour after the start. */
function stayOf(n: number, more: Partial<StayInput> = {}): StayInput {
  return {
    patient: person(n),
    arrival: { via: 'none' },
    admittedAt: '2018-03-01T10:00:00+08:00',
    mainDiagnosis: { code: 'I20.9', system: 'ICD-10', name: '心绞痛' },
    kind: 'inpatient',
    sourceVersion: 1,
    ...more,
  };
}

const put = (city: City, body: StayInput, by = 't1', number = 'ZY1') => city.do(by, putStay, { institutionId: 't1', number, body });

t.test('a stay that names an open referral executes it at the admission, once (Guangzhou 2018, line 39)', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  city.clock.advance(3 * HOUR);
  const arrival = { via: 'referral', referralId: referral.id } as const;
  t.match(await put(city, stayOf(1, { arrival })), { created: true, applied: true, stay: { referralId: referral.id, executedReferral: true, level: 'tertiary' } });
  t.match(await city.referral(referral.id), { status: 'arrived', course: { acceptedBy: 'arrival', arrivedAt: START + HOUR } });
  t.match(await put(city, stayOf(1, { arrival, sourceVersion: 2 })), { created: false, applied: true, stay: { executedReferral: true } });
  t.match(await transfers(city), [{ kind: 'executed', because: 'stay', executedAt: START + HOUR, area: '440100' }]);
});

t.test('a stay is linked to the referral that its desk has executed, by its number too', async (t) => {
  const city = await City.found(t);
  const referral = await take(city, await send(city, upReferral(1)), 'arrive');
  city.clock.advance(3 * HOUR);
  t.match(await put(city, stayOf(1, { arrival: { via: 'referral', referralNo: referral.referralNo } })), { stay: { referralId: referral.id, executedReferral: false } });
  t.equal((await transfers(city)).length, 1);
});

t.test('a voided stay takes back the transfer that it executed, and only that', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  city.clock.advance(3 * HOUR);
  const arrival = { via: 'referral', referralId: referral.id } as const;
  await put(city, stayOf(1, { arrival }));
  await put(city, stayOf(1, { arrival, voided: true, sourceVersion: 2 }));
  t.match((await transfers(city)).map((line) => line.kind), ['executed', 'reversed']);
  t.equal((await city.referral(referral.id)).status, 'submitted');
});

t.test('an older version of the record never overwrites a newer one', async (t) => {
  const city = await City.found(t);
  city.clock.advance(3 * HOUR);
  await put(city, stayOf(1, { sourceVersion: 5, kind: 'day-surgery' }));
  t.match(await put(city, stayOf(1, { sourceVersion: 4 })), { applied: false, stay: { version: 1, record: { kind: 'day-surgery' } } });
});

t.test('a patient without a number stays one person however often the record comes', async (t) => {
  const city = await City.found(t);
  const { idNumber: _number, idType: _type, ...unknown } = person(1);
  const patient: Patient = { ...unknown, name: '无名氏' };
  const referral = await send(city, upReferral(1, { patient, urgency: 'emergency' }));
  city.clock.advance(3 * HOUR);
  const named = stayOf(1, { patient: { ...patient, guardian: { name: '陪同者', relation: '同事' } }, arrival: { via: 'referral', referralId: referral.id } });
  const first = await put(city, named);
  const second = await put(city, { ...named, sourceVersion: 2 });
  t.match(first, { stay: { patientId: referral.patientId, referralId: referral.id } });
  t.match(second, { stay: { patientId: referral.patientId } });
});

/** what is wrong · the record · where */
const WRONG: readonly (readonly [string, Partial<StayInput>, string])[] = [
  ['discharge before admission', { dischargedAt: '2018-03-01T09:59:59+08:00' }, '/dischargedAt'],
  ['eligible above total', { settlement: { totalFen: 100, eligibleFen: 101 } }, '/settlement/eligibleFen'],
  ['by referral, but by which', { arrival: { via: 'referral' } }, '/arrival/referralId'],
  ['a referral, but not by it', { arrival: { via: 'none', referralNo: 'R1' } }, '/arrival/via'],
  ['a referral that nobody knows', { arrival: { via: 'referral', referralNo: 'R180301XXXXXXXXXX' } }, '/arrival/referralNo'],
  ['admission in the future', { admittedAt: '2018-03-09T10:00:00+08:00' }, '/admittedAt'],
];

t.test('a record that contradicts itself is refused with a pointer', async (t) => {
  const city = await City.found(t);
  for (const [what, more, pointer] of WRONG) t.same(pointersOf(await put(city, stayOf(1, more))), [pointer], what);
});

t.test('the referral of another person, or one that has ended without arrival, links to nothing', async (t) => {
  const city = await City.found(t);
  const other = await send(city, upReferral(2));
  const cancelled = await take(city, await send(city, upReferral(1)), 'cancel');
  for (const { id } of [other, cancelled]) {
    t.same(pointersOf(await put(city, stayOf(1, { arrival: { via: 'referral', referralId: id } }))), ['/arrival/referralId']);
  }
});

t.test('stays of another institution do not exist', async (t) => {
  const city = await City.found(t);
  t.equal(codeOf(await put(city, stayOf(1), 't2')), 'not_found');
  const written = await city.must('t1', putStay, { institutionId: 't1', number: 'ZY1', body: stayOf(1) });
  t.match(await city.ask('t1', getStay, { id: written.stay.id }), { stay: { number: 'ZY1' } });
  t.equal(codeOf(await city.ask('p1', getStay, { id: written.stay.id })), 'not_found');
});
