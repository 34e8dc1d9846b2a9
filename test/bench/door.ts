import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { buildApp, type AppStore } from '../../src/http/app.js';
import type { Call, Commander, Outcome } from '../../src/http/commands.js';
import { Gate } from '../../src/http/gate.js';
import { after } from '../../src/real-time.js';
import { openFollower } from '../../src/store/open.js';
import { answer, order } from './children.js';
import type { ByHandOrder } from './by-hand.js';
import { wallClock } from './machine.js';

/**
 * What a submission costs where nobody thinks: the app as it is, with its keys, limits, shapes and sockets, and
 * behind it a thread that writes by hand the rows that the service wrote. What is between this and the limit is
 * the price of the door; what is between this and the service is the price of rules, seals, the log and answers.
 */
export interface DoorOrder extends Pick<ByHandOrder, 'target' | 'written'> {
  readonly dataKey: Uint8Array;
  /** What is answered, the same to all. */
  readonly body: string;
}

/** What the threads tell each other: a call is as long as one of the service. */
export interface ToHand {
  readonly number: number;
  readonly body: string;
}
export interface FromHand {
  readonly number: number;
  readonly body: string;
}

const MAX_WAIT_MS = 5_000;

const job = await order<DoorOrder>();
const writer = new Worker(new URL('./door-writer.js', import.meta.url), { workerData: job });
await once(writer, 'message');
const store = await openFollower({ url: `sqlite:${job.target}`, dataKey: job.dataKey, clock: wallClock, random: randomBytes });
const app = await buildApp({
  gate: new Gate({ waitMs: MAX_WAIT_MS, stopwatch: () => performance.now(), readsWait: false }),
  store: { ...reading(), vault: store.vault, slices: store.slices, gauges: () => ({ queued: 0, lastBatch: 0, batches: 0, units: 0, failing: null }) },
  commander: () => byHand(),
  clock: wallClock,
  settings: { rateLimit: 1_000_000, adminKeyHash: null, maxConnections: 1_000 },
  logger: pino({ level: 'silent' }),
  random: randomBytes,
  after,
  examples: [],
  moveClock: null,
});
await app.listen({ host: '127.0.0.1', port: 0 });
answer({ port: (app.server.address() as AddressInfo).port });

function reading(): Pick<AppStore, 'read' | 'clientByKeyHash' | 'catchUp' | 'onCommit' | 'ready'> {
  return {
    read: (fn) => store.read(fn),
    clientByKeyHash: (hash) => store.clientByKeyHash(hash),
    catchUp: () => store.catchUp(),
    onCommit: (listener) => store.onCommit(listener),
    ready: () => store.ready(),
  };
}

/** Tells calls in turns, as the service does. */
function byHand(): Commander {
  const waiting = new Map<number, (outcome: Outcome) => void>();
  let calls: ToHand[] = [];
  let number = 0;
  writer.on('message', (answers: readonly FromHand[]) => {
    for (const { number: of, body } of answers) {
      waiting.get(of)?.({ answer: { status: 201, headers: { 'content-type': 'application/json; charset=utf-8', etag: '"1"' }, body }, replayed: false });
      waiting.delete(of);
    }
  });
  return {
    run: (call: Call) =>
      new Promise((resolve) => {
        number += 1;
        waiting.set(number, resolve);
        if (calls.length === 0) {
          setImmediate(() => {
            writer.postMessage(calls);
            calls = [];
          });
        }
        calls.push({ number, body: JSON.stringify(call.body) });
      }),
  };
}
