import t from 'tap';
import type { LoggedEvent } from '../../src/domain/event.js';
import { startApp } from '../kit/app.js';
import { policyInput } from '../kit/insurance.js';
import { insured, stayOf } from '../kit/ledger.js';
import { CONSORTIA, INSTITUTIONS, person, POOLS, sessionOn, SINCE } from '../kit/network.js';

/** 经办人: who speaks through a system is named in the body, stands in the log, and in nothing that is written. */

const OPERATOR = { code: 'W-0815', name: '王经办' };
const app = await startApp(t, { startAt: Date.parse('2018-03-09T18:00:00+08:00') });
for (const name of ['p1', 't1']) await app.keyOf(name);
const seq = () => app.store.read((reads) => reads.lastSeq());
const events = async (after: number): Promise<readonly LoggedEvent[]> => app.store.read((reads) => reads.eventsAfter(after, 100));

const WRITES: readonly (readonly [as: string, method: 'POST' | 'PUT', url: string, body: object])[] = [
  ['admin', 'PUT', '/v1/institutions/p1', { ...INSTITUTIONS['p1'], name: 'p1 新名' }],
  ['admin', 'PUT', '/v1/consortia/g1', { ...CONSORTIA['g1'], name: 'g1 新名' }],
  ['admin', 'PUT', '/v1/consortia/g1/members/p1', { periods: [{ role: 'member', from: SINCE, until: '2030-12-31' }] }],
  ['admin', 'POST', '/v1/clients', { name: '第二家 HIS', institutionId: 'p1', roles: ['his'] }],
  ['t1', 'PUT', '/v1/pools/t1-ct', { ...POOLS['t1-ct'], name: 'CT 新名' }],
  ['t1', 'PUT', '/v1/pools/t1-expert/sessions', { sessions: [sessionOn('2018-03-12', 4)] }],
  ['admin', 'PUT', '/v1/policies/employee', policyInput()],
  ['admin', 'PUT', '/v1/budgets/g1/2018', { area: '440100', accounts: [{ scheme: 'employee', prepaidFen: 1_000_000, covers: { by: 'districts', districts: ['440114'] }, provenance: policyInput().provenance }] }],
  ['p1', 'PUT', '/v1/contracts/c1', { institutionId: 'p1', patient: person(1), team: { name: '一队', leader: { name: '陈全科' } }, from: '2018-01-01' }],
  ['t1', 'PUT', '/v1/institutions/t1/stays/Z1', stayOf(insured(1), 2, 3_000)],
];

for (const [as, method, url, body] of WRITES) {
  t.test(`${method} ${url} names its operator in the log, and nowhere else`, async (t) => {
    const before = await seq();
    const reply = await app.send(as, method, url, { ...body, operator: OPERATOR });
    t.ok(reply.status === 200 || reply.status === 201, reply.text);
    t.notMatch(reply.text, OPERATOR.name);
    const told = await events(before);
    t.ok(told.length > 0, 'it was a change');
    for (const { type, actor, data } of told) {
      t.same((actor as { operator: unknown }).operator, OPERATOR, type);
      t.notMatch(JSON.stringify(data), OPERATOR.name, type);
    }
    if (method !== 'PUT') return;
    const after = await seq();
    t.equal((await app.send(as, method, url, body)).status, 200, 'the same again, by nobody in particular');
    t.equal(await seq(), after, 'changes nothing');
  });
}

t.test('an operator has a code and a name, in every body', async (t) => {
  for (const [as, method, url, body] of WRITES) {
    const reply = await app.send(as, method, url, { ...body, operator: { name: '王经办', phone: '1' } });
    t.same([reply.status, (reply.body as { errors?: { pointer: string }[] }).errors?.map(({ pointer }) => pointer).sort()], [422, ['/operator/code', '/operator/phone']], url);
  }
});
