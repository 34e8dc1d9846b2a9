import t from 'tap';
import { DAY, HOUR, localDateOf, SECOND } from '../../src/kernel/calendar.js';
import type { RescheduleInput } from '../../src/contract/reservation.js';
import { partyOf, type Party } from '../../src/domain/party.js';
import type { Referral } from '../../src/domain/referral.js';
import type { Reservation } from '../../src/domain/reservation.js';
import type { Actor } from '../../src/usecase/ports.js';
import { confirm } from '../../src/usecase/reservation/confirm.js';
import { extend } from '../../src/usecase/reservation/extend.js';
import { fulfil } from '../../src/usecase/reservation/fulfil.js';
import { getReservation } from '../../src/usecase/reservation/get-reservation.js';
import { noShow } from '../../src/usecase/reservation/no-show.js';
import { release } from '../../src/usecase/reservation/release.js';
import { reschedule } from '../../src/usecase/reservation/reschedule.js';
import { act } from '../../src/usecase/referral/act.js';
import { City, on } from '../kit/city.js';
import { everything, must, successorOf } from '../kit/life.js';
import { actorOf, at, bedNights, codeOf, fill, pointersOf, sessionOn } from '../kit/network.js';
import { START, type Teardown } from '../kit/store.js';

const MONDAY = '2018-03-05';
const TUESDAY = '2018-03-06';
const ANY = null;
const POOLS = ['t1-clinic', 't1-ct', 't1-bed', 't1-arranged', 't1-expert'];

async function openCity(t: Teardown): Promise<City> {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 1), sessionOn(TUESDAY, 1));
  await fill(city.store, 't1-expert', sessionOn(MONDAY, 2), sessionOn(TUESDAY, 2));
  await fill(city.store, 't1-ct', sessionOn(MONDAY, 1, 14), sessionOn(TUESDAY, 1, 14));
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 5, 2));
  await fill(city.store, 't1-arranged', ...bedNights(MONDAY, 1, 2));
  return city;
}

const states = (reservation: Reservation) => reservation.places.map((p) => `${p.item} ${p.state}`);
const statusOf = async (city: City, referral: Referral) => (await city.referral(referral.id)).status;

t.test('released places are free at once, and the last booked one takes the referral back to accepted', async (t) => {
  const city = await openCity(t);
  const referral = await city.refer(1);
  const booked = await city.reserve(referral, [on('t1-clinic', MONDAY), on('t1-ct', MONDAY, 14)], { confirm: true });
  t.match(await city.referral(referral.id), { status: 'scheduled', deadlineAt: at(MONDAY, 18) + 7 * DAY });
  const since = await city.lastSeq();
  t.same(states(await city.must('p1', release, { id: booked.id, ifMatch: ANY, items: [2], comment: '患者不便' })), ['1 confirmed', '2 released']);
  t.match(await city.referral(referral.id), { status: 'scheduled', deadlineAt: at(MONDAY, 12) + 7 * DAY }, 'the appointment that is left counts');
  t.equal(codeOf(await city.do('p1', release, { id: booked.id, ifMatch: ANY, items: [2] })), 'invalid_transition');
  t.ok(await city.must('t1', release, { id: booked.id, ifMatch: ANY }));
  t.match(await city.referral(referral.id), { status: 'accepted', course: { acceptedBy: 'standing-rule' } });
  t.match(await city.events(since), [
    { type: 'reservation.released', data: { because: 'request', places: [{ item: 2, state: 'released' }], referralStatus: 'scheduled' } },
    { type: 'reservation.released', data: { places: [{ item: 1 }], referralStatus: 'accepted' } },
  ]);
  t.ok(await city.reserve(await city.refer(2), [on('t1-clinic', MONDAY), on('t1-ct', MONDAY, 14)]));
  t.same(await city.audit(...POOLS), []);
});

t.test('a held place goes without touching the referral', async (t) => {
  const city = await openCity(t);
  const referral = await city.refer(1);
  const held = await city.reserve(referral, [on('t1-clinic', MONDAY)]);
  const before = await city.referral(referral.id);
  await city.must('p1', release, { id: held.id, ifMatch: ANY });
  t.same(await city.referral(referral.id), before);
});

t.test('rescheduling frees the old and takes the new in one step, or changes nothing', async (t) => {
  const city = await openCity(t);
  const referral = await city.refer(1);
  const other = await city.refer(2);
  const booked = await city.reserve(referral, [on('t1-clinic', MONDAY), on('t1-ct', MONDAY, 14)], { confirm: true });
  await city.reserve(other, [on('t1-ct', TUESDAY, 14)]);
  const stored = () => city.store.read((reads) => reads.reservation(booked.id));
  const before = await stored();
  const since = await city.lastSeq();
  const full: RescheduleInput = { items: [on('t1-clinic', TUESDAY), on('t1-ct', TUESDAY, 14)] };
  t.equal(codeOf(await city.do('p1', reschedule, { id: booked.id, ifMatch: ANY, body: full })), 'session_full');
  t.same(await stored(), before, 'nothing at all has changed');
  t.match([await city.session('t1-clinic', at(TUESDAY, 8)), await city.lastSeq()], [{ taken: 0 }, since]);

  const moved = await city.must('p1', reschedule, { id: booked.id, ifMatch: 1, body: { items: [{ item: 1, ...on('t1-clinic', TUESDAY) }] } });
  t.same(states(moved), ['1 released', '2 confirmed', '3 confirmed']);
  t.match(await city.referral(referral.id), { status: 'scheduled', deadlineAt: at(TUESDAY, 12) + 7 * DAY });
  t.match(await city.events(since), [{ type: 'reservation.rescheduled', data: { places: [{ item: 1, state: 'released' }, { item: 3, state: 'confirmed' }] } }]);
  t.ok(await city.reserve(other, [on('t1-clinic', MONDAY)]), 'the old place is free');

  const all = await city.must('p1', reschedule, { id: booked.id, ifMatch: ANY, body: { items: [on('t1-clinic', TUESDAY)] } });
  t.same(states(all), ['1 released', '2 released', '3 released', '4 confirmed'], 'the list replaces every item; a place that is given up can be taken again');
  t.same(await city.audit(...POOLS), []);
});

t.test('a bed is moved by a night, and keeps the nights that it has', async (t) => {
  const city = await openCity(t);
  const referral = await city.refer(1);
  const held = await city.reserve(referral, [on('t1-bed', MONDAY, 12, 3)]);
  await city.reserve(await city.refer(2), [on('t1-bed', MONDAY, 12, 3)]);
  city.clock.advance(HOUR);
  const moved = await city.must('p1', reschedule, { id: held.id, ifMatch: ANY, body: { items: [on('t1-bed', TUESDAY, 12, 3)] } });
  t.match(moved, { expiresAt: START + 2 * HOUR }, 'the hold ends when it would have ended');
  t.same(states(moved).slice(3), ['2 held', '2 held', '2 held']);
  t.same(await city.audit(...POOLS), []);
  city.clock.set(START + 2 * HOUR);
  t.ok(await city.reserve(await city.refer(3), [on('t1-bed', '2018-03-08', 12, 2)]), 'and its nights are free then');
  t.same(await city.audit(...POOLS), []);
});

t.test('who may reschedule what', async (t) => {
  const city = await openCity(t);
  const referral = await city.refer(1);
  const booked = await city.reserve(referral, [on('t1-clinic', MONDAY)], { confirm: true });
  const body = (...items: RescheduleInput['items']): RescheduleInput => ({ items });
  const rows: [situation: string, who: string, ifMatch: number | null, RescheduleInput, code: string, pointers: string[]][] = [
    ['a booked place to an arranged pool, by the sender', 'p1', 99, body(on('t1-arranged', MONDAY, 12)), 'wrong_party', []],
    ['by somebody else', 'p2', ANY, body(on('t1-clinic', TUESDAY)), 'not_found', []],
    ['in another version', 'p1', 99, body(on('t1-clinic', TUESDAY)), 'version_mismatch', []],
    ['an item that is not there', 'p1', ANY, body({ item: 5, ...on('t1-clinic', TUESDAY) }), 'invalid_content', ['/items/0/item']],
    ['a pool that is not there', 'p1', ANY, body(on('nowhere', TUESDAY)), 'invalid_content', ['/items/0/poolId']],
    ['twice into one session', 'p1', ANY, body(on('t1-clinic', TUESDAY), on('t1-clinic', TUESDAY)), 'already_reserved', []],
  ];
  for (const [situation, who, ifMatch, input, code, pointers] of rows) {
    const refused = await city.do(who, reschedule, { id: booked.id, ifMatch, body: input });
    t.same([codeOf(refused), pointersOf(refused)], [code, pointers], situation);
  }
  t.ok(await city.must('t1', reschedule, { id: booked.id, ifMatch: ANY, body: body(on('t1-arranged', MONDAY, 12)) }), 'the receiver may');
  const held = await city.reserve(await city.refer(2), [on('t1-clinic', MONDAY)]);
  city.clock.advance(600 * SECOND);
  t.equal(codeOf(await city.do('p1', reschedule, { id: held.id, ifMatch: ANY, body: body(on('t1-clinic', TUESDAY)) })), 'hold_expired');
});

t.test('only the two sides act on a reservation, not who coordinates and not who had the referral before', async (t) => {
  const city = await openCity(t);
  await fill(city.store, 's1-clinic', sessionOn(MONDAY, 1), sessionOn(TUESDAY, 1));
  const referral = await successorOf(city, await must(city, await city.refer(1), 'redirect', { body: { targetInstitutionId: 's1' } }));
  const { id } = await city.reserve(referral, [on('s1-clinic', MONDAY)]);
  const others: [as: Party, who: Actor][] = [['coordinator', actorOf('t1', 'coordinator')], ['earlier-receiver', actorOf('t1', 'clerk')]];
  const acts: [name: string, run: (who: Actor) => Promise<unknown>][] = [
    ['confirm', (who) => city.do(who, confirm, { id, ifMatch: ANY })],
    ['extend', (who) => city.do(who, extend, { id, ifMatch: ANY })],
    ['release', (who) => city.do(who, release, { id, ifMatch: ANY })],
    ['reschedule', (who) => city.do(who, reschedule, { id, ifMatch: ANY, body: { items: [on('s1-clinic', TUESDAY)] } })],
    ['fulfil', (who) => city.do(who, fulfil, { id, ifMatch: ANY })],
    ['no-show', (who) => city.do(who, noShow, { id, ifMatch: ANY })],
  ];
  const before = await everything(city);
  for (const [as, who] of others) {
    t.equal(await city.store.read(async (reads) => partyOf(referral, who, reads.network, localDateOf(reads.now))), as);
    for (const [name, run] of acts) t.equal(codeOf(await run(who)), 'wrong_party', `${name}, by the ${as}`);
  }
  t.strictSame(await everything(city), before, 'and nothing is written');
});

t.test('a patient who did not come frees the place, and is not scheduled any more', async (t) => {
  const city = await openCity(t);
  const referral = await city.refer(1);
  const booked = await city.reserve(referral, [on('t1-clinic', MONDAY)], { confirm: true });
  t.equal(codeOf(await city.do('t1', noShow, { id: booked.id, ifMatch: ANY })), 'invalid_transition', 'not before it begins');
  city.clock.set(at(MONDAY, 8));
  t.equal(codeOf(await city.do('p1', noShow, { id: booked.id, ifMatch: ANY })), 'wrong_party');
  t.same(states(await city.must('t1', noShow, { id: booked.id, ifMatch: ANY })), ['1 no-show']);
  t.equal(await statusOf(city, referral), 'accepted');
  t.ok(await city.reserve(await city.refer(2), [on('t1-clinic', MONDAY)]), 'somebody else can still come');
  t.same(await city.audit(...POOLS), []);
});

t.test('what is fulfilled stays taken, and the referral as it is', async (t) => {
  const city = await openCity(t);
  const referral = await city.refer(1);
  const booked = await city.reserve(referral, [on('t1-clinic', MONDAY), on('t1-ct', TUESDAY, 14)], { confirm: true });
  const since = await city.lastSeq();
  city.clock.set(at(MONDAY, 0) - 1);
  t.equal(codeOf(await city.do('t1', fulfil, { id: booked.id, ifMatch: ANY, items: [1] })), 'invalid_transition', 'not the day before');
  city.clock.advance(1);
  t.same(states(await city.must('t1', fulfil, { id: booked.id, ifMatch: ANY, items: [1] })), ['1 fulfilled', '2 confirmed']);
  t.equal(await statusOf(city, referral), 'scheduled');
  t.match(await city.events(since), [{ type: 'reservation.fulfilled', data: { places: [{ item: 1 }] } }]);
  t.equal(codeOf(await city.do('t1', release, { id: booked.id, ifMatch: ANY, items: [1] })), 'invalid_transition');
  t.equal(codeOf(await city.tryReserve(await city.refer(2), [on('t1-clinic', MONDAY)])), 'session_full');
  t.same(await city.audit(...POOLS), []);
});

t.test('an arrival fulfils what is of its day, frees what was only held, and can be taken back', async (t) => {
  const city = await openCity(t);
  const referral = await city.refer(1);
  const booked = await city.reserve(referral, [on('t1-clinic', MONDAY), on('t1-bed', MONDAY, 12, 2)], { confirm: true });
  city.clock.set(at(MONDAY, 7));
  const held = await city.reserve(referral, [on('t1-ct', MONDAY, 14)], { ttlSeconds: 86_400 });
  const later = await city.reserve(referral, [on('t1-ct', TUESDAY, 14)], { ttlSeconds: 86_400 });
  city.clock.set(at(MONDAY, 9));
  const since = await city.lastSeq();
  await city.must('t1', act, { id: referral.id, action: 'arrive', ifMatch: ANY, body: {} });
  const seen = async () => {
    const all = [];
    for (const { id } of [booked, held, later]) all.push(...states((await city.store.read((reads) => reads.reservation(id)))!));
    return all;
  };
  t.same(await seen(), ['1 fulfilled', '2 fulfilled', '2 confirmed', '1 fulfilled', '1 released']);
  t.match(await city.events(since), [{ type: 'referral.arrived', data: { fulfilled: [{ reservationId: booked.id }, { reservationId: held.id }], released: [{ reservationId: later.id }] } }], 'told by the one event of the arrival');
  t.same(await city.audit(...POOLS), []);

  await city.must('t1', act, { id: referral.id, action: 'revoke-arrival', ifMatch: ANY, body: { reasonCode: 'not-arrived' } });
  t.same(await seen(), ['1 confirmed', '2 confirmed', '2 confirmed', '1 released', '1 released'], 'what was only held is nobody’s booking');
  t.equal(await statusOf(city, referral), 'scheduled');
  t.equal((await city.session('t1-ct', at(MONDAY, 14))).taken, 0);
  t.same(await city.audit(...POOLS), []);

  const again = await city.reserve(referral, [on('t1-ct', MONDAY, 14)]);
  await city.must('t1', act, { id: referral.id, action: 'arrive', ifMatch: ANY, body: { reservationId: again.id } });

t.test('an arrival to a bed that was only held books its later nights, and its one event says so', async (t) => {
  const city = await openCity(t);
  const referral = await city.refer(1);
  city.clock.set(at(MONDAY, 9));
  const held = await city.reserve(referral, [on('t1-bed', MONDAY, 12, 2)], { ttlSeconds: 86_400 });
  city.clock.set(at(MONDAY, 13));
  const since = await city.lastSeq();
  await city.must('t1', act, { id: referral.id, action: 'arrive', ifMatch: ANY, body: {} });
  const nights = (state: string, startsAt: string) => [{ reservationId: held.id, places: [{ item: 1, state, startsAt }] }];
  const data = { fulfilled: nights('fulfilled', `${MONDAY}T12:00:00.000+08:00`), booked: nights('confirmed', `${TUESDAY}T12:00:00.000+08:00`), released: [] };
  t.match(await city.events(since), [{ type: 'referral.arrived', data }]);
});
  t.same(await seen(), ['1 confirmed', '2 confirmed', '2 confirmed', '1 released', '1 released'], 'to one reservation');
  t.same(states((await city.store.read((reads) => reads.reservation(again.id)))!), ['1 fulfilled']);
  const wrong = await city.do('t1', act, { id: (await city.refer(2)).id, action: 'arrive', ifMatch: ANY, body: { reservationId: again.id } });
  t.same(pointersOf(wrong), ['/reservationId'], 'of this referral');
});

t.test('what a lapsed referral had booked is released, noticed or not', async (t) => {
  const city = await openCity(t);
  const referral = await city.refer(1);
  const booked = await city.reserve(referral, [on('t1-clinic', MONDAY)], { confirm: true });
  city.clock.set(at(MONDAY, 12) + 7 * DAY - 1);
  t.match(await city.ask('p1', getReservation, { id: booked.id }), { places: [{ state: 'confirmed' }] }, 'a week after the appointment, less a millisecond');
  city.clock.advance(1);
  t.match(await city.ask('p1', getReservation, { id: booked.id }), { version: 1, places: [{ state: 'released' }] });
  t.equal(codeOf(await city.do('p1', release, { id: booked.id, ifMatch: ANY })), 'invalid_transition');
  t.equal(codeOf(await city.tryReserve(referral, [on('t1-expert', TUESDAY)])), 'invalid_transition');
});

t.test('what ends a referral frees its places in the same unit', async (t) => {
  const city = await openCity(t);
  const rows: [n: number, who: string, action: 'cancel' | 'reject' | 'close', reasonCode: string][] = [
    [1, 'p1', 'cancel', 'patient-withdrew'],
    [2, 't1', 'reject', 'no-capacity'],
    [3, 'p1', 'close', 'died'],
  ];
  for (const [n, who, action, reasonCode] of rows) {
    const referral = await city.refer(n);
    const held = await city.reserve(referral, [on('t1-clinic', MONDAY), on('t1-expert', MONDAY)]);
    await city.must(who, act, { id: referral.id, action, ifMatch: ANY, body: { reasonCode } });
    t.same(states((await city.store.read((reads) => reads.reservation(held.id)))!), ['1 released', '2 released'], action);
    t.match(await city.session('t1-expert', at(MONDAY, 8)), { taken: 0, drawn: {} }, `${action}: given back to where it was drawn from`);
    t.equal(codeOf(await city.do('p1', confirm, { id: held.id, ifMatch: ANY })), 'invalid_transition', `${action}: not to be confirmed`);
  }
  t.same(await city.audit(...POOLS), []);
});
