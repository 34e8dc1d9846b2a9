import t from 'tap';
import { DAY, formatInstant, HOUR, type Instant } from '../../src/kernel/calendar.js';
import type { StayInput } from '../../src/contract/stay.js';
import type { Referral } from '../../src/domain/referral.js';
import { settle, tick } from '../../src/relay/tick.js';
import { availability } from '../../src/usecase/capacity/availability.js';
import { putSessions } from '../../src/usecase/capacity/put-sessions.js';
import { worklist } from '../../src/usecase/capacity/worklist.js';
import { fulfil } from '../../src/usecase/reservation/fulfil.js';
import { noShow } from '../../src/usecase/reservation/no-show.js';
import { release } from '../../src/usecase/reservation/release.js';
import { takeNights } from '../../src/usecase/reservation/take-nights.js';
import { City, on } from '../kit/city.js';
import { put, stayOf, under } from '../kit/ledger.js';
import { must, send, take } from '../kit/life.js';
import { accepted, ADMIN, at, bedNights, codeOf, fill, person, upReferral } from '../kit/network.js';
import type { Teardown } from '../kit/store.js';

const MONDAY = '2018-03-05';
const [TUESDAY, WEDNESDAY] = ['2018-03-06', '2018-03-07'];
const ANY = null;

/** A ward of one bed for ten nights, and one patient booked into it for some of them. */
async function ward(t: Teardown, nights: number): Promise<{ city: City; referral: Referral }> {
  const city = await City.found(t);
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 10, 1));
  const referral = await send(city, upReferral(1, { category: 'inpatient', reserve: { items: [on('t1-bed', MONDAY, 12, nights)], confirm: true } }));
  city.clock.set(at(MONDAY, 10));
  return { city, referral };
}

/** The nights of the referral, in their order, in words. */
async function nightsOf(city: City, referral: Referral): Promise<string> {
  const { course } = await city.referral(referral.id);
  const reservation = await city.store.read((reads) => reads.reservation(course.reservationIds[0]!));
  return [...reservation!.places].sort((a, b) => a.startsAt - b.startsAt).map((place) => place.state).join(' ');
}

/** The stay of the patient at the hospital, admitted on Monday at noon. */
function stay(referral: Referral, sourceVersion: number, dischargedAt: Instant | null, more: Partial<StayInput> = {}): StayInput {
  const left = dischargedAt === null ? {} : { dischargedAt: formatInstant(dischargedAt) };
  return stayOf(person(1), 5, null, { ...under(referral), admittedAt: formatInstant(at(MONDAY, 12)), ...left, sourceVersion, ...more });
}

t.test('a bed is used night by night: those to come stay booked, and what ends the referral frees them', async (t) => {
  for (const [ends, hour, after] of [
    ['complete', 11, 'fulfilled fulfilled released released released'],
    ['close', 11, 'fulfilled fulfilled released released released'],
    ['complete', 13, 'fulfilled fulfilled fulfilled released released'],
  ] as const) {
    const { city, referral } = await ward(t, 5);
    const [id] = referral.course.reservationIds as [string];
    t.match(await city.must('t1', fulfil, { id, ifMatch: ANY }), { version: 2 });
    t.equal(await nightsOf(city, referral), 'fulfilled confirmed confirmed confirmed confirmed', 'on the first day the first night alone');
    t.equal(codeOf(await city.do('t1', fulfil, { id, ifMatch: ANY })), 'invalid_transition', 'and no second time');
    await take(city, referral, 'arrive', 'receive');
    city.clock.set(at(WEDNESDAY, hour));
    await city.must('t1', fulfil, { id, ifMatch: ANY });
    t.equal(await nightsOf(city, referral), 'fulfilled fulfilled fulfilled confirmed confirmed', 'on the third day three');
    await must(city, referral, ends);
    t.equal(await nightsOf(city, referral), after, `${ends} at ${hour}`);
    t.same(await city.audit('t1-bed'), []);
  }
});

t.test('a discharge that is told gives back the nights from then on in the same unit, and the log says which', async (t) => {
  for (const executes of [true, false]) {
    const who = executes ? 'by the stay that executed the referral' : 'where a desk recorded the arrival';
    const { city, referral } = await ward(t, 5);
    if (!executes) await take(city, referral, 'arrive', 'receive');
    city.clock.set(at(MONDAY, 13));
    await put(city, 't1', 'ZY1', stay(referral, 1, null));
    t.equal(await nightsOf(city, referral), 'fulfilled confirmed confirmed confirmed confirmed');
    city.clock.set(at(TUESDAY, 15));
    const since = await city.lastSeq();
    await put(city, 't1', 'ZY1', stay(referral, 2, at(TUESDAY, 14)));
    t.equal(await nightsOf(city, referral), 'fulfilled fulfilled released released released', who);
    t.match(await city.events(since), [
      { type: 'stay.recorded' },
      { type: 'reservation.released', data: { because: 'discharged', places: [{ state: 'fulfilled' }, { startsAt: `${WEDNESDAY}T12:00:00.000+08:00`, state: 'released' }, { state: 'released' }, { state: 'released' }] } },
    ]);
    t.ok(await city.reserve(await city.refer(2, { category: 'inpatient' }), [on('t1-bed', WEDNESDAY, 12, 3)]), 'another patient may have them');
    t.equal(codeOf(await city.do('t1', release, { id: referral.course.reservationIds[0]!, ifMatch: ANY })), 'invalid_transition', 'nothing is left to give up');
    const told = await city.lastSeq();
    await put(city, 't1', 'ZY1', stay(referral, 3, at(TUESDAY, 11)));
    t.equal(await nightsOf(city, referral), 'fulfilled released released released released', 'a corrected discharge gives back what it says');
    t.match(await city.events(told, 'reservation.released'), [{ data: { places: [{ startsAt: `${TUESDAY}T12:00:00.000+08:00` }] } }]);
    t.same(await city.audit('t1-bed'), []);
  }
});

t.test('what is no discharge from the ward gives nothing back', async (t) => {
  const { city, referral } = await ward(t, 3);
  await take(city, referral, 'arrive');
  city.clock.set(at(TUESDAY, 9));
  const before = await nightsOf(city, referral);
  await put(city, 't1', 'MZ1', stay(referral, 1, at(MONDAY, 11), { admittedAt: formatInstant(at(MONDAY, 10)), kind: 'outpatient' }));
  t.equal(await nightsOf(city, referral), before, 'a visit to the outpatients');
  await put(city, 't1', 'ZY1', stay(referral, 1, null));
  await put(city, 't1', 'ZY2', stay(referral, 1, at(MONDAY, 20), { admittedAt: formatInstant(at(MONDAY, 18)) }));
  t.equal(await nightsOf(city, referral), before, 'a second stay while the first goes on');
  await put(city, 't1', 'ZY3', stay(referral, 1, at(MONDAY, 20), { arrival: { via: 'none' } }));
  t.equal(await nightsOf(city, referral), before, 'a stay that does not name the referral');
  await put(city, 't1', 'ZY1', stay(referral, 2, null, { voided: true }));
  t.equal(await nightsOf(city, referral), 'fulfilled released released', 'when the first is voided, the second tells');
});

/** The start of a night as an event tells it. */
const noonOf = (date: string) => `${date}T12:00:00.000+08:00`;
const THURSDAY = '2018-03-08';

t.test('who is not discharged keeps the bed: the next night is taken an hour before it begins, and told', async (t) => {
  const { city, referral } = await ward(t, 2);
  await take(city, referral, 'arrive', 'receive');
  t.equal(await nightsOf(city, referral), 'fulfilled confirmed');
  const since = await city.lastSeq();
  const rows: [when: Instant, nights: string, told: string[]][] = [
    [at(TUESDAY, 12) - 1, 'fulfilled confirmed', []],
    [at(TUESDAY, 12), 'fulfilled fulfilled', [TUESDAY]],
    [at(WEDNESDAY, 11) - 1, 'fulfilled fulfilled', []],
    [at(WEDNESDAY, 11), 'fulfilled fulfilled fulfilled', [WEDNESDAY]],
    [at(THURSDAY, 0), 'fulfilled fulfilled fulfilled', []],
    [at(THURSDAY, 11), 'fulfilled fulfilled fulfilled fulfilled', [THURSDAY]],
  ];
  let seq = since;
  for (const [when, nights, told] of rows) {
    city.clock.set(when);
    await settle(city.store);
    t.equal(await nightsOf(city, referral), nights, formatInstant(when));
    const events = await city.events(seq);
    t.strictSame(events.map(({ type, actor }) => [type, actor.clientId]), told.map(() => ['reservation.night-taken', 'time']));
    t.match(events.map(({ data }) => data), told.map((date) => ({ overcommitted: false, referralStatus: 'in-care', places: [{ startsAt: noonOf(date), state: 'fulfilled' }] })));
    seq = await city.lastSeq();
  }
  const { data } = await accepted(city.ask('p1', availability, { kind: 'bed', institutionId: 't1', from: THURSDAY, to: '2018-03-09', sourceInstitutionId: 'p1' }));
  t.same(data.map(({ startsAt, free }) => [startsAt, free]), [[at(THURSDAY, 12), 0], [at('2018-03-09', 12), 1]], 'the bed is not for sale, the nights after are');
  t.equal(codeOf(await city.tryReserve(await city.refer(2), [on('t1-bed', THURSDAY, 12)])), 'session_full');
  t.same(await city.audit('t1-bed'), []);
  await must(city, referral, 'complete');
  t.equal(await nightsOf(city, referral), 'fulfilled fulfilled fulfilled released', 'what was taken for a night to come is given back as well');
  city.clock.advance(9 * DAY);
  t.equal(await tick(city.store), 0, 'and no night after it is');
});

t.test('a night is taken even where none is left: the session is overcommitted and fills the worklist', async (t) => {
  const { city, referral } = await ward(t, 1);
  await take(city, referral, 'arrive', 'receive');
  const other = await city.refer(2, { category: 'inpatient' });
  await city.reserve(other, [on('t1-bed', TUESDAY, 12)], { confirm: true });
  city.clock.set(at(TUESDAY, 11));
  await settle(city.store);
  t.match(await city.session('t1-bed', at(TUESDAY, 12)), { capacity: 1, taken: 2 });
  t.match(await city.events(0, 'reservation.night-taken'), [{ data: { overcommitted: true } }]);
  const list = await accepted(city.ask('t1', worklist, { problem: 'overcommitted', after: null, limit: 10 }));
  t.same(list.data.map((entry) => entry.referralId).sort(), [referral.id, other.id].sort());
  t.equal(codeOf(await city.tryReserve(await city.refer(3), [on('t1-bed', TUESDAY, 12)])), 'session_full');
  t.same(await city.audit('t1-bed'), []);
  const closed = { ...bedNights(WEDNESDAY, 1, 1)[0]!, closed: { reason: '消毒' } };
  await city.must('t1', putSessions, { poolId: 't1-bed', body: { sessions: [closed] } });
  city.clock.set(at(WEDNESDAY, 11));
  await settle(city.store);
  t.equal((await city.session('t1-bed', at(WEDNESDAY, 12))).taken, 1, 'nor does a closed ward put anybody out');
});

/** what happens on Tuesday at ten, the first of two nights being used · the nights once it is Thursday */
const AFTER: readonly (readonly [string, (city: City, referral: Referral) => Promise<unknown>, string])[] = [
  ['nothing', async () => null, 'fulfilled fulfilled fulfilled fulfilled'],
  ['a discharge', (city, referral) => put(city, 't1', 'ZY1', stay(referral, 1, at(TUESDAY, 10))), 'fulfilled released'],
  ['a discharge foreseen for the evening', (city, referral) => put(city, 't1', 'ZY1', stay(referral, 1, at(TUESDAY, 20))), 'fulfilled fulfilled'],
  ['a discharge that is taken back', async (city, referral) => {
    await put(city, 't1', 'ZY1', stay(referral, 1, at(TUESDAY, 10)));
    await put(city, 't1', 'ZY1', stay(referral, 2, null));
  }, 'fulfilled released fulfilled fulfilled fulfilled'],
  ['a discharge by a stay that is voided', async (city, referral) => {
    await put(city, 't1', 'ZY1', stay(referral, 1, at(TUESDAY, 10)));
    await put(city, 't1', 'ZY1', stay(referral, 2, at(TUESDAY, 10), { voided: true }));
  }, 'fulfilled released fulfilled fulfilled fulfilled'],
  ['the end of the referral', (city, referral) => must(city, referral, 'close'), 'fulfilled released'],
  ['the release of what was booked', (city, referral) => city.must('t1', release, { id: referral.course.reservationIds[0]!, ifMatch: ANY }), 'fulfilled released fulfilled fulfilled fulfilled'],
];

t.test('the bed goes on until a discharge is told, and no longer', async (t) => {
  for (const [what, happens, nights] of AFTER) {
    const { city, referral } = await ward(t, 2);
    await take(city, referral, 'arrive', 'receive');
    city.clock.set(at(TUESDAY, 10));
    await settle(city.store);
    await happens(city, referral);
    for (let hour = 0; hour <= 50; hour += 1) {
      city.clock.set(at(TUESDAY, 10) + hour * HOUR);
      await settle(city.store);
    }
    t.equal(await nightsOf(city, referral), nights, what);
    t.same(await city.audit('t1-bed'), [], what);
  }
});

t.test('whoever was not there in a night does not lie in the bed', async (t) => {
  const { city, referral } = await ward(t, 2);
  await take(city, referral, 'arrive', 'receive');
  city.clock.set(at(TUESDAY, 13));
  await city.must('t1', noShow, { id: referral.course.reservationIds[0]!, ifMatch: ANY });
  city.clock.advance(5 * DAY);
  await settle(city.store);
  t.equal(await nightsOf(city, referral), 'fulfilled no-show');
});

t.test('a night that the ward has not opened is looked for again with the next', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 1, 1), ...bedNights(WEDNESDAY, 1, 1));
  const referral = await send(city, upReferral(1, { category: 'inpatient', reserve: { items: [on('t1-bed', MONDAY, 12)], confirm: true } }));
  city.clock.set(at(MONDAY, 10));
  await take(city, referral, 'arrive');
  city.clock.set(at(TUESDAY, 11));
  await settle(city.store);
  t.equal(await nightsOf(city, referral), 'fulfilled');
  city.clock.set(at(WEDNESDAY, 11));
  await settle(city.store);
  t.equal(await nightsOf(city, referral), 'fulfilled fulfilled');
  t.same((await city.events(0, 'reservation.night-taken')).map(({ data }) => data['places']), [[{ item: 1, poolId: 't1-bed', startsAt: noonOf(WEDNESDAY), allotmentId: null, state: 'fulfilled' }]]);
});

t.test('after an outage the nights are made up for one by one, in batches', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 10, 8));
  const referrals: Referral[] = [];
  for (let n = 1; n <= 5; n += 1) {
    referrals.push(await send(city, upReferral(n, { category: 'inpatient', reserve: { items: [on('t1-bed', MONDAY, 12)], confirm: true } })));
  }
  city.clock.set(at(MONDAY, 10));
  for (const referral of referrals) await take(city, referral, 'arrive');
  city.clock.set(at(THURSDAY, 9));
  const rounds: number[] = [];
  for (let done = 1; done > 0; ) rounds.push((done = await city.must(ADMIN, takeNights, { limit: 2 })));
  t.same(rounds, [2, 2, 2, 2, 2, 0], 'two nights for each of five beds');
  for (const referral of referrals) t.equal(await nightsOf(city, referral), 'fulfilled fulfilled fulfilled');
  t.same(await city.audit('t1-bed'), []);
});

t.test('the patient lies in one bed: a move to another one of the referral ends the first', async (t) => {
  const { city, referral } = await ward(t, 1);
  await fill(city.store, 't1-arranged', ...bedNights(MONDAY, 10, 4));
  const ward2 = await city.reserve(referral, [on('t1-arranged', WEDNESDAY, 12, 2)], { confirm: true }, 't1');
  await take(city, referral, 'arrive', 'receive');
  const both = async () => {
    const other = await city.store.read((reads) => reads.reservation(ward2.id));
    return `${await nightsOf(city, referral)} / ${other!.places.map(({ state }) => state).join(' ')}`;
  };
  city.clock.set(at(TUESDAY, 11));
  await settle(city.store);
  t.equal(await both(), 'fulfilled fulfilled / confirmed confirmed');
  city.clock.set(at(WEDNESDAY, 11));
  await settle(city.store);
  t.equal(await both(), 'fulfilled fulfilled / confirmed confirmed', 'the other bed is booked for that night');
  city.clock.set(at(WEDNESDAY, 12));
  await city.must('t1', fulfil, { id: ward2.id, ifMatch: ANY });
  city.clock.set(at('2018-03-09', 11));
  await settle(city.store);
  t.equal(await both(), 'fulfilled fulfilled / fulfilled fulfilled fulfilled', 'and goes on from there');
});

t.test('a revoked arrival gives back the nights that were taken for it, and books again those that were booked', async (t) => {
  const { city, referral } = await ward(t, 2);
  await take(city, referral, 'arrive');
  city.clock.set(at(WEDNESDAY, 11));
  await settle(city.store);
  t.equal(await nightsOf(city, referral), 'fulfilled fulfilled fulfilled');
  await must(city, referral, 'revoke-arrival');
  t.equal(await nightsOf(city, referral), 'confirmed confirmed released');
  city.clock.advance(3 * DAY);
  await settle(city.store);
  t.equal(await nightsOf(city, referral), 'confirmed confirmed released');
  t.same(await city.audit('t1-bed'), []);
});
