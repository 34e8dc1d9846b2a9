import { isRefusal } from '../../kernel/problem.js';
import type { Reservation } from '../../domain/reservation.js';
import { miss } from '../../domain/reservation-machine.js';
import type { UseCase } from '../ports.js';
import { say } from '../referral/post-message.js';
import { carryOut, openReservation } from './opened.js';
import type { ItemsCommand } from './release.js';

/**
 * The receiver states that the patient did not come: booked places whose session has begun are free
 * again. A scheduled referral that loses its last booked place is accepted again.
 *
 * Refused: `not_found`, `wrong_party`, `version_mismatch`, `invalid_transition`, `invalid_content` (no such item).
 */
export const noShow: UseCase<ItemsCommand, Reservation> = async (unit, { id, ifMatch, items, comment }) => {
  const opened = await openReservation(unit, id, ifMatch);
  if (isRefusal(opened)) return opened;
  const change = miss(opened.reservation, items, opened.at);
  if (isRefusal(change)) return change;
  // Free text may name the patient: it goes to the messages, never into the log.
  if (comment !== undefined) await say(unit, opened.referral, comment);
  return carryOut(unit, opened, 'no-show', change);
};
