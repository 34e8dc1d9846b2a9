import t from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import type { LoggedEvent } from '../../src/domain/event.js';
import { createClient } from '../../src/usecase/network/create-client.js';
import { lookupPatient } from '../../src/usecase/network/lookup-patient.js';
import { putConsortium } from '../../src/usecase/network/put-consortium.js';
import { putInstitution } from '../../src/usecase/network/put-institution.js';
import { putMember } from '../../src/usecase/network/put-member.js';
import { revokeClient } from '../../src/usecase/network/revoke-client.js';
import type { Client } from '../../src/usecase/ports.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import type { Store } from '../../src/usecase/store.js';
import {
  accepted, actorOf, ADMIN, AREA, codeOf, CONSORTIA, downReferral, INSTITUTIONS, person, pointersOf, POOLS, putNetwork, SINCE, upReferral,
} from '../kit/network.js';
import { freshStore } from '../kit/store.js';

async function eventsOf(store: Store, after = 0): Promise<readonly LoggedEvent[]> {
  return store.read((reads) => reads.eventsAfter(after, 1_000));
}

async function lastSeq(store: Store): Promise<number> {
  return store.read((reads) => reads.lastSeq());
}

async function create(store: Store, body: Parameters<typeof createClient>[1]['body']): Promise<{ id: string; key: string }> {
  return accepted(store.write(ADMIN, (unit) => createClient(unit, { body })));
}

async function keyed(store: Store, key: string): Promise<Client | undefined> {
  const hash = await store.read(async (reads) => reads.vault.hashKey(key));
  return store.clientByKeyHash(hash);
}

t.test('the directory written a second time changes nothing and says nothing', async (t) => {
  const { store } = await freshStore(t);
  await putNetwork(store);
  const seq = await lastSeq(store);
  for (const [id, body] of Object.entries(INSTITUTIONS)) {
    const again = await accepted(store.write(ADMIN, (unit) => putInstitution(unit, { id, body })));
    t.match(again, { created: false, institution: { version: 1 } }, id);
  }
  for (const [id, body] of Object.entries(CONSORTIA)) {
    const before = await store.read(async (reads) => reads.network.consortium(id)!.version);
    const again = await accepted(store.write(ADMIN, (unit) => putConsortium(unit, { id, body })));
    t.match(again, { created: false, consortium: { version: before } }, id);
  }
  const periods = [{ role: 'member' as const, from: SINCE }];
  await accepted(store.write(ADMIN, (unit) => putMember(unit, { consortiumId: 'g1', institutionId: 'p1', body: { periods } })));
  t.equal(await lastSeq(store), seq, 'no event');
});

t.test('what is written is there, with one event, and after a restart as well', async (t) => {
  const fixture = await freshStore(t);
  await putNetwork(fixture.store);
  const before = await lastSeq(fixture.store);
  fixture.clock.advance(DAY);
  const promoted = { ...INSTITUTIONS['s1']!, level: 'tertiary' as const, levelSince: undefined };
  const result = await accepted(fixture.store.write(ADMIN, (unit) => putInstitution(unit, { id: 's1', body: promoted })));
  t.match(result, { created: false, institution: { id: 's1', version: 2, area: AREA } });

  const events = await eventsOf(fixture.store, before);
  t.equal(events.length, 1);
  t.match(events[0], { type: 'institution.written', subject: 'institution:s1', area: AREA, referralId: null, institutionIds: ['s1'], data: { version: 2, level: 'tertiary' } });
  const store = await fixture.reopen();
  t.same(await store.read(async (reads) => reads.network.institution('s1')!.levels), [{ level: 'secondary', since: SINCE }, { level: 'tertiary', since: '2018-03-02' }]);
});

t.test('a membership is told to the member and to the lead, and has an own version', async (t) => {
  const { store } = await freshStore(t);
  await putNetwork(store);
  const before = await lastSeq(store);
  const version = await store.read(async (reads) => reads.network.consortium('g1')!.version);
  const periods = [{ role: 'member' as const, from: SINCE, until: '2018-06-30' }];
  const member = await accepted(store.write(ADMIN, (unit) => putMember(unit, { consortiumId: 'g1', institutionId: 'p1', body: { periods } })));
  t.same(member, { institutionId: 'p1', periods });
  t.match(await eventsOf(store, before), [{ type: 'member.written', subject: 'consortium:g1', institutionIds: ['p1', 't1'], data: { version: version + 1, institutionId: 'p1', periods } }]);
});

t.test('a refused write of the directory leaves nothing behind', async (t) => {
  const { store } = await freshStore(t);
  await putNetwork(store);
  const seq = await lastSeq(store);
  const t1 = INSTITUTIONS['t1']!;
  const noExperts = { ...t1, departments: t1.departments.filter((d) => d.code !== POOLS['t1-expert']!.department) };
  const refused: [string, string, Promise<unknown>][] = [
    ['a department with pools', 'department_in_use', store.write(ADMIN, (unit) => putInstitution(unit, { id: 't1', body: noExperts }))],
    ['another prefecture', 'invalid_content', store.write(ADMIN, (unit) => putInstitution(unit, { id: 't1', body: { ...t1, district: '440604' } }))],
    ['a consortium led by nobody', 'invalid_content', store.write(ADMIN, (unit) => putConsortium(unit, { id: 'g9', body: { ...CONSORTIA['g1']!, leadInstitutionId: 't9' } }))],
    ['a member of no consortium', 'not_found', store.write(ADMIN, (unit) => putMember(unit, { consortiumId: 'g9', institutionId: 'p1', body: { periods: [{ role: 'member', from: SINCE }] } }))],
    ['an unknown member', 'not_found', store.write(ADMIN, (unit) => putMember(unit, { consortiumId: 'g1', institutionId: 'p9', body: { periods: [{ role: 'member', from: SINCE }] } }))],
    ['a period that ends before it begins', 'invalid_content', store.write(ADMIN, (unit) => putMember(unit, { consortiumId: 'g1', institutionId: 'p1', body: { periods: [{ role: 'member', from: SINCE, until: '2016-01-01' }] } }))],
  ];
  for (const [what, code, outcome] of refused) t.equal(codeOf(await outcome), code, what);
  t.equal(await lastSeq(store), seq, 'no event');
  await store.read(async (reads) => {
    t.equal(reads.network.consortium('g9'), undefined);
    t.equal(reads.network.institution('t1')!.version, 1);
  });
});

t.test('a client gets a key that is nowhere but in the answer', async (t) => {
  const { store } = await freshStore(t);
  await putNetwork(store);
  const { id, key } = await create(store, { name: '花都区平台', roles: ['his'], institutionIds: ['p1', 'p2'] });
  t.match(key, /^rr_[0-9A-HJKMNP-TV-Z]{32}$/);
  t.match(await keyed(store, key), { id, roles: ['his'], institutionIds: ['p1', 'p2'], area: null, revokedAt: null });
  const event = (await eventsOf(store)).at(-1);
  t.match(event, { type: 'client.created', subject: `client:${id}`, area: AREA, referralId: null });
  t.notOk(JSON.stringify(event).includes(key.slice(3)), 'the log does not know the key');

  const other = await create(store, { name: '第二个', roles: ['his'], institutionId: 'p1' });
  t.not(other.key, key, 'no two are alike');
});

t.test('insurer, regulator and administrator act for no institution', async (t) => {
  const { store } = await freshStore(t);
  await putNetwork(store);
  const insurer = await create(store, { name: '医保局', roles: ['insurer'], area: '440600' });
  t.match(await keyed(store, insurer.key), { institutionIds: [], area: '440600' });
  t.equal((await eventsOf(store)).at(-1)!.area, '440600');
  const admin = await create(store, { name: '平台管理员', roles: ['admin'] });
  t.match(await keyed(store, admin.key), { institutionIds: [], area: null });
  const wrong = await store.write(ADMIN, (unit) => createClient(unit, { body: { name: 'x', roles: ['his'], institutionIds: ['p1', 'p9'] } }));
  t.same(pointersOf(wrong), ['/institutionIds/1']);
});

t.test('a revoked client opens nothing, and cannot be revoked again', async (t) => {
  const { store, clock } = await freshStore(t);
  await putNetwork(store);
  const { id, key } = await create(store, { name: 'HIS', roles: ['his'], institutionId: 'p1' });
  clock.advance(DAY);
  t.match(await accepted(store.write(ADMIN, (unit) => revokeClient(unit, { id }))), { id, revokedAt: clock.now() });
  t.equal(await keyed(store, key), undefined);
  t.match((await eventsOf(store)).at(-1), { type: 'client.revoked', subject: `client:${id}`, institutionIds: ['p1'] });
  t.equal(codeOf(await store.write(ADMIN, (unit) => revokeClient(unit, { id }))), 'not_found');
  t.equal(codeOf(await store.write(ADMIN, (unit) => revokeClient(unit, { id: 'nobody' }))), 'not_found');
});

t.test('a patient is found by the number, in whatever form it is typed', async (t) => {
  const { store } = await freshStore(t);
  await putNetwork(store);
  const referral = await accepted(store.write(actorOf('p1'), (unit) => createReferral(unit, { body: upReferral(1) })));
  const { idNumber, name } = person(1) as { idNumber: string; name: string };
  for (const typed of [idNumber, ` ${idNumber.toLowerCase()} `, `${idNumber.slice(0, 6)} ${idNumber.slice(6)}`]) {
    const found = await accepted(store.read((reads) => lookupPatient(reads, actorOf('t1'), { idType: '01', idNumber: typed })));
    t.match(found, { patientId: referral.patientId, patient: { name }, openElsewhere: 0 });
  }
});

t.test('open referrals of others are a number, and nothing but a number', async (t) => {
  const { store } = await freshStore(t);
  await putNetwork(store);
  await accepted(store.write(actorOf('p1'), (unit) => createReferral(unit, { body: upReferral(1) })));
  const down = await accepted(store.write(actorOf('t2'), (unit) => createReferral(unit, { body: downReferral(1, { sourceInstitutionId: 't2', targetInstitutionId: 'p3' }) })));
  const rows: [string, string[], number][] = [
    ['p1', ['up'], 1],
    ['t1', ['up'], 1],
    ['t2', ['down'], 1],
    ['p3', ['down'], 1],
    ['s2', [], 2],
  ];
  for (const [who, seen, others] of rows) {
    const found = await accepted(store.read((reads) => lookupPatient(reads, actorOf(who, 'clerk'), { idType: '01', idNumber: person(1).idNumber! })));
    t.same([found.openReferrals.map((r) => r.direction), found.openElsewhere], [seen, others], who);
    t.equal(found.patientId, down.patientId);
  }
});

t.test('a number that nobody has stated is not found, and only institutions may ask', async (t) => {
  const { store } = await freshStore(t);
  await putNetwork(store);
  await accepted(store.write(actorOf('p1'), (unit) => createReferral(unit, { body: upReferral(1) })));
  const ask = (actor: typeof ADMIN, idType: string, idNumber: string) => store.read((reads) => lookupPatient(reads, actor, { idType, idNumber }));
  t.equal(codeOf(await ask(actorOf('p1'), '01', person(2).idNumber!)), 'not_found');
  t.equal(codeOf(await ask(actorOf('p1'), '03', person(1).idNumber!)), 'not_found', 'the same digits on a passport are somebody else');
  t.equal(codeOf(await ask(ADMIN, '01', person(1).idNumber!)), 'forbidden');
});
