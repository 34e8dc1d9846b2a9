import type { BareOrder } from './bare-route.js';
import { answerOf, end, scratch, start } from './children.js';
import { fillingClock, fillUp } from './fill.js';
import type { Tally } from './http-client.js';
import { wallClock } from './machine.js';
import { latencies, load } from './measure.js';
import { openAt, seed } from './seed.js';
import { startService } from './service.js';
import { idsIn } from './stored.js';
import { grouped, median, perSecond, type Finding } from './table.js';

const ROUNDS = 3;
const STORED = 10_000;
/** What p1 has sent and received of them. */
const READ = 2_500;
const AMOUNT = { warmUp: 5_000, count: 30_000 };

/** `GET /v1/referrals/{id}` against a route that only answers. */
export async function read(): Promise<Finding> {
  const path = scratch('read.db');
  const until = wallClock.now();
  const clock = fillingClock(until);
  const store = await openAt(path, clock);
  const { keys } = await seed(store, wallClock);
  await fillUp(store, clock, { present: 0, wanted: STORED, total: STORED, until });
  await store.close();
  const paths = idsIn(path, 'p1', READ).map((id) => `/v1/referrals/${id}`);

  const service = await startService(path);
  const example = await fetch(`http://127.0.0.1:${service.port}${paths[0]}`, { headers: { authorization: `Bearer ${keys.sender}` } });
  const referral = (await example.json()) as object;
  const rounds: { served: Tally; bare: Tally; own: Tally }[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const served = await load(service.port, keys.sender, { kind: 'get', paths }, AMOUNT);
    const bare = await fromBare({ route: 'read', answer: referral, serialiser: 'stock' }, keys.sender, paths);
    const own = await fromBare({ route: 'read', answer: referral, serialiser: 'own' }, keys.sender, paths);
    rounds.push({ served, bare, own });
  }
  await service.stop();

  const ratioOf = ({ served, bare }: { served: Tally; bare: Tally }) => served.perSecond / bare.perSecond;
  const middle = median(rounds, ratioOf);
  return {
    figures: [{ measure: 'read', measured: perSecond(middle.served.perSecond), limit: perSecond(middle.bare.perSecond), ratio: ratioOf(middle), target: { atLeast: 0.6 } }],
    notes: [
      `read: ${latencies(middle.served)}; ${middle.served.bytes} bytes an answer, bare ${middle.bare.bytes}; ${grouped(READ)} referrals in turn, so nearly all from memory; the bare route with the serialiser of the service ` +
        `${perSecond(middle.own.perSecond)}; ratios of all rounds ${rounds.map((r) => ratioOf(r).toFixed(2)).join(', ')}`,
    ],
  };
}

async function fromBare(order: BareOrder, key: string, paths: readonly string[]): Promise<Tally> {
  const child = start('./bare-route.js', order);
  try {
    const { port } = await answerOf<{ port: number }>(child);
    return await load(port, key, { kind: 'get', paths }, AMOUNT);
  } finally {
    await end(child);
  }
}
