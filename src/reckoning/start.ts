import { Worker } from 'node:worker_threads';
import { assert } from '../kernel/assert.js';
import type { Progress } from '../domain/backtest.js';
import { ToldError } from '../http/log.js';
import type { FromReckoner, ReckonerOrder, ToReckoner } from './messages.js';
import type { Reckoner } from './runner.js';

/** MB of its own heap: a page of stays is a few of them. A reckoning that grows beyond fails alone. */
const HEAP_MB = 256;

interface Waiting {
  resolve(progress: Progress): void;
  reject(error: unknown): void;
}

/** A thread that reckons, on a connection of its own that only reads. If it dies the step fails, and nothing else. */
export async function startReckoner(order: ReckonerOrder): Promise<Reckoner> {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: order, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
  let waiting: Waiting | null = null;
  let ended = false;
  const settle = (how: (waiting: Waiting) => void): void => {
    const present = waiting;
    waiting = null;
    if (present) how(present);
  };
  const fail = (error: unknown): void => {
    ended = true;
    settle(({ reject }) => reject(error));
  };
  worker.on('message', (message: FromReckoner) => {
    settle(({ resolve, reject }) => (message.kind === 'step' ? resolve(message.progress) : reject(new ToldError(message.error, message.code, undefined))));
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the thread that reckons has ended')));
  return {
    step(trial, progress) {
      assert(waiting === null, 'one step is reckoned at a time');
      if (ended) return Promise.reject(new Error('the thread that reckons has ended'));
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        worker.postMessage({ trial, progress } satisfies ToReckoner);
      });
    },
    async end() {
      await worker.terminate();
    },
  };
}
