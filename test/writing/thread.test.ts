import t from 'tap';
import { policyInput } from '../kit/insurance.js';
import { INSTITUTIONS, upReferral } from '../kit/network.js';
import { ADMIN_KEY, caller, scratch, startProgram } from '../kit/program.js';

/** The program writes in one thread and reads in another: nobody may notice. */

async function start(t: Parameters<typeof startProgram>[0]) {
  return startProgram(t, { DATABASE_URL: `sqlite:${scratch(t)}/referral.db`, RATE_LIMIT: '100000' });
}

t.test('who was answered reads what was answered, the directory and the keys included', async (t) => {
  const call = caller(await start(t));
  const wrong: string[] = [];
  await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      const id = `community-${n}`;
      for (const round of ['first', 'second', 'third']) {
        const name = `${round} name of ${id}`;
        await call(ADMIN_KEY, 'PUT', `/v1/institutions/${id}`, { ...INSTITUTIONS['p1'], name });
        const read = await call(ADMIN_KEY, 'GET', `/v1/institutions/${id}`);
        if (read.body['name'] !== name) wrong.push(`${id} is still called ${String(read.body['name'])}`);
      }
      const made = await call(ADMIN_KEY, 'POST', '/v1/clients', { name: id, institutionId: id, roles: ['clerk'] });
      const key = String(made.body['key']);
      if ((await call(key, 'GET', '/v1/referrals')).status !== 200) wrong.push(`the new key of ${id} is not known`);
      await call(ADMIN_KEY, 'DELETE', `/v1/clients/${String(made.body['id'])}`);
      if ((await call(key, 'GET', '/v1/referrals')).status !== 401) wrong.push(`the revoked key of ${id} still opens`);
    }),
  );
  t.strictSame(wrong, []);
});

t.test('a referral is read in the version that its last action answered, however often it was read before', async (t) => {
  const call = caller(await start(t));
  for (const id of ['p1', 't1']) await call(ADMIN_KEY, 'PUT', `/v1/institutions/${id}`, INSTITUTIONS[id]);
  const keyOf = async (institutionId: string) => String((await call(ADMIN_KEY, 'POST', '/v1/clients', { name: institutionId, institutionId, roles: ['clerk', 'doctor'] })).body['key']);
  const [sender, receiver] = [await keyOf('p1'), await keyOf('t1')];
  const made = await call(sender, 'POST', '/v1/referrals', { ...upReferral(1), consent: { given: true, by: '本人', at: '2018-03-01T08:00:00+08:00' } });
  t.equal(made.status, 201);
  const path = `/v1/referrals/${String(made.body['id'])}`;
  for (const [key, action, body] of [
    [receiver, 'request-info', { comment: '请补充心电图' }],
    [sender, 'provide-info', { comment: '已补充' }],
    [receiver, 'accept', {}],
    [receiver, 'arrive', {}],
  ] as const) {
    for (let n = 0; n < 3; n += 1) await call(sender, 'GET', path);
    const acted = await call(key, 'POST', `${path}/${action}`, body);
    t.equal(acted.status, 200, action);
    t.match(await call(sender, 'GET', path), { etag: acted.etag, body: { status: acted.body['status'] } }, `after ${action}`);
  }
});

t.test('a simulation goes by the version of the policy that was answered last', async (t) => {
  const call = caller(await start(t));
  const stays = [{ key: 'a', level: 'tertiary', admittedAt: '2018-03-01T08:00:00+08:00', kind: 'inpatient', arrival: { via: 'none' } }];
  for (const [version, deductibleFen] of [[1, 10_000], [2, 20_000], [3, 30_000]] as const) {
    const put = await call(ADMIN_KEY, 'PUT', '/v1/policies/own', policyInput({ fixed: [{ when: 'inpatient', deductibleFen }] }));
    t.match(put.body, { version });
    t.match((await call(ADMIN_KEY, 'POST', '/v1/deductibles/simulate', { policyId: 'own', personKind: 'active', stays })).body, { policy: { version }, stays: [{ standardFen: deductibleFen }] });
    t.match((await call(ADMIN_KEY, 'GET', '/v1/policies/own?version=1')).body, { version: 1, fixed: [{ deductibleFen: 10_000 }] });
  }
});

t.test('a refusal of the rules and a failing shape are answered as in one thread, in the language of the caller', async (t) => {
  const program = await start(t);
  const response = await fetch(`${program.address}/v1/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', 'idempotency-key': 'one', 'accept-language': 'en', 'x-request-id': 'asked-in-english' },
    body: JSON.stringify({ name: 'nobody', institutionId: 'unknown', roles: ['clerk'] }),
  });
  t.strictSame([response.status, response.headers.get('content-language')], [422, 'en']);
  t.match(await response.json(), { code: 'invalid_content', requestId: 'asked-in-english', errors: [{ pointer: '/institutionId' }] });
});

t.test('a refusal that was no answer of a command crosses the threads as what it is', async (t) => {
  const program = await start(t);
  const post = async (path: string, key: string, body: object) => {
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', 'idempotency-key': key };
    const response = await fetch(`${program.address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return [response.status, ((await response.json()) as { code?: string }).code] as const;
  };
  const client = (name: string) => ({ name, roles: ['admin'] });
  t.strictSame(await post('/v1/clients', 'one', client('first')), [201, undefined]);
  t.strictSame(await post('/v1/clients', 'one', client('second')), [422, 'idempotency_key_reused']);
  const seen = new Set<string>();
  for (let n = 0; n < 20; n += 1) {
    for (const outcome of await Promise.all([1, 2, 3].map(() => post('/v1/clients', `many-${n}`, client('many'))))) seen.add(outcome.join(' '));
  }
  t.ok([...seen].every((outcome) => outcome === '201 ' || outcome === '409 idempotency_in_progress'), [...seen].join());
});

t.test('who waits for events is woken by the commit of the other thread', async (t) => {
  const program = await start(t);
  const call = caller(program);
  const { nextCursor } = (await call(ADMIN_KEY, 'GET', '/v1/events')).body as { nextCursor: string };
  const waiting = call(ADMIN_KEY, 'GET', `/v1/events?after=${nextCursor}&wait=30`);
  await call(ADMIN_KEY, 'PUT', '/v1/institutions/t1', INSTITUTIONS['t1']);
  t.match((await waiting).body, { data: [{ subject: 'institution:t1' }] });
});
