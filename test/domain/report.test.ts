import t from 'tap';
import { countConsortia, periodOf, TransferSum, type Grouping, type TransferTally } from '../../src/domain/report.js';
import { networkOf } from '../kit/referral.js';

const FOUR_ZEROS = [
  ['up', 'outpatient', 0], ['up', 'inpatient', 0], ['down', 'outpatient', 0], ['down', 'inpatient', 0],
];

function tally(month: string, sourceInstitutionId: string, direction: TransferTally['direction'], category: TransferTally['category'], count: number): TransferTally {
  return { month, sourceInstitutionId, direction, category, count };
}

function summed(grouping: Grouping, from: string, to: string, ...tallies: TransferTally[]) {
  const sum = new TransferSum(grouping, from, to);
  for (const each of tallies) sum.add(each);
  return sum.rows();
}

const WHOLE: Grouping = { period: null, institution: false };

t.test('门诊 and 住院, 上转 and 下转 are told even where nothing was transferred', async (t) => {
  const rows = summed(WHOLE, '2018-01-01', '2018-03-31');
  t.same(rows.map((r) => [r.direction, r.category, r.count]), FOUR_ZEROS);
});

t.test('tallies of several slices add up, and a reversal takes away', async (t) => {
  const rows = summed(WHOLE, '2018-01-01', '2018-03-31',
    tally('2018-01', 'p1', 'up', 'outpatient', 5), tally('2018-02', 'p2', 'up', 'outpatient', 3), tally('2018-02', 't1', 'down', 'inpatient', 2),
    tally('2018-01', 'p1', 'up', 'outpatient', -1), tally('2018-02', 's1', 'lateral', 'outpatient', 1), tally('2018-02', 'p1', 'up', 'exam', 4), tally('2018-03', 'p1', 'up', 'exam', -4));
  t.same(rows, [
    { period: null, institutionId: null, direction: 'up', category: 'outpatient', count: 7 },
    { period: null, institutionId: null, direction: 'up', category: 'inpatient', count: 0 },
    { period: null, institutionId: null, direction: 'down', category: 'outpatient', count: 0 },
    { period: null, institutionId: null, direction: 'down', category: 'inpatient', count: 2 },
    { period: null, institutionId: null, direction: 'lateral', category: 'outpatient', count: 1 },
  ], 'what comes out as nothing beside the four is left out');
});

t.test('by period every period of the range is told, in order', async (t) => {
  const rows = (period: Grouping['period'], from: string, to: string) => [...new Set(summed({ period, institution: false }, from, to, tally('2018-01', 'p1', 'up', 'inpatient', 2)).map((r) => r.period))];
  t.same(rows('month', '2017-11-15', '2018-02-01'), ['2017-11', '2017-12', '2018-01', '2018-02']);
  t.same(rows('quarter', '2017-11-15', '2018-04-01'), ['2017Q4', '2018Q1', '2018Q2']);
  t.same(rows('year', '2015-01-01', '2018-03-31'), ['2015', '2016', '2017', '2018']);
});

t.test('a month belongs to its quarter (Yueyang 2022, line 27: 按季度通报)', async (t) => {
  const quarters = ['2018-01', '2018-03', '2018-04', '2018-06', '2018-07', '2018-09', '2018-10', '2018-12'].map((m) => periodOf(m, 'quarter'));
  t.same(quarters, ['2018Q1', '2018Q1', '2018Q2', '2018Q2', '2018Q3', '2018Q3', '2018Q4', '2018Q4']);
});

t.test('by institution those are told that sent somebody, each with its four figures', async (t) => {
  const rows = summed({ period: 'year', institution: true }, '2017-01-01', '2018-12-31', tally('2018-01', 'p2', 'up', 'outpatient', 1), tally('2017-01', 'p1', 'up', 'outpatient', 2));
  t.same(rows.filter((r) => r.count > 0).map((r) => [r.period, r.institutionId, r.count]), [['2017', 'p1', 2], ['2018', 'p2', 1]]);
  t.equal(rows.length, 8);
});

t.test('consortia are counted by type on a date, all five types told', async (t) => {
  const network = networkOf();
  t.same(countConsortia(network.consortia(), '2018-03-31'), [
    { type: 'medical-group', count: 1, tight: 1, loose: 0 },
    { type: 'medical-community', count: 1, tight: 1, loose: 0 },
    { type: 'specialty-alliance', count: 1, tight: 0, loose: 1 },
    { type: 'telemedicine-network', count: 0, tight: 0, loose: 0 },
    { type: 'other', count: 0, tight: 0, loose: 0 },
  ]);
  t.ok(countConsortia(network.consortia(), '2016-12-31').every((row) => row.count === 0), 'none before it has a member');
});
