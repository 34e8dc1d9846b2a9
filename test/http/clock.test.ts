import t from 'tap';
import { DAY, formatInstant, MINUTE, SECOND, type Instant } from '../../src/kernel/calendar.js';
import { problem, startApp, type Reply } from '../kit/app.js';
import { fill, sessionOn, upReferral } from '../kit/network.js';
import { scratch, startProgram, ADMIN_KEY } from '../kit/program.js';
import { START } from '../kit/store.js';

/** `PUT /v1/test-clock`: time goes forward, and with it what falls due. */

const put = (now: Instant) => ({ now: formatInstant(now) });
const code = (reply: Reply): string => problem(reply).code;

t.test('the clock moves forward and stands; backwards it is refused and stays', async (t) => {
  const app = await startApp(t);
  const moved = await app.send('admin', 'PUT', '/v1/test-clock', put(START + DAY));
  t.strictSame([moved.status, moved.body], [200, put(START + DAY)]);
  t.equal((await app.send('admin', 'PUT', '/v1/test-clock', put(START + DAY))).status, 200, 'to the present');
  const back = await app.send('admin', 'PUT', '/v1/test-clock', put(START));
  t.strictSame([back.status, code(back)], [409, 'clock_backwards']);
  t.equal(app.clock.now(), START + DAY);
});

t.test('it is for the administrator, and wants an instant with its offset', async (t) => {
  const app = await startApp(t);
  t.equal((await app.send('t1', 'PUT', '/v1/test-clock', put(START + DAY))).status, 403);
  t.equal((await app.send(null, 'PUT', '/v1/test-clock', put(START + DAY))).status, 401);
  for (const now of ['2018-03-02T09:00:00', '2018-03-02', 'soon', 1_519_956_000_000]) t.equal((await app.send('admin', 'PUT', '/v1/test-clock', { now })).status, 422, String(now));
  t.equal(app.clock.now(), START);
});

t.test('a hold lapses with the second in which it ends, and its place is free again', async (t) => {
  const app = await startApp(t);
  await fill(app.store, 't1-clinic', sessionOn('2018-03-05', 1));
  const reserve = { items: [{ poolId: 't1-clinic', startsAt: formatInstant(Date.UTC(2018, 2, 5, 0)) }], ttlSeconds: 600 };
  const ask = (n: number) => app.send('p1', 'POST', '/v1/referrals', upReferral(n, { reserve }));
  const first = await ask(1);
  const reservation = async () => ((await app.send('p1', 'GET', `/v1/reservations/${(first.body as { reservationIds: string[] }).reservationIds[0]}`)).body as { state: string }).state;
  t.equal(first.status, 201, first.text);
  await app.send('admin', 'PUT', '/v1/test-clock', put(START + 10 * MINUTE - SECOND));
  t.strictSame([await reservation(), code(await ask(2))], ['held', 'session_full']);
  await app.send('admin', 'PUT', '/v1/test-clock', put(START + 10 * MINUTE));
  t.equal(await reservation(), 'expired');
  t.equal((await ask(2)).status, 201, 'the place goes to the next');
});

t.test('a referral that nobody answers lapses on the fourteenth day, before the answer of the clock', async (t) => {
  const app = await startApp(t);
  const { id } = (await app.send('p1', 'POST', '/v1/referrals', upReferral(1))).body as { id: string };
  const status = async () => ((await app.send('p1', 'GET', `/v1/referrals/${id}`)).body as { status: string }).status;
  await app.send('admin', 'PUT', '/v1/test-clock', put(START + 14 * DAY - SECOND));
  t.equal(await status(), 'submitted');
  await app.send('admin', 'PUT', '/v1/test-clock', put(START + 14 * DAY));
  t.equal(await status(), 'expired');
  const events = (await app.send('p1', 'GET', '/v1/events?types=referral.expired')).body as { data: { referralId: string }[] };
  t.strictSame(events.data.map(({ referralId }) => referralId), [id], 'and the log says so');
});

t.test('a program has this clock only where it was started with one', async (t) => {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
  const ask = async (settings: Record<string, string>) => {
    const program = await startProgram(t, { DATABASE_URL: `sqlite:${scratch(t)}/referral.db`, ...settings });
    const response = await fetch(`${program.address}/v1/test-clock`, { method: 'PUT', headers, body: JSON.stringify(put(START + DAY)) });
    return response.status;
  };
  t.equal(await ask({ TEST_CLOCK: formatInstant(START) }), 200);
  t.equal(await ask({}), 404);
});
