import { randomBytes } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../kernel/assert.js';
import { after, realClock } from '../real-time.js';
import type { Progress } from '../domain/backtest.js';
import { safeError } from '../http/log.js';
import { StoreError } from '../store/errors.js';
import { openFollower } from '../store/open.js';
import { openPostgres } from '../store/postgres/store.js';
import type { Slices } from '../usecase/ports.js';
import type { FromReckoner, ReckonerOrder, ToReckoner } from './messages.js';
import { reckonHere } from './runner.js';

/**
 * A thread for long reckonings. It reads on a connection of its own, in short reads, and takes of the
 * machine what nobody else wants: on Linux the priority of one thread is its own, and the counter goes first.
 */
const port = must(parentPort, 'the reckoner runs in a thread of its own');
const order = workerData as ReckonerOrder;

interface Opened {
  readonly slices: Slices;
  close(): void | Promise<void>;
}

function open(): Promise<Opened> {
  const options = { url: order.databaseUrl, dataKey: order.dataKey, clock: realClock, random: randomBytes };
  if (options.url.startsWith('sqlite:')) return openFollower(options);
  // Beside those of DATABASE_CONNECTIONS: docs/operations.md counts them.
  return openPostgres({ ...options, after, connections: 6 });
}

if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);
let opened: Promise<Opened> = opening();

/** A store that does not open is told by the step that needs it, not by the end of the thread. */
function opening(): Promise<Opened> {
  const attempt = open();
  attempt.catch(() => undefined);
  return attempt;
}

/** What is held in memory is as old as the reader: a step that fails is tried once more with a new one. */
async function step({ trial, progress }: ToReckoner): Promise<Progress> {
  try {
    return await reckonHere((await opened).slices).step(trial, progress);
  } catch {
    const old = opened;
    await old.then((one) => one.close(), () => undefined);
    opened = opening();
    return reckonHere((await opened).slices).step(trial, progress);
  }
}

port.on('message', (asked: ToReckoner) => {
  step(asked).then(
    (progress) => port.postMessage({ kind: 'step', progress } satisfies FromReckoner),
    (error: unknown) =>
      port.postMessage({ kind: 'failed', error: safeError(error), code: error instanceof StoreError ? error.code : undefined } satisfies FromReckoner),
  );
});
