import { isRefusal } from '../../kernel/problem.js';
import type { Reservation } from '../../domain/reservation.js';
import { fulfilItems } from '../../domain/reservation-machine.js';
import type { UseCase } from '../ports.js';
import { say } from '../referral/post-message.js';
import { carryOut, openReservation } from './opened.js';
import type { ItemsCommand } from './release.js';

/**
 * The receiver states that booked places are used. They stay taken: the bed is occupied, the slot is over. Later nights of
 * a bed stay booked.
 *
 * Refused: `not_found`, `wrong_party`, `version_mismatch`, `invalid_transition` (also where nothing of an item begins today or has begun), `invalid_content` (no such item).
 */
export const fulfil: UseCase<ItemsCommand, Reservation> = async (unit, { id, ifMatch, items, comment }) => {
  const opened = await openReservation(unit, id, ifMatch);
  if (isRefusal(opened)) return opened;
  const change = fulfilItems(opened.reservation, items, opened.at);
  if (isRefusal(change)) return change;
  // Free text may name the patient: it goes to the messages, never into the log.
  if (comment !== undefined) await say(unit, opened.referral, comment);
  return carryOut(unit, opened, 'fulfilled', change);
};
