import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../../kit/source.js';
import type { Bug } from './bugs.js';
import { plant } from './plant.js';
import type { Trial, Verdict } from './trial.js';

/** Each bug in a process of its own, several at a time. */
export interface Found {
  readonly bug: Bug;
  readonly verdicts: readonly Verdict[];
}

export async function study(bugs: readonly Bug[], folder: string, trialOf: (bug: Bug) => Omit<Trial, 'lifted'>, told: (found: Found) => void, atOnce = 2): Promise<Found[]> {
  const found: Found[] = [];
  const waiting = [...bugs.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, bug] = next;
      const one = { bug, verdicts: await tryBug(bug, join(folder, `${index}.json`), trialOf(bug)) };
      found.push(one);
      told(one);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found;
}

async function tryBug(bug: Bug, path: string, trial: Omit<Trial, 'lifted'>): Promise<Verdict[]> {
  const { execArgv, env } = plant(bug.edits, path);
  const child = fork(join(ROOT, 'dist/test/sim/planted/trial.js'), { execArgv, env: { PATH: process.env['PATH'], ...env } });
  const verdicts: Verdict[] = [];
  child.on('message', (verdict) => verdicts.push(verdict as Verdict));
  child.send({ ...trial, lifted: bug.lifted ?? [] });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the trial of “${bug.name}” ended with ${code}`);
  return verdicts;
}

/** Verdicts in which the auditor has found something. */
export function caught({ verdicts }: Found): Verdict[] {
  return verdicts.filter(({ finding }) => finding !== undefined);
}

/** Steps until the auditor spoke, in the middle of all seeds; undefined where it mostly did not. */
export function medianSteps({ verdicts }: Found): number | undefined {
  const sorted = verdicts.map(({ finding, steps }) => (finding === undefined ? Infinity : steps)).sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  return middle === Infinity ? undefined : middle;
}
