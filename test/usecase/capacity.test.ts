import t from 'tap';
import { DAY, formatInstant, HOUR, MINUTE } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { PoolInput, SessionInput } from '../../src/contract/capacity.js';
import { availability, type AvailabilityQuestion } from '../../src/usecase/capacity/availability.js';
import { putPool } from '../../src/usecase/capacity/put-pool.js';
import { putSessions, type SessionOutcome } from '../../src/usecase/capacity/put-sessions.js';
import { worklist, type WorklistEntry } from '../../src/usecase/capacity/worklist.js';
import { confirm } from '../../src/usecase/reservation/confirm.js';
import { release } from '../../src/usecase/reservation/release.js';
import { act } from '../../src/usecase/referral/act.js';
import { City, on } from '../kit/city.js';
import { accepted, ADMIN, at, bedNights, codeOf, fill, pointersOf, POOLS, sessionOn } from '../kit/network.js';
import { START } from '../kit/store.js';

const MONDAY = '2018-03-05';
const TUESDAY = '2018-03-06';
const ANY = null;
const EXPERT = POOLS['t1-expert'] as PoolInput;

t.test('a pool is its institution’s to write, and nobody else’s', async (t) => {
  const city = await City.found(t);
  const rows: [situation: string, tried: () => Promise<unknown>, code: string | undefined][] = [
    ['its own again', () => city.do('t1', putPool, { id: 't1-expert', body: EXPERT }), undefined],
    ['of somebody else', () => city.do('t2', putPool, { id: 't1-expert', body: { ...EXPERT, institutionId: 't2' } }), 'not_found'],
    ['a new one for somebody else', () => city.do('t2', putPool, { id: 'new', body: EXPERT }), 'wrong_party'],
    ['by the administrator', () => city.do(ADMIN, putPool, { id: 'new', body: EXPERT }), undefined],
    ['handed on', () => city.do(ADMIN, putPool, { id: 'new', body: { ...EXPERT, institutionId: 't2' } }), 'invalid_content'],
  ];
  for (const [situation, tried, code] of rows) t.equal(codeOf(await tried()), code, situation);
  t.equal(codeOf(await city.do('t2', putSessions, { poolId: 't1-expert', body: { sessions: [sessionOn(MONDAY, 1)] } })), 'not_found', 'so are its sessions');
  t.equal(codeOf(await city.do('t1', putSessions, { poolId: 'nowhere', body: { sessions: [sessionOn(MONDAY, 1)] } })), 'not_found');
});

t.test('the same pool again changes nothing; a change is a new version and one event', async (t) => {
  const city = await City.found(t);
  const since = await city.lastSeq();
  t.match(await city.must('t1', putPool, { id: 't1-expert', body: EXPERT }), { created: false, pool: { version: 1 } });
  t.same(await city.events(since), []);
  t.match(await city.must('t1', putPool, { id: 't1-expert', body: { ...EXPERT, name: '新名称' } }), { created: false, pool: { version: 2, name: '新名称' } });
  t.match(await city.events(since), [{ type: 'pool.written', subject: 'pool:t1-expert', data: { version: 2 } }]);
});

t.test('an allotment cannot go while a place of it is taken in a session that is not over', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn(MONDAY, 4));
  const held = await city.reserve(await city.refer(1), [on('t1-expert', MONDAY)]);
  const without = { id: 't1-expert', body: { ...EXPERT, allotments: [] } };
  const refused = await city.do('t1', putPool, without);
  t.match(refused, { code: 'allotment_in_use', extra: { conflicts: [{ allotmentId: 'primary', poolId: 't1-expert', startsAt: '2018-03-05T08:00:00.000+08:00', places: 1 }] } });
  t.ok(await city.must('t1', putPool, { id: 't1-expert', body: { ...EXPERT, allotments: [{ id: 'primary', audience: {}, places: 0 }] } }), 'made smaller it can be');
  await city.must('p1', confirm, { id: held.id, ifMatch: ANY });
  city.clock.set(at(MONDAY, 12) - 1);
  t.equal(codeOf(await city.do('t1', putPool, without)), 'allotment_in_use');
  city.clock.advance(1);
  t.ok(await city.must('t1', putPool, without), 'and go once the session is over');
});

t.test('a hold that has run out keeps no allotment', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn(MONDAY, 4));
  await city.reserve(await city.refer(1), [on('t1-expert', MONDAY)]);
  city.clock.advance(10 * 60_000);
  t.ok(await city.must('t1', putPool, { id: 't1-expert', body: { ...EXPERT, allotments: [] } }));
});

const put = (city: City, poolId: string, ...sessions: SessionInput[]) => city.do(POOLS[poolId]!.institutionId, putSessions, { poolId, body: { sessions } });

t.test('sessions are written in bulk, an answer for each, all or none', async (t) => {
  const city = await City.found(t);
  const since = await city.lastSeq();
  const report = (hour: number) => formatInstant(at('2018-03-01', hour));
  const first = { ...sessionOn(MONDAY, 10), reportedAt: report(8) };
  t.match(await put(city, 't1-clinic', first, sessionOn(TUESDAY, 5)), [{ status: 'created', capacity: 10 }, { status: 'created', capacity: 5 }]);
  t.match(
    await put(city, 't1-clinic', { ...first, capacity: 9, reportedAt: report(7) }, sessionOn(TUESDAY, 5), sessionOn('2018-03-07', 5)),
    [{ status: 'stale', capacity: 10 }, { status: 'unchanged' }, { status: 'created' }],
  );
  t.match(await put(city, 't1-clinic', { ...first, capacity: 8, takenElsewhere: 2, reportedAt: report(9) }), [{ status: 'updated', capacity: 8, takenElsewhere: 2, overcommitted: false }]);
  t.match((await city.events(since)).map((e) => [e.type, e.data['created'], e.data['updated']]), [['sessions.written', 2, 0], ['sessions.written', 1, 0], ['sessions.written', 0, 1]]);
  const refused = await put(city, 't1-clinic', sessionOn('2018-03-08', 5), sessionOn(MONDAY, 5, 8), sessionOn(MONDAY, 5, 8));
  t.same(pointersOf(refused), ['/sessions/2/startsAt']);
  t.same(pointersOf(await put(city, 't1-clinic', { ...sessionOn('2018-03-08', 5), reportedAt: '2062-01-01T08:00:00+08:00' })), ['/sessions/0/reportedAt']);
  t.equal(await city.store.read((reads) => reads.session({ poolId: 't1-clinic', startsAt: at('2018-03-08', 8) })), undefined, 'nothing is written');
});

t.test('a clinic that is stopped without a time is stopped, though its HIS had dated the last report a little ahead', async (t) => {
  const city = await City.found(t);
  const reportedAt = formatInstant(city.clock.now() + 3 * MINUTE);
  await accepted(put(city, 't1-clinic', { ...sessionOn(MONDAY, 5), reportedAt }));
  t.match(await put(city, 't1-clinic', { ...sessionOn(MONDAY, 5), closed: { reason: '停诊' } }), [{ status: 'updated' }]);
  t.equal(codeOf(await city.tryReserve(await city.refer(1), [on('t1-clinic', MONDAY)])), 'session_closed');
});

t.test('a thousand sessions are one unit', async (t) => {
  const city = await City.found(t);
  const sessions = Array.from({ length: 1_000 }, (_, i) => ({ ...sessionOn(MONDAY, 1), startsAt: formatInstant(at(MONDAY, 8) + i * HOUR), endsAt: formatInstant(at(MONDAY, 9) + i * HOUR) }));
  const created = await accepted(put(city, 't1-ct', ...sessions));
  t.equal(created.filter((o) => o.status === 'created').length, 1_000);
  t.equal((await accepted(put(city, 't1-ct', ...sessions))).filter((o) => o.status === 'unchanged').length, 1_000);
});

t.test('the end of a session does not move under those who have a place in it', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 2));
  const longer = { ...sessionOn(MONDAY, 2), endsAt: formatInstant(at(MONDAY, 13)) };
  const held = await city.reserve(await city.refer(1), [on('t1-clinic', MONDAY)]);
  t.same(pointersOf(await put(city, 't1-clinic', longer)), ['/sessions/0/endsAt']);
  await city.must('p1', release, { id: held.id, ifMatch: ANY });
  t.match(await put(city, 't1-clinic', longer), [{ status: 'updated' }]);
});

t.test('capacity below what is taken is accepted, told to the ward, and fills its worklist', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 2, 3));
  const referrals = [await city.refer(1), await city.refer(2)];
  for (const referral of referrals) await city.reserve(referral, [on('t1-bed', MONDAY, 12, 2)], { confirm: true });
  const draft = await city.refer(3, { draft: true, urgency: 'emergency' });
  await city.reserve(draft, [on('t1-bed', MONDAY, 12)]);
  const since = await city.lastSeq();
  const [first, second] = bedNights(MONDAY, 2, 1) as [SessionInput, SessionInput];
  t.match(await put(city, 't1-bed', first, { ...second, capacity: 2 }), [{ overcommitted: true, taken: 3 }, { overcommitted: false, taken: 2 }]);
  const ids = referrals.map((r) => r.id).sort();
  t.match(await city.events(since, 'session.overcommitted'), [{ institutionIds: ['t1'], data: { poolId: 't1-bed', capacity: 1, taken: 3, referralIds: ids } }], 'the draft is not named');
  const list = await accepted(city.ask('t1', worklist, { problem: 'overcommitted', after: null, limit: 10 }));
  t.same(list.data.map((e) => [e.referralId, e.poolId, e.startsAt]).sort(), ids.map((id) => [id, 't1-bed', at(MONDAY, 12)]));
  t.same((await accepted(city.ask('p1', worklist, { after: null, limit: 10 }))).data, [], 'not the sender’s to solve');
  t.match(await put(city, 't1-bed', { ...first, capacity: 3 }), [{ overcommitted: false }]);
  t.same((await accepted(city.ask('t1', worklist, { after: null, limit: 10 }))).data, []);
});

t.test('a stopped clinic gives up its places and tells each referral', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 5), sessionOn(TUESDAY, 5));
  await fill(city.store, 't1-ct', sessionOn(MONDAY, 5, 14));
  const [both, only, held, gone] = [await city.refer(1), await city.refer(2), await city.refer(3), await city.refer(4)];
  const withExam = await city.reserve(both, [on('t1-clinic', MONDAY), on('t1-ct', MONDAY, 14)], { confirm: true });
  const twoDays = await city.reserve(only, [on('t1-clinic', MONDAY), on('t1-clinic', TUESDAY)], { confirm: true });
  await city.reserve(held, [on('t1-clinic', MONDAY)]);
  await city.reserve(gone, [on('t1-clinic', MONDAY)], { ttlSeconds: 30 });
  city.clock.advance(30_000);
  const since = await city.lastSeq();
  const stop = (date: string): SessionInput => ({ ...sessionOn(date, 5), closed: { reason: '医生停诊' } });
  t.match(await put(city, 't1-clinic', stop(MONDAY), stop(TUESDAY)), [{ status: 'updated', taken: 0, releasedReservations: 3 }, { releasedReservations: 1 }]);
  const told = await city.events(since, 'reservation.released', 'reservation.expired');
  t.same(told.map((e) => [e.type, e.referralId, e.data['because'], (e.data['places'] as unknown[]).length]).sort(), [
    ['reservation.expired', gone.id, undefined, 1],
    ['reservation.released', both.id, 'clinic-stopped', 1],
    ['reservation.released', only.id, 'clinic-stopped', 2],
    ['reservation.released', held.id, 'clinic-stopped', 1],
  ].sort());
  t.equal((await city.referral(both.id)).status, 'scheduled', 'its examination is still on');
  t.match(await city.referral(both.id), { deadlineAt: at(MONDAY, 18) + 7 * DAY });
  t.equal((await city.referral(only.id)).status, 'accepted');
  t.equal((await city.referral(held.id)).status, 'submitted');
  t.match(await city.store.read((reads) => reads.reservation(withExam.id)), { places: [{ state: 'released' }, { state: 'confirmed' }] });
  t.match(await city.store.read((reads) => reads.reservation(twoDays.id)), { version: 2 });
  t.same(await city.audit('t1-clinic', 't1-ct'), []);
  t.match(await put(city, 't1-clinic', stop(MONDAY)), [{ status: 'unchanged', releasedReservations: 0 }]);
  t.match(await put(city, 't1-clinic', sessionOn(MONDAY, 5)), [{ status: 'updated' }], 'open again');
  t.ok(await city.reserve(only, [on('t1-clinic', MONDAY)]));
});

t.test('availability is what this sender could take', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn(MONDAY, 4), sessionOn('2018-03-01', 4, 14), { ...sessionOn(TUESDAY, 4), closed: { reason: '停诊' } });
  await fill(city.store, 't2-expert', sessionOn(MONDAY, 3));
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 1, 2));
  const ask = async (question: Partial<AvailabilityQuestion>) => {
    const found = await city.ask('p1', availability, { from: '2018-03-01', to: MONDAY, department: 'A03.04', kind: 'clinic', ...question });
    return isRefusal(found) ? found : found.data.map((s) => [s.poolId, formatInstant(s.startsAt).slice(5, 13), s.free, s.freeOpen, s.freeReserved]);
  };
  const today = ['t1-expert', '03-01T14', 4, 4, 0]; // less than a day before: released
  const rows: [situation: string, question: Partial<AvailabilityQuestion>, seen: unknown[]][] = [
    ['a primary member: open and reserved', { sourceInstitutionId: 'p1' }, [today, ['t1-expert', '03-05T08', 4, 2, 2], ['t2-expert', '03-05T08', 3, 3, 0]]],
    ['a secondary member: open only', { sourceInstitutionId: 's1' }, [today, ['t1-expert', '03-05T08', 2, 2, 0], ['t2-expert', '03-05T08', 3, 3, 0]]],
    ['nobody in particular', {}, [today, ['t1-expert', '03-05T08', 2, 2, 0], ['t2-expert', '03-05T08', 3, 3, 0]]],
    ['an emergency: all', { sourceInstitutionId: 'p3', urgency: 'emergency', institutionId: 't1' }, [today, ['t1-expert', '03-05T08', 4, 2, 2]]],
    ['of one consortium', { consortiumId: 'g2' }, [['t2-expert', '03-05T08', 3, 3, 0]]],
    ['of one that is not there', { consortiumId: 'gx' }, []],
    ['the wider subject covers the narrower', { department: '03', institutionId: 't2' }, [['t2-expert', '03-05T08', 3, 3, 0]]],
    ['beds kept for the group, seen by another', { kind: 'bed', institutionId: 't1', sourceInstitutionId: 'p3' }, [['t1-bed', '03-05T12', 0, 0, 0]]],
    ['a stopped clinic is left out', { from: TUESDAY, to: TUESDAY }, []],
  ];
  for (const [situation, question, seen] of rows) t.same(await ask(question), seen, situation);
  t.equal(codeOf(await ask({ from: '2018-03-01', to: '2018-04-01' })), 'window_too_wide', '32 days');
  t.same(await ask({ from: '2018-03-05', to: '2018-04-04', institutionId: 't2' }), [['t2-expert', '03-05T08', 3, 3, 0]], '31 days');
  t.same(pointersOf(await ask({ from: MONDAY, to: '2018-03-04' })), ['?to']);
  t.same(pointersOf(await ask({ sourceInstitutionId: 'x' })), ['?sourceInstitutionId']);
});

t.test('the worklist names what waits for this institution, page by page', async (t) => {
  const city = await City.found(t);
  const waiting = [];
  for (let n = 0; n < 5; n++) waiting.push(await city.refer(n));
  const emergency = await city.refer(9, { urgency: 'emergency', consent: undefined });
  const read = async (limit: number, problem?: string): Promise<WorklistEntry[]> => {
    const all: WorklistEntry[] = [];
    let after: string | null = null;
    do {
      const page: { data: readonly WorklistEntry[]; next: string | null } = await accepted(city.ask('t1', worklist, { problem, after, limit }));
      t.ok(page.data.length <= limit);
      all.push(...page.data);
      after = page.next;
    } while (after !== null);
    return all;
  };
  t.match(await read(10), [{ problem: 'emergency-unacknowledged', referralId: emergency.id, since: START }], 'nobody has answered the emergency');
  city.clock.advance(2 * HOUR - 1);
  t.equal((await read(10, 'unclaimed')).length, 0, 'nobody need look at it yet');
  city.clock.advance(1);
  t.same((await read(2, 'unclaimed')).map((e) => [e.referralId, e.since]), waiting.map((r) => [r.id, START + 2 * HOUR]).reverse(), 'two hours without a hand on them');
  city.clock.advance(DAY - 2 * HOUR);
  for (const limit of [1, 2, 5, 10]) {
    t.same((await read(limit)).map((e) => [e.problem, e.referralId]), [
      ...waiting.map((r) => ['unanswered', r.id]).reverse(),
      ['emergency-unacknowledged', emergency.id],
      ['consent-missing', emergency.id],
    ], `${limit} at a time`);
  }
  t.match(await read(10, 'unanswered'), [{ since: START + DAY, status: 'submitted', urgency: 'routine', reservationId: null }, {}, {}, {}, {}]);
  await city.must('t1', act, { id: emergency.id, action: 'acknowledge', ifMatch: ANY, body: { name: '值班医生' } });
  await city.must('t1', act, { id: waiting[0]!.id, action: 'accept', ifMatch: ANY, body: {} });
  t.equal((await read(10)).length, 5);
  t.equal(codeOf(await city.ask('t1', worklist, { after: 'nonsense', limit: 10 })), 'invalid_cursor');
  t.same(pointersOf(await city.ask('t1', worklist, { problem: 'weather', after: null, limit: 10 })), ['?problem']);
  t.same(await city.ask(ADMIN, worklist, { after: null, limit: 10 }), { data: [], next: null });
});

t.test('what a report was is told by its session', async (t) => {
  const city = await City.found(t);
  const [outcome] = (await accepted(put(city, 't1-clinic', sessionOn(MONDAY, 7)))) as [SessionOutcome];
  t.same(outcome, { startsAt: at(MONDAY, 8), status: 'created', capacity: 7, taken: 0, takenElsewhere: 0, overcommitted: false, releasedReservations: 0 });
});
