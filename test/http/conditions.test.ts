import t from 'tap';
import { fill, sessionOn, upReferral } from '../kit/network.js';
import { problem, startApp, type Reply } from '../kit/app.js';

/** Versions: `ETag` on what is read, `If-Match` on what is done with it. */

const app = await startApp(t);
await fill(app.store, 't1-expert', sessionOn('2018-03-05', 10));
const STARTS = '2018-03-05T08:00:00+08:00';
const idOf = (reply: Reply): string => (reply.body as { id: string }).id;
const send = async (n: number, more = {}): Promise<string> => idOf(await app.send('p1', 'POST', '/v1/referrals', upReferral(n, more)));

t.test('a referral and a reservation carry their version as a strong ETag, a new one with each change', async (t) => {
  const made = await app.send('p1', 'POST', '/v1/referrals', upReferral(1));
  const referral = `/v1/referrals/${idOf(made)}`;
  t.same([made.headers['etag'], made.headers['location']], ['"1"', referral]);
  t.equal((await app.send('p1', 'GET', referral)).headers['etag'], '"1"');
  t.equal((await app.send('p1', 'GET', `${referral}/actions`)).headers['etag'], '"1"');
  const accepted = await app.send('t1', 'POST', `${referral}/accept`, {});
  t.equal(accepted.headers['etag'], '"2"');
  t.match(accepted.body, { version: 2 });
  t.equal((await app.send('p1', 'GET', referral)).headers['etag'], '"2"');

  const held = await app.send('p1', 'POST', '/v1/reservations', { referralId: idOf(made), items: [{ poolId: 't1-expert', startsAt: STARTS }] });
  const reservation = `/v1/reservations/${idOf(held)}`;
  t.same([held.headers['etag'], held.headers['location']], ['"1"', reservation]);
  const booked = await app.send('p1', 'POST', `${reservation}/confirm`, {}, { 'if-match': '"1"' });
  t.equal(booked.headers['etag'], '"2"', booked.text);
  t.equal((await app.send('p1', 'GET', reservation)).headers['etag'], '"2"');
});

/** What stands in `If-Match`, for a record of version 1. */
const HEADERS: readonly (readonly [ifMatch: string | null, status: number, code?: string])[] = [
  ['1', 400, 'malformed_request'],
  ['W/"1"', 400, 'malformed_request'],
  ['"one"', 400, 'malformed_request'],
  ['"1", "2"', 400, 'malformed_request'],
  ['"-1"', 400, 'malformed_request'],
  ['"1.0"', 400, 'malformed_request'],
  ['""', 400, 'malformed_request'],
  ['"9999999999999999"', 400, 'malformed_request'],
  ['"0"', 412, 'version_mismatch'],
  ['"2"', 412, 'version_mismatch'],
  ['"1"', 200],
  ['*', 200],
  [null, 200],
];

t.test('If-Match: what it names must be the version, * and nothing are any version, what is no version is 400', async (t) => {
  let n = 100;
  for (const [ifMatch, status, code] of HEADERS) {
    n += 1;
    const headers: Record<string, string> = ifMatch === null ? {} : { 'if-match': ifMatch };
    const id = await send(n, { reserve: { items: [{ poolId: 't1-expert', startsAt: STARTS }] } });
    const [reservationId] = ((await app.send('p1', 'GET', `/v1/referrals/${id}`)).body as { reservationIds: string[] }).reservationIds;
    const entitled = await app.send('p1', 'POST', '/v1/referrals', upReferral(n + 500));
    const { entitlement } = entitled.body as { entitlement: { code: string } };
    const answers = [
      await app.send('t1', 'POST', `/v1/entitlements/${entitlement.code}/redeem`, { item: 'exam', institutionId: 't1' }, headers),
      await app.send('p1', 'POST', `/v1/reservations/${reservationId}/extend`, {}, headers),
      await app.send('t1', 'POST', `/v1/referrals/${id}/request-info`, { comment: '请补充' }, headers),
    ];
    // Room for the next row.
    await app.send('p1', 'POST', `/v1/referrals/${id}/cancel`, { reasonCode: 'form-error' });
    for (const reply of answers) {
      t.equal(reply.status, status, `${ifMatch}: ${reply.text.slice(0, 200)}`);
      if (code !== undefined) t.equal(problem(reply).code, code);
    }
  }
});

t.test('at the counter an outdated version redeems nothing and takes nothing back', async (t) => {
  const referral = await app.send('p1', 'POST', '/v1/referrals', upReferral(300));
  const { entitlement: { code } } = referral.body as { entitlement: { code: string } };
  const at = (what: 'redeem' | 'void', version: string, as = 't1'): Promise<Reply> =>
    app.send(as, 'POST', `/v1/entitlements/${code}/${what}`, { item: 'exam', institutionId: as }, { 'if-match': version });
  const outdated = await at('redeem', '"77"');
  t.same([outdated.status, problem(outdated).code], [412, 'version_mismatch']);
  t.equal((await at('redeem', '"77"', 'p1')).status, 403, 'whose counter it is comes first');
  t.equal((await at('redeem', '"1"')).headers['etag'], '"2"');
  t.equal((await at('void', '"1"')).status, 412);
  t.equal((await at('void', '"2"')).headers['etag'], '"3"');
});

t.test('a draft is patched by its version, so that of two who saw the same only the first changes it', async (t) => {
  const id = await send(200, { draft: true });
  const patch = (impression: string): Promise<Reply> => app.send('p1', 'PATCH', `/v1/referrals/${id}`, { impression }, { 'if-match': '"1"' });
  const replies = await Promise.all([patch('甲'), patch('乙')]);
  t.same(replies.map((reply) => reply.status).sort(), [200, 412]);
  const kept = replies.find((reply) => reply.status === 200)!;
  t.equal((await app.send('p1', 'GET', `/v1/referrals/${id}`)).text, kept.text);
});
