import { settleBooking } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import { bookingIn, type Reservation } from '../../domain/reservation.js';
import { withFiling, type Filed } from '../insurance/filing.js';
import type { Reads, Unit } from '../ports.js';
import { timersFor } from '../referral/referral-event.js';

/** The confirmed places of a referral over all its reservations: how many, and when the last of them ends. */
export async function bookingOf(reads: Reads, referral: Referral): Promise<{ confirmed: number; until: number } | null> {
  return bookingIn(await reservationsOf(reads, referral));
}

/** The reservations of a referral, oldest first. */
export async function reservationsOf(reads: Reads, referral: Referral): Promise<Reservation[]> {
  const reservations: Reservation[] = [];
  for (const id of referral.course.reservationIds) {
    const reservation = await reads.reservation(id);
    if (reservation) reservations.push(reservation);
  }
  return reservations;
}

/**
 * What its places, already saved, make of a referral: scheduled by a confirmation, accepted again when
 * the last confirmed place is gone, its deadline after the last appointment. Saves it where it changes.
 */
export async function settle(unit: Unit, referral: Referral, by: 'sender' | 'receiver'): Promise<Filed> {
  const settled = settleBooking(referral, await bookingOf(unit, referral), by, unit.now, timersFor(unit, referral));
  if (settled.status === referral.status && settled.deadlineAt === referral.deadlineAt) return { referral, filing: null };
  const filed = await withFiling(unit, settled);
  await unit.saveReferral(filed.referral);
  return filed;
}
