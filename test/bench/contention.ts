import { randomBytes } from 'node:crypto';
import { copyFileSync, rmSync } from 'node:fs';
import { addDays, localDateOf } from '../../src/kernel/calendar.js';
import type { WholeStore } from '../../src/store/open.js';
import { openPostgres } from '../../src/store/postgres/store.js';
import { putPool } from '../../src/usecase/capacity/put-pool.js';
import { putSessions } from '../../src/usecase/capacity/put-sessions.js';
import { accepted, actorOf, POOLS, sessionOn } from '../kit/network.js';
import { after } from '../../src/real-time.js';
import { startServer, type Server } from '../kit/postgres.js';
import { atTheEnd, scratch } from './children.js';
import type { Tally } from './http-client.js';
import { wallClock } from './machine.js';
import { CONNECTIONS, load } from './measure.js';
import { DURABLE, fresh } from './postgres.js';
import type { Slot } from './requests.js';
import { DATA_KEY, openAt, seed, type Seeded } from './seed.js';
import { startService } from './service.js';
import { grouped, perSecond, type Finding } from './table.js';

/** The same 64 clients, each wanting a place of its own: all in one session, in fifty, and in five thousand. */
const SPREADS = [1, 50, 5_000] as const;
const AMOUNT = { warmUp: 1_000, count: 10_000 };
const QUICK = { warmUp: 100, count: 1_000 };
/** More than all of them want: nobody is refused, they only wait for each other. */
const ENOUGH = 100_000;
const SESSIONS_OF_A_POOL = 50;

interface Met {
  readonly engine: string;
  readonly sessions: number;
  readonly tally: Tally;
}

export async function contention(quick: boolean): Promise<Finding> {
  const amount = quick ? QUICK : AMOUNT;
  const met = [...(await onSqlite(amount)), ...(await onPostgres(amount))];
  const percentiles = (tally: Tally): readonly number[] => [tally.milliseconds.p50, tally.milliseconds.p99, tally.milliseconds.p999];
  return {
    figures: [],
    notes: [`contention: ${CONNECTIONS} clients, ${grouped(amount.count)} submissions each time, every one granted; the disk is waited for on both engines; one instance`],
    sections: [{
      title: 'Submissions with a hold, and how long they take',
      head: ['engine, sessions', 'submissions/s', 'p50', 'p99', 'p99.9', 'slowest'],
      rows: met.map(({ engine, sessions, tally }) => [
        `${engine}, ${grouped(sessions)}`, perSecond(tally.perSecond), ...[...percentiles(tally), tally.milliseconds.max].map((ms) => `${ms.toFixed(1)} ms`),
      ]),
    }],
    plots: [{
      name: 'contention', title: 'A submission under contention', across: 'engine, and how many sessions 64 clients want places in', up: 'milliseconds',
      labels: met.map(({ engine, sessions }) => `${engine}, ${grouped(sessions)}`), shape: 'bars', tenfold: true,
      series: ['p50', 'p99', 'p99.9'].map((name, i) => ({ name, values: met.map(({ tally }) => percentiles(tally)[i]!) })),
    }],
  };
}

async function onSqlite(amount: typeof AMOUNT): Promise<Met[]> {
  const before = scratch('crowded.db');
  const store = await openAt(before, wallClock);
  const { seeded, slots } = await crowd(store);
  await store.close();
  const met: Met[] = [];
  for (const sessions of SPREADS) {
    const path = scratch(`crowd-${sessions}.db`);
    copyFileSync(before, path);
    met.push({ engine: 'SQLite', sessions, tally: await submitTo(path, seeded, slots.slice(0, sessions), amount) });
    for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(path + suffix, { force: true });
  }
  return met;
}

async function onPostgres(amount: typeof AMOUNT): Promise<Met[]> {
  const server: Server = await startServer(atTheEnd, 18, DURABLE);
  await (await server.client()).query('CREATE DATABASE seeded');
  const store = await openPostgres({ url: server.url('seeded'), dataKey: DATA_KEY, clock: wallClock, random: randomBytes, after, connections: 6 });
  const { seeded, slots } = await crowd(store);
  await store.close();
  const met: Met[] = [];
  for (const sessions of SPREADS) {
    const url = await fresh(server, `crowd_${sessions}`);
    met.push({ engine: 'PostgreSQL', sessions, tally: await submitTo(url, seeded, slots.slice(0, sessions), amount) });
  }
  return met;
}

async function submitTo(place: string, { keys }: Seeded, slots: readonly Slot[], amount: typeof AMOUNT): Promise<Tally> {
  const service = await startService(place);
  try {
    return await load(service.port, keys.sender, { kind: 'submit', firstPerson: 0, slots }, amount);
  } finally {
    await service.stop();
  }
}

/** The usual world, and beside it sessions that are never full. */
async function crowd(store: WholeStore): Promise<{ seeded: Seeded; slots: readonly Slot[] }> {
  const seeded = await seed(store, wallClock);
  const tomorrow = addDays(localDateOf(wallClock.now()), 1);
  const { allotments: _allotments, ...open } = POOLS['t1-expert']!;
  const slots: Slot[] = [];
  for (let n = 0; n < Math.max(...SPREADS) / SESSIONS_OF_A_POOL; n += 1) {
    const poolId = `t1-crowd-${n}`;
    const sessions = Array.from({ length: SESSIONS_OF_A_POOL }, (_, i) => sessionOn(addDays(tomorrow, i), ENOUGH));
    await accepted(store.write(actorOf('t1'), (unit) => putPool(unit, { id: poolId, body: { ...open, practitioner: { code: `C${n}`, name: `医生${n}` } } })));
    await accepted(store.write(actorOf('t1'), (unit) => putSessions(unit, { poolId, body: { sessions } })));
    for (const { startsAt } of sessions) slots.push({ poolId, startsAt });
  }
  return { seeded, slots };
}
