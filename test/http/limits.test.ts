import t from 'tap';
import { problem, startApp, type Reply } from '../kit/app.js';
import { person, upReferral } from '../kit/network.js';

/** What every answer carries, what a flood is told, and what is never written down. */

t.test('above its rate a key is told when to come again, and no other key notices', async (t) => {
  const app = await startApp(t, { settings: { rateLimit: 5 } });
  const ask = (as: string): Promise<Reply> => app.send(as, 'GET', '/v1/institutions/t1');
  for (let n = 1; n <= 5; n += 1) t.equal((await ask('p1')).status, 200, `${n} of 5`);
  const flood = await Promise.all(Array.from({ length: 50 }, () => ask('p1')));
  const refused = flood.filter((reply) => reply.status !== 200);
  t.ok(refused.length > 0, 'a flood is not let through');
  for (const reply of refused) {
    t.equal(reply.status, 429);
    t.match(problem(reply), { code: 'rate_limited', retryable: true });
    t.equal(reply.headers['retry-after'], '1');
  }
  t.equal((await ask('p2')).status, 200, 'another key');
  t.equal((await app.raw({ url: '/livez' })).status, 200, 'what is open to anybody');
});

const app = await startApp(t);

t.test('X-Request-Id is echoed where it is sane, made where it is not, and stands in the problem', async (t) => {
  const idOf = (reply: Reply): string => String(reply.headers['x-request-id']);
  const ask = (headers: Record<string, string>): Promise<Reply> => app.send('p1', 'GET', '/v1/institutions/nobody', undefined, headers);
  for (const given of ['abc-1', 'x'.repeat(128)]) {
    const reply = await ask({ 'x-request-id': given });
    t.same([idOf(reply), problem(reply).requestId], [given, given]);
  }
  const made = new Set<string>();
  for (const headers of [{}, { 'x-request-id': '' }, { 'x-request-id': 'a b' }, { 'x-request-id': 'x'.repeat(129) }, { 'x-request-id': '编号' }]) {
    const reply = await ask(headers as Record<string, string>);
    t.match(idOf(reply), /^[0-9a-f]{12}-[0-9a-z]+$/);
    t.equal(problem(reply).requestId, idOf(reply));
    made.add(idOf(reply));
  }
  t.equal(made.size, 5, 'each its own');
});

t.test('every answer forbids caches, frames, scripts and guesses of its type', async (t) => {
  const made = await app.send('p1', 'POST', '/v1/referrals', upReferral(1));
  const { id } = made.body as { id: string };
  const replies = [
    made,
    await app.send('p1', 'GET', `/v1/referrals/${id}`),
    await app.send('p1', 'GET', '/v1/referrals'),
    await app.send('p1', 'POST', '/v1/patients/lookup', { idType: '01', idNumber: person(1).idNumber }),
    await app.send('p3', 'GET', `/v1/referrals/${id}`),
    await app.send(null, 'GET', `/v1/referrals/${id}`),
    await app.send('p1', 'GET', '/v1/nowhere'),
    await app.raw({ url: '/livez' }),
  ];
  for (const reply of replies) {
    t.match(reply.headers, {
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'strict-transport-security': /max-age=\d+/,
    });
    t.equal(reply.headers['x-powered-by'], undefined);
    t.equal(reply.headers['access-control-allow-origin'], undefined, 'no page of another site may read it');
  }
});

t.test('nothing of a patient and no key is ever logged, in success, refusal or fault', async (t) => {
  const { name, idNumber, phone, address } = person(2);
  const form = upReferral(2);
  const key = await app.keyOf('p1');
  const made = await app.send('p1', 'POST', '/v1/referrals', form);
  const { id, patientId } = made.body as { id: string; patientId: string };
  await app.send('p1', 'POST', '/v1/referrals', form);
  await app.send('p1', 'POST', '/v1/referrals', { ...form, patient: { ...form.patient, sex: 'F', remark: address } });
  await app.send('p1', 'POST', '/v1/patients/lookup', { idType: '01', idNumber });
  await app.send('p1', 'GET', `/v1/referrals?patientId=${patientId}&referralNo=${idNumber}`);
  await app.send('p1', 'GET', `/v1/referrals/${idNumber}`);
  await app.send('p1', 'GET', `/v1/${idNumber}/${encodeURIComponent(name)}`);
  await app.send('p1', 'POST', `/v1/referrals/${id}/messages`, { text: `${name} ${phone}` });
  await app.raw({
    method: 'POST', url: '/v1/referrals', payload: `{"name":"${name}","phone":"${phone}"`,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': 'cut' },
  });
  await app.raw({ url: `/v1/referrals/${idNumber}%zz`, headers: { authorization: `Bearer ${key}x` } });

  const log = app.logged.join('\n');
  t.ok(app.logged.length >= 10, `${app.logged.length} lines`);
  for (const secret of [name, idNumber!, phone!, address!, encodeURIComponent(name), patientId, id, key, '劳力性心绞痛', '陈全科']) t.notOk(log.includes(secret), secret);
  for (const line of app.logged) t.same(Object.keys(JSON.parse(line) as object).filter((field) => /body|header|url|query|params/i.test(field)), [], line);
});
