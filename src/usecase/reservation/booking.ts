import type { Referral } from '../../domain/referral.js';
import { bookingIn, type Reservation } from '../../domain/reservation.js';
import type { Reads } from '../ports.js';

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
