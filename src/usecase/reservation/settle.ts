import { settleBooking } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import { withFiling, type Filed } from '../insurance/filing.js';
import type { Unit } from '../ports.js';
import { timersFor } from '../referral/referral-event.js';
import { repriced } from '../referral/registration-fee.js';
import { bookingOf } from './booking.js';

/**
 * What its places, already saved, make of a referral: scheduled by a confirmation, accepted again when
 * the last confirmed place is gone, its deadline after the last appointment, its waiver at the fee of the
 * clinic that is booked. Saves it where it changes.
 */
export async function settle(unit: Unit, referral: Referral, by: 'sender' | 'receiver'): Promise<Filed> {
  const settled = await repriced(unit, settleBooking(referral, await bookingOf(unit, referral), by, unit.now, timersFor(unit, referral)));
  const priced = settled.course.entitlement !== referral.course.entitlement;
  if (settled.status === referral.status && settled.deadlineAt === referral.deadlineAt && !priced) return { referral, filing: null };
  const filed = await withFiling(unit, settled);
  await unit.saveReferral(filed.referral);
  return filed;
}
