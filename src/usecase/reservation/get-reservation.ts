import { must } from '../../kernel/assert.js';
import { localDateOf } from '../../kernel/calendar.js';
import { refuse } from '../../kernel/problem.js';
import { partyOf } from '../../domain/party.js';
import { seenAt, type Reservation } from '../../domain/reservation.js';
import type { Query } from '../ports.js';

/** A reservation as it stands now: for whom its referral exists. Refused: `not_found`. */
export const getReservation: Query<{ id: string }, Reservation> = async (reads, actor, { id }) => {
  const reservation = await reads.reservation(id);
  if (!reservation) return refuse('not_found');
  const referral = must(await reads.referral(reservation.referralId), 'a reservation has a referral');
  const party = partyOf(referral, actor, reads.network, localDateOf(reads.now));
  return party === undefined ? refuse('not_found') : seenAt(reservation, reads.now);
};
