import { randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { openPostgres } from '../../src/store/postgres/store.js';
import { createClient } from '../../src/usecase/network/create-client.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import { Crowd } from '../kit/crowd.js';
import { ADMIN, accepted, actorOf, at, fill, putNetwork, sessionOn, upReferral } from '../kit/network.js';
import { after } from '../../src/real-time.js';
import { startServer, type Server } from '../kit/postgres.js';
import { ADMIN_KEY, startProgram, type Program } from '../kit/program.js';
import { DATA_KEY, START, TestClock } from '../kit/store.js';
import { formatInstant } from '../../src/kernel/calendar.js';

/** The built program, several times on one database, under load, while instances and the server come and go. */

const DAYS = ['2037-03-02', '2037-03-03', '2037-03-04', '2037-03-05'];
const PLACES = 20;
const SENT = 200;
/** Referrals of long ago that nobody answered: the relays of all instances find them at once. */
const LAPSED = 120;

interface Ground {
  readonly database: string;
  readonly keys: Readonly<Record<'p1' | 't1', string>>;
  readonly settings: Readonly<Record<string, string>>;
}

/** A network, four clinics with twenty places each, and what has lapsed. */
async function ground(server: Server, test: Test, lapsed: number): Promise<Ground> {
  const database = await server.freshDatabase(test);
  const store = await openPostgres({ url: server.url(database), dataKey: DATA_KEY, clock: new TestClock(START), random: randomBytes, after, connections: 6 });
  await putNetwork(store);
  await fill(store, 't1-clinic', ...DAYS.map((day) => sessionOn(day, PLACES)));
  const key = async (institutionId: string): Promise<string> =>
    (await accepted(store.write(ADMIN, (unit) => createClient(unit, { body: { name: institutionId, institutionId, roles: ['clerk', 'doctor', 'coordinator', 'his'] } })))).key;
  const keys = { p1: await key('p1'), t1: await key('t1') };
  for (let n = 0; n < lapsed; n++) await accepted(store.write(actorOf('p1'), (unit) => createReferral(unit, { body: upReferral(10_000 + n) })));
  await store.close();
  const settings = { DATABASE_URL: server.url(database), DATA_KEY: Buffer.from(DATA_KEY).toString('base64'), RATE_LIMIT: '1000000', ADMIN_KEY };
  return { database, keys, settings };
}

/** Each a patient who wants a place on one of the days. */
function requests(): Map<string, object> {
  const bodies = new Map<string, object>();
  for (let n = 0; n < SENT; n++) {
    const startsAt = formatInstant(at(DAYS[n % DAYS.length]!, 8));
    bodies.set(`referral-${n}`, upReferral(n, { reserve: { items: [{ poolId: 't1-clinic', startsAt }] } }));
  }
  return bodies;
}

/** Follows the feed of an institution over whichever instance answers, until told that nothing more will come. */
async function follow(crowd: Crowd, key: string, isOver: () => boolean): Promise<number[]> {
  const seen: number[] = [];
  for (let cursor = 0; ; ) {
    const last = isOver();
    const page = await crowd.ask(crowd.next(), 'GET', `/v1/events?after=${cursor}&limit=100${last ? '' : '&wait=1'}`, key);
    if (page?.status !== 200) continue;
    const { data, nextCursor } = JSON.parse(page.text) as { data: { seq: number }[]; nextCursor: string };
    seen.push(...data.map((event) => event.seq));
    if (Number(nextCursor) === cursor && last) return seen;
    cursor = Number(nextCursor);
  }
}

/** What must hold whatever has happened in between. */
async function audit(test: Test, server: Server, { database }: Ground, crowd: Crowd): Promise<void> {
  const statuses = [...crowd.answers.values()].map(({ status }) => status);
  test.equal(statuses.length, SENT, 'everybody has an answer');
  const sold = statuses.filter((status) => status === 201).length;
  test.equal(sold, DAYS.length * PLACES, 'every place was sold');
  test.equal(statuses.filter((status) => status === 409).length, SENT - sold, 'and whoever came later was told so');

  const client = await server.client(database);
  const { rows } = await client.query(
    `SELECT (SELECT array_agg(taken ORDER BY starts_at) FROM session) AS taken, (SELECT count(*)::int FROM referral WHERE created_at > $1) AS referrals,
            (SELECT count(*)::int FROM place) AS places, (SELECT count(*)::int FROM answer) AS answers, (SELECT count(*)::int FROM unnumbered_event) AS unnumbered,
            (SELECT max(seq) - count(*) FROM event) AS gaps, (SELECT count(DISTINCT referral_id)::int FROM event WHERE type = 'referral.submitted' AND at > $1) AS told`,
    [START],
  );
  test.strictSame(rows[0], { taken: DAYS.map(() => String(PLACES)), referrals: sold, places: sold, answers: SENT, unnumbered: 0, gaps: '0', told: sold });

  for (const address of crowd.addresses) {
    const otherwise: string[] = [];
    for (const [name, body] of requests()) {
      const again = await crowd.ask(address, 'POST', '/v1/referrals', undefined, body, name);
      if (!again?.replayed || again.text !== crowd.answers.get(name)?.text) otherwise.push(name);
    }
    test.strictSame(otherwise, [], 'every answer is given again to the letter');
    const verdict = await crowd.ask(address, 'GET', '/v1/events/verify', ADMIN_KEY);
    test.match(JSON.parse(verdict?.text ?? '{}'), { intact: true, faults: [] });
  }
}

async function start(test: Test, crowd: Crowd, { settings }: Ground): Promise<Program> {
  const program = await startProgram(test, settings);
  crowd.addresses.push(program.address);
  return program;
}

function leave(crowd: Crowd, { address }: Program): void {
  crowd.addresses.splice(crowd.addresses.indexOf(address), 1);
}

const server = await startServer(t);

t.test('three instances under load, one killed, one stopped, one that joins: nothing is sold twice, told twice or lost', async (t) => {
  const place = await ground(server, t, LAPSED);
  const crowd = new Crowd([], place.keys.p1);
  const [first, second] = await Promise.all([start(t, crowd, place), start(t, crowd, place), start(t, crowd, place)]);
  let over = false;
  const feed = follow(crowd, place.keys.t1, () => over);
  const comings: Promise<unknown>[] = [];
  await crowd.post('/v1/referrals', requests(), (count) => {
    if (count === 40) {
      // Still addressed for a moment, as by a balancer that has not noticed yet.
      comings.push(first!.kill().then(() => leave(crowd, first!)));
    }
    if (count === 60) comings.push(start(t, crowd, place));
    if (count === 90) {
      leave(crowd, second!);
      comings.push(second!.stop().then((code) => t.equal(code, 0, 'the stopped one finished what it had')));
    }
  });
  await Promise.all(comings);
  t.equal(crowd.addresses.length, 2);

  const client = await server.client(place.database);
  const lapsed = async (): Promise<number> => Number((await client.query("SELECT count(*) FROM referral WHERE status = 'expired'")).rows[0].count);
  while ((await lapsed()) < LAPSED);
  const { rows } = await client.query("SELECT count(*)::int AS told, count(DISTINCT subject)::int AS referrals FROM event WHERE type = 'referral.expired'");
  t.strictSame(rows, [{ told: LAPSED, referrals: LAPSED }], 'each piece of background work was done once');

  over = true;
  const concerned = await client.query<{ seq: string }>(`SELECT seq FROM event WHERE institution_ids LIKE '%"t1"%' ORDER BY seq`);
  t.strictSame(await feed, concerned.rows.map((row) => Number(row.seq)), 'the feed had every event once and in order, whichever instance it was read from');
  await audit(t, server, place, crowd);
});

t.test('the server restarted under load: requests are refused cleanly, then go on, and no instance is restarted', async (t) => {
  const own = await startServer(t);
  const place = await ground(own, t, 0);
  const crowd = new Crowd([], place.keys.p1);
  const programs = await Promise.all([start(t, crowd, place), start(t, crowd, place)]);
  const restarts: Promise<void>[] = [];
  await crowd.post('/v1/referrals', requests(), (count) => {
    if (count === 50 || count === 120) restarts.push(own.stop().then(() => own.start()));
  });
  await Promise.all(restarts);
  t.strictSame([...crowd.passing].filter((refusal) => !['503 unavailable', '409 idempotency_in_progress'].includes(refusal)), []);
  t.ok(crowd.passing.has('503 unavailable'), 'some were refused');
  t.notMatch(programs.map((program) => program.output()).join(''), /a bug|"code":"internal"/);
  await audit(t, own, place, crowd);
  for (const program of programs) t.equal((await fetch(`${program.address}/readyz`)).status, 200);
});

t.test('a key made on one instance opens the next at once, and does nothing there any more once it is revoked', async (t) => {
  const place = await ground(server, t, 0);
  const crowd = new Crowd([], ADMIN_KEY);
  const [here, there] = (await Promise.all([start(t, crowd, place), start(t, crowd, place)])) as [Program, Program];
  for (let round = 0; round < 8; round++) {
    const made = await crowd.ask(here.address, 'POST', '/v1/clients', ADMIN_KEY, { name: `desk ${round}`, institutionId: 'p1', roles: ['clerk'] }, `client-${round}`);
    const { id, key } = JSON.parse(made?.text ?? '{}') as { id: string; key: string };
    t.equal((await crowd.ask(there.address, 'GET', '/v1/referrals', key))?.status, 200);
    t.equal((await crowd.ask(here.address, 'DELETE', `/v1/clients/${id}`))?.status, 200);
    t.equal((await crowd.ask(there.address, 'POST', '/v1/referrals', key, upReferral(round), `referral-${round}`))?.status, 401, 'no command is carried out');
    t.equal((await crowd.ask(there.address, 'GET', '/v1/referrals', key))?.status, 401, 'and with that the instance knows');
  }
  t.equal((await crowd.ask(there.address, 'GET', '/v1/referrals', 'a key of nobody'.replaceAll(' ', '-')))?.status, 401);
});
