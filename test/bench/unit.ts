import { createHash } from 'node:crypto';
import { isRefusal } from '../../src/kernel/problem.js';
import { Referral } from '../../src/contract/referral.js';
import { SHARED } from '../../src/http/schemas.js';
import { serialiserCompiler } from '../../src/http/serialise.js';
import { referralView } from '../../src/http/present/referral.js';
import type { WholeStore } from '../../src/store/open.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import { actorOf } from '../kit/network.js';
import { scratch } from './children.js';
import { wallClock } from './machine.js';
import { costs, record } from './profile.js';
import { submission, type Slot } from './requests.js';
import { openAt, seed } from './seed.js';

/**
 * One submission with a hold, without HTTP: what the use case, the store and the disk cost. No figure of
 * the table, but the place where to look first when one of them falls.
 */
const WARM_UP = 5_000;
const UNITS = 20_000;
/** As many at a time as connections ask the service. */
const AT_A_TIME = 64;

export async function unit(say: (line: string) => void): Promise<void> {
  const store = await openAt(scratch('unit.db'), wallClock);
  try {
    const { slots } = await seed(store, wallClock);
    await submitAll(store, slots, 0, WARM_UP);
    const before = store.stats();
    const started = performance.now();
    const profile = await record(() => submitAll(store, slots, WARM_UP, UNITS));
    const microseconds = ((performance.now() - started) * 1_000) / UNITS;
    const { batches, units } = store.stats();
    say(`${microseconds.toFixed(1)} µs per unit, ${((units - before.units) / (batches - before.batches)).toFixed(1)} units per commit, the profiler's own cost included`);
    for (const { where, share } of costs(profile)) say(`${(share * microseconds).toFixed(1).padStart(8)} µs  ${where}`);
  } finally {
    await store.close();
  }
}

async function submitAll(store: WholeStore, slots: readonly Slot[], first: number, count: number): Promise<void> {
  const bodies = Array.from({ length: count }, (_, i) => submission(first + i, slots[(first + i) % slots.length]!));
  for (let done = 0; done < count; done += AT_A_TIME) {
    const together = bodies.slice(done, done + AT_A_TIME);
    await Promise.all(together.map((body, i) => submitOne(store, body, first + done + i)));
  }
}

const serialise = serialiserCompiler(SHARED as Parameters<typeof serialiserCompiler>[0])(Referral as Parameters<ReturnType<typeof serialiserCompiler>>[0]);
const SENDER = actorOf('p1', 'clerk', 'doctor');

async function submitOne(store: WholeStore, body: ReturnType<typeof submission>, person: number): Promise<void> {
  const requestHash = createHash('sha256').update(`${person}`).digest('base64url');
  const outcome = await store.execute({
    actor: SENDER,
    idempotency: { scope: 'bench|p1|POST /v1/referrals', key: `visit-${person}`, requestHash },
    run: (unit) => createReferral(unit, { body }),
    answer: (result, reads) => {
      if (isRefusal(result)) throw new Error(`refused: ${result.code} ${JSON.stringify(result.extra)}`);
      return { status: 201, headers: { 'content-type': 'application/json' }, body: serialise(referralView(result, reads)) };
    },
  });
  if (isRefusal(outcome)) throw new Error(`refused: ${outcome.code}`);
}
