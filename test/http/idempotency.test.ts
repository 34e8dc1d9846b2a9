import type { FastifyRequest } from 'fastify';
import t, { type Test } from 'tap';
import { idempotencyKeyOf } from '../../src/http/idempotency.js';
import { pointers, problem, startApp, type Reply } from '../kit/app.js';
import { actorOf, fill, sessionOn, upReferral } from '../kit/network.js';

/** The same request again is the same answer again, never the same effect twice. */

const app = await startApp(t);
const FULL = '2018-03-05';
const START = `${FULL}T08:00:00+08:00`;
await fill(app.store, 't1-clinic', sessionOn(FULL, 1));

const post = (as: string, url: string, body: unknown, key: string, headers: Record<string, string> = {}): Promise<Reply> =>
  app.send(as, 'POST', url, body, { 'idempotency-key': key, ...headers });
const idOf = (reply: Reply): string => (reply.body as { id: string }).id;
const countOf = async (as: string): Promise<number> => ((await app.send(as, 'GET', '/v1/referrals?limit=100')).body as { data: unknown[] }).data.length;

function sameAnswer(t: Test, first: Reply, again: Reply): void {
  t.equal(again.status, first.status);
  t.equal(again.text, first.text, 'the same bytes');
  for (const header of ['content-type', 'etag', 'location']) t.equal(again.headers[header], first.headers[header], header);
  t.equal(first.headers['idempotency-replayed'], undefined);
  t.equal(again.headers['idempotency-replayed'], 'true');
}

t.test('a POST that changes state asks for a key of 1 to 255 visible characters', async (t) => {
  for (const key of [undefined, '', 'a b', 'ü', 'x'.repeat(256)]) {
    const reply = await app.raw({
      method: 'POST', url: '/v1/referrals', payload: JSON.stringify(upReferral(1)),
      headers: { authorization: `Bearer ${await app.keyOf('p1')}`, 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
    });
    t.equal(reply.status, 400, `${key?.slice(0, 10)}`);
    t.equal(problem(reply).code, 'idempotency_key_required');
  }
  t.equal(await countOf('p1'), 0);
});

t.test('a question sent as POST needs no key', async (t) => {
  const headers = { authorization: `Bearer ${await app.keyOf('p1')}`, 'content-type': 'application/json' };
  const { patient } = upReferral(1);
  const found = await app.raw({ method: 'POST', url: '/v1/patients/lookup', payload: JSON.stringify({ idType: '01', idNumber: patient.idNumber }), headers });
  t.equal(problem(found).code, 'not_found');
});

t.test('the same key and body: status, bytes and headers of the first answer, and one referral', async (t) => {
  const first = await post('p1', '/v1/referrals', upReferral(1), 'same');
  t.equal(first.status, 201, first.text);
  sameAnswer(t, first, await post('p1', '/v1/referrals', upReferral(1), 'same'));
  t.equal(await countOf('p1'), 1);
});

t.test('the stored answer stays what it was when the referral has moved on', async (t) => {
  const made = await post('p1', '/v1/referrals', upReferral(2), 'moves');
  t.equal((await post('t1', `/v1/referrals/${idOf(made)}/accept`, {}, 'moves')).status, 200);
  sameAnswer(t, made, await post('p1', '/v1/referrals', upReferral(2), 'moves'));
});

t.test('another body under the same key is refused, one field or one blank apart', async (t) => {
  const other = await post('p1', '/v1/referrals', upReferral(1, { impression: '另一印象' }), 'same');
  t.equal(other.status, 422);
  t.equal(problem(other).code, 'idempotency_key_reused');
  const spaced = await app.raw({
    method: 'POST', url: '/v1/referrals', payload: `${JSON.stringify(upReferral(1))} `,
    headers: { authorization: `Bearer ${await app.keyOf('p1')}`, 'content-type': 'application/json', 'idempotency-key': 'same' },
  });
  t.equal(problem(spaced).code, 'idempotency_key_reused', 'bytes are compared, not meanings');
});

t.test('a key belongs to its client and its path', async (t) => {
  const mine = await post('p1', '/v1/referrals', upReferral(3), 'shared');
  const theirs = await post('p2', '/v1/referrals', upReferral(4, { sourceInstitutionId: 'p2' }), 'shared');
  t.same([mine.status, theirs.status], [201, 201], theirs.text);
  t.not(idOf(mine), idOf(theirs));
  for (const reply of [mine, theirs]) {
    const accepted = await post('t1', `/v1/referrals/${idOf(reply)}/accept`, {}, 'shared');
    t.equal(accepted.status, 200, accepted.text);
    t.equal(accepted.headers['idempotency-replayed'], undefined);
  }
});

t.test('and to the institution acted for: a client of two says the same under one key for each', async (t) => {
  const key = await app.makeKey({ name: 'county', institutionIds: ['p1', 't1'], roles: ['clerk', 'doctor', 'coordinator', 'his'] });
  const url = `/v1/referrals/${idOf(await post('p1', '/v1/referrals', upReferral(10), 'told'))}/messages`;
  const saysFor = (institution: string): Promise<Reply> =>
    app.raw({
      method: 'POST', url, payload: JSON.stringify({ text: '已电话联系' }),
      headers: { authorization: `Bearer ${key}`, 'act-for': institution, 'idempotency-key': 'county', 'content-type': 'application/json' },
    });
  const said = [await saysFor('p1'), await saysFor('t1')] as const;
  t.match(said, [{ status: 201, body: { institutionId: 'p1' } }, { status: 201, body: { institutionId: 't1' } }]);
  t.same(said.map(({ headers }) => headers['idempotency-replayed']), [undefined, undefined]);
  sameAnswer(t, said[0], await saysFor('p1'));
  sameAnswer(t, said[1], await saysFor('t1'));
});

t.test('a question mark behind the path makes no other request of it', async (t) => {
  const keyOf = (url: string) => idempotencyKeyOf({ url, method: 'POST', headers: { 'idempotency-key': 'asked' }, rawBody: null, actor: actorOf('p1') } as unknown as FastifyRequest);
  t.strictSame(keyOf('/v1/referrals?'), keyOf('/v1/referrals'));
});

t.test('a refusal that was decided is replayed: a full session stays full after its place is freed', async (t) => {
  const reserve = { items: [{ poolId: 't1-clinic', startsAt: START }] };
  const holder = await post('p1', '/v1/referrals', upReferral(5, { targetDepartment: '03', reserve }), 'holder');
  t.equal(holder.status, 201, holder.text);
  const late = upReferral(6, { targetDepartment: '03', reserve });
  const refused = await post('p1', '/v1/referrals', late, 'late');
  t.equal(refused.status, 409, refused.text);
  t.equal(problem(refused).code, 'session_full');
  const before = await countOf('p1');

  const [reservationId] = (holder.body as { reservationIds: string[] }).reservationIds;
  t.equal((await post('p1', `/v1/reservations/${reservationId}/release`, {}, 'free')).status, 200);
  sameAnswer(t, refused, await post('p1', '/v1/referrals', late, 'late'));
  t.equal(await countOf('p1'), before);
  t.equal((await post('p1', '/v1/referrals', late, 'late-anew')).status, 201, 'under a new key it is decided anew');
});

t.test('a refusal of the shape is not kept: the mended form may use the same key', async (t) => {
  const { category: _left, ...incomplete } = upReferral(7);
  t.same(pointers(await post('p1', '/v1/referrals', incomplete, 'mended')), ['/category']);
  t.equal((await post('p1', '/v1/referrals', upReferral(7), 'mended')).status, 201);
});

t.test('fifty requests at once under one key make one referral', async (t) => {
  const before = await countOf('p1');
  const replies = await Promise.all(Array.from({ length: 50 }, () => post('p1', '/v1/referrals', upReferral(8), 'fifty')));
  const made = replies.filter((reply) => reply.status === 201);
  const pending = replies.filter((reply) => reply.status !== 201);
  t.equal(new Set(made.map((reply) => reply.text)).size, 1, 'one answer');
  t.equal(made.filter((reply) => reply.headers['idempotency-replayed'] === undefined).length, 1, 'made once');
  for (const reply of pending) t.equal(problem(reply).code, 'idempotency_in_progress', 'or told to wait');
  t.equal(await countOf('p1'), before + 1);
});

t.test('an answer is kept for 7 days and no longer', async (t) => {
  const first = await post('p1', '/v1/referrals', upReferral(9), 'week');
  t.equal(first.status, 201, first.text);
  const again = (): Promise<Reply> => post('p1', '/v1/referrals', upReferral(9), 'week');
  app.clock.advance(7 * 86_400_000 - 1);
  t.equal((await again()).headers['idempotency-replayed'], 'true');
  app.clock.advance(1);
  const anew = await again();
  t.equal(anew.headers['idempotency-replayed'], undefined);
  t.equal(problem(anew).code, 'duplicate_open_referral', 'decided anew');
});
