import { parentPort, workerData } from 'node:worker_threads';
import type { DoorOrder, FromHand, ToHand } from './door.js';
import { RowsByHand } from './rows-by-hand.js';

/** The thread behind the door: whatever waits goes into one commit, and then the answers. */
const { target, written, body } = workerData as DoorOrder;
const rows = new RowsByHand(target, written);
let waiting: ToHand[] = [];

parentPort?.on('message', (calls: readonly ToHand[]) => {
  if (waiting.length === 0) setImmediate(writeAll);
  waiting.push(...calls);
});
parentPort?.postMessage('ready');

function writeAll(): void {
  const taken = waiting;
  waiting = [];
  for (const call of taken) JSON.parse(call.body);
  rows.write(taken.length);
  parentPort?.postMessage(taken.map(({ number }): FromHand => ({ number, body })));
}
