import { isRefusal, type Refusal } from '../kernel/problem.js';
import type { Actor, Unit } from '../usecase/ports.js';
import type { Store } from '../usecase/store.js';
import { sweepPolicies } from '../usecase/insurance/sweep-policies.js';
import { expireReferrals } from '../usecase/referral/lapse.js';
import { expireHolds } from '../usecase/reservation/expire-holds.js';
import { takeNights } from '../usecase/reservation/take-nights.js';

/**
 * What time alone makes due. Nothing waits for it: an expired hold counts as free, and a lapsed referral
 * is read as expired, whether or not it has been written down. The relay only tells the world promptly. One thing alone
 * waits for it, and has an hour: the next night of a bed that somebody lies in (docs/decisions/0020).
 */

const RELAY: Actor = { clientId: 'relay', roles: [], institutionId: null, area: null, operator: null };

/** Pieces of work of one unit: a few milliseconds, so that callers are not kept waiting. */
const BATCH = 50;
/** Stays of one unit: each may bring all stays of its patient with it. */
const STAYS = 10;

/** Answers how many pieces it did. What it refuses takes back what it wrote. */
type Chore = (unit: Unit) => Promise<number | Refusal>;

const CHORES: readonly Chore[] = [
  (unit) => expireHolds(unit, { limit: BATCH }),
  (unit) => expireReferrals(unit, { limit: BATCH }),
  (unit) => takeNights(unit, { limit: BATCH }),
  (unit) => unit.forgetAnswers(BATCH),
  (unit) => sweepPolicies(unit, { limit: STAYS }),
];

/** Asked between two chores: what is left undone is as due later. */
type Stopped = () => boolean;
const NEVER: Stopped = () => false;

/** One round: each chore once. Answers how many pieces were done; 0 where nothing is due, or another instance is at it. */
export async function tick(store: Pick<Store, 'write'>, stopped = NEVER): Promise<number> {
  let done = 0;
  for (const chore of CHORES) {
    if (stopped()) break;
    const pieces = await store.write(RELAY, async (unit) => ((await unit.claim('relay')) ? chore(unit) : 0));
    if (!isRefusal(pieces)) done += pieces;
  }
  return done;
}

/** Rounds until nothing is due, or it is stopped. */
export async function settle(store: Pick<Store, 'write'>, stopped = NEVER): Promise<void> {
  while ((await tick(store, stopped)) > 0);
}
