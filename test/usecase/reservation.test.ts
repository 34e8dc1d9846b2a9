import t from 'tap';
import { DAY, formatInstant, HOUR, MINUTE, SECOND } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import { stateOf } from '../../src/domain/reservation.js';
import { confirm } from '../../src/usecase/reservation/confirm.js';
import { expireHolds } from '../../src/usecase/reservation/expire-holds.js';
import { extend } from '../../src/usecase/reservation/extend.js';
import { getReservation } from '../../src/usecase/reservation/get-reservation.js';
import { release } from '../../src/usecase/reservation/release.js';
import { act } from '../../src/usecase/referral/act.js';
import { putSessions } from '../../src/usecase/capacity/put-sessions.js';
import { availability } from '../../src/usecase/capacity/availability.js';
import { City, on } from '../kit/city.js';
import { ADMIN, actorOf, at, bedNights, codeOf, fill, pointersOf, putMembership, sessionOn } from '../kit/network.js';
import { START } from '../kit/store.js';

const MONDAY = '2018-03-05';
const TUESDAY = '2018-03-06';
const ANY = null;

t.test('an expert slot, an examination and a bed are held together, or none of them', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn(MONDAY, 4));
  await fill(city.store, 't1-ct', sessionOn(MONDAY, 2, 14));
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 3, 5));
  const since = await city.lastSeq();
  const referral = await city.refer(1);
  const items = [on('t1-expert', MONDAY), on('t1-ct', MONDAY, 14), on('t1-bed', MONDAY, 12, 3)];
  const held = await city.reserve(referral, items);
  t.equal(stateOf(held), 'held');
  t.same(held.places.map((p) => [p.item, p.poolId, p.allotmentId]), [[1, 't1-expert', 'primary'], [2, 't1-ct', null], [3, 't1-bed', 'group'], [3, 't1-bed', 'group'], [3, 't1-bed', 'group']]);
  t.equal(held.expiresAt, START + 2 * HOUR, 'with a bed a hold lasts two hours');
  t.match(await city.events(since, 'reservation.held'), [{ subject: `reservation:${held.id}`, referralId: referral.id, institutionIds: ['p1', 't1'], data: { referralStatus: 'submitted', places: { length: 5 } } }]);
  t.match(await city.referral(referral.id), { version: referral.version + 1, course: { reservationIds: [held.id] } });
  t.same(await city.audit('t1-expert', 't1-ct', 't1-bed'), []);

  const before = await city.lastSeq();
  const second = await city.refer(2);
  const refused = await city.tryReserve(second, [on('t1-expert', MONDAY), on('t1-ct', MONDAY, 14), on('t1-bed', MONDAY, 12, 4)]);
  t.same([codeOf(refused), pointersOf(refused)], ['invalid_content', ['/items/2/nights']], 'a night that is not there');
  t.match(await city.session('t1-expert', at(MONDAY, 8)), { taken: 1 }, 'nothing of the others is taken');
  t.same((await city.events(before)).map((e) => e.type), ['referral.submitted'], 'and nothing is told');
});

t.test('a request that cannot be met is refused with the reason', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 1), { ...sessionOn(TUESDAY, 1), closed: { reason: '停诊' } }, sessionOn('2018-03-01', 1));
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 2, 2));
  const first = await city.refer(1);
  const second = await city.refer(2);
  await city.reserve(first, [on('t1-clinic', MONDAY)]);
  const rows: [situation: string, outcome: Promise<unknown>, code: string, pointers: string[]][] = [
    ['the last place is gone', city.tryReserve(second, [on('t1-clinic', MONDAY)]), 'session_full', []],
    ['closed', city.tryReserve(second, [on('t1-clinic', TUESDAY)]), 'session_closed', []],
    ['the referral has a place in it', city.tryReserve(first, [on('t1-clinic', MONDAY)]), 'already_reserved', []],
    ['no such pool', city.tryReserve(second, [on('nowhere', MONDAY)]), 'invalid_content', ['/items/0/poolId']],
    ['no such session', city.tryReserve(second, [on('t1-clinic', MONDAY, 9)]), 'invalid_content', ['/items/0/startsAt']],
    ['a pool of somebody else', city.tryReserve(second, [on('s1-clinic', MONDAY)]), 'invalid_content', ['/items/0/poolId']],
    ['full comes before what is wrong', city.tryReserve(second, [on('nowhere', MONDAY), on('t1-clinic', MONDAY)]), 'session_full', []],
    ['by somebody else', city.tryReserve(second, [on('t1-bed', MONDAY, 12)], {}, 't2'), 'not_found', []],
    ['a referral that is not there', city.tryReserve({ ...second, id: 'x' }, [on('t1-bed', MONDAY, 12)]), 'not_found', []],
  ];
  for (const [situation, outcome, code, pointers] of rows) {
    const refused = await outcome;
    t.same([codeOf(refused), pointersOf(refused)], [code, pointers], situation);
  }
  city.clock.set(at('2018-03-01', 12));
  t.equal(codeOf(await city.tryReserve(second, [on('t1-clinic', '2018-03-01')])), 'session_over', 'at its end a session is over');
});

t.test('a full session comes with other times and other institutions, as this sender would see them', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn(MONDAY, 2), sessionOn(TUESDAY, 2), sessionOn('2018-03-07', 2), sessionOn('2018-03-30', 2));
  await fill(city.store, 's1-ct', sessionOn(MONDAY, 3, 8));
  await fill(city.store, 't1-ct', sessionOn(MONDAY, 1));
  for (const n of [1, 2]) await city.reserve(await city.refer(n), [on('t1-expert', MONDAY), ...(n === 1 ? [on('t1-ct', MONDAY)] : [])]);
  const third = await city.refer(3);
  const full = await city.tryReserve(third, [on('t1-expert', MONDAY)]);
  t.match(full, {
    code: 'session_full',
    extra: {
      asOf: START,
      conflicts: [{ pointer: '/items/0', poolId: 't1-expert', startsAt: '2018-03-05T08:00:00.000+08:00', code: 'session_full' }],
      alternatives: [
        { kind: 'other-time', poolId: 't1-expert', startsAt: '2018-03-06T08:00:00.000+08:00', free: 2 },
        { kind: 'other-time', poolId: 't1-expert', startsAt: '2018-03-07T08:00:00.000+08:00', free: 2 },
      ],
    },
  });
  const exam = await city.tryReserve(third, [on('t1-ct', MONDAY)]);
  t.match(exam, { extra: { alternatives: [{ kind: 'other-institution', institutionId: 's1', poolId: 's1-ct', startsAt: '2018-03-05T08:00:00.000+08:00', free: 3 }] } });
  t.equal(isRefusal(exam) && exam.extra.alternatives?.length, 1);
});

t.test('a hold is free for others the instant it ends, without anybody sweeping', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 1));
  await fill(city.store, 't1-ct', sessionOn(MONDAY, 1));
  const first = await city.refer(1);
  const second = await city.refer(2);
  const held = await city.reserve(first, [on('t1-clinic', MONDAY), on('t1-ct', MONDAY)]);
  city.clock.set(START + 600 * SECOND - 1);
  t.equal(codeOf(await city.tryReserve(second, [on('t1-clinic', MONDAY)])), 'session_full', 'a millisecond before');
  const since = await city.lastSeq();
  city.clock.advance(1);
  const question = { from: MONDAY, to: MONDAY, institutionId: 't1', kind: 'clinic', sourceInstitutionId: 'p1' } as const;
  t.match(await city.ask('p1', availability, question), { data: [{ free: 1 }] }, 'seen as free');
  t.match(await city.ask('p1', getReservation, { id: held.id }), { expiresAt: null, places: [{ state: 'expired' }, { state: 'expired' }] }, 'and the hold as expired');
  t.equal(codeOf(await city.do('p1', confirm, { id: held.id, ifMatch: ANY })), 'hold_expired');
  t.equal(codeOf(await city.do('p1', extend, { id: held.id, ifMatch: ANY })), 'hold_expired');
  t.equal(codeOf(await city.do('p1', release, { id: held.id, ifMatch: ANY })), 'hold_expired');
  t.ok(await city.reserve(second, [on('t1-clinic', MONDAY)]), 'and sold');
  const expired = { type: 'reservation.expired', referralId: first.id, data: { places: [{ poolId: 't1-clinic', state: 'expired' }] } };
  const nobody = { actor: { clientId: 'time', institutionId: null, operator: null } };
  t.match(await city.events(since), [{ ...expired, ...nobody }, { type: 'reservation.held', actor: { institutionId: 'p1' } }], 'by time, not by who wanted the place');
  t.same(await city.audit('t1-clinic', 't1-ct'), []);

  t.equal(await city.must(ADMIN, expireHolds, { limit: 10 }), 1, 'the sweeper writes down the rest');
  t.equal(await city.must(ADMIN, expireHolds, { limit: 10 }), 0, 'once');
  t.match(await city.session('t1-ct', at(MONDAY, 8)), { taken: 0, earliestExpiry: null });
  t.match(await city.store.read((reads) => reads.reservation(held.id)), { expiresAt: null, version: 3, places: [{ state: 'expired' }, { state: 'expired' }] });
  t.equal((await city.events(since, 'reservation.expired')).length, 2, 'each place is told of once');
});

t.test('holds of one session end each at its own instant', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 2));
  const take = async (n: number, ttlSeconds: number) => codeOf(await city.tryReserve(await city.refer(n), [on('t1-clinic', MONDAY)], { ttlSeconds }));
  t.same([await take(1, 120), await take(2, 60)], [undefined, undefined]);
  const rows: [seconds: number, n: number, code: string | undefined][] = [
    [59, 3, 'session_full'], [60, 4, undefined], [119, 5, 'session_full'], [120, 6, undefined], [121, 7, 'session_full'],
  ];
  for (const [seconds, n, code] of rows) {
    city.clock.set(START + seconds * SECOND);
    t.equal(await take(n, 600), code, `after ${seconds} s`);
    t.same(await city.audit('t1-clinic'), []);
  }
});

t.test('a hold is extended once by its own length', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 1));
  const held = await city.reserve(await city.refer(1), [on('t1-clinic', MONDAY)], { ttlSeconds: 300 });
  t.match(await city.must('p1', extend, { id: held.id, ifMatch: 1 }), { expiresAt: START + 600 * SECOND, extended: true, version: 2 });
  t.equal(codeOf(await city.do('t1', extend, { id: held.id, ifMatch: ANY })), 'already_extended');
  city.clock.set(START + 300 * SECOND);
  const second = await city.refer(2);
  t.equal(codeOf(await city.tryReserve(second, [on('t1-clinic', MONDAY)])), 'session_full', 'the session looks, and finds it still held');
  city.clock.set(START + 600 * SECOND);
  t.ok(await city.reserve(second, [on('t1-clinic', MONDAY)]));
  t.same(await city.audit('t1-clinic'), []);
});

t.test('the sender books a direct pool by the standing rule of the hospital; an arranged one only the receiver', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 5));
  await fill(city.store, 't1-arranged', ...bedNights(MONDAY, 1, 5));
  const direct = await city.refer(1);
  const held = await city.reserve(direct, [on('t1-clinic', MONDAY)]);
  const since = await city.lastSeq();
  t.match(await city.must('p1', confirm, { id: held.id, ifMatch: 1 }), { expiresAt: null, places: [{ state: 'confirmed' }] });
  t.match(await city.referral(direct.id), { status: 'scheduled', deadlineAt: at(MONDAY, 12) + 7 * DAY, course: { acceptedBy: 'standing-rule' } });
  t.match(await city.events(since), [{ type: 'reservation.confirmed', data: { referralStatus: 'scheduled', state: 'confirmed' } }], 'one event');
  t.equal(codeOf(await city.do('p1', confirm, { id: held.id, ifMatch: ANY })), 'invalid_transition', 'once');

  const arranged = await city.refer(2, { targetDepartment: '04' });
  const bed = await city.reserve(arranged, [on('t1-arranged', MONDAY, 12)]);
  t.equal(codeOf(await city.do('p1', confirm, { id: bed.id, ifMatch: 99 })), 'wrong_party');
  t.equal(codeOf(await city.tryReserve(arranged, [on('t1-arranged', MONDAY, 12)], { confirm: true })), 'wrong_party', 'nor at once');
  t.ok(await city.must('t1', confirm, { id: bed.id, ifMatch: ANY }));
  t.match(await city.referral(arranged.id), { status: 'scheduled', course: { acceptedBy: 'receiver' } });

  const once = await city.refer(3);
  const booked = await city.reserve(once, [on('t1-clinic', MONDAY)], { confirm: true });
  t.match(booked, { expiresAt: null, places: [{ state: 'confirmed' }] });
  t.match(await city.referral(once.id), { status: 'scheduled', version: once.version + 1 });
  t.equal((await city.session('t1-clinic', at(MONDAY, 8))).earliestExpiry, START + 10 * MINUTE, 'a booking leaves no expiry behind');
});

t.test('a hold on a draft is no booking, is its sender’s alone and dies with it', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 1));
  const draft = await city.refer(1, { draft: true });
  const since = await city.lastSeq();
  const held = await city.reserve(draft, [on('t1-clinic', MONDAY)], { ttlSeconds: 86_400 });
  t.same((await city.events(since)).map((e) => e.institutionIds), [['p1']], 'the receiver does not hear of a draft');
  t.equal(codeOf(await city.ask('t1', getReservation, { id: held.id })), 'not_found');
  t.equal(codeOf(await city.do('p1', confirm, { id: held.id, ifMatch: ANY })), 'invalid_transition');
  await city.must('p1', act, { id: draft.id, action: 'cancel', ifMatch: ANY, body: { reasonCode: 'patient-withdrew' } });
  t.match(await city.ask('p1', getReservation, { id: held.id }), { places: [{ state: 'released' }] });
  t.ok(await city.reserve(await city.refer(2), [on('t1-clinic', MONDAY)]));
  t.same(await city.audit('t1-clinic'), []);
});

t.test('a reservation exists for whom its referral exists', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 1));
  const held = await city.reserve(await city.refer(1), [on('t1-clinic', MONDAY)]);
  for (const [who, code] of [['p1', undefined], ['t1', undefined], ['p2', 'not_found'], ['t2', 'not_found']] as const) {
    t.equal(codeOf(await city.ask(who, getReservation, { id: held.id })), code, `${who} reads`);
    if (code) t.equal(codeOf(await city.do(who, release, { id: held.id, ifMatch: ANY })), code, `${who} releases`);
  }
  t.equal(codeOf(await city.ask(ADMIN, getReservation, { id: held.id })), 'not_found', 'the administrator sees no patient');
  t.equal(codeOf(await city.do('p1', release, { id: 'nothing', ifMatch: ANY })), 'not_found');
  t.equal(codeOf(await city.do('p1', release, { id: held.id, ifMatch: 7 })), 'version_mismatch');
});

t.test('what was submitted before a member left keeps its allotment, what comes after does not', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 1, 2));
  const before = await city.refer(1);
  await putMembership(city.store, 'g1', 'p1', { role: 'member', from: '2017-01-01', until: '2018-03-01' });
  city.clock.advance(DAY);
  const after = await city.refer(2);
  t.match(after, { course: { outside: true } });
  t.equal(codeOf(await city.tryReserve(after, [on('t1-bed', MONDAY, 12)])), 'session_full', 'all is kept for the group');
  t.match(await city.reserve(before, [on('t1-bed', MONDAY, 12)]), { places: [{ allotmentId: 'group' }] });
  const emergency = await city.refer(3, { urgency: 'emergency' });
  t.match(await city.reserve(emergency, [on('t1-bed', MONDAY, 12)]), { places: [{ allotmentId: 'group' }] }, 'an emergency draws it, from outside too');
});

t.test('two hundred at once for one last place: one gets it', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 1));
  const referrals = await Promise.all(Array.from({ length: 200 }, (_, n) => city.refer(n)));
  const outcomes = await Promise.all(referrals.map((referral) => city.tryReserve(referral, [on('t1-clinic', MONDAY)])));
  t.equal(outcomes.filter((outcome) => !isRefusal(outcome)).length, 1);
  t.same([...new Set(outcomes.map(codeOf))].sort(), ['session_full', undefined]);
  t.match(await city.session('t1-clinic', at(MONDAY, 8)), { taken: 1 });
  t.same(await city.audit('t1-clinic'), []);

  city.clock.advance(600 * SECOND);
  const again = await Promise.all(referrals.map((referral) => city.tryReserve(referral, [on('t1-clinic', MONDAY)])));
  t.equal(again.filter((outcome) => !isRefusal(outcome)).length, 1, 'and one again when the hold has run out');
  t.same(await city.audit('t1-clinic'), []);
});

t.test('an overcommitted session takes no new hold, not even of an emergency', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 1, 3));
  for (const n of [1, 2]) await city.reserve(await city.refer(n), [on('t1-bed', MONDAY, 12)], { confirm: true });
  const [night] = bedNights(MONDAY, 1, 1);
  t.match(await city.must(actorOf('t1'), putSessions, { poolId: 't1-bed', body: { sessions: [night!] } }), [{ status: 'updated', overcommitted: true, taken: 2, capacity: 1 }]);
  t.equal(codeOf(await city.tryReserve(await city.refer(3, { urgency: 'emergency' }), [on('t1-bed', MONDAY, 12)])), 'session_full');
  t.equal(formatInstant(at(MONDAY, 12)), night!.startsAt);
});
