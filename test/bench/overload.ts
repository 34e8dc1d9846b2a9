import { copyFileSync, rmSync } from 'node:fs';
import { ask, scratch } from './children.js';
import type { FloodAnswer, FloodOrder } from './flood.js';
import type { FloodTally } from './flood-client.js';
import { wallClock } from './machine.js';
import { load } from './measure.js';
import { openAt, seed } from './seed.js';
import { startService } from './service.js';
import { grouped, perSecond, type Finding } from './table.js';

/** Seconds of each flood. */
const SECONDS = 5;
const AMOUNT = { warmUp: 3_000, count: 10_000 };
const TIMES = [1, 2, 4] as const;
const KEYS = 8;
const EMERGENCIES_PER_SECOND = 20;
/** What the service promises to wait at most, as it is set without a setting. */
const WAIT_MS = 500;
/** As many as the proxy before the service may open. What is due beyond them waits there, and its time runs. */
const CONNECTIONS = 2_000;

/** Submissions at once, twice and four times the capacity, which is what a closed loop gets in the same run. */
export async function overload(): Promise<Finding> {
  const before = scratch('before-overload.db');
  const store = await openAt(before, wallClock);
  const { keys, slots, senders } = await seed(store, wallClock, KEYS);
  await store.close();
  const served = scratch('overload.db');
  copyFileSync(before, served);
  const service = await startService(served);
  const capacity = (await load(service.port, keys.sender, { kind: 'submit', firstPerson: 0, slots }, AMOUNT)).perSecond;

  let firstPerson = 1_000_000;
  const floods: FloodAnswer[] = [];
  const notes: string[] = [`overload: capacity ${perSecond(capacity)} by 64 connections in a closed loop`];
  for (const times of TIMES) {
    const order: FloodOrder = {
      port: service.port, keys: senders, slots, firstPerson, perSecond: capacity * times, seconds: SECONDS, connections: CONNECTIONS, emergenciesPerSecond: EMERGENCIES_PER_SECOND,
    };
    const found = await ask<FloodAnswer>('./flood.js', order);
    firstPerson += 1_000_000;
    floods.push(found);
    notes.push(describe(times, found));
  }
  await service.stop();
  for (const path of [before, served]) for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(path + suffix, { force: true });

  const best = Math.max(...floods.map(({ routine }) => routine.done.perSecond));
  const worst = floods.at(-1)!;
  const slowest = Math.max(...floods.flatMap(({ routine, emergency }) => [routine.done.p99, emergency.done.p99]));
  const emergencies = floods.map(({ emergency }) => emergency);
  const [answered, asked] = [sum(emergencies.map(({ statuses }) => statuses[201] ?? 0)), sum(emergencies.map(({ sent }) => sent))];
  return {
    figures: [
      { measure: 'overload: done at 4 times', measured: perSecond(worst.routine.done.perSecond), limit: perSecond(best), ratio: worst.routine.done.perSecond / best, target: { atLeast: 0.8 } },
      // Once for the writer, and where more is asked than can even be refused, as long again and half for a turn.
      { measure: 'overload: p99 of what is done', measured: ms(slowest), limit: ms(WAIT_MS), ratio: slowest / WAIT_MS, target: { atMost: 3 } },
      { measure: 'overload: emergencies answered', measured: grouped(answered), limit: grouped(asked), ratio: answered / asked, target: { atLeast: 1 } },
    ],
    notes,
  };
}

function describe(times: number, { routine, emergency }: FloodAnswer): string {
  const { done, shed } = routine;
  return `  ${times}x: ${perSecond(routine.perSecond)} asked, ${perSecond(done.perSecond)} done, p50 ${ms(done.p50)}, p99 ${ms(done.p99)}; ` +
    `shed in p50 ${ms(shed.p50)}, p99 ${ms(shed.p99)}; emergencies p99 ${ms(emergency.done.p99)}; ${answers(routine)}, emergencies ${answers(emergency)}`;
}

function answers({ statuses }: FloodTally): string {
  return Object.entries(statuses).map(([status, count]) => `${status}: ${count}`).join(', ');
}

const ms = (value: number): string => `${value.toFixed(0)} ms`;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
