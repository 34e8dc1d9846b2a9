import { rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { DAY, formatInstant, localDateOf, startOfDay } from '../../src/kernel/calendar.js';
import { putPolicy } from '../../src/usecase/insurance/put-policy.js';
import { putStay } from '../../src/usecase/insurance/put-stay.js';
import type { WholeStore } from '../../src/store/open.js';
import { policyInput } from '../kit/insurance.js';
import { insured, stayOf } from '../kit/ledger.js';
import { accepted, actorOf, ADMIN } from '../kit/network.js';
import { scratch } from './children.js';
import type { Tally } from './http-client.js';
import { peakMemoryOf, wallClock } from './machine.js';
import { latencies, load } from './measure.js';
import { openAt, seed, type Seeded } from './seed.js';
import { startService, type Service } from './service.js';
import { grouped, median, type Finding } from './table.js';

/** A policy tried on a million stays: what the counter feels of it, and what it takes. */

/** Persons who are written through the use case, with so many stays each; the others are their like under ids of their own. */
const PERSONS = 2_000;
const STAYS_EACH = 5;
const LIKE_EACH = 100;
const STAYS = PERSONS * STAYS_EACH * LIKE_EACH;
const AT_A_TIME = 50;

const ROUNDS = 5;
const AMOUNT = { warmUp: 1_000, count: 5_000 };
const MEGABYTES = 500;
const SLOWER_AT_MOST = 1.2;

const YEAR = Number(localDateOf(wallClock.now()).slice(0, 4)) - 1;
/** Each stay looks at all of its year before it. */
const RULES = policyInput({ validFrom: '2000-01-01', repeatStay: { kind: 'percent-off', bp: 2_000, from: 2 }, referral: { window: 'insurance-year', sameConsortium: false } });
const TRIED = { ...RULES, repeatStay: { kind: 'none' }, annualCapFen: 5_000_000 };

export async function backtest(say: (line: string) => void): Promise<Finding> {
  const path = scratch('backtest.db');
  const store = await openAt(path, wallClock);
  const seeded = await seed(store, wallClock);
  await accepted(store.write(ADMIN, (unit) => putPolicy(unit, { id: 'bench', body: RULES })));
  await live(store);
  await store.close();
  multiply(path);
  say(`${grouped(STAYS)} stays of ${grouped(PERSONS * LIKE_EACH)} persons are there`);

  const service = await startService(path);
  const rounds: { readonly alone: Tally; readonly beside: Tally }[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const alone = await submit(service, seeded, 2 * i);
    const id = await request(service, seeded);
    await reach(service, seeded, id, 'running');
    const beside = await submit(service, seeded, 2 * i + 1);
    if ((await look(service, seeded, id)).state !== 'running') throw new Error('the backtest was over before the load');
    await call(service, seeded, 'DELETE', `/v1/backtests/${id}`);
    rounds.push({ alone, beside });
  }
  const started = performance.now();
  const found = await reach(service, seeded, await request(service, seeded), 'done');
  const seconds = (performance.now() - started) / 1_000;
  const memory = peakMemoryOf(service.pid) ?? Number.NaN;
  await service.stop();
  for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(path + suffix, { force: true });

  const slower = ({ alone, beside }: (typeof rounds)[number]): number => beside.milliseconds.p99 / alone.milliseconds.p99;
  const middle = median(rounds, slower);
  const milliseconds = ({ milliseconds: { p99 } }: Tally): string => `${p99.toFixed(1)} ms`;
  return {
    figures: [
      { measure: 'backtest: p99 beside it', measured: milliseconds(middle.beside), limit: milliseconds(middle.alone), ratio: slower(middle), target: { atMost: SLOWER_AT_MOST } },
      { measure: 'backtest: peak memory', measured: `${memory.toFixed(0)} MB`, limit: `${MEGABYTES} MB`, ratio: memory / MEGABYTES, target: { atMost: 1 } },
    ],
    notes: [
      `backtest: ${grouped(found.progress.stays)} stays in ${seconds.toFixed(1)} s with nothing beside it; memory is that of the whole service, with all submissions before; ` +
        `submissions alone ${latencies(middle.alone)}, beside ${latencies(middle.beside)}; p99 of all rounds ${rounds.map((round) => slower(round).toFixed(2)).join(', ')} times that alone`,
    ],
  };
}

async function live(store: WholeStore): Promise<void> {
  const first = startOfDay(`${YEAR}-01-05`);
  for (let begun = 0; begun < PERSONS; begun += AT_A_TIME) {
    for (let n = 0; n < STAYS_EACH; n += 1) {
      await Promise.all(
        Array.from({ length: AT_A_TIME }, (_, i) => {
          const admitted = first + (n * 60 + ((begun + i) % 40)) * DAY;
          const body = stayOf(insured(begun + i), 1, 2_000 + ((begun + i) % 90) * 300, { admittedAt: formatInstant(admitted), dischargedAt: formatInstant(admitted + 6 * DAY) });
          const [house, number] = [n % 2 === 0 ? 'p1' : 't1', `B${begun + i}-${n}`];
          return accepted(store.write(actorOf(house), (unit) => putStay(unit, { institutionId: house, number, body })));
        }),
      );
    }
  }
}

/** Writes each person's stays again for others who are like it: the rows alone, since a backtest looks at nothing else. */
function multiply(path: string): void {
  const db = new Sqlite(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = OFF');
  const columns = (db.pragma('table_info(stay)') as { name: string }[]).map(({ name }) => name);
  const rows = db.prepare('SELECT * FROM stay').all() as Record<string, unknown>[];
  const own = [...new Set(rows.flatMap((row) => [String(row['id']), String(row['patient_id'])]))];
  const insert = db.prepare(`INSERT INTO stay (${columns.join()}) VALUES (${columns.map(() => '?').join()})`);
  for (let copy = 1; copy < LIKE_EACH; copy += 1) {
    const renamed = new Map(own.map((id) => [id, another(id, copy)]));
    if (new Set(renamed.values()).size < own.length) throw new Error('ids of the bench differ in more than their end');
    const rename = (value: unknown): unknown => (typeof value === 'string' ? value.replace(UUID, (id) => renamed.get(id) ?? id) : value);
    db.transaction(() => {
      for (const row of rows) insert.run(columns.map((name) => (name === 'number' ? `${String(row[name])}/${copy}` : rename(row[name]))));
    })();
  }
  db.close();
}

/** An id that differs in its end alone. */
function another(id: string, copy: number): string {
  const end = (Number.parseInt(id.slice(-4), 16) + copy) % 0x1_0000;
  return id.slice(0, -4) + end.toString(16).padStart(4, '0');
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function submit(service: Service, { keys, slots }: Seeded, round: number): Promise<Tally> {
  return load(service.port, keys.sender, { kind: 'submit', firstPerson: 1_000_000 + round * (AMOUNT.warmUp + AMOUNT.count), slots }, AMOUNT);
}

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly progress: { readonly stays: number };
}

let asked = 0;
async function call(service: Service, { keys }: Seeded, method: string, path: string, body?: object): Promise<Shown> {
  const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
    method,
    headers: { authorization: `Bearer ${keys.admin}`, ...(body && { 'content-type': 'application/json', 'idempotency-key': `backtest-${(asked += 1)}` }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as Shown;
}

async function request(service: Service, seeded: Seeded): Promise<string> {
  return (await call(service, seeded, 'POST', '/v1/policies/bench/backtest', { from: `${YEAR}-01-01`, to: `${YEAR}-12-31`, policy: TRIED })).id;
}

function look(service: Service, seeded: Seeded, id: string): Promise<Shown> {
  return call(service, seeded, 'GET', `/v1/backtests/${id}`);
}

async function reach(service: Service, seeded: Seeded, id: string, state: string): Promise<Shown> {
  for (;;) {
    const shown = await look(service, seeded, id);
    if (shown.state === state) return shown;
    if (shown.state === 'failed' || shown.state === 'done') throw new Error(`the backtest is ${shown.state}`);
    await wait(200);
  }
}
