import t from 'tap';
import { DAY, formatInstant } from '../../src/kernel/calendar.js';
import type { Patient } from '../../src/contract/referral.js';
import type { StayInput } from '../../src/contract/stay.js';
import type { Referral } from '../../src/domain/referral.js';
import type { PostgresStore } from '../../src/store/postgres/store.js';
import { putStay } from '../../src/usecase/insurance/put-stay.js';
import { reassessStay } from '../../src/usecase/insurance/reassess-stay.js';
import type { Unit } from '../../src/usecase/ports.js';
import { mergePatients } from '../../src/usecase/network/merge-patients.js';
import { City } from '../kit/city.js';
import { EMPLOYEE, insured, INSURER, put, sendUp, stayOf, stored, under, writePolicy } from '../kit/ledger.js';
import { accepted, actorOf } from '../kit/network.js';
import { freshPostgres } from '../kit/postgres-store.js';
import { startServer } from '../kit/postgres.js';
import type { Teardown } from '../kit/store.js';

/** What two instances learn of one person's stays at the same time. */
const server = await startServer(t, 18, ['deadlock_timeout=50ms']);
const ROUNDS = 8;

/** The nth person, who came without papers. */
function nameless(n: number): Patient {
  const { sex, birthDate } = insured(n);
  return { name: '无名氏', sex, birthDate, insurance: EMPLOYEE };
}

async function two(t: Teardown) {
  const fixture = await freshPostgres(server, t);
  const city = await City.on(fixture);
  const other = await fixture.another();
  fixture.clock.advance(5 * DAY);
  await writePolicy(city);
  const send = (on: PostgresStore, number: string, body: StayInput) => accepted(on.write(actorOf('t1'), (unit) => putStay(unit, { institutionId: 't1', number, body })));
  return { city, here: fixture.store, there: other, send };
}

/** Two records of the nth patient at one hospital under one referral: the first executes it. */
async function twoUnderOne(city: City, n: number): Promise<{ readonly referral: Referral; readonly body: (sourceVersion: number, more?: Partial<StayInput>) => StayInput }> {
  const patient = insured(n);
  const referral = await sendUp(city, patient, 'p1', 't1');
  const { dischargedAt: _none, ...first } = stayOf(patient, 5, null, { ...under(referral), admittedAt: formatInstant(city.clock.now()) });
  const body = (sourceVersion: number, more: Partial<StayInput> = {}): StayInput => ({ ...first, sourceVersion, ...more });
  for (const number of [`a${n}`, `b${n}`]) await put(city, 't1', number, body(1));
  return { referral, body };
}

t.test('of two stays under one referral that are voided at once, whichever is last takes the transfer back', async (t) => {
  const { city, here, there, send } = await two(t);
  for (let n = 1; n <= ROUNDS; n++) {
    const { referral, body } = await twoUnderOne(city, n);
    await Promise.all([send(here, `a${n}`, body(2, { voided: true })), send(there, `b${n}`, body(2, { voided: true }))]);
    const { status, course } = await city.referral(referral.id);
    t.strictSame({ status, transferId: course.transferId }, { status: 'submitted', transferId: null });
  }
  const lines = await city.store.read((reads) => reads.transfersAfter(0, 1_000, null));
  t.equal(lines.filter((line) => line.kind === 'reversed').length, ROUNDS, 'once each');
});

t.test('a stay that is written anew while the one that executed its referral is voided holds the transfer from then on', async (t) => {
  const { city, here, there, send } = await two(t);
  for (let n = 1; n <= ROUNDS; n++) {
    const { referral, body } = await twoUnderOne(city, n);
    const mainDiagnosis = { code: 'I21.900', system: 'ICD-10', name: '心肌梗死' } as const;
    await Promise.all([send(here, `a${n}`, body(2, { voided: true })), send(there, `b${n}`, body(2, { mainDiagnosis }))]);
    const stays = await city.store.read((reads) => reads.staysUnder(referral.id));
    t.strictSame(stays.filter((stay) => stay.executedReferral).map((stay) => stay.number), [`b${n}`]);
    await send(here, `b${n}`, body(3, { voided: true }));
    t.equal((await city.referral(referral.id)).course.transferId, null, 'and with it the transfer ends');
  }
});

t.test('a stay whose person is merged into another at that moment is reckoned as the other\'s', async (t) => {
  const { city, here, there } = await two(t);
  for (let n = 1; n <= ROUNDS; n++) {
    const known = await put(city, 't1', `k${n}`, stayOf(insured(n), 3, 3_000));
    const came = await put(city, 't1', `u${n}`, stayOf(nameless(n), 4, 3_000, { arrival: { via: 'emergency' } }));
    const merged = here.write(actorOf('t1'), (unit) => mergePatients(unit, { id: came.stay.patientId, body: { into: known.stay.patientId } }));
    const reassessed = there.write(INSURER, (unit) => reassessStay(unit, { id: came.stay.id, reasonCode: 'policy-corrected' }));
    await Promise.all([accepted(merged), accepted(reassessed)]);
    t.equal((await stored(city, came.stay)).patientId, known.stay.patientId);
  }
});

t.test('a unit that finds a stay holds its person, by number, by id and among those that wait for a policy', async (t) => {
  const fixture = await freshPostgres(server, t);
  const city = await City.on(fixture);
  const there = await fixture.another();
  fixture.clock.advance(5 * DAY);
  const { stay } = await put(city, 't1', 'v1', stayOf(insured(1), 3, null));
  const waiting = { insuredArea: EMPLOYEE.area, scheme: EMPLOYEE.scheme, until: Number.MAX_SAFE_INTEGER, afterAt: 0, afterId: '', limit: 10 };
  const ways: Readonly<Record<string, (unit: Unit) => Promise<unknown>>> = {
    number: (unit) => unit.stayByNumber('t1', 'v1'), id: (unit) => unit.stay(stay.id), waiting: (unit) => unit.waitingStays(waiting),
  };
  for (const [way, find] of Object.entries(ways)) {
    const order: string[] = [];
    let second: Promise<unknown> | undefined;
    await city.store.write(actorOf('t1'), async (unit) => {
      t.ok(await find(unit), way);
      second = there.write(actorOf('t1'), async (other) => {
        await other.lockPatient(stay.patientId);
        order.push('second');
      });
      for (let n = 0; n < 5; n++) await unit.lastSeq();
      order.push('first');
    });
    await second;
    t.strictSame(order, ['first', 'second'], way);
  }
});
