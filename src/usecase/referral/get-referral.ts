import { isRefusal } from '../../kernel/problem.js';
import type { ReferralAction, ReferralStatus } from '../../contract/vocabulary.js';
import type { LoggedEvent } from '../../domain/event.js';
import { actionsIn } from '../../domain/action-roles.js';
import { actionsFor } from '../../domain/referral-machine.js';
import type { Entitlement, Referral } from '../../domain/referral.js';
import type { Page, Query } from '../ports.js';
import { findReferral } from './access.js';
import { asSeenBy } from './as-seen.js';
import { repriced } from './registration-fee.js';

export const getReferral: Query<{ id: string }, Referral> = async (reads, actor, { id }) => {
  const found = await findReferral(reads, actor, id);
  return isRefusal(found) ? found : asSeenBy(reads, actor, await repriced(reads, found.referral));
};

/** What the caller may do with it now: a desk shows these as its buttons. */
export const actionsOf: Query<{ id: string }, { status: ReferralStatus; version: number; actions: readonly ReferralAction[] }> = async (reads, actor, { id }) => {
  const found = await findReferral(reads, actor, id);
  if (isRefusal(found)) return found;
  const { referral, parties } = found;
  return { status: referral.status, version: referral.version, actions: actionsIn(actionsFor(referral, parties, reads.now), actor.roles) };
};

/** Every change, in the order of the log. */
export const historyOf: Query<{ id: string; after: number; limit: number }, Page<LoggedEvent>> = async (reads, actor, { id, after, limit }) => {
  const found = await findReferral(reads, actor, id);
  if (isRefusal(found)) return found;
  const events = await reads.eventsOfReferral(id, after, limit + 1);
  const data = events.slice(0, limit);
  return { data, next: events.length > limit ? String(data.at(-1)?.seq) : null };
};

const NOT_DECIDED: Entitlement = { eligible: false, because: [], ruleVersion: null, items: [], code: null };

/** What was decided, the waiver at the fee of the clinic that is booked by now, as in the referral itself. */
export const entitlementOf: Query<{ id: string }, Entitlement> = async (reads, actor, { id }) => {
  const found = await findReferral(reads, actor, id);
  if (isRefusal(found)) return found;
  return (await repriced(reads, found.referral)).course.entitlement ?? NOT_DECIDED;
};
