import t from 'tap';
import { isRefusal } from '../../src/kernel/problem.js';
import type { Patient } from '../../src/contract/referral.js';
import { mergePatients } from '../../src/usecase/network/merge-patients.js';
import { lookupPatient } from '../../src/usecase/network/lookup-patient.js';
import { putAccumulator } from '../../src/usecase/insurance/put-accumulator.js';
import { listReferrals } from '../../src/usecase/referral/list-referrals.js';
import { City } from '../kit/city.js';
import { policyInput } from '../kit/insurance.js';
import { EMPLOYEE, INSURER, insured, march, put, sendUp, stayOf, stored, sumOf, told, under, writePolicy } from '../kit/ledger.js';
import { everything, must } from '../kit/life.js';
import { codeOf, pointersOf } from '../kit/network.js';

async function found(t: Parameters<typeof City.found>[0], day = 4): Promise<City> {
  const city = await City.found(t);
  await writePolicy(city);
  goTo(city, day);
  return city;
}

function goTo(city: City, day: number): void {
  city.clock.set(Date.parse(march(day, 18)));
}

const known = insured(1);
const NUMBER = { idType: '01', idNumber: known.idNumber as string } as const;
/** Somebody who came without papers. */
const UNKNOWN: Patient = { name: '无名氏', sex: known.sex, birthDate: '1970-01-01', insurance: EMPLOYEE };
function otherThan(sex: Patient['sex']): Patient['sex'] {
  return sex === '1' ? '2' : '1';
}
/** The known person under another document. */
const TRAVELLER: Patient = { ...known, idType: '03', idNumber: 'E12345678' };

t.test('who came unknown is merged when known: referral, stay and sums follow, and the old id answers as the new', async (t) => {
  const city = await found(t);
  const before = await put(city, 'p1', 'A', stayOf(known, 2, 3_000));
  const referral = await sendUp(city, UNKNOWN, 'p1', 't1', { urgency: 'emergency' });
  goTo(city, 9);
  const { stay } = await put(city, 't1', 'B', stayOf(UNKNOWN, 5, 30_000, under(referral)));
  t.equal(await sumOf(city, stay), 1_000, 'two persons, two chains');

  const merged = await city.must('t1', mergePatients, { id: referral.patientId, body: NUMBER });
  t.match(merged, { patientId: before.stay.patientId, applied: true, patient: { name: known.name } });
  t.match(await stored(city, stay), { patientId: before.stay.patientId, version: 2 });
  t.match(await city.referral(referral.id), { patientId: before.stay.patientId, version: 3 });
  t.same(await told(city, stay), ['assessment 1000 stay-recorded', 'adjustment -250 patients-merged']);
  await city.store.read(async (reads) => {
    t.equal((await reads.patient(referral.patientId))?.id, before.stay.patientId);
    t.equal((await reads.staysOf(before.stay.patientId)).length, 2);
  });
  const listed = { before: null, limit: 10 };
  for (const patientId of [referral.patientId, before.stay.patientId]) {
    t.match(await city.ask('t1', listReferrals, { ...listed, patientId }), { data: [{ id: referral.id }] }, 'a list for either id is a list of the one');
  }
  const events = await city.events(0, 'patient.merged', 'referral.patient-merged', 'stay.patient-merged');
  t.match(events.map(({ type, institutionIds, data }) => ({ type, institutionIds, data })), [
    { type: 'referral.patient-merged', institutionIds: ['p1', 't1'], data: { patientId: before.stay.patientId, before: referral.patientId } },
    { type: 'stay.patient-merged', institutionIds: ['t1'], data: { number: 'B', version: 2 } },
    { type: 'patient.merged', institutionIds: ['p1', 't1'], data: { into: before.stay.patientId, referrals: 1, stays: 1 } },
  ]);
  t.notOk(JSON.stringify(events).includes(known.name));
});

t.test('after a merge the hospital may go on sending what it has always sent', async (t) => {
  const city = await found(t);
  await put(city, 'p1', 'A', stayOf(known, 2, 3_000));
  const referral = await sendUp(city, UNKNOWN, 'p1', 't1', { urgency: 'emergency' });
  goTo(city, 9);
  const first = await put(city, 't1', 'B', stayOf(UNKNOWN, 5, null, under(referral)));
  const { patientId } = await city.must('t1', mergePatients, { id: first.stay.patientId, body: NUMBER });
  const again = await put(city, 't1', 'B', stayOf(UNKNOWN, 5, 30_000, { ...under(referral), sourceVersion: 2 }));
  t.equal(again.stay.patientId, patientId, 'without a number');
  const named = await put(city, 't1', 'B', stayOf(known, 5, 30_000, { ...under(referral), sourceVersion: 3 }));
  t.equal(named.stay.patientId, patientId, 'and with it');
  t.equal((await put(city, 't1', 'C', stayOf(UNKNOWN, 6, null, under(referral)))).stay.patientId, patientId, 'another visit under the same referral');
});

t.test('a number that nobody has stated makes an unknown person known, without a merge', async (t) => {
  const city = await found(t);
  const referral = await sendUp(city, UNKNOWN, 'p1', 't1', { urgency: 'emergency' });
  goTo(city, 9);
  const first = await put(city, 't1', 'B', stayOf(UNKNOWN, 5, null, under(referral)));
  t.equal(first.stay.patientId, referral.patientId);
  const named = await put(city, 't1', 'B', stayOf(known, 5, null, { ...under(referral), sourceVersion: 2 }));
  t.equal(named.stay.patientId, referral.patientId);
  t.match(await city.ask('t1', lookupPatient, NUMBER), { patientId: referral.patientId, patient: { name: known.name } });
  t.equal((await put(city, 'p2', 'Z', stayOf(known, 7, null))).stay.patientId, referral.patientId);
});

t.test('two records of one person, each under its own document: both documents lead to the one', async (t) => {
  const city = await found(t, 9);
  const a = await put(city, 't1', 'A', stayOf(known, 2, 3_000));
  const b = await put(city, 't1', 'B', stayOf(TRAVELLER, 5, 3_000));
  t.not(a.stay.patientId, b.stay.patientId);
  const merge = { id: b.stay.patientId, body: { into: a.stay.patientId } };
  t.match(await city.must('t1', mergePatients, merge), { applied: true });
  t.match(await city.ask('t1', lookupPatient, { idType: '03', idNumber: 'E12345678' }), { patientId: a.stay.patientId });
  t.equal((await put(city, 'p1', 'C', stayOf(TRAVELLER, 8, null))).stay.patientId, a.stay.patientId);

  const rows = await everything(city);
  t.match(await city.must('t1', mergePatients, merge), { applied: false, patientId: a.stay.patientId }, 'asked again, nothing happens');
  t.same(await everything(city), rows);
});

t.test('a chain of merges leads to the last', async (t) => {
  const city = await found(t, 9);
  const [a, b, c] = [await put(city, 't1', 'A', stayOf(known, 2, null)), await put(city, 't1', 'B', stayOf(TRAVELLER, 3, null)), await put(city, 't1', 'C', stayOf(UNKNOWN, 4, null, { arrival: { via: 'emergency' } }))];
  await city.must('t1', mergePatients, { id: c.stay.patientId, body: { into: b.stay.patientId } });
  await city.must('t1', mergePatients, { id: b.stay.patientId, body: { into: a.stay.patientId } });
  await city.store.read(async (reads) => {
    for (const { stay } of [a, b, c]) t.equal((await reads.patient(stay.patientId))?.id, a.stay.patientId);
    t.equal((await reads.staysOf(a.stay.patientId)).length, 3);
  });
});

t.test('what insurers stated of either record is stated of the one: the newer of two about the same year', async (t) => {
  const city = await City.found(t);
  await writePolicy(city, 'yearly', policyInput({ referral: { onUp: 'zero', window: 'insurance-year', sameConsortium: false }, annualCapFen: 1_000_000 }));
  goTo(city, 9);
  const a = await put(city, 't1', 'A', stayOf(known, 2, 3_000));
  const b = await put(city, 't1', 'B', stayOf(TRAVELLER, 5, 20_000));
  const state = (patientId: string, asOf: string, paidFen: number) => city.must(INSURER, putAccumulator, { patientId, year: 2018, body: { stays: 1, borneFen: 0, paidFen, asOf } });
  await state(a.stay.patientId, '2018-03-01', 500_000);
  await state(b.stay.patientId, '2018-03-05', 900_000);
  await city.must('t1', mergePatients, { id: b.stay.patientId, body: { into: a.stay.patientId } });
  const left = await city.store.read((reads) => reads.accumulatorsOf(a.stay.patientId));
  t.match(left, [{ year: 2018, paidFen: 900_000, asOf: '2018-03-05' }]);
  t.match((await stored(city, a.stay)).figures, { fundFen: 100_000 }, 'what is left of the year’s cap');
  t.match(await city.must(INSURER, putAccumulator, { patientId: b.stay.patientId, year: 2018, body: { stays: 2, borneFen: 0, paidFen: 0, asOf: '2018-03-06' } }), { accumulator: { patientId: a.stay.patientId } });
});

t.test('who may merge, and what is no one person: refused, and nothing at all changed', async (t) => {
  const city = await found(t, 9);
  const a = (await put(city, 't1', 'A', stayOf(known, 2, null))).stay.patientId;
  const b = (await put(city, 't1', 'B', stayOf(TRAVELLER, 3, null))).stay.patientId;
  const other = (await put(city, 't1', 'C', stayOf(insured(2), 4, null))).stay.patientId;
  const nameless = (await put(city, 't1', 'D', stayOf(UNKNOWN, 4, null, { arrival: { via: 'emergency' } }))).stay.patientId;
  const woman = (await put(city, 't1', 'F', stayOf({ ...TRAVELLER, idNumber: 'X2001', sex: otherThan(known.sex), birthDate: '2001-05-05' }, 5, null))).stay.patientId;
  const younger = (await put(city, 't1', 'G', stayOf({ ...TRAVELLER, idNumber: 'X2002', birthDate: '2001-05-05' }, 5, null))).stay.patientId;
  const afar = (await put(city, 'p3', 'E', stayOf(insured(3), 4, null))).stay.patientId;
  const NOBODY = '0161df12-b280-7fff-9131-ffffffffffff';
  const rows = await everything(city);
  const cases = [
    ['an institution that works with neither', 't2', b, { into: a }, 'not_found', []],
    ['a record that does not exist', 't1', NOBODY, { into: a }, 'not_found', []],
    ['into one that the institution does not work with', 't1', b, { into: afar }, 'invalid_content', ['/into']],
    ['into one that does not exist', 't1', b, { into: NOBODY }, 'invalid_content', ['/into']],
    ['into itself', 't1', b, { into: b }, 'invalid_content', ['/into']],
    ['into nothing', 't1', b, {}, 'invalid_content', ['/into']],
    ['two ways at once', 't1', b, { into: a, ...NUMBER }, 'invalid_content', ['/into']],
    ['a number that nobody has stated', 't1', b, { idNumber: insured(9).idNumber as string }, 'invalid_content', ['/idNumber']],
    ['two resident identity numbers', 't1', other, { into: a }, 'invalid_content', ['/into']],
    ['the resident number into an invented passport', 't1', a, { into: woman }, 'invalid_content', ['/into']],
    ['a resident number into a passport that agrees with it', 't1', a, { into: b }, 'invalid_content', ['/into']],
    ['a man into a woman', 't1', b, { into: woman }, 'invalid_content', ['/into']],
    ['a man into a woman, by her number', 't1', b, { idType: '03', idNumber: 'X2001' }, 'invalid_content', ['/idNumber']],
    ['somebody born on another day', 't1', younger, { into: a }, 'invalid_content', ['/into']],
    ['the one with a number into the one without', 't1', a, { into: nameless }, 'invalid_content', ['/into']],
  ] as const;
  for (const [what, by, id, body, code, pointers] of cases) {
    const outcome = await city.do(by, mergePatients, { id, body });
    t.ok(isRefusal(outcome), what);
    t.same([codeOf(outcome), pointersOf(outcome)], [code, pointers], what);
  }
  t.same(await everything(city), rows);
});

t.test('an arrival revoked after a merge is still the stay’s', async (t) => {
  const city = await found(t);
  await put(city, 'p1', 'A', stayOf(known, 2, 3_000));
  const referral = await must(city, await sendUp(city, UNKNOWN, 'p1', 't1', { urgency: 'emergency' }), 'arrive');
  goTo(city, 9);
  const { stay } = await put(city, 't1', 'B', stayOf(UNKNOWN, 5, 30_000, under(referral)));
  await city.must('t1', mergePatients, { id: referral.patientId, body: NUMBER });
  await must(city, referral, 'revoke-arrival');
  t.same(await told(city, stay), ['assessment 1000 stay-recorded', 'adjustment -250 patients-merged', 'adjustment 250 transfer-reversed']);
});
