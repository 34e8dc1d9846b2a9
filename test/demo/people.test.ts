import t from 'tap';
import { localDateOf } from '../../src/kernel/calendar.js';
import { checkPatient, isResidentId } from '../../src/domain/identity.js';
import { DISTRICTS } from '../../src/demo/city/districts.js';
import { patientOf, POPULATION, residentIdNumber } from '../../src/demo/people.js';

t.test('the check character is the one of GB 11643', async (t) => {
  t.equal(residentIdNumber('110105', '1949-12-31', 2), '11010519491231002X');
  t.equal(residentIdNumber('440104', '1990-01-01', 123), '440104199001011232');
  t.equal(residentIdNumber('430602', '1985-06-15', 2), '430602198506150025');
});

t.test('everybody in the sample passes the checks of the service without a warning', async (t) => {
  const today = localDateOf(Date.parse('2015-01-01T00:00:00+08:00'));
  for (let n = 0; n < 2_000; n += 1) {
    const number = (n * 4_999) % POPULATION;
    const patient = patientOf(number, DISTRICTS[n % DISTRICTS.length]!.code);
    const { errors, warnings } = checkPatient(patient, today, false);
    if (errors.length + warnings.length > 0) t.same({ patient, errors, warnings }, null);
  }
  t.ok(isResidentId(patientOf(POPULATION - 1, '440114').idNumber!, today), 'the last one too');
});

t.test('no two people share a number, even within one district', async (t) => {
  const numbers = new Set<string>();
  for (let n = 0; n < 100_000; n += 1) numbers.add(patientOf(n, '440114').idNumber!);
  t.equal(numbers.size, 100_000);
});

t.test('the same number is the same person in every run', async (t) => {
  t.same(patientOf(4_711, '440114'), patientOf(4_711, '440114'));
});
