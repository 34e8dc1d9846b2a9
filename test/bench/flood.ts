import { answer, order } from './children.js';
import { flood, type FloodTally } from './flood-client.js';
import { emergencies, requestsOf, type Slot } from './requests.js';

/** The process that floods: routine submissions under several keys, and beside them emergencies at a pace of their own. */
export interface FloodOrder {
  readonly port: number;
  readonly keys: readonly string[];
  readonly slots: readonly Slot[];
  /** The first person who is sent in this flood. */
  readonly firstPerson: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
  /** A second, beside the flood. */
  readonly emergenciesPerSecond: number;
}

export interface FloodAnswer {
  readonly routine: FloodTally;
  readonly emergency: FloodTally;
}

const { port, keys, slots, firstPerson, perSecond, seconds, connections, emergenciesPerSecond } = await order<FloodOrder>();
const count = Math.ceil((perSecond * seconds) / keys.length);
const byKey = keys.map((key, k) => requestsOf({ kind: 'submit', firstPerson: firstPerson + k * count, slots }, key, count));
// By turns, so that no key comes oftener than another.
const requests = Array.from({ length: count * keys.length }, (_, i) => byKey[i % keys.length]![Math.floor(i / keys.length)]!);
const urgent = emergencies(keys[0]!, firstPerson + count * keys.length, Math.ceil(emergenciesPerSecond * seconds));
const [routine, emergency] = await Promise.all([
  flood({ port, perSecond, seconds, requests, connections }),
  flood({ port, perSecond: emergenciesPerSecond, seconds, requests: urgent, connections: 100 }),
]);
answer({ routine, emergency });
