import { isRefusal, refuse } from '../../kernel/problem.js';
import type { ReservationInput } from '../../contract/reservation.js';
import { isSide } from '../../domain/party.js';
import { amend, settleBooking } from '../../domain/referral-machine.js';
import type { Reservation } from '../../domain/reservation.js';
import type { UseCase } from '../ports.js';
import { tellWithFiling, withFiling } from '../insurance/filing.js';
import { lockForChange } from '../referral/access.js';
import { timersFor } from '../referral/referral-event.js';
import { repriced } from '../referral/registration-fee.js';
import { bookingOf } from './booking.js';
import { reserveFor } from './places.js';
import { reservationEvent } from './reservation-event.js';

/**
 * Places in any number of sessions, held or (with `confirm`) booked, all or none. Booked by the sender
 * on direct pools they accept and schedule the referral by the hospital's standing rule.
 *
 * Refused: `not_found` (referral), `wrong_party`, `invalid_transition`, and what {@link reserveFor} refuses.
 */
export const reserve: UseCase<{ body: ReservationInput }, Reservation> = async (unit, { body }) => {
  const found = await lockForChange(unit, body.referralId, null);
  if (isRefusal(found)) return found;
  const { referral, party } = found;
  if (!isSide(party)) return refuse('wrong_party');
  const made = await reserveFor(unit, referral, body, party);
  if (isRefusal(made)) return made;

  const { reservation, confirmed } = made;
  const listed = { ...referral, course: { ...referral.course, reservationIds: [...referral.course.reservationIds, reservation.id] } };
  const settled = confirmed
    ? settleBooking(listed, await bookingOf(unit, listed), party, unit.now, timersFor(unit, listed))
    : amend(listed, {}, unit.now);
  const { referral: after, filing } = await withFiling(unit, await repriced(unit, settled));
  await unit.saveReferral(after);
  tellWithFiling(unit, reservationEvent(confirmed ? 'confirmed' : 'held', after, { reservation, changed: reservation.places }), filing);
  return reservation;
};
