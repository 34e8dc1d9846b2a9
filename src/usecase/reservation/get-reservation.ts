import { must } from '../../kernel/assert.js';
import { localDateOf } from '../../kernel/calendar.js';
import { refuse } from '../../kernel/problem.js';
import { partyOf } from '../../domain/party.js';
import { hasLapsed } from '../../domain/referral-machine.js';
import { seenAt, type Reservation } from '../../domain/reservation.js';
import { free } from '../../domain/reservation-machine.js';
import type { Query } from '../ports.js';

/**
 * A reservation as it stands now, for whom its referral exists: a hold that has run out is expired, and
 * what a lapsed referral had planned is released, whether or not anybody has written it down.
 *
 * Refused: `not_found`.
 */
export const getReservation: Query<{ id: string }, Reservation> = async (reads, actor, { id }) => {
  const stored = await reads.reservation(id);
  if (!stored) return refuse('not_found');
  const referral = must(await reads.referral(stored.referralId), 'a reservation has a referral');
  if (!partyOf(referral, actor, reads.network, localDateOf(reads.now))) return refuse('not_found');
  const reservation = seenAt(stored, reads.now);
  if (!hasLapsed(referral, reads.now)) return reservation;
  return { ...free(reservation, reads.now, (place) => place.state !== 'fulfilled').reservation, version: stored.version };
};
