import { createHash, randomBytes } from 'node:crypto';
import { isRefusal } from '../../src/kernel/problem.js';
import { openPostgres, type PostgresStore } from '../../src/store/postgres/store.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import { actorOf } from '../kit/network.js';
import { after } from '../../src/real-time.js';
import { startServer, type Server } from '../kit/postgres.js';
import { atTheEnd } from './children.js';
import type { Tally } from './http-client.js';
import { wallClock } from './machine.js';
import { CONNECTIONS, latencies, load, type Amount } from './measure.js';
import { pgbench, SECONDS } from './pgbench.js';
import { ofOneUnit, record, sameTexts, scriptOf, type Places } from './recorded.js';
import { submission, type Slot } from './requests.js';
import { DATA_KEY, seed, type Seeded } from './seed.js';
import { startService } from './service.js';
import { median, perSecond, type Figure, type Finding } from './table.js';

/**
 * `POST /v1/referrals` with one session held, on PostgreSQL: one and three instances behind one load, against
 * pgbench with the very statements of such a submission, recorded from the service, on the same server. The
 * disk is waited for, as in production.
 */
const ROUNDS = 3;
/** Recordings of two submissions each. */
const ATTEMPTS = 10;
const AMOUNT = { warmUp: 1_500, count: 9_000 };
const QUICK = { warmUp: 150, count: 900 };
export const DURABLE = ['fsync=on', 'full_page_writes=on', 'shared_buffers=256MB', 'max_wal_size=4GB'];

interface Round {
  readonly limit: number;
  readonly one: Tally;
  readonly three: readonly Tally[];
}

export async function postgres(quick: boolean): Promise<Finding> {
  const amount = quick ? QUICK : AMOUNT;
  const server = await startServer(atTheEnd, 18, DURABLE);
  const { seeded, script } = await prepare(server);
  const rounds: Round[] = [];
  for (let i = 0; i < (quick ? 1 : ROUNDS); i += 1) {
    rounds.push({
      limit: await limitOf(server, i, script, quick ? 2 : SECONDS),
      one: (await serve(server, `one_${i}`, seeded, 1, amount))[0]!,
      three: await serve(server, `three_${i}`, seeded, 3, amount),
    });
  }
  const of = (measure: string, rate: (round: Round) => number): Figure => {
    const { limit, ...round } = median(rounds, (each) => rate(each) / each.limit);
    const measured = rate({ limit, ...round });
    return { measure, measured: perSecond(measured), limit: perSecond(limit), ratio: measured / limit, target: { atLeast: 0.6 } };
  };
  const together = ({ three }: Round): number => three.reduce((sum, tally) => sum + tally.perSecond, 0);
  const last = rounds.at(-1)!;
  return {
    figures: [of('PostgreSQL, one instance', ({ one }) => one.perSecond), of('PostgreSQL, three instances', together)],
    notes: [
      `PostgreSQL: one instance ${latencies(last.one)}; three ${last.three.map(latencies).join('; ')}; ` +
        `ratios of all rounds ${rounds.map((round) => `${(round.one.perSecond / round.limit).toFixed(2)} and ${(together(round) / round.limit).toFixed(2)}`).join(', ')}`,
    ],
  };
}

/** A database with the world that is measured, and the script of a submission. */
async function prepare(server: Server): Promise<{ seeded: Seeded; script: string }> {
  await (await server.client()).query('CREATE DATABASE seeded');
  const store = await openPostgres({ url: server.url('seeded'), dataKey: DATA_KEY, clock: wallClock, random: randomBytes, after, connections: 6 });
  try {
    const seeded = await seed(store, wallClock);
    const [slot] = seeded.slots as [Slot];
    // The first prepares its statements, the others are recorded: what differs between them belongs to each alone.
    await submit(store, 1, slot);
    for (let person = 2; person < 2 + 2 * ATTEMPTS; person += 2) {
      const unit = ofOneUnit(await record(() => submit(store, person, slot)));
      const other = ofOneUnit(await record(() => submit(store, person + 1, slot)));
      // Work in the background may have been recorded with one of them.
      if (sameTexts(unit, other)) return { seeded, script: scriptOf(unit, other, placesOf(seeded.slots)) };
    }
    throw new Error('two submissions never sent the same statements');
  } finally {
    await store.close();
  }
}

/** Two sessions a day; the script takes those of the morning. */
function placesOf(slots: readonly Slot[]): Places {
  const [slot] = slots as [Slot];
  const pools = new Set(slots.map(({ poolId }) => poolId)).size;
  const first = Date.parse(slot.startsAt);
  return { pool: (n) => slot.poolId.replace(/\d+$/, n), pools, poolId: slot.poolId, startsAt: first, first, days: slots.length / pools / 2 };
}

async function submit(store: PostgresStore, person: number, slot: Slot): Promise<void> {
  const body = submission(9_000_000 + person, slot);
  const outcome = await store.execute({
    actor: actorOf('p1', 'clerk', 'doctor'),
    idempotency: { scope: 'bench|p1|POST /v1/referrals', key: `recorded-${person}`, requestHash: createHash('sha256').update(`${person}`).digest('base64url') },
    run: (unit) => createReferral(unit, { body }),
    answer: (result) => ({ status: 201, headers: {}, body: JSON.stringify(result) }),
  });
  if (isRefusal(outcome)) throw new Error(`refused: ${outcome.code}`);
}

/** A copy of the seeded database, nothing of it waiting to be written. */
export async function fresh(server: Server, name: string): Promise<string> {
  const admin = await server.client();
  await admin.query(`CREATE DATABASE ${name} TEMPLATE seeded`);
  await admin.query('CHECKPOINT');
  return server.url(name);
}

async function limitOf(server: Server, round: number, script: string, seconds: number): Promise<number> {
  const url = await fresh(server, `limit_${round}`);
  const client = await server.client(`limit_${round}`);
  await client.query('CREATE SEQUENCE bench_seq START 1000000');
  const rate = await pgbench(url, script, CONNECTIONS, seconds);
  const { rows } = await client.query<Record<string, string>>(`SELECT ${WRITTEN.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`).join()}`);
  const counts = new Set(Object.values(rows[0] ?? {}));
  if (counts.size !== 1) throw new Error(`the script wrote one row into each table, but there are ${JSON.stringify(rows[0])}`);
  return rate;
}

/** Of a submission with a hold: one row in each. */
const WRITTEN = ['patient', 'referral', 'reservation', 'place', 'answer'];

/** So many instances, a share of the connections before each; every one has a process that asks. */
async function serve(server: Server, name: string, { keys, slots }: Seeded, instances: number, amount: Amount): Promise<readonly Tally[]> {
  const url = await fresh(server, name);
  const services = await Promise.all(Array.from({ length: instances }, () => startService(url)));
  try {
    const share = { warmUp: Math.ceil(amount.warmUp / instances), count: Math.ceil(amount.count / instances) };
    return await Promise.all(
      services.map(({ port }, i) =>
        load(port, keys.sender, { kind: 'submit', firstPerson: i * 1_000_000, slots }, share, Math.ceil(CONNECTIONS / instances)),
      ),
    );
  } finally {
    await Promise.all(services.map((service) => service.stop()));
  }
}
