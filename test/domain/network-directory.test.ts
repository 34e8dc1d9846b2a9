import t from 'tap';
import { isRefusal } from '../../src/kernel/problem.js';
import type { ClientInput, MemberPeriod } from '../../src/contract/institution.js';
import type { Level } from '../../src/contract/vocabulary.js';
import { grantOf, levelsAfter, writeConsortium, writeInstitution, writeMember } from '../../src/domain/directory.js';
import { levelOn, type Consortium, type Institution } from '../../src/domain/network.js';
import { CONSORTIA, INSTITUTIONS, codeOf, granted, pointersOf } from '../kit/network.js';

const TODAY = { now: Date.parse('2018-03-01T09:00:00+08:00'), today: '2018-03-01' };
const LATER = { now: Date.parse('2018-04-01T09:00:00+08:00'), today: '2018-04-01' };

const T1 = INSTITUTIONS['t1']!;
const G1 = CONSORTIA['g1']!;

function hospital(): Institution {
  return granted(writeInstitution(undefined, 't1', T1, [], TODAY));
}

t.test('a history of levels grows forward only', async (t) => {
  type Step = [Level, string];
  const rows: [string, Step[], Level, string | undefined, Step[] | 'refused'][] = [
    ['the first, without a date: since today', [], 'primary', undefined, [['primary', '2018-03-01']]],
    ['the first, with a date', [], 'primary', '2010-01-01', [['primary', '2010-01-01']]],
    ['the same again', [['primary', '2010-01-01']], 'primary', undefined, [['primary', '2010-01-01']]],
    ['the same with its date', [['primary', '2010-01-01']], 'primary', '2010-01-01', [['primary', '2010-01-01']]],
    ['the only date corrected: the first holds since ever', [['primary', '2018-03-01']], 'primary', '2009-05-01', [['primary', '2009-05-01']]],
    ['promoted today', [['primary', '2010-01-01']], 'secondary', undefined, [['primary', '2010-01-01'], ['secondary', '2018-03-01']]],
    ['promoted some time ago', [['primary', '2010-01-01']], 'secondary', '2016-07-01', [['primary', '2010-01-01'], ['secondary', '2016-07-01']]],
    ['promoted in time to come', [['primary', '2010-01-01']], 'secondary', '2019-01-01', [['primary', '2010-01-01'], ['secondary', '2019-01-01']]],
    ['a mistyped level corrected on its date', [['primary', '2010-01-01'], ['tertiary', '2016-07-01']], 'secondary', '2016-07-01', [['primary', '2010-01-01'], ['secondary', '2016-07-01']]],
    ['a mistaken promotion taken back on its date', [['primary', '2010-01-01'], ['secondary', '2016-07-01']], 'primary', '2016-07-01', [['primary', '2010-01-01']]],
    ['another level before the present one began', [['primary', '2010-01-01'], ['secondary', '2016-07-01']], 'tertiary', '2016-06-30', 'refused'],
    ['the present level moved to another date', [['primary', '2010-01-01'], ['secondary', '2016-07-01']], 'secondary', '2017-01-01', 'refused'],
    ['today’s level while a change lies ahead', [['primary', '2010-01-01'], ['secondary', '2019-01-01']], 'primary', undefined, [['primary', '2010-01-01'], ['secondary', '2019-01-01']]],
    ['today’s level with its date: what lies ahead is taken back', [['primary', '2010-01-01'], ['secondary', '2019-01-01'], ['tertiary', '2022-01-01']], 'primary', '2010-01-01', [['primary', '2010-01-01']]],
    ['an earlier level with its date, when it is today’s no more', [['primary', '2010-01-01'], ['secondary', '2018-03-01']], 'primary', '2010-01-01', 'refused'],
    ['what lies ahead, moved to another date', [['primary', '2010-01-01'], ['secondary', '2019-01-01']], 'secondary', '2019-02-01', 'refused'],
    ['a change from today while one is written for later', [['primary', '2010-01-01'], ['secondary', '2019-01-01']], 'tertiary', undefined, 'refused'],
  ];
  for (const [what, before, level, since, expected] of rows) {
    const steps = before.map(([l, s]) => ({ level: l, since: s }));
    const after = levelsAfter(steps, level, since, '2018-03-01');
    if (expected === 'refused') t.match(after, { pointer: '/levelSince' }, what);
    else t.same(after, expected.map(([l, s]) => ({ level: l, since: s })), what);
  }
});

t.test('an institution', async (t) => {
  t.test('is the same record when the same is written again, in whatever order of members', async (t) => {
    const before = hospital();
    t.equal(writeInstitution(before, 't1', T1, [], LATER), before);
    const reversed = Object.fromEntries(Object.entries(T1).reverse()) as typeof T1;
    t.equal(writeInstitution(before, 't1', { ...reversed, levelSince: undefined }, [], LATER), before);
  });

  t.test('gets a new version when something changes', async (t) => {
    const before = hospital();
    const after = granted(writeInstitution(before, 't1', { ...T1, name: '新名' }, [], LATER));
    t.match(after, { name: '新名', version: 2, updatedAt: LATER.now, levels: before.levels, area: '440100' });
  });

  t.test('is synced at the level of today while a change lies ahead, which can be taken back', async (t) => {
    const { levelSince: _since, ...today } = { ...T1, level: 'secondary' as const };
    const before = granted(writeInstitution(undefined, 't1', { ...today, levelSince: '2017-01-01' }, [], TODAY));
    const planned = granted(writeInstitution(before, 't1', { ...today, level: 'tertiary', levelSince: '2027-01-01' }, [], TODAY));
    t.equal(levelOn(planned, TODAY.today), 'secondary');
    t.equal(writeInstitution(planned, 't1', today, [], LATER), planned, 'the same again');
    const renamed = granted(writeInstitution(planned, 't1', { ...today, name: '新名' }, [], LATER));
    t.match(renamed, { name: '新名', version: 3, levels: planned.levels });
    t.match(writeInstitution(renamed, 't1', { ...today, levelSince: '2017-01-01' }, [], LATER), { version: 4, level: 'secondary', levels: before.levels });
  });

  const wrong: [string, Partial<typeof T1>, string[]][] = [
    ['a department listed twice, once with an A', { departments: [{ code: '03', name: '内科', capabilities: [] }, { code: 'A03', name: '内科', capabilities: [] }] }, ['/departments/1/code']],
    ['a social credit code that does not check', { socialCreditCode: '12440100455346187X' }, ['/socialCreditCode']],
    ['another prefecture', { district: '440604' }, ['/district']],
    ['a level before the present one', { level: 'secondary', levelSince: '2016-01-01' }, ['/levelSince']],
    ['all of it at once', { socialCreditCode: 'X', district: '440604', level: 'secondary', levelSince: '2016-01-01' }, ['/socialCreditCode', '/district', '/levelSince']],
  ];
  for (const [what, change, pointers] of wrong) {
    t.test(`is refused for ${what}, with a pointer`, async (t) => {
      t.same(pointersOf(writeInstitution(hospital(), 't1', { ...T1, ...change }, [], LATER)), pointers);
    });
  }

  t.test('may move within its prefecture', async (t) => {
    t.match(writeInstitution(hospital(), 't1', { ...T1, district: '440106' }, [], LATER), { district: '440106', area: '440100', version: 2 });
  });

  t.test('keeps a department while a pool is of it', async (t) => {
    const without = { ...T1, departments: T1.departments.filter((d) => d.code !== '03.04') };
    const pools = [{ id: 't1-expert', department: '03.04' }, { id: 't1-clinic', department: '03' }];
    const refusal = writeInstitution(hospital(), 't1', without, pools, LATER);
    t.equal(codeOf(refusal), 'department_in_use');
    t.match(refusal, { extra: { conflicts: [{ poolId: 't1-expert', department: '03.04' }] } });
    t.notOk(isRefusal(writeInstitution(hospital(), 't1', without, [], LATER)), 'it may go when no pool is left');
  });
});

t.test('a consortium', async (t) => {
  const lead = hospital();
  const group = (): Consortium => granted(writeConsortium(undefined, 'g1', G1, lead, TODAY));

  t.test('is never without its lead: who is not yet a member becomes one today', async (t) => {
    t.same(group().members, [{ institutionId: 't1', periods: [{ role: 'lead', from: '2018-03-01', until: null }] }]);
  });

  t.test('keeps the periods that its lead already has', async (t) => {
    const left = granted(writeMember(group(), 't1', [{ role: 'lead', from: '2015-01-01', until: '2018-03-31' }], TODAY.now));
    const renamed = granted(writeConsortium(left, 'g1', { ...G1, name: '新名' }, lead, LATER));
    t.same(renamed.members, [{ institutionId: 't1', periods: [{ role: 'lead', from: '2015-01-01', until: '2018-03-31' }] }]);
  });

  t.test('is the same record when the same is written again', async (t) => {
    const before = group();
    t.equal(writeConsortium(before, 'g1', { ...G1 }, lead, LATER), before);
  });

  t.test('gets a new version with another rule', async (t) => {
    const after = writeConsortium(group(), 'g1', { ...G1, entitlementRule: { ...G1.entitlementRule, waiveRegistrationFee: false } }, lead, LATER);
    t.match(after, { version: 2, entitlementRule: { waiveRegistrationFee: false } });
  });

  t.test('is refused without a known lead', async (t) => {
    t.same(pointersOf(writeConsortium(undefined, 'g1', G1, undefined, TODAY)), ['/leadInstitutionId']);
  });

  const periods: [string, MemberPeriod[], string[]][] = [
    ['one without end', [{ role: 'member', from: '2017-01-01' }], []],
    ['one of a single day', [{ role: 'member', from: '2017-01-01', until: '2017-01-01' }], []],
    ['left and come back', [{ role: 'member', from: '2015-01-01', until: '2015-12-31' }, { role: 'member', from: '2017-01-01' }], []],
    ['member, then lead from the next day', [{ role: 'member', from: '2015-01-01', until: '2015-12-31' }, { role: 'lead', from: '2016-01-01' }], []],
    ['an end before the beginning', [{ role: 'member', from: '2017-01-02', until: '2017-01-01' }], ['/periods/0/until']],
    ['a day twice', [{ role: 'member', from: '2015-01-01', until: '2016-01-01' }, { role: 'member', from: '2016-01-01' }], ['/periods/1/from']],
    ['one after an endless one', [{ role: 'member', from: '2015-01-01', until: null }, { role: 'member', from: '2017-01-01' }], ['/periods/1/from']],
    ['out of order', [{ role: 'member', from: '2017-01-01', until: '2017-12-31' }, { role: 'member', from: '2015-01-01', until: '2015-12-31' }], ['/periods/1/from']],
  ];
  for (const [what, list, pointers] of periods) {
    t.test(`${pointers.length > 0 ? 'refuses' : 'takes'} periods of a member: ${what}`, async (t) => {
      t.same(pointersOf(writeMember(group(), 'p1', list, LATER.now)), pointers);
    });
  }

  t.test('gets a new version with each change of a member, none without', async (t) => {
    const joined = granted(writeMember(group(), 'p1', [{ role: 'member', from: '2017-01-01' }], LATER.now));
    t.equal(joined.version, 2);
    t.equal(writeMember(joined, 'p1', [{ role: 'member', from: '2017-01-01', until: null }], LATER.now), joined, 'null and absent are one');
    const left = granted(writeMember(joined, 'p1', [{ role: 'member', from: '2017-01-01', until: '2018-04-30' }], LATER.now));
    t.equal(left.version, 3);
    t.same(left.members.map((m) => m.institutionId), ['t1', 'p1'], 'who leaves stays in the list');
  });
});

t.test('a client acts for', async (t) => {
  const known = (id: string): boolean => ['p1', 'p2'].includes(id);
  const rows: [string, Omit<ClientInput, 'name'>, { institutionIds: string[]; area: string | null } | string[]][] = [
    ['one institution', { roles: ['his'], institutionId: 'p1' }, { institutionIds: ['p1'], area: null }],
    ['several', { roles: ['his', 'clerk'], institutionIds: ['p1', 'p2'] }, { institutionIds: ['p1', 'p2'], area: null }],
    ['a prefecture', { roles: ['regulator'], area: '440100' }, { institutionIds: [], area: '440100' }],
    ['nobody, as administrator', { roles: ['admin'] }, { institutionIds: [], area: null }],
    ['an institution named twice over', { roles: ['his'], institutionId: 'p1', institutionIds: ['p2'] }, ['/institutionId']],
    ['no institution, as a doctor', { roles: ['doctor'] }, ['/institutionIds']],
    ['an unknown one', { roles: ['his'], institutionId: 'p9' }, ['/institutionId']],
    ['unknown ones among known', { roles: ['his'], institutionIds: ['p1', 'p9', 'p2', 'p8'] }, ['/institutionIds/1', '/institutionIds/3']],
    ['an institution and a prefecture', { roles: ['his'], institutionId: 'p1', area: '440100' }, ['/area']],
    ['no prefecture, as insurer', { roles: ['insurer'] }, ['/area']],
    ['a county, as insurer', { roles: ['insurer'], area: '440114' }, ['/area']],
    ['an institution, as regulator', { roles: ['regulator'], institutionId: 'p1', area: '440100' }, ['/institutionId']],
    ['an institution, as administrator', { roles: ['admin'], institutionIds: ['p1'] }, ['/institutionIds']],
    ['patients and the directory', { roles: ['admin', 'clerk'], institutionId: 'p1' }, ['/roles']],
    ['patients and a prefecture', { roles: ['insurer', 'clerk'], institutionId: 'p1', area: '440100' }, ['/roles']],
  ];
  for (const [what, body, expected] of rows) {
    t.test(what, async (t) => {
      const grant = grantOf({ name: 'x', ...body }, known);
      if (Array.isArray(expected)) t.same(pointersOf(grant), expected);
      else t.same(grant, expected);
    });
  }
});
