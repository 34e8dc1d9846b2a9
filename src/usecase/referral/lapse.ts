import { formatInstant } from '../../kernel/calendar.js';
import { amend, hasLapsed, seenAt } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import { tellWithFiling, withFiling } from '../insurance/filing.js';
import type { Unit, UseCase } from '../ports.js';
import { endPlaces } from '../reservation/places.js';
import { referralEvent } from './referral-event.js';

/** A referral whose status has lapsed becomes `expired`; its places are free in the same unit. */
export async function lapse(unit: Unit, referral: Referral): Promise<Referral> {
  if (!hasLapsed(referral, unit.now)) return referral;
  const released = await endPlaces(unit, referral);
  const { referral: expired, filing } = await withFiling(unit, amend(seenAt(referral, unit.now), {}, unit.now));
  await unit.saveReferral(expired);
  tellWithFiling(unit, referralEvent(expired, 'expired', { before: referral.status, lapsedAt: formatInstant(referral.deadlineAt ?? unit.now), released }), filing);
  return expired;
}

/** Expires what has lapsed, oldest first, at most `limit`; answers how many. For the relay: nothing waits for it. */
export const expireReferrals: UseCase<{ limit: number }, number> = async (unit, { limit }) => {
  const ids = await unit.overdueReferrals(limit);
  for (const id of ids) {
    const referral = await unit.lockReferral(id);
    if (referral) await lapse(unit, referral);
  }
  return ids.length;
};
