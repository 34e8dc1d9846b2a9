import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import t, { type Test } from 'tap';
import { after } from '../../src/real-time.js';
import { openPostgres, type PostgresStore } from '../../src/store/postgres/store.js';
import { startServer } from '../kit/postgres.js';
import { layWay, type Way } from '../kit/silence.js';
import { DATA_KEY, START, TestClock } from '../kit/store.js';
import { CLERK, eventOf } from '../store/rows.js';

/** A server whose connections die without a word: packets are lost, and no side is told. */
const server = await startServer(t);

/** Short, for who has nothing but a test to lose. */
const PATIENCE = { tripMs: 1_500, numberingMs: 400, closingMs: 400 };

async function reached(t: Test): Promise<{ readonly store: PostgresStore; readonly way: Way; readonly told: string[]; readonly own: pg.Client }> {
  const database = await server.freshDatabase(t);
  const way = await layWay(t, server.url(database));
  const told: string[] = [];
  const store = await openPostgres({
    url: way.through(server.url(database)), dataKey: DATA_KEY, clock: new TestClock(START), random: randomBytes, after, connections: 6, patience: PATIENCE,
    report: (_error, doing) => told.push(doing),
  });
  t.teardown(() => store.close());
  return { store, way, told, own: await server.client(database) };
}

const append = (store: PostgresStore, subject: string) => store.write(CLERK, async (unit) => unit.append(eventOf(subject)));

/** A unit that has been asked something when the way is cut, and waits for the next answer. */
async function cutOff(store: PostgresStore, cut: () => void): Promise<{ readonly lost: Promise<unknown> }> {
  let asked = (): void => undefined;
  const under = new Promise<void>((resolve) => (asked = resolve));
  const lost = store.write(CLERK, async (unit) => {
    await unit.lastSeq();
    cut();
    asked();
    await unit.lastSeq();
  });
  await under;
  return { lost };
}

/** Tries until it goes through: what stood idle in the pool may be given out once more, each time at most for as long as a trip may take. */
async function goesThrough(attempt: () => Promise<unknown>): Promise<boolean> {
  for (let tries = 0; tries < 12; tries += 1) if (await attempt().then(() => true, () => false)) return true;
  return false;
}

t.test('a connection that has died in silence fails what is asked on it in its time, and the next is asked on another', async (t) => {
  const { store, way } = await reached(t);
  await append(store, 'before');
  const { lost } = await cutOff(store, () => way.fallSilent());
  await t.rejects(lost, { name: 'StoreError', trouble: 'unreachable', code: 'unavailable' });
  t.ok(await goesThrough(() => append(store, 'after')));
  t.ok(await goesThrough(() => store.read((reads) => reads.lastSeq())));
  const readyAgain = async (): Promise<void> => {
    await append(store, 'and again');
    if (!(await store.ready())) throw new Error('not yet');
  };
  t.ok(await goesThrough(readyAgain), 'numbering too has found another');
});

t.test('what is committed is answered though its number does not come, and the instance says that it is not ready until it does', async (t) => {
  const { store, told, own } = await reached(t);
  await append(store, 'before');
  t.equal(await store.ready(), true);
  await own.query("SELECT pg_advisory_lock(hashtextextended('numbering', 0))");
  await append(store, 'committed');
  t.equal(await store.ready(), false);
  t.equal(await store.read((reads) => reads.lastSeq()), 1);
  t.same([...new Set(told)], ['numbering the log']);
  await own.query("SELECT pg_advisory_unlock(hashtextextended('numbering', 0))");
  await append(store, 'after');
  t.equal(await store.read((reads) => reads.lastSeq()), 3);
  t.equal(await store.ready(), true);
});

t.test('it is closed in its time, whatever is under way', async (t) => {
  const { store, way } = await reached(t);
  await append(store, 'before');
  const { lost } = await cutOff(store, () => way.closeUp());
  const closed = store.close();
  await t.rejects(lost, { name: 'StoreError', code: 'unavailable' });
  await closed;
  await t.rejects(append(store, 'after'), { name: 'StoreError', trouble: 'closed' });
});
