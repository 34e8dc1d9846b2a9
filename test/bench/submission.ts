import { copyFileSync, rmSync } from 'node:fs';
import type { ByHand, ByHandOrder } from './by-hand.js';
import { answerOf, ask, end, scratch, start } from './children.js';
import type { DoorOrder } from './door.js';
import type { Tally } from './http-client.js';
import { peakMemoryOf, wallClock } from './machine.js';
import { latencies, load } from './measure.js';
import { submission as bodyOf } from './requests.js';
import { DATA_KEY, openAt, seed, type Seeded } from './seed.js';
import { startService } from './service.js';
import { median, perSecond, type Finding } from './table.js';

const ROUNDS = 3;
const AMOUNT = { warmUp: 5_000, count: 30_000 };

interface Round {
  readonly tally: Tally;
  readonly byHand: ByHand;
  /** A second, of the same rows written by hand behind the same door. */
  readonly door: number;
  readonly unitsPerCommit: number;
  readonly memory: number;
  readonly ratio: number;
}

/** `POST /v1/referrals` with one session held, against the same rows by hand. */
export async function submission(): Promise<Finding> {
  const before = scratch('before.db');
  const store = await openAt(before, wallClock);
  const seeded = await seed(store, wallClock);
  await store.close();
  const rounds: Round[] = [];
  for (let i = 0; i < ROUNDS; i += 1) rounds.push(await round(before, seeded));

  const { tally, byHand, door, unitsPerCommit, memory, ratio } = median(rounds, (r) => r.ratio);
  return {
    figures: [{ measure: 'submission', measured: perSecond(tally.perSecond), limit: perSecond(byHand.perSecond), ratio, target: { atLeast: 0.5 } }],
    notes: [
      `submission: ${latencies(tally)}; ${unitsPerCommit.toFixed(0)} units per commit, by hand too; peak memory ${memory.toFixed(0)} MB; ` +
        `${(byHand.bytesPerUnit / 1_024).toFixed(1)} KiB of file for each; ratios of all rounds ${rounds.map((r) => r.ratio.toFixed(2)).join(', ')}`,
      `submission: with the rows written by hand behind the same door, so with sockets, keys and shapes but without rules, seals, log and answers, ${perSecond(door)}, ` +
        `${(door / byHand.perSecond).toFixed(2)} of the limit; the service does ${(tally.perSecond / door).toFixed(2)} of that`,
    ],
  };
}

async function round(before: string, { keys, slots }: Seeded): Promise<Round> {
  const [served, written, behind] = [scratch('served.db'), scratch('by-hand.db'), scratch('door.db')];
  for (const copy of [served, written, behind]) copyFileSync(before, copy);
  try {
    const service = await startService(served);
    const tally = await load(service.port, keys.sender, { kind: 'submit', firstPerson: 0, slots }, AMOUNT);
    const [units, commits] = [await service.metric('store_units_total', keys.admin), await service.metric('store_commits_total', keys.admin)];
    const body = await oneAnswer(service.port, keys.sender, slots);
    const memory = peakMemoryOf(service.pid) ?? Number.NaN;
    await service.stop();
    const unitsPerCommit = Math.max(1, Math.round(units / commits));
    const order: ByHandOrder = { target: written, written: served, unitsPerCommit, warmUp: AMOUNT.warmUp };
    const byHand = await ask<ByHand>('./by-hand.js', order);
    const door = await behindTheDoor({ target: behind, written: served, dataKey: DATA_KEY, body }, keys.sender, slots);
    return { tally, byHand, door, unitsPerCommit, memory, ratio: tally.perSecond / byHand.perSecond };
  } finally {
    for (const path of [served, written, behind]) for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(path + suffix, { force: true });
  }
}

/** What the service answers to one more submission. */
async function oneAnswer(port: number, key: string, slots: Seeded['slots']): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': 'one-more' };
  const body = JSON.stringify(bodyOf(AMOUNT.warmUp + AMOUNT.count, slots[0]!));
  return (await fetch(`http://127.0.0.1:${port}/v1/referrals`, { method: 'POST', headers, body })).text();
}

async function behindTheDoor(order: DoorOrder, key: string, slots: Seeded['slots']): Promise<number> {
  const door = start('./door.js', order);
  try {
    const { port } = await answerOf<{ port: number }>(door);
    return (await load(port, key, { kind: 'submit', firstPerson: 0, slots }, AMOUNT)).perSecond;
  } finally {
    await end(door);
  }
}
