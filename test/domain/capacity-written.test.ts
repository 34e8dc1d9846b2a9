import t from 'tap';
import { DAY, formatInstant, HOUR, MINUTE, SECOND } from '../../src/kernel/calendar.js';
import type { PoolInput, SessionInput } from '../../src/contract/capacity.js';
import type { PoolKind } from '../../src/contract/vocabulary.js';
import type { Session } from '../../src/domain/capacity.js';
import { removedAllotments, writePool } from '../../src/domain/pool.js';
import { applyReport, readReports, type SessionReport } from '../../src/domain/session-report.js';
import { allotment, pool, session, START } from '../kit/capacity.js';
import { AREA, codeOf, pointersOf } from '../kit/network.js';
import { networkOf } from '../kit/referral.js';

const NOW = START - DAY;
const network = networkOf();
const input: PoolInput = { institutionId: 't1', kind: 'clinic', department: 'A03', name: '内科门诊' };

t.test('a pool is kept with its department stripped, the area of its institution and a way of booking', async (t) => {
  t.match(writePool(undefined, 'p', input, network, NOW), { id: 'p', area: AREA, department: '03', booking: 'direct', version: 1, updatedAt: NOW });
});

t.test('the same pool again is the same record; a change is a new version', async (t) => {
  const first = writePool(undefined, 'p', { ...input, allotments: [allotment('a')] }, network, NOW);
  if (codeOf(first) || !('version' in first)) return t.fail('it is accepted');
  t.equal(writePool(first, 'p', { ...input, department: '03', booking: 'direct', allotments: [allotment('a')] }, network, NOW + 1), first);
  t.match(writePool(first, 'p', { ...input, allotments: [allotment('a', { places: 3 })] }, network, NOW + 1), { version: 2, updatedAt: NOW + 1 });
});

t.test('what is wrong with a pool is pointed at', async (t) => {
  const rows: [situation: string, change: Partial<PoolInput>, pointers: string[]][] = [
    ['no such institution', { institutionId: 'x' }, ['/institutionId']],
    ['no such department', { department: '99' }, ['/department']],
    ['an allotment twice', { allotments: [allotment('a'), allotment('a')] }, ['/allotments/1/id']],
    ['neither share nor places', { allotments: [{ id: 'a', audience: {} }] }, ['/allotments/0']],
    ['both share and places', { allotments: [{ id: 'a', audience: {}, shareBp: 1, places: 1 }] }, ['/allotments/0']],
    ['a consortium that does not exist', { allotments: [allotment('a', { audience: { consortiumId: 'gx' } })] }, ['/allotments/0/audience/consortiumId']],
    ['shares above the whole', { allotments: [allotment('a', { shareBp: 6_000 }), allotment('b', { shareBp: 4_001 })] }, ['/allotments']],
    ['shares that are the whole', { allotments: [allotment('a', { shareBp: 6_000 }), allotment('b', { shareBp: 4_000 })] }, []],
  ];
  for (const [situation, change, pointers] of rows) t.same(pointersOf(writePool(undefined, 'p', { ...input, ...change }, network, NOW)), pointers, situation);
  const before = pool({ id: 'p', institutionId: 't2', kind: 'bed' });
  t.same(pointersOf(writePool(before, 'p', input, network, NOW)), ['/institutionId', '/kind'], 'a pool changes neither hands nor kind');
});

t.test('an allotment that is no longer listed is removed', async (t) => {
  t.same(removedAllotments(pool({ allotments: [allotment('a'), allotment('b')] }), pool({ allotments: [allotment('b', { places: 9 })] })), ['a']);
  t.same(removedAllotments(pool(), pool({ allotments: [allotment('a')] })), []);
});

function written(startsAt: number, hours: number, more: Partial<SessionInput> = {}): SessionInput {
  return { startsAt: formatInstant(startsAt), endsAt: formatInstant(startsAt + hours * HOUR), capacity: 5, ...more };
}

t.test('what is wrong with a session is pointed at', async (t) => {
  const noon = START + 4 * HOUR;
  const rows: [situation: string, kind: PoolKind, sessions: SessionInput[], pointers: string[]][] = [
    ['a clinic', 'clinic', [written(START, 4)], []],
    ['no length', 'clinic', [written(START, 0)], ['/sessions/0/endsAt']],
    ['backwards', 'clinic', [written(START, 4), written(START + DAY, -1)], ['/sessions/1/endsAt']],
    ['longer than a month', 'exam', [written(START, 24 * 31 + 1)], ['/sessions/0/endsAt']],
    ['a naive time', 'clinic', [written(START, 4, { startsAt: '2017-07-10T08:00:00' })], ['/sessions/0/startsAt']],
    ['a report at no time', 'clinic', [written(START, 4, { reportedAt: 'yesterday' })], ['/sessions/0/reportedAt']],
    ['a report of now, by a clock that is five minutes ahead', 'clinic', [written(START, 4, { reportedAt: formatInstant(NOW + 5 * MINUTE) })], []],
    ['a report further ahead: nothing that follows could overwrite it', 'clinic', [written(START, 4), written(START + DAY, 4, { reportedAt: formatInstant(NOW + 5 * MINUTE + SECOND) })], ['/sessions/1/reportedAt']],
    ['a report of another century, of a bed that begins at eight', 'bed', [written(START, 24, { reportedAt: '2062-01-01T08:00:00+08:00' })], ['/sessions/0/reportedAt', '/sessions/0/startsAt']],
    ['the same start twice', 'clinic', [written(START, 4), written(START, 4)], ['/sessions/1/startsAt']],
    ['overlapping: two rooms of one pool', 'exam', [written(START + 3 * HOUR, 4), written(START, 4)], []],
    ['end to end', 'clinic', [written(START, 4), written(START + 4 * HOUR, 4)], []],
    ['bed-nights from noon to noon', 'bed', [written(noon, 24), written(noon + DAY, 24)], []],
    ['a bed-night from eight', 'bed', [written(START, 24)], ['/sessions/0/startsAt']],
    ['half a bed-night', 'bed', [written(noon, 12)], ['/sessions/0/endsAt']],
  ];
  for (const [situation, kind, sessions, pointers] of rows) t.same(readReports(kind, sessions, NOW).errors.map((e) => e.pointer), pointers, situation);
});

t.test('an older report never overwrites a newer, and the same again changes nothing', async (t) => {
  const report: SessionReport = { index: 0, startsAt: START, endsAt: START + 4 * HOUR, capacity: 5, takenElsewhere: 1, reportedAt: null, source: null, closedReason: null };
  const reported = (at: number | null, capacity = 5): SessionReport => ({ ...report, reportedAt: at, capacity });
  const stored = (at: number | null, updatedAt: number): Session => session({ capacity: 5, takenElsewhere: 1, taken: 3, drawn: { a: 1 }, reportedAt: at, updatedAt });
  const rows: [situation: string, before: Session | undefined, report: SessionReport, status: string, capacity: number, reportedAt: number | null][] = [
    ['new', undefined, reported(null), 'created', 5, null],
    ['newer', stored(NOW - HOUR, NOW), reported(NOW - 1, 4), 'updated', 4, NOW - 1],
    ['older', stored(NOW - HOUR, NOW), reported(NOW - HOUR - 1, 4), 'stale', 5, NOW - HOUR],
    ['the same', stored(NOW - HOUR, NOW), reported(NOW - HOUR), 'unchanged', 5, NOW - HOUR],
    ['the same figures, newer: fresher, not changed', stored(NOW - HOUR, NOW), reported(NOW - 1), 'unchanged', 5, NOW - 1],
    ['of the same instant, corrected', stored(NOW - HOUR, NOW), reported(NOW - HOUR, 6), 'updated', 6, NOW - HOUR],
    ['without a time: true now', stored(NOW - HOUR, NOW - HOUR), reported(null, 6), 'updated', 6, null],
    ['without a time, on a report from the future', stored(NOW + HOUR, NOW), reported(null, 6), 'stale', 5, NOW + HOUR],
    ['without a time, on one by a clock that is a little ahead: no older', stored(NOW + 5 * MINUTE, NOW), reported(null, 6), 'updated', 6, NOW + 5 * MINUTE],
    ['the same figures, without a time, on one by a clock that is a little ahead', stored(NOW + MINUTE, NOW), reported(null), 'unchanged', 5, NOW + MINUTE],
    ['dated before an undated one was written', stored(null, NOW - HOUR), reported(NOW - 2 * HOUR, 6), 'stale', 5, null],
    ['without a time, the same', stored(null, NOW - HOUR), reported(null), 'unchanged', 5, null],
  ];
  for (const [situation, before, r, status, capacity, reportedAt] of rows) {
    const applied = applyReport(pool(), before, r, NOW);
    t.equal(applied.status, status, situation);
    t.match(applied.session, { capacity, reportedAt, taken: before?.taken ?? 0 }, `${situation}: figures`);
  }
  t.match(applyReport(pool(), stored(null, NOW - HOUR), { ...report, closedReason: '停诊' }, NOW), { status: 'updated', session: { closedReason: '停诊' } });
  t.match(applyReport(pool(), { ...stored(null, NOW - HOUR), closedReason: '停诊' }, report, NOW).session, { closedReason: null }, 'the whole record: open again');
});
