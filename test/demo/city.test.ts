import t from 'tap';
import type { TSchema } from 'typebox';
import { PoolInput, SessionsInput } from '../../src/contract/capacity.js';
import { ClientInput, ConsortiumInput, InstitutionInput, MemberInput } from '../../src/contract/institution.js';
import { Patient, ReferralInput } from '../../src/contract/referral.js';
import { CONSORTIUM_TYPES, POOL_KINDS } from '../../src/contract/vocabulary.js';
import { CLIENTS } from '../../src/demo/city/clients.js';
import { CONSORTIA, HUADU_GROUP, TCM_GROUP } from '../../src/demo/city/consortia.js';
import { DISTRICTS } from '../../src/demo/city/districts.js';
import { HUADU_PEOPLE, INSTITUTIONS, TCM_WESTERN } from '../../src/demo/city/institutions.js';
import { POOLS, sessionRequests } from '../../src/demo/city/pools.js';
import { FOSHAN_RULE, GUANGZHOU_RULE } from '../../src/demo/city/rules.js';
import { referralForm } from '../../src/demo/replay/forms.js';
import { scaled } from '../../src/demo/replay/figures.js';
import { replayNetwork } from '../../src/demo/replay/network.js';
import { Plan } from '../../src/demo/replay/plan.js';
import { shapeCompiler } from '../../src/http/shape.js';

const compile = shapeCompiler([Patient]);

/** What the contract says against a body; empty where it is valid. */
function checker(schema: TSchema): (body: unknown) => unknown[] {
  const check = compile({ schema, method: 'POST', url: '/', httpPart: 'body' });
  return (body) => {
    const result = check(structuredClone(body)) as { error?: unknown };
    return result.error === undefined ? [] : [result.error];
  };
}

t.test('every record of the sample city is valid against the contract', async (t) => {
  const institution = checker(InstitutionInput);
  const consortium = checker(ConsortiumInput);
  const member = checker(MemberInput);
  const pool = checker(PoolInput);
  const sessions = checker(SessionsInput);
  const client = checker(ClientInput);
  t.same(INSTITUTIONS.flatMap((i) => institution(i.body)), []);
  t.same(CONSORTIA.flatMap((c) => [...consortium(c.body), ...c.members.flatMap((m) => member(m.body))]), []);
  t.same(POOLS.flatMap((p) => [...pool(p.body), ...sessionRequests(p, '2018-03-01').flatMap((list) => sessions({ sessions: list }))]), []);
  t.same(Object.values(CLIENTS).flatMap((c) => client(c)), []);
});

t.test('what the replay writes is valid against the contract', async (t) => {
  const institution = checker(InstitutionInput);
  const consortium = checker(ConsortiumInput);
  const referral = checker(ReferralInput);
  const network = replayNetwork();
  t.same(network.institutions.flatMap((i) => institution(i.body)), []);
  t.same(network.consortia.flatMap((c) => consortium(c.body)), []);
  const plan = new Plan(network, scaled(1), 1);
  const now = Date.parse('2016-05-01T08:00:00Z');
  t.same([0, 485, 486].flatMap((day) => plan.arrivalsOn(day).flatMap((p) => referral(referralForm(p, now)))), []);
});

t.test('everything that is named exists: members, leads, pools, clients', async (t) => {
  const known = new Map(INSTITUTIONS.map((i) => [i.id, i.body]));
  t.equal(known.size, INSTITUTIONS.length, 'no id twice');
  const names = [
    ...CONSORTIA.flatMap((c) => [c.body.leadInstitutionId, ...c.members.map((m) => m.institutionId)]),
    ...POOLS.map((p) => p.body.institutionId),
    ...Object.values(CLIENTS).flatMap((c) => ('institutionId' in c ? [c.institutionId] : [])),
  ];
  t.same(names.filter((id) => !known.has(id)), []);
  t.same(POOLS.filter((p) => !known.get(p.body.institutionId)!.departments.some((d) => d.code === p.body.department)).map((p) => p.id), [], 'a pool is of a department');
  t.equal(new Set(POOLS.map((p) => p.id)).size, POOLS.length);
});

t.test('the city is the one of the letter: 11 districts, the two groups of Huadu since 19 December 2017, every type of consortium', async (t) => {
  t.equal(DISTRICTS.length, 11);
  t.equal(DISTRICTS.every((d) => INSTITUTIONS.some((i) => i.body.district === d.code)), true);
  t.same(new Set(CONSORTIA.map((c) => c.body.type)), new Set(CONSORTIUM_TYPES));
  for (const [id, lead] of [[HUADU_GROUP, HUADU_PEOPLE], [TCM_GROUP, TCM_WESTERN]] as const) {
    const group = CONSORTIA.find((c) => c.id === id)!;
    t.match(group.body, { type: 'medical-group', tightness: 'tight', leadInstitutionId: lead, entitlementRule: GUANGZHOU_RULE });
    t.ok(group.members.every((m) => m.body.periods[0]!.from === '2017-12-19'));
  }
  t.same(GUANGZHOU_RULE, { waiveRegistrationFee: true, priorities: ['expert-clinic', 'exam', 'admission'], senderLevels: ['primary'] });
  t.same(CONSORTIA.filter((c) => c.body.entitlementRule === FOSHAN_RULE).length, 1);
  t.same(new Set(POOLS.map((p) => p.body.kind)), new Set(POOL_KINDS));
});

t.test('allotments of a pool leave something for everybody', async (t) => {
  const closed = POOLS.filter(({ body, timetable }) => {
    const kept = (body.allotments ?? []).reduce((sum, a) => sum + (a.places ?? Math.floor((timetable.capacity * (a.shareBp ?? 0)) / 10_000)), 0);
    return kept >= timetable.capacity;
  });
  t.same(closed.map((p) => p.id), []);
});
