import t from 'tap';
import { DAY, formatInstant, HOUR } from '../../src/kernel/calendar.js';
import type { ReferralInput } from '../../src/contract/referral.js';
import type { ReferralAction, ReferralStatus } from '../../src/contract/vocabulary.js';
import { quoteDeductible } from '../../src/usecase/insurance/quote-deductible.js';
import { expireReferrals } from '../../src/usecase/referral/lapse.js';
import { City, on } from '../kit/city.js';
import { insured, march, put, sendUp, stayOf, tryPut, under, writePolicy } from '../kit/ledger.js';
import { everything, must, take, transfers, tryAct } from '../kit/life.js';
import { ADMIN, at, codeOf, fill, pointersOf, sessionOn } from '../kit/network.js';

/**
 * Which referral a stay may say that it was reached by: 「对按规定转诊的病人按照连续的诊疗过程累计计算起付线」(Guangzhou
 * 2018, line 67), and what becomes known late must not cost the patient.
 */

const one = insured(1);

/** A city with the policy of the worked examples, at an hour of a day of March. */
async function found(t: Parameters<typeof City.found>[0], day: number): Promise<City> {
  const city = await City.found(t);
  await writePolicy(city);
  city.clock.set(Date.parse(march(day)));
  return city;
}

t.test('nobody was admitted by a referral that was not there yet, whether the stay or the desk says so', async (t) => {
  const retro = { occurredAt: march(10), retroReason: '系统停机' };
  const ROWS: readonly (readonly [string, Partial<ReferralInput>, string, boolean])[] = [
    ['seven weeks before', {}, '2018-02-01T08:00:00+08:00', false],
    ['a second more than a day before', {}, '2018-03-24T07:59:59+08:00', false],
    ['a day before: the desk typed it afterwards', {}, march(24), true],
    ['after it', {}, march(25, 9), true],
    ['entered after the fact, more than a day before it happened', retro, '2018-03-09T07:59:59+08:00', false],
    ['entered after the fact, when it happened', retro, march(10), true],
  ];
  const city = await found(t, 25);
  for (const [i, [what, more, admittedAt, fits]] of ROWS.entries()) {
    city.clock.set(Date.parse(march(25)));
    const patient = insured(10 + i);
    const referral = await sendUp(city, patient, 'p1', 't1', more);
    city.clock.set(Date.parse(march(25, 18)));
    const known = await put(city, 't1', `Z${i}`, stayOf(patient, 1, null, { admittedAt, sourceVersion: 1 }));
    const before = await everything(city);
    const body = stayOf(patient, 1, null, { ...under(referral), admittedAt, sourceVersion: 2 });
    const question = { patientId: referral.patientId, institutionId: 't1', admittedAt, ...under(referral) };
    if (!fits) {
      t.same(pointersOf(await tryPut(city, 't1', `Z${i}`, body)), ['/arrival/referralId'], `${what}: linked later`);
      const { referralNo } = referral;
      t.same(pointersOf(await tryPut(city, 't1', `Z${i}`, { ...body, arrival: { via: 'referral', referralNo } })), ['/arrival/referralNo'], `${what}: named by its number`);
      t.same(pointersOf(await tryPut(city, 't1', `Z${i}-new`, body)), ['/arrival/referralId'], `${what}: a new record`);
      t.same(pointersOf(await tryAct(city, referral, 'arrive', { body: { at: admittedAt } })), ['/at'], `${what}: the desk`);
      t.same(pointersOf(await city.ask('t1', quoteDeductible, question)), ['/arrival/referralId'], `${what}: asked before`);
      t.strictSame(await everything(city), before, `${what}: nothing changed`);
      await must(city, referral, 'arrive');
      t.same(pointersOf(await tryPut(city, 't1', `Z${i}`, body)), ['/arrival/referralId'], `${what}: under an arrival of today`);
    } else {
      t.equal(codeOf(await city.ask('t1', quoteDeductible, question)), undefined, `${what}: asked before`);
      t.match(await tryPut(city, 't1', `Z${i}`, body), { applied: true, stay: { id: known.stay.id, referralId: referral.id, executedReferral: true } }, what);
    }
  }
});

t.test('a stay that is told of late executes a referral that has expired since its admission, swept or not', async (t) => {
  for (const swept of [true, false]) {
    const city = await found(t, 10);
    const first = await put(city, 'p1', 'A', stayOf(one, 2, 3_000));
    const referral = await take(city, await sendUp(city, one, 'p1', 't1'), 'accept');
    city.clock.advance(45 * DAY);
    if (swept) await city.must(ADMIN, expireReferrals, { limit: 10 });
    const body = stayOf(one, 12, 30_000, under(referral));
    t.equal(codeOf(await city.ask('p1', quoteDeductible, { patientId: referral.patientId, institutionId: 't1', admittedAt: body.admittedAt, arrival: body.arrival })), undefined, 'and is quoted so');
    t.match((await put(city, 't1', 'B', body)).standing, { outcome: { deductibleFen: 75_000, linkedTo: first.stay.id } }, 'the patient bears the difference');
    t.match(await city.referral(referral.id), { status: 'arrived', course: { arrivedAt: Date.parse(march(12)), acceptedBy: 'receiver', endedAt: null } });
    const told = (await city.events(0)).filter((e) => e.subject === `referral:${referral.id}`);
    t.same(told.map((e) => e.type.slice(9)), ['submitted', 'accepted', 'expired', 'reinstated', 'arrived'], 'its history tells it');
    t.match(told[3]!.data, { because: 'stay', status: 'accepted', filing: { kind: 'filed' } }, 'and the insurer is told again');
    t.match((await transfers(city)).map(({ kind, because, executedAt }) => [kind, because, executedAt]), [['executed', 'stay', Date.parse(march(12))]]);
  }
});

t.test('whoever was admitted when it had expired, or under what ended otherwise, did not come by it', async (t) => {
  const ROWS: readonly (readonly [string, readonly ReferralAction[], number, ReferralStatus | null])[] = [
    ['the last instant before it lapsed unanswered', [], 14 * DAY - 1_000, 'arrived'],
    ['the instant at which it lapsed', [], 14 * DAY, null],
    ['while a question was open', ['request-info'], 13 * DAY, 'arrived'],
    ['accepted, within thirty days', ['accept'], 29 * DAY, 'arrived'],
    ['accepted, after thirty days', ['accept'], 31 * DAY, null],
    ['rejected', ['reject'], HOUR, null],
    ['cancelled', ['cancel'], HOUR, null],
    ['closed', ['close'], HOUR, null],
    ['redirected', ['redirect'], HOUR, null],
  ];
  for (const [i, [what, actions, after, status]] of ROWS.entries()) {
    const city = await found(t, 10);
    const referral = await take(city, await sendUp(city, insured(i), 'p1', 't1'), ...actions);
    const admittedAt = formatInstant(Date.parse(march(10)) + after);
    city.clock.advance(60 * DAY);
    const outcome = await tryPut(city, 't1', 'B', stayOf(insured(i), 12, null, { ...under(referral), admittedAt }));
    t.same(pointersOf(outcome), status ? [] : ['/arrival/referralId'], what);
    if (status) t.equal((await city.referral(referral.id)).status, status, what);
  }
});

t.test('its places are long gone; taken back, it stands as before it lapsed', async (t) => {
  const city = await found(t, 10);
  await fill(city.store, 't1-ct', sessionOn('2018-03-12', 5));
  const referral = await sendUp(city, one, 'p1', 't1', { reserve: { items: [on('t1-ct', '2018-03-12')], confirm: true } });
  city.clock.advance(40 * DAY);
  await put(city, 't1', 'B', stayOf(one, 12, null, under(referral)));
  t.equal((await city.session('t1-ct', at('2018-03-12', 8))).taken, 0);
  const [reservation] = await Promise.all(referral.course.reservationIds.map((id) => city.store.read((reads) => reads.reservation(id))));
  t.same(reservation!.places.map(({ state }) => state), ['released']);
  t.same(await city.audit('t1-ct'), []);
  await put(city, 't1', 'B', stayOf(one, 12, null, { ...under(referral), voided: true, sourceVersion: 2 }));
  t.match(await city.referral(referral.id), { status: 'accepted', course: { arrivedAt: null, transferId: null } });
  t.same((await transfers(city)).map(({ kind }) => kind), ['executed', 'reversed']);
});
