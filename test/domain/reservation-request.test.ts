import t from 'tap';
import { DAY, formatInstant, HOUR } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { ItemRequest, RescheduleInput } from '../../src/contract/reservation.js';
import type { PlaceState } from '../../src/contract/vocabulary.js';
import { askerOf } from '../../src/domain/allotment.js';
import { keyOf, type Pool, type Session } from '../../src/domain/capacity.js';
import type { Place } from '../../src/domain/reservation.js';
import { grant, readWishes, sessionsOf, type Terms } from '../../src/domain/reservation-request.js';
import { planRescheduling, reschedule } from '../../src/domain/reschedule.js';
import { allotment, asker, place, pool, reservation, session, START } from '../kit/capacity.js';
import { codeOf, pointersOf } from '../kit/network.js';
import { networkOf, referralOf } from '../kit/referral.js';

const POOLS: Record<string, Pool> = {
  pool: pool({ allotments: [allotment('a', { places: 1 })] }),
  bed: pool({ id: 'bed', kind: 'bed' }),
  men: pool({ id: 'men', kind: 'bed', sex: '1' }),
  other: pool({ id: 'other', institutionId: 't2' }),
};
const item = (poolId: string, more: Partial<ItemRequest> = {}): ItemRequest => ({ poolId, startsAt: formatInstant(START), ...more });
const read = (items: ItemRequest[], referral = referralOf(), pointer = '/items') => readWishes(items, referral, (id) => POOLS[id], pointer, 1);

t.test('what is wrong with an item is pointed at', async (t) => {
  const woman = referralOf({ content: { sex: '2' } });
  const unknown = referralOf({ content: { sex: '0' } });
  const untargeted = referralOf({ referral: { targetInstitutionId: null } });
  const rows: [situation: string, ReturnType<typeof read>, pointers: string[]][] = [
    ['nothing', read([item('pool'), item('bed', { nights: 3 })]), []],
    ['no such pool', read([item('pool'), item('nowhere')]), ['/items/1/poolId']],
    ['within a new referral', read([item('nowhere')], referralOf(), '/reserve/items'), ['/reserve/items/0/poolId']],
    ['a naive time', read([item('pool', { startsAt: '2017-07-10T08:00:00' })]), ['/items/0/startsAt']],
    ['a pool of another institution', read([item('other')]), ['/items/0/poolId']],
    ['a draft without target may choose', read([item('other')], untargeted), []],
    ['but one institution only', read([item('other'), item('pool')], untargeted), ['/items/1/poolId']],
    ['nights of a clinic', read([item('pool', { nights: 1 })]), ['/items/0/nights']],
    ['a ward for men, a woman', read([item('men')], woman), ['/items/0/poolId']],
    ['a ward for men, a person of unknown sex', read([item('men')], unknown), []],
  ];
  for (const [situation, { errors }, pointers] of rows) t.same(errors.map((e) => e.pointer), pointers, situation);
});

const sessionsFor = (...sessions: Session[]) => new Map(sessions.map((s) => [keyOf(s), s]));
const night = (n: number, more: Partial<Session> = {}) => session({ poolId: 'bed', startsAt: START + n * DAY, endsAt: START + (n + 1) * DAY, ...more });
const terms = (more: Partial<Terms> = {}): Terms => ({ asker: asker(), now: START - DAY, stateOf: () => 'held', heldUntil: START - DAY + HOUR, occupied: new Set(), givenUp: new Map(), ...more });

t.test('every session that is wished for is drawn, a bed night by night', async (t) => {
  const { wishes } = read([item('pool'), item('bed', { nights: 3 })]);
  t.same(wishes.flatMap(sessionsOf).map((k) => k.startsAt - START), [0, 0, DAY, 2 * DAY]);
  const granted = grant(wishes, sessionsFor(session(), night(0), night(1), night(2)), terms());
  t.same(granted.places.map((p) => [p.item, p.poolId, p.allotmentId, p.state]), [[1, 'pool', 'a', 'held'], [2, 'bed', null, 'held'], [2, 'bed', null, 'held'], [2, 'bed', null, 'held']]);
  t.match([...granted.sessions.values()], [{ taken: 1, drawn: { a: 1 } }, { taken: 1 }, { taken: 1 }, { taken: 1 }]);
  t.ok([...granted.sessions.values()].every((s) => s.earliestExpiry === START - DAY + HOUR));
  t.equal(grant(wishes, sessionsFor(session(), night(0), night(1), night(2)), terms({ stateOf: () => 'confirmed' })).sessions.get(keyOf(session()))?.earliestExpiry, null, 'a booking never expires');
});

t.test('what cannot be had is named, each with its reason', async (t) => {
  const bed = read([item('bed', { nights: 3 })]).wishes;
  const one = read([item('pool')]).wishes;
  const rows: [situation: string, ReturnType<typeof grant>, conflicts: string[], pointers: string[]][] = [
    ['a full night', grant(bed, sessionsFor(night(0), night(1, { taken: 10 }), night(2)), terms()), ['session_full'], []],
    ['two reasons', grant(bed, sessionsFor(night(0, { closedReason: 'x' }), night(1), night(2, { taken: 10 })), terms()), ['session_closed', 'session_full'], []],
    ['a missing night', grant(bed, sessionsFor(night(0), night(2)), terms()), [], ['/items/0/nights']],
    ['no session', grant(bed, sessionsFor(night(1), night(2)), terms()), [], ['/items/0/startsAt']],
    ['the same session twice', grant(read([item('pool'), item('pool')]).wishes, sessionsFor(session()), terms()), ['already_reserved'], []],
    ['overlapping nights', grant(read([item('bed', { nights: 2 }), item('bed', { startsAt: formatInstant(START + DAY) })]).wishes, sessionsFor(night(0), night(1)), terms()), ['already_reserved'], []],
    ['live already', grant(one, sessionsFor(session()), terms({ occupied: new Set([keyOf(session())]) })), ['already_reserved'], []],
  ];
  for (const [situation, granted, conflicts, pointers] of rows) {
    t.same(granted.conflicts.map((c) => c.code), conflicts, situation);
    t.same(granted.errors.map((e) => e.pointer), pointers, `${situation}: pointers`);
  }
});

t.test('a place that is given up and wanted again stays as it was drawn, even in a full or closed session', async (t) => {
  const kept = place({ allotmentId: 'a', state: 'confirmed' });
  const full = session({ capacity: 1, taken: 1, drawn: { a: 1 }, closedReason: 'x' });
  const granted = grant(read([item('pool')]).wishes, sessionsFor(full), terms({ stateOf: () => 'confirmed', givenUp: new Map([[keyOf(kept), kept]]) }));
  t.match(granted, { conflicts: [], places: [{ allotmentId: 'a', state: 'confirmed' }] });
  t.equal(granted.sessions.get(keyOf(full)), full);
});

const at = { now: START - DAY, by: 'sender', referralStatus: 'submitted', ifMatch: null } as const;

t.test('rescheduling replaces the items that it names, or all', async (t) => {
  const two = (state: PlaceState): Place[] => [place({ state }), place({ item: 2, poolId: 'bed', state })];
  const entry = (number?: number): RescheduleInput['items'][number] => ({ ...(number === undefined ? {} : { item: number }), ...item('pool') });
  const rows: [situation: string, ReturnType<typeof planRescheduling>, replaced: number[], refusal: string | undefined, pointers: string[]][] = [
    ['all', planRescheduling(reservation(two('held')), [entry()], at), [1, 2], undefined, []],
    ['one', planRescheduling(reservation(two('confirmed')), [entry(2)], at), [2], undefined, []],
    ['some named, some not', planRescheduling(reservation(two('held')), [entry(1), entry()], at), [], 'invalid_content', ['/items/1/item']],
    ['one named twice', planRescheduling(reservation(two('held')), [entry(1), entry(1)], at), [], 'invalid_content', ['/items/1/item']],
    ['one that is not there', planRescheduling(reservation(two('held')), [entry(1), entry(3)], at), [], 'invalid_content', ['/items/1/item']],
    ['one that is used', planRescheduling(reservation([place({ state: 'fulfilled' })]), [entry(1)], at), [], 'invalid_transition', []],
    ['a hold that has run out', planRescheduling(reservation(two('held')), [entry()], { ...at, now: START }), [], 'hold_expired', []],
    ['another version', planRescheduling(reservation(two('held')), [entry()], { ...at, ifMatch: 7 }), [], 'version_mismatch', []],
    ['a referral that has ended', planRescheduling(reservation(two('held')), [entry()], { ...at, referralStatus: 'closed' }), [], 'invalid_transition', []],
    ['a thousand times', planRescheduling(reservation([place({ item: 1_000 })]), [entry()], at), [], 'invalid_content', ['/items']],
  ];
  for (const [situation, plan, replaced, refusal, pointers] of rows) {
    t.equal(codeOf(plan), refusal, situation);
    t.same(pointersOf(plan), pointers, `${situation}: pointers`);
    if (!isRefusal(plan)) t.same(plan.givenUp.map((p) => p.item), replaced, `${situation}: replaces`);
  }
});

t.test('new places take over the state, numbers are never used again', async (t) => {
  const before = reservation([place({ state: 'confirmed' }), place({ item: 2, poolId: 'bed', state: 'confirmed' })]);
  const plan = planRescheduling(before, [{ item: 2, ...item('pool', { startsAt: formatInstant(START + DAY) }) }], at);
  if (isRefusal(plan)) return t.fail(plan.code);
  const [wish] = readWishes([item('pool', { startsAt: formatInstant(START + DAY) })], referralOf(), (id) => POOLS[id], '/items', plan.firstItem).wishes;
  t.match(wish, { item: 3 });
  t.equal(plan.stateOf(wish!), 'confirmed');
  const after = reschedule(before, plan.givenUp, [place({ item: 3, startsAt: START + DAY, state: 'confirmed' })]);
  t.same(after.reservation.places.map((p) => `${p.item} ${p.state}`), ['1 confirmed', '2 released', '3 confirmed']);
  t.match(after, { reservation: { version: 2 }, freed: [{ item: 2 }], changed: [{ item: 2, state: 'released' }, { item: 3, state: 'confirmed' }] });
});

t.test('what a referral brings to an allotment is frozen at submission, and what it shares today besides', async (t) => {
  const today = '2018-03-05';
  const left = networkOf({ g1: { members: [] } });
  const raised = networkOf();
  const rows: [situation: string, asker: ReturnType<typeof askerOf>, level: string, consortia: string[]][] = [
    ['a member', askerOf(referralOf(), raised, 't1', today), 'primary', ['g1']],
    ['the level at submission, not of today', askerOf(referralOf({ course: { sourceLevel: 'secondary' } }), raised, 't1', today), 'secondary', ['g1']],
    ['a member that has left since', askerOf(referralOf(), left, 't1', today), 'primary', ['g1']],
    ['a draft of one that has left', askerOf(referralOf({ course: { submittedAt: null } }), left, 't1', today), 'primary', []],
    ['several shared', askerOf(referralOf({ referral: { sourceInstitutionId: 's1', consortiumId: 'a1' } }), raised, 't1', today), 'secondary', ['g1', 'a1']],
    ['an outside referral, though both have joined since', askerOf(referralOf({ referral: { consortiumId: null }, course: { outside: true } }), raised, 't1', today), 'primary', []],
  ];
  for (const [situation, who, level, consortia] of rows) t.strictSame([who.level, who.consortiumIds], [level, consortia], situation);
});
