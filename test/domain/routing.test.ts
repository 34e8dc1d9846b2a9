import t from 'tap';
import type { InstitutionInput } from '../../src/contract/institution.js';
import type { Direction, Urgency } from '../../src/contract/vocabulary.js';
import type { Prospect, RoutingFacts } from '../../src/domain/advice.js';
import { writeConsortium, writeInstitution } from '../../src/domain/directory.js';
import type { Consortium, Institution, Network } from '../../src/domain/network.js';
import type { Openings } from '../../src/domain/openings.js';
import { distanceBetween, rank, sieve } from '../../src/domain/routing.js';
import { CONSORTIA, granted, INSTITUTIONS, MEMBERS, SINCE } from '../kit/network.js';

const DAY = { now: Date.parse('2018-03-01T09:00:00+08:00'), today: '2018-03-01' };

type Changes = { institutions?: Record<string, Partial<InstitutionInput>>; consortia?: Record<string, Partial<Consortium>> };

/** The network of the kit in memory, with changes. */
function networkWith({ institutions = {}, consortia = {} }: Changes = {}): Network {
  const directory = new Map<string, Institution>(
    Object.entries(INSTITUTIONS).map(([id, input]) => [id, granted(writeInstitution(undefined, id, { ...input, ...institutions[id] }, [], DAY))]),
  );
  const groups = new Map<string, Consortium>(
    Object.entries(CONSORTIA).map(([id, input]) => {
      const members = MEMBERS[id]!.map((m) => ({ institutionId: m, periods: [{ role: 'member' as const, from: SINCE, until: null }] }));
      return [id, { ...granted(writeConsortium(undefined, id, input, directory.get(input.leadInstitutionId), DAY)), members, ...consortia[id] }];
    }),
  );
  return {
    institution: (id) => directory.get(id),
    consortium: (id) => groups.get(id),
    institutions: () => directory.values(),
    consortia: () => groups.values(),
    consortiaOf: (id) => [...groups.values()].filter((c) => c.members.some((m) => m.institutionId === id)),
  };
}

interface Situation {
  readonly from: string;
  readonly direction: Direction;
  readonly urgency?: Urgency;
  readonly department?: string;
  readonly consortiumId?: string;
  readonly capabilities?: string[];
  readonly date?: string;
}

function factsOf(network: Network, { from, direction, urgency = 'routine', department, consortiumId, capabilities = [], date = '2018-03-01' }: Situation): RoutingFacts {
  return { source: network.institution(from)!, direction, urgency, date, consortiumId: consortiumId ?? null, targetDepartment: department ?? null, capabilities };
}

function sieved(situation: Situation, changes: Changes = {}) {
  const network = networkWith(changes);
  const { groups, excluded } = sieve(factsOf(network, situation), network);
  return {
    groups: groups.map((group) => group.map((p) => p.institution.id)),
    why: Object.fromEntries(excluded.map((e) => [e.institutionId, e.reason.code])),
  };
}

t.test('groups of candidates, best first', async (t) => {
  const rows: [string, Situation, Changes, string[][]][] = [
    [
      'up from p1: its tight group first, one level before two, then outsiders nearest first',
      { from: 'p1', direction: 'up', department: '03' },
      {},
      [['s1'], ['t1'], ['s0', 's2'], ['t2'], ['v1']],
    ],
    [
      'up from s1: tight group, then the loose alliance by level, then outsiders',
      { from: 's1', direction: 'up', department: '03.04' },
      {},
      [['t1'], ['t2'], ['v1']],
    ],
    [
      'down from t1 for rehabilitation: the rehabilitation hospital of the group is one level down, p1 two',
      { from: 't1', direction: 'down', department: '21' },
      {},
      [['r1'], ['p1'], ['p3']],
    ],
    ['down from s1 to nursing care of its group', { from: 's1', direction: 'down', department: '24' }, {}, [['n1']]],
    ['lateral from s1: s2 is outside', { from: 's1', direction: 'lateral', department: '03' }, {}, [['s0', 's2']]],
    [
      'an emergency from p1: nearest first, whatever the consortium; p0, which has no emergency department, is none',
      { from: 'p1', direction: 'up', urgency: 'emergency', department: '20' },
      {},
      [['s1', 't1', 's0', 's2', 't2', 'v1', 'f1']],
    ],
    [
      'an emergency that asks for what nobody lists: the hospitals of a higher level, nearest first',
      { from: 'p1', direction: 'up', urgency: 'emergency', department: '03.99' },
      {},
      [['s1', 't1', 's0', 's2', 't2', 'v1', 'f1']],
    ],
    [
      'a subject is asked of whoever lists a part of it',
      { from: 'p1', direction: 'up', department: '60' },
      { institutions: { t1: { departments: [{ code: '60.01', name: '口腔内科' }] } } },
      [['t1']],
    ],
    ['of the consortium that is named', { from: 's1', direction: 'up', department: '03.04', consortiumId: 'a1' }, {}, [['t1', 't2'], ['v1']]],
    ['of a consortium that the sender is no member of', { from: 's1', direction: 'up', department: '03.04', consortiumId: 'g2' }, {}, []],
    [
      'an emergency that needs a stroke centre',
      { from: 'p1', direction: 'up', urgency: 'emergency', capabilities: ['stroke'] },
      {},
      [['t1', 'v1']],
    ],
    [
      'an emergency at the highest level may go to a hospital of the same level, after anybody higher',
      { from: 't1', direction: 'up', urgency: 'emergency', department: '20' },
      {},
      [['v1'], ['t2', 'f1']],
    ],
    [
      'before p1 joined the group, t1 and s1 are outsiders like all others',
      { from: 'p1', direction: 'up', department: '03.04', date: '2016-12-31' },
      {},
      [['s1'], ['t1', 't2'], ['v1']],
    ],
  ];
  for (const [what, situation, changes, groups] of rows) t.same(sieved(situation, changes).groups, groups, what);
});

t.test('whoever cannot take the patient is told with the first reason', async (t) => {
  const stepwise = { consortia: { g1: { stepwise: true } } };
  const closed = { consortia: { g1: { outsideReferral: 'refuse' as const } } };
  const rows: [string, Situation, Changes, string, string | undefined][] = [
    ['itself', { from: 'p1', direction: 'up' }, {}, 'p1', 'self'],
    ['up to the same level', { from: 'p1', direction: 'up' }, {}, 'p2', 'wrong-level'],
    ['up to a lower one', { from: 's1', direction: 'up' }, {}, 'p1', 'wrong-level'],
    ['down to a higher one', { from: 's1', direction: 'down' }, {}, 't1', 'wrong-level'],
    ['down to the same level', { from: 's1', direction: 'down' }, {}, 's2', 'wrong-level'],
    ['down to rehabilitation of the same level is right', { from: 's1', direction: 'down' }, {}, 'r1', undefined],
    ['lateral to another level', { from: 's1', direction: 'lateral' }, {}, 't1', 'wrong-level'],
    ['another prefecture, nothing shared', { from: 'p1', direction: 'up' }, {}, 'f1', 'other-area'],
    ['another prefecture within a consortium is right', { from: 'p1', direction: 'up' }, { consortia: { g1: { members: ['p1', 'f1'].map((institutionId) => ({ institutionId, periods: [{ role: 'member' as const, from: SINCE, until: null }] })) } } }, 'f1', undefined],
    ['outsiders, where the consortium refuses them', { from: 'p1', direction: 'up' }, closed, 't2', 'no-shared-consortium'],
    ['its own group all the same', { from: 'p1', direction: 'up' }, closed, 't1', undefined],
    ['outsiders once more after the membership ended', { from: 'p1', direction: 'up' }, { consortia: { g1: { outsideReferral: 'refuse', members: [{ institutionId: 'p1', periods: [{ role: 'member', from: SINCE, until: '2018-02-28' }] }] } } }, 't2', undefined],
    ['an emergency is refused by no consortium', { from: 'p1', direction: 'up', urgency: 'emergency' }, closed, 't2', undefined],
    ['two levels, where the group goes step by step', { from: 'p1', direction: 'up' }, stepwise, 't1', 'skips-level'],
    ['one level of the same group', { from: 'p1', direction: 'up' }, stepwise, 's1', undefined],
    ['two levels outside the group', { from: 'p1', direction: 'up' }, stepwise, 't2', undefined],
    ['two levels in an emergency', { from: 'p1', direction: 'up', urgency: 'emergency' }, stepwise, 't1', undefined],
    ['no such department', { from: 'p1', direction: 'up', department: '03.04' }, {}, 's2', 'no-department'],
    ['a capability that it lacks', { from: 'p1', direction: 'up', capabilities: ['chest-pain', 'trauma'] }, {}, 's1', 'no-capability'],
    ['a capability of one of its departments', { from: 'p1', direction: 'up', capabilities: ['dialysis'] }, { institutions: { s2: { departments: [{ code: '03', name: '内科', capabilities: ['dialysis'] }] } } }, 's2', undefined],
  ];
  for (const [what, situation, changes, id, code] of rows) t.equal(sieved(situation, changes).why[id], code, `${situation.direction} from ${situation.from}: ${what} (${id})`);
});

t.test('everybody is either a prospect or excluded, once', async (t) => {
  for (const direction of ['up', 'down', 'lateral'] as const) {
    for (const urgency of ['routine', 'emergency'] as const) {
      for (const from of Object.keys(INSTITUTIONS)) {
        const { groups, why } = sieved({ from, direction, urgency, department: '03' });
        t.same([...groups.flat(), ...Object.keys(why)].sort(), Object.keys(INSTITUTIONS).sort(), `${urgency} ${direction} from ${from}`);
      }
    }
  }
});

t.test('among equals the order is by reserved places, earliest place, distance, id', async (t) => {
  const network = networkWith();
  const base = granted(writeInstitution(undefined, 'x', INSTITUTIONS['s1']!, [], DAY));
  const weighed = (id: string, reservedLeft: number, startsAt: number | null, distanceKm: number | null, lack: Openings['lack'] = null) => {
    const prospect: Prospect = { institution: { ...base, id }, consortium: undefined, step: 1, distanceKm };
    return { prospect, group: 0, openings: { lack, reservedLeft, earliest: startsAt === null ? null : { poolId: `${id}-pool`, startsAt } } };
  };
  const full = { need: { kind: 'bed' as const }, why: 'full' as const };
  const facts = factsOf(network, { from: 'p1', direction: 'up' });
  const emergency = factsOf(network, { from: 'p1', direction: 'up', urgency: 'emergency' });
  const rows: [string, RoutingFacts, ReturnType<typeof weighed>[], string[]][] = [
    ['more reserved places', facts, [weighed('a', 1, 1, 1), weighed('b', 2, 9, 9)], ['b', 'a']],
    ['the earlier place', facts, [weighed('a', 2, 9, 1), weighed('b', 2, 1, 9)], ['b', 'a']],
    ['a place before none', facts, [weighed('a', 0, null, 1), weighed('b', 0, 9, 9)], ['b', 'a']],
    ['the nearer', facts, [weighed('a', 0, 9, 5), weighed('b', 0, 9, 4)], ['b', 'a']],
    ['an unknown distance last', facts, [weighed('a', 0, 9, null), weighed('b', 0, 9, 400)], ['b', 'a']],
    ['the id', facts, [weighed('b', 0, 9, 4), weighed('a', 0, 9, 4)], ['a', 'b']],
    ['in an emergency the nearer, whatever is reserved', emergency, [weighed('a', 9, 1, 5), weighed('b', 0, null, 4)], ['b', 'a']],
    ['in an emergency one with a bed before one without', emergency, [weighed('a', 0, null, 4, full), weighed('b', 0, 9, 5)], ['b', 'a']],
  ];
  for (const [what, f, list, order] of rows) t.same(rank(f, list, 20).map((c) => c.institutionId), order, what);
  t.same(rank(facts, [weighed('a', 0, 9, 1), weighed('b', 0, 9, 2), weighed('c', 0, 9, 3)], 2).map((c) => [c.institutionId, c.rank]), [['a', 1], ['b', 2]], 'as many as wanted, ranked from 1');
});

t.test('distance is the great circle, in kilometres with one decimal', async (t) => {
  const [t1, p1] = [networkWith().institution('t1')!, networkWith().institution('p1')!];
  t.equal(distanceBetween(t1, p1), 11.1, 'a tenth of a degree of latitude');
  t.equal(distanceBetween(t1, t1), 0);
  t.equal(distanceBetween(t1, { ...p1, location: undefined }), null);
  const guangzhou = { ...t1, location: { lat: 23.1291, lng: 113.2644 } };
  const beijing = { ...t1, location: { lat: 39.9042, lng: 116.4074 } };
  t.equal(Math.round(distanceBetween(guangzhou, beijing)! / 10), 189, 'Guangzhou to Beijing, 1 890 km');
});
