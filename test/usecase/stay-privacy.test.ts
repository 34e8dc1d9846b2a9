import t from 'tap';
import type { Patient } from '../../src/contract/referral.js';
import { putAccumulator } from '../../src/usecase/insurance/put-accumulator.js';
import { reassessStay } from '../../src/usecase/insurance/reassess-stay.js';
import { mergePatients } from '../../src/usecase/network/merge-patients.js';
import { City } from '../kit/city.js';
import { EMPLOYEE, INSURER, insured, march, put, sendUp, stayOf, under, writePolicy } from '../kit/ledger.js';
import { everything } from '../kit/life.js';

t.test('no row of any table and no event of stays, merges and the ledger names a patient', async (t) => {
  const city = await City.found(t);
  await writePolicy(city);
  city.clock.set(Date.parse(march(4, 18)));
  const known: Patient = { ...insured(1), guardian: { name: '监护人甲', relation: '子女', phone: '13900001111' }, inpatientNo: 'BAH-7788' };
  const unknown: Patient = { name: '无名氏乙', sex: '0', birthDate: '1970-01-01', address: '路边示例 3 号', insurance: EMPLOYEE };
  const first = await put(city, 'p1', 'A', stayOf(known, 2, 3_000));
  const referral = await sendUp(city, unknown, 'p1', 't1', { urgency: 'emergency' });
  city.clock.set(Date.parse(march(9, 18)));
  const second = await put(city, 't1', 'B', stayOf(unknown, 5, 30_000, under(referral)));
  await city.must('t1', mergePatients, { id: second.stay.patientId, body: { idType: '01', idNumber: known.idNumber as string } });
  await city.must(INSURER, putAccumulator, { patientId: first.stay.patientId, year: 2018, body: { stays: 1, borneFen: 0, paidFen: 0, asOf: '2018-03-08' } });
  await city.must(INSURER, reassessStay, { id: second.stay.id, reasonCode: 'audit' });
  await put(city, 'p1', 'A', stayOf(known, 2, 3_000, { voided: true, sourceVersion: 2 }));

  const rows = JSON.stringify(await everything(city));
  const secrets = [known, unknown].flatMap(({ name, idNumber, phone, address, guardian, inpatientNo }) => [name, idNumber, phone, address, inpatientNo, guardian?.name, guardian?.phone]);
  for (const secret of secrets) if (secret !== undefined) t.notOk(rows.includes(secret), secret);
  t.ok(rows.includes('冠心病'), 'while what is not sealed is found by the same search');
});
