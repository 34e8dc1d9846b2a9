import t from 'tap';
import { isRefusal } from '../../src/kernel/problem.js';
import type { StoreError } from '../../src/store/errors.js';
import { translatePostgres } from '../../src/store/postgres/errors.js';
import { openPostgres } from '../../src/store/postgres/store.js';
import { after } from '../../src/real-time.js';
import { freshPostgres } from '../kit/postgres-store.js';
import { startServer, type Server } from '../kit/postgres.js';
import { Prng } from '../../src/kernel/prng.js';
import { DATA_KEY, TestClock, START } from '../kit/store.js';
import { CLERK, eventOf } from '../store/rows.js';

/** A server that goes away, and comes back. */
const server = await startServer(t);

/** Every connection of the service to a database, cut by the server. */
async function cut(on: Server, database: string): Promise<number> {
  const client = await on.client();
  const { rows } = await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'referral-router'", [database]);
  return rows.length;
}

const append = (store: { write: Awaited<ReturnType<typeof freshPostgres>>['store']['write'] }, subject: string) =>
  store.write(CLERK, async (unit) => {
    unit.append(eventOf(subject));
    return subject;
  });

t.test('cut connections fail what was under way, cleanly; the next unit has a new one, and none is lost', async (t) => {
  const fixture = await freshPostgres(server, t, { report: () => undefined });
  const { store } = fixture;
  await append(store, 'before');
  for (let round = 0; round < 5; round++) {
    let reached = (): void => undefined;
    const inside = new Promise<void>((resolve) => (reached = resolve));
    const lost = store.write(CLERK, async (unit) => {
      await unit.lastSeq();
      reached();
      await inside.then(() => cut(server, fixture.path));
      unit.append(eventOf('lost'));
      return 'lost';
    });
    await t.rejects(lost, { name: 'StoreError', trouble: 'unreachable', code: 'unavailable' });
    // What stood idle may still be given out once, before anybody has told that it is gone.
    for (let tries = 0; tries < 12; tries++) if (await append(store, `after:${round}`).then(() => true, () => false)) break;
  }
  const { busy, waiting } = store.pools().units;
  t.strictSame({ busy, waiting }, { busy: 0, waiting: 0 }, 'every connection was given back');
  const subjects = await store.read(async (reads) => (await reads.eventsAfter(0, 20)).map((event) => event.subject));
  t.strictSame(subjects, ['before', ...Array.from({ length: 5 }, (_, round) => `after:${round}`)]);
});

t.test('while the server is stopped everything is refused at once, and it goes on when the server is back', async (t) => {
  const own = await startServer(t);
  const fixture = await freshPostgres(own, t, { report: () => undefined });
  const { store } = fixture;
  await append(store, 'before');
  await own.stop();
  await t.rejects(append(store, 'during'), { name: 'StoreError', code: 'unavailable' });
  await t.rejects(store.read((reads) => reads.lastSeq()), { name: 'StoreError', code: 'unavailable' });
  t.equal(await store.ready(), false);
  await own.start();
  t.equal(await append(store, 'after'), 'after');
  t.equal(await store.ready(), true);
  const heard = new Promise<void>((resolve) => store.onCommit(resolve));
  const other = await fixture.another();
  await append(other, 'from elsewhere');
  await heard;
  t.pass('and it hears the others again');
});

t.test('a start that cannot be says why', async (t) => {
  const open = (url: string, dataKey = DATA_KEY) => openPostgres({ url, dataKey, clock: new TestClock(START), random: new Prng(1).bytes, after, connections: 6 });
  const name = await server.freshDatabase(t);
  const url = server.url(name);
  const store = await open(url);
  await store.close();
  await t.rejects(open(url, new Uint8Array(32).fill(9)), { trouble: 'refused', message: /DATA_KEY is not the key/ });
  await t.rejects(open(server.url('nowhere')), { trouble: 'refused', message: /no such database/ });
  await t.rejects(open(url.replace('postgres:postgres@', 'nobody:wrong@')), { trouble: 'refused', message: /user or password/ });
  await t.rejects(open('postgres://127.0.0.1:1/x'), { trouble: 'unreachable', message: /cannot be reached \(ECONNREFUSED\)/ });
  const admin = await server.client();
  for (const [made, why] of [
    ['CREATE DATABASE foreigner', /another program/],
    ["CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", /kept in LATIN1/],
    ['CREATE DATABASE careless', /synchronous_commit is off/],
  ] as const) {
    await admin.query(made);
    const database = made.split(' ')[2]!;
    if (database === 'foreigner') await (await server.client(database)).query('CREATE TABLE orders (id int)');
    if (database === 'careless') await admin.query('ALTER DATABASE careless SET synchronous_commit = off');
    await t.rejects(open(server.url(database)), { trouble: 'refused', message: why });
  }
});

t.test('instances that start together on an empty database migrate it once', async (t) => {
  const admin = await server.client();
  await admin.query('CREATE DATABASE empty');
  const opened = await Promise.all(
    [1, 2, 3].map((seed) => openPostgres({ url: server.url('empty'), dataKey: DATA_KEY, clock: new TestClock(START), random: new Prng(seed).bytes, after, connections: 6 })),
  );
  for (const store of opened) t.notOk(isRefusal(await append(store, 'started')));
  t.equal(await opened[0]!.read((reads) => reads.lastSeq()), 3);
  for (const store of opened) await store.close();
});

t.test('no error of the server is passed on in its own words, which may quote a row', async (t) => {
  const rows: readonly (readonly [object, Partial<StoreError>])[] = [
    [{ code: '23505', constraint: 'patient_by_digest', detail: 'Key (id)=(张三) already exists.' }, { trouble: 'constraint', code: 'internal' }],
    [{ code: '23514', constraint: 'session_taken_check' }, { trouble: 'constraint', code: 'internal' }],
    [{ code: '40001' }, { trouble: 'conflict', code: 'unavailable' }],
    [{ code: '40P01' }, { trouble: 'conflict', code: 'unavailable' }],
    [{ code: '55P03' }, { trouble: 'busy', code: 'unavailable' }],
    [{ code: '57014' }, { trouble: 'busy', code: 'unavailable' }],
    [{ code: '53300' }, { trouble: 'busy', code: 'unavailable' }],
    [{ code: '53100' }, { trouble: 'full', code: 'unavailable' }],
    [{ code: '57P01' }, { trouble: 'unreachable', code: 'unavailable' }],
    [{ code: '25006' }, { trouble: 'unreachable', code: 'unavailable' }],
    [{ code: 'ECONNRESET' }, { trouble: 'unreachable', code: 'unavailable' }],
    [{ code: 'XX001' }, { trouble: 'corrupt', code: 'unavailable' }],
    [{ code: '22P02' }, { trouble: 'engine', code: 'internal' }],
    [{ code: '42501' }, { trouble: 'refused', code: 'internal' }],
    [{ code: '42703' }, { trouble: 'engine', code: 'internal' }],
  ];
  for (const [facts, expected] of rows) {
    const told = translatePostgres(Object.assign(new Error('张三'), facts)) as StoreError;
    t.match(told, { name: 'StoreError', ...expected }, JSON.stringify(facts));
    t.equal(told.message.includes('张三'), (facts as { code: string }).code === '42703', 'the text of a statement holds no values, that of a row does');
  }
  const withoutTls = translatePostgres(new Error('The server does not support SSL connections')) as StoreError;
  t.match(withoutTls, { trouble: 'unreachable', message: /takes no TLS connection, which sslmode in DATABASE_URL asks for/ }, 'what the driver refuses is told by its reason');
  const bug = new TypeError('x');
  t.equal(translatePostgres(bug), bug, 'a bug stays what it is');
});
