import { ask } from './children.js';
import type { Tally } from './http-client.js';
import type { LoadOrder } from './load.js';
import type { Work } from './requests.js';

/** As many as the issue of this bench names. */
export const CONNECTIONS = 64;

export interface Amount {
  readonly warmUp: number;
  readonly count: number;
}

/** Sends load from a process of its own. Anything but success means that something else was measured, so it throws. */
export async function load(port: number, key: string, work: Work, amount: Amount, connections = CONNECTIONS): Promise<Tally> {
  const order: LoadOrder = { port, key, work, connections, ...amount };
  const tally = await ask<Tally>('./load.js', order);
  const expected = work.kind === 'submit' ? '201' : '200';
  if (Object.keys(tally.statuses).some((status) => status !== expected)) {
    throw new Error(`every answer should be ${expected}, but there were ${JSON.stringify(tally.statuses)}`);
  }
  return tally;
}

export function latencies({ milliseconds: { p50, p99, max } }: Tally): string {
  return `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, slowest ${max.toFixed(1)} ms`;
}
