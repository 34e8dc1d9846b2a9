import { answer, order } from './children.js';
import { send } from './http-client.js';
import { requestsOf, type Work } from './requests.js';

/** The process that asks: makes all requests first, then sends them. */
export interface LoadOrder {
  readonly port: number;
  readonly key: string;
  readonly work: Work;
  readonly connections: number;
  readonly warmUp: number;
  readonly count: number;
}

const { port, key, work, connections, warmUp, count } = await order<LoadOrder>();
answer(await send({ port, connections, warmUp, requests: requestsOf(work, key, warmUp + count) }));
