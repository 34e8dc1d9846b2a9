import { isRefusal, refuse } from '../../kernel/problem.js';
import type { RescheduleInput } from '../../contract/reservation.js';
import { keyOf } from '../../domain/capacity.js';
import type { Reservation } from '../../domain/reservation.js';
import { readWishes } from '../../domain/reservation-request.js';
import { planRescheduling, reschedule as replace } from '../../domain/reschedule.js';
import type { UseCase } from '../ports.js';
import { openReservation, tell } from './opened.js';
import { occupiedBy } from './places.js';
import { takePlaces } from './take.js';

/**
 * Frees the old places and takes the new in one step, or changes nothing. New places take over state
 * and end of hold; a place that is given up and wanted again stays as it was drawn.
 *
 * Refused: `not_found`, `wrong_party`, `version_mismatch`, `invalid_transition`, `hold_expired`, the
 * refusals of a new reservation, `invalid_content`.
 */
export const reschedule: UseCase<{ id: string; ifMatch: number | null; body: RescheduleInput }, Reservation> = async (unit, { id, ifMatch, body }) => {
  const opened = await openReservation(unit, id, ifMatch);
  if (isRefusal(opened)) return opened;
  const { referral, reservation, at } = opened;
  const isBooked = reservation.places.some((place) => place.state === 'confirmed');
  const toArranged = body.items.some(({ poolId }) => unit.pool(poolId)?.booking === 'arranged');
  if (at.by === 'sender' && isBooked && toArranged) return refuse('wrong_party');
  const plan = planRescheduling(reservation, body.items, at);
  if (isRefusal(plan)) return plan;

  const { givenUp, firstItem, stateOf } = plan;
  const read = readWishes(body.items, referral, (poolId) => unit.pool(poolId), '/items', firstItem);
  const occupied = await occupiedBy(unit, referral);
  for (const place of givenUp) occupied.delete(keyOf(place));
  const taken = await takePlaces(unit, referral, read, { stateOf, heldUntil: reservation.expiresAt, occupied, givenUp });
  if (isRefusal(taken)) return taken;

  const change = replace(reservation, givenUp, taken.places);
  await unit.saveReservation(reservation, change.reservation);
  return tell(unit, referral, at.by, 'rescheduled', change);
};
