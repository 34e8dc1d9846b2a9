import t from 'tap';
import { addDays, HOUR, startOfDay, type Instant } from '../../src/kernel/calendar.js';
import type { Need } from '../../src/contract/referral.js';
import { BED_FIGURES_HOLD, longestStay, poolServes, summarise, wantsOf, type Opening } from '../../src/domain/openings.js';
import { pool } from '../kit/capacity.js';

const TODAY = '2018-03-01';
const NOW = startOfDay(TODAY) + 9 * HOUR;
const UNTIL = startOfDay(addDays(TODAY, 14));

/** Places at 08:00 of a day, so many days from today. */
function morning(poolId: string, day: number, free: number, freeReserved = 0): Opening {
  const startsAt = startOfDay(addDays(TODAY, day)) + 8 * HOUR;
  return { poolId, startsAt, endsAt: startsAt + 4 * HOUR, free, freeReserved, reportedAt: null };
}

/** Bed-nights one after another from today, free places of each. */
function nights(poolId: string, free: number[], reportedAt: Instant | null = null): Opening[] {
  return free.map((places, i) => {
    const startsAt = startOfDay(addDays(TODAY, i)) + 12 * HOUR;
    return { poolId, startsAt, endsAt: startsAt + 24 * HOUR, free: places, freeReserved: 0, reportedAt };
  });
}

t.test('a pool serves a need', async (t) => {
  const expert = pool({ kind: 'clinic', department: '03.04', tier: 'expert' });
  const ct = pool({ kind: 'exam', department: '32.02', item: 'CT' });
  const ward = pool({ kind: 'bed', department: '05', sex: '2' });
  const rows: [string, ReturnType<typeof pool>, Need, string | null, string | null, boolean][] = [
    ['a clinic of the department asked for', expert, { kind: 'clinic' }, '03.04', null, true],
    ['a clinic of a part of the department', expert, { kind: 'clinic' }, '03', null, true],
    ['a clinic of another department', expert, { kind: 'clinic' }, '04', null, false],
    ['the need names its own department', expert, { kind: 'clinic', department: '03.04' }, '04', null, true],
    ['nobody named a department', expert, { kind: 'clinic' }, null, null, true],
    ['an expert where one is wanted', expert, { kind: 'clinic', tier: 'expert' }, null, null, true],
    ['an expert where a general clinic is wanted', expert, { kind: 'clinic', tier: 'general' }, null, null, false],
    ['an examination, in whichever department', ct, { kind: 'exam', item: 'CT' }, '03.04', null, true],
    ['another examination', ct, { kind: 'exam', item: 'MRI' }, '03.04', null, false],
    ['a bed for a woman', ward, { kind: 'bed' }, null, '2', true],
    ['a bed in a ward for women, for a man', ward, { kind: 'bed' }, null, '1', false],
    ['a bed, sex not said', ward, { kind: 'bed' }, null, null, true],
  ];
  for (const [what, p, need, department, sex, serves] of rows) t.equal(poolServes(p, need, wantsOf('outpatient', [need], department, sex)), serves, what);
});

t.test('what is needed where nothing is named follows from the category', async (t) => {
  t.match(wantsOf('outpatient', undefined, null, null), { needs: [{ kind: 'clinic' }], named: false });
  t.match(wantsOf('inpatient', [], null, null), { needs: [{ kind: 'bed' }], named: false });
  t.match(wantsOf('exam', undefined, null, null), { needs: [{ kind: 'exam' }], named: false });
  t.match(wantsOf('emergency', undefined, null, null), { needs: [{ kind: 'bed' }], named: false });
  t.match(wantsOf('inpatient', [{ kind: 'exam', department: 'A32' }], null, null), { needs: [{ kind: 'exam', department: '32' }], named: true });
  t.equal(longestStay(wantsOf('inpatient', [{ kind: 'exam' }, { kind: 'bed', nights: 5 }, { kind: 'bed' }], null, null)), 5);
});

t.test('an institution has, for what is needed', async (t) => {
  const clinic = pool({ id: 'c', kind: 'clinic' });
  const other = pool({ id: 'd', kind: 'clinic' });
  const bed = pool({ id: 'b', kind: 'bed' });
  const at = (day: number, hour: number): Instant => startOfDay(addDays(TODAY, day)) + hour * HOUR;
  const fresh = NOW - BED_FIGURES_HOLD;
  type Row = [string, Need[], Opening[], { lack?: string; earliest?: [string, Instant] | null; reservedLeft?: number }];
  const rows: Row[] = [
    ['the first free place', [{ kind: 'clinic' }], [morning('c', 1, 0), morning('c', 2, 1)], { earliest: ['c', at(2, 8)] }],
    ['the first of several pools', [{ kind: 'clinic' }], [morning('c', 3, 1), morning('d', 2, 1)], { earliest: ['d', at(2, 8)] }],
    ['reserved places of all of them', [{ kind: 'clinic' }], [morning('c', 1, 3, 2), morning('c', 2, 1, 1), morning('d', 2, 5, 4)], { reservedLeft: 7 }],
    ['reserved places once, though two needs want them', [{ kind: 'clinic' }, { kind: 'clinic' }], [morning('c', 1, 3, 2)], { reservedLeft: 2 }],
    ['nothing from before the day that the need says', [{ kind: 'clinic', from: addDays(TODAY, 2) }], [morning('c', 1, 1), morning('c', 2, 1)], { earliest: ['c', at(2, 8)] }],
    ['no place left', [{ kind: 'clinic' }], [morning('c', 1, 0)], { lack: 'full', earliest: null }],
    ['no session at all', [{ kind: 'clinic' }], [], { lack: 'full' }],
    ['no such pool', [{ kind: 'exam' }], [morning('c', 1, 1)], { lack: 'no-pool' }],
    ['one need met and one not', [{ kind: 'clinic' }, { kind: 'exam' }], [morning('c', 1, 1)], { lack: 'no-pool', earliest: null }],
    ['all needs: from the last of them on nothing is missing', [{ kind: 'clinic' }, { kind: 'bed' }], [morning('c', 1, 1), ...nights('b', [0, 0, 1])], { earliest: ['b', at(2, 12)] }],
    ['three nights in a row', [{ kind: 'bed', nights: 3 }], nights('b', [1, 1, 0, 1, 1, 1]), { earliest: ['b', at(3, 12)] }],
    ['never three nights in a row', [{ kind: 'bed', nights: 3 }], nights('b', [1, 1, 0, 1, 1]), { lack: 'full' }],
    ['nights with a hole between', [{ kind: 'bed', nights: 2 }], [nights('b', [1])[0]!, nights('b', [0, 0, 1])[2]!], { lack: 'full' }],
    ['nights that begin in the window and end after it', [{ kind: 'bed', nights: 3 }], nights('b', Array.from({ length: 16 }, (_, i) => (i < 13 ? 0 : 1))), { earliest: ['b', at(13, 12)] }],
    ['nights that begin after the window', [{ kind: 'bed', nights: 2 }], nights('b', Array.from({ length: 16 }, (_, i) => (i < 14 ? 0 : 1))), { lack: 'full' }],
    ['bed figures of two days ago', [{ kind: 'bed' }], nights('b', [1], fresh), { earliest: ['b', at(0, 12)] }],
    ['bed figures that are older', [{ kind: 'bed' }], nights('b', [1], fresh - 1), { lack: 'overdue' }],
    ['clinic places, however long ago they were announced', [{ kind: 'clinic' }], [{ ...morning('c', 1, 1), reportedAt: NOW - 90 * 24 * HOUR }], { earliest: ['c', at(1, 8)] }],
  ];
  for (const [what, needs, openings, expected] of rows) {
    t.test(what, async (t) => {
      const byPool = new Map<string, Opening[]>();
      for (const o of openings) byPool.set(o.poolId, [...(byPool.get(o.poolId) ?? []), o]);
      const found = summarise(wantsOf('outpatient', needs, null, null), [clinic, other, bed], byPool, UNTIL, NOW);
      t.equal(found.lack?.why, expected.lack);
      if (expected.earliest !== undefined) t.same(found.earliest, expected.earliest && { poolId: expected.earliest[0], startsAt: expected.earliest[1] });
      if (expected.reservedLeft !== undefined) t.equal(found.reservedLeft, expected.reservedLeft);
    });
  }
});
