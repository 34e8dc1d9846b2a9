import { once } from 'node:events';
import { request } from 'node:http';
import t from 'tap';
import { SECOND } from '../../src/kernel/calendar.js';
import { problem, startApp, type Reply, type TestApp } from '../kit/app.js';
import { upReferral } from '../kit/network.js';

/** `GET /v1/events`: one order, nothing missing, and news as soon as there is some. */

interface Feed {
  readonly data: readonly { seq: number; type: string; referralId: string | null }[];
  readonly nextCursor: string;
  readonly head: { seq: number; hash: string; signature: string } | null;
}
const page = ({ body }: Reply): Feed => body as Feed;

async function refer(app: TestApp, n: number): Promise<string> {
  const made = await app.send('p1', 'POST', '/v1/referrals', upReferral(n));
  return (made.body as { id: string }).id;
}

t.test('the feed tells everything that concerns the caller in the order of the log, and goes on where it was left', async (t) => {
  const app = await startApp(t);
  const ids = [await refer(app, 1), await refer(app, 2), await refer(app, 3)];
  const whole = page(await app.send('p1', 'GET', '/v1/events?limit=100'));
  t.strictSame(whole.data.map(({ seq }) => seq), whole.data.map(({ seq }) => seq).sort((a, b) => a - b));
  t.strictSame(whole.data.filter(({ type }) => type === 'referral.submitted').map(({ referralId }) => referralId), ids);

  const piecemeal: Feed['data'][number][] = [];
  for (let after = '0'; ; ) {
    const { data, nextCursor } = page(await app.send('p1', 'GET', `/v1/events?limit=2&after=${after}`));
    if (data.length === 0) break;
    piecemeal.push(...data);
    after = nextCursor;
  }
  t.strictSame(piecemeal, whole.data, 'page by page the same');

  const stranger = page(await app.send('p3', 'GET', '/v1/events?limit=100'));
  t.notOk(stranger.data.some(({ referralId }) => ids.includes(referralId ?? '')), 'who is no party is told nothing of it');
});

t.test('only the types that are asked for, and the cursor passes over the others', async (t) => {
  const app = await startApp(t);
  const id = await refer(app, 1);
  await app.send('t1', 'POST', `/v1/referrals/${id}/accept`, {});
  const { data, nextCursor } = page(await app.send('t1', 'GET', '/v1/events?types=referral.accepted'));
  t.strictSame(data.map(({ type, referralId }) => ({ type, referralId })), [{ type: 'referral.accepted', referralId: id }]);
  const rest = page(await app.send('t1', 'GET', `/v1/events?types=referral.accepted&after=${nextCursor}`));
  t.strictSame(rest.data, []);
  t.ok(Number(rest.nextCursor) >= Number(nextCursor), 'the cursor never goes back');
});

t.test('a waiting request is answered by the commit of another, not by the clock', async (t) => {
  const app = await startApp(t);
  const address = await app.listen();
  const { nextCursor } = page(await app.send('t1', 'GET', '/v1/events?limit=100'));
  const key = await app.keyOf('t1');
  const start = page(await app.send('t1', 'GET', `/v1/events?limit=100&after=${nextCursor}`));
  const waiting = request(`${address}/v1/events?after=${start.nextCursor}&wait=30`, { headers: { authorization: `Bearer ${key}` } });
  const answer = once(waiting, 'response');
  waiting.end();
  const id = await refer(app, 1);
  const [response] = (await answer) as [AsyncIterable<Buffer> & { statusCode: number }];
  let text = '';
  for await (const chunk of response) text += chunk.toString('utf8');
  t.equal(response.statusCode, 200);
  t.equal((JSON.parse(text) as Feed).data[0]?.referralId, id);
});

t.test('a key that is revoked while it waits hears nothing more, not even of the commit that woke it', async (t) => {
  const app = await startApp(t);
  const made = (await app.send('admin', 'POST', '/v1/clients', { name: 'leaked', institutionId: 't1', roles: ['his'] })).body as { id: string; key: string };
  const { nextCursor } = page(await app.send('t1', 'GET', '/v1/events?limit=100'));
  const waiting = app.raw({ method: 'GET', url: `/v1/events?after=${nextCursor}&wait=30`, headers: { authorization: `Bearer ${made.key}` } });
  await app.waiting();
  await app.send('admin', 'DELETE', `/v1/clients/${made.id}`);
  await refer(app, 1);
  const answer = await waiting;
  t.same([answer.status, problem(answer).code, page(answer).data], [401, 'unauthenticated', undefined]);
});

t.test('where nothing comes the wait runs out with an empty page and the same place to go on from', async (t) => {
  const app = await startApp(t);
  await app.keyOf('t1');
  const { nextCursor } = page(await app.send('t1', 'GET', '/v1/events?limit=100'));
  const last = page(await app.send('t1', 'GET', `/v1/events?limit=100&after=${nextCursor}`)).nextCursor;
  const waiting = app.send('t1', 'GET', `/v1/events?after=${last}&wait=1`);
  let answered: Reply | undefined;
  void waiting.then((reply) => (answered = reply));
  // Timers of this app end when they are told to: told until the request has begun to wait.
  while (answered === undefined) {
    app.runOut();
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.strictSame(page(answered).data, []);
  t.equal(page(answered).nextCursor, last);
});

t.test('the chain is whole, signed, and longer by what happens', async (t) => {
  const app = await startApp(t);
  await refer(app, 1);
  const verify = async () => (await app.send('regulator', 'GET', '/v1/events/verify')).body as { intact: boolean; checked: number; faults: unknown[] };
  const before = await verify();
  t.match(before, { intact: true, faults: [] });
  app.clock.advance(SECOND);
  await refer(app, 2);
  const after = await verify();
  t.match(after, { intact: true, faults: [] });
  t.ok(after.checked > before.checked);
  t.equal((await app.send('p1', 'GET', '/v1/events/verify')).status, 403, 'supervision alone asks for it');
});

t.test('a wait longer than half a minute, a place before the beginning and a type list without end are refused', async (t) => {
  const app = await startApp(t);
  for (const query of ['wait=31', 'wait=-1', 'after=-1', 'after=x', 'limit=0', 'limit=101', `types=${'x'.repeat(1_001)}`]) {
    t.equal((await app.send('p1', 'GET', `/v1/events?${query}`)).status, 422, query.slice(0, 20));
  }
});
