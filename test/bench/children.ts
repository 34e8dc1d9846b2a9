import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Processes and directories of one run of the bench. Whatever measures stands apart from whatever is
 * measured, each in a process of its own; all of them end, each by its own id, and the directory goes,
 * however the run ends.
 */

const children = new Set<ChildProcess>();
const directory = mkdtempSync(join(tmpdir(), 'referral-router-bench-'));

/** A path in the run's own directory. */
export function scratch(name: string): string {
  return join(directory, name);
}

const endings: (() => void | Promise<void>)[] = [];

/** Whoever starts something that is no child of the bench says how it ends. */
export const atTheEnd = { teardown: (run: () => void | Promise<void>): void => void endings.push(run) };

/** Ends what was started for a measure. */
export async function endAll(): Promise<void> {
  for (const run of endings.splice(0).reverse()) await run();
}

/** Ends what still runs and removes the directory. */
export function cleanUp(): void {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}

/** Remembers a child until it has ended. */
export function keep<C extends ChildProcess>(child: C): C {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Ends a child and waits until it is gone. */
export async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** A module of the bench in a process of its own, told what to do by one message. */
export function start(module: string, order: object): ChildProcess {
  const child = keep(fork(fileURLToPath(new URL(module, import.meta.url)), { serialization: 'advanced' }));
  child.send(order);
  return child;
}

/** The next message of a child. Rejects where it ends without one. */
export function answerOf<A>(child: ChildProcess): Promise<A> {
  return new Promise((resolve, reject) => {
    const ended = () => reject(new Error(`a process of the bench ended without an answer: ${child.spawnargs.at(-1)}`));
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      resolve(answer as A);
    });
  });
}

/** Starts a module, waits for its one answer, ends it. */
export async function ask<A>(module: string, order: object): Promise<A> {
  const child = start(module, order);
  try {
    return await answerOf<A>(child);
  } finally {
    await end(child);
  }
}

/** The other side of {@link start}: the order that this process was started with. */
export async function order<O>(): Promise<O> {
  const [message] = (await once(process, 'message')) as [O];
  return message;
}

/** The other side of {@link answerOf}. */
export function answer(message: object): void {
  process.send?.(message);
}
