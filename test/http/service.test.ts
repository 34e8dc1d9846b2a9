import t from 'tap';
import { startApp } from '../kit/app.js';

const app = await startApp(t);

t.test('the API document and its pages are open, and their pages run scripts of this host alone', async (t) => {
  const document = await app.raw({ url: '/openapi.json' });
  t.equal(document.status, 200);
  t.match(document.body, { openapi: '3.1.0', info: { title: 'referral-router' } });
  const page = await app.raw({ url: '/docs/' });
  t.equal(page.status, 200);
  const policy = String(page.headers['content-security-policy']);
  t.match(policy, /default-src 'self'/);
  t.match(policy, /script-src 'self'(;|$)/);
  const scripts = [...page.text.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map((found) => String(found[1]));
  t.ok(scripts.length >= 3, 'the page has scripts and styles');
  for (const script of scripts) {
    t.notMatch(script, /^https?:|^\/\//, 'nothing comes from elsewhere: hospitals have no internet');
    const url = script.startsWith('/') ? script : `/docs/${script.replace(/^\.\//, '')}`;
    t.equal((await app.raw({ url })).status, 200, url);
  }
  t.notMatch(page.text, /<script>[^<]/, 'no script stands in the page itself');
});

t.test('health is open; the figures of operation are the administrator\'s, by route and never by path', async (t) => {
  t.same((await app.raw({ url: '/livez' })).body, { status: 'ok' });
  t.same((await app.raw({ url: '/readyz' })).body, { status: 'ok' });
  await app.send('p1', 'GET', '/v1/referrals/an-id-that-nobody-has');
  await app.send('p1', 'GET', '/v1/nowhere/44011419900101123X');
  t.equal((await app.raw({ url: '/metrics' })).status, 401);
  t.equal((await app.send('p1', 'GET', '/metrics')).status, 403);
  const { status, text } = await app.send('admin', 'GET', '/metrics');
  t.equal(status, 200);
  t.match(text, /http_request_duration_seconds_count\{method="GET",route="\/v1\/referrals\/:id",status="404"\} 1/);
  t.match(text, /http_request_duration_seconds_count\{method="GET",route="unmatched",status="404"\} 1/);
  t.match(text, /^store_queue_depth \d+$/m);
  t.match(text, /^store_batch_size \d+$/m);
  t.match(text, /^process_resident_memory_bytes /m);
  t.notMatch(text, /an-id-that-nobody-has|44011419900101123X/);
});

t.test('a service that stops is not ready', async (t) => {
  const stopping = await startApp(t);
  await stopping.store.close();
  const reply = await stopping.raw({ url: '/readyz' });
  t.equal(reply.status, 503);
  t.match(reply.body, { code: 'unavailable', retryable: true });
  t.ok(Number(reply.headers['retry-after']) > 0);
});

t.test('reason codes are dated reference data', async (t) => {
  const reply = await app.send('p1', 'GET', '/v1/codes/up');
  t.match(reply.body, { set: 'up', role: 'sender', codes: [{ code: 'lack-examination', zh: '基层缺乏检查条件', validFrom: '2017-01-01', validUntil: null }] });
  for (const set of ['nothing', '__proto__', 'constructor', 'toString']) t.equal((await app.send('p1', 'GET', `/v1/codes/${set}`)).status, 404, set);
});
