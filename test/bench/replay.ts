import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { REFERRALS } from '../../src/demo/replay/figures.js';
import { keep, scratch } from './children.js';
import { peakMemoryOf } from './machine.js';
import { grouped, perSecond, type Finding } from './table.js';

const PROGRAM = fileURLToPath(new URL('../../src/demo/replay.js', import.meta.url));
/** What the service promises on two cores. */
const LIMIT_SECONDS = 600;
const LIMIT_MB = 400;

/** The whole Guangzhou letter, as `npm run replay -- guangzhou` runs it: from the start of the process to its end. */
export async function replay(): Promise<Finding> {
  const total = REFERRALS.reduce((sum, stream) => sum + stream.count, 0);
  const started = performance.now();
  const child = keep(spawn(process.execPath, [...process.execArgv, PROGRAM, 'guangzhou', '--db', scratch('replay.db')], { stdio: ['ignore', 'inherit', 'inherit'], env: {} }));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, peakMemoryOf(child.pid as number) ?? 0);
    await Promise.race([ended, wait(500)]);
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`the replay ended with ${code ?? child.signalCode}`);
  const seconds = (performance.now() - started) / 1_000;
  return {
    figures: [
      { measure: 'replay: time', measured: `${seconds.toFixed(0)} s`, limit: `${LIMIT_SECONDS} s`, ratio: seconds / LIMIT_SECONDS, target: { atMost: 1 } },
      { measure: 'replay: memory', measured: `${peak.toFixed(0)} MB`, limit: `${LIMIT_MB} MB`, ratio: peak / LIMIT_MB, target: { atMost: 1 } },
    ],
    notes: [`replay: ${grouped(total)} referrals from request to completion, ${perSecond(total / seconds)}, the checks at its end included`],
  };
}
