import { isRefusal } from '../../kernel/problem.js';
import type { Reservation } from '../../domain/reservation.js';
import { release as giveUp } from '../../domain/reservation-machine.js';
import type { UseCase } from '../ports.js';
import { say } from '../referral/post-message.js';
import { carryOut, openReservation } from './opened.js';

/** Which items of which reservation, and what the person says to it. */
export interface ItemsCommand {
  readonly id: string;
  readonly ifMatch: number | null;
  /** Numbers of items; absent: all. */
  readonly items?: number[];
  readonly comment?: string;
}

/**
 * Gives up held or booked places. A scheduled referral that loses its last booked place is accepted again.
 *
 * Refused: `not_found`, `wrong_party`, `version_mismatch`, `invalid_transition`, `hold_expired`, `invalid_content` (no such item).
 */
export const release: UseCase<ItemsCommand, Reservation> = async (unit, { id, ifMatch, items, comment }) => {
  const opened = await openReservation(unit, id, ifMatch);
  if (isRefusal(opened)) return opened;
  const change = giveUp(opened.reservation, items, opened.at);
  if (isRefusal(change)) return change;
  // Free text may name the patient: it goes to the messages, never into the log.
  if (comment !== undefined) await say(unit, opened.referral, comment);
  return carryOut(unit, opened, 'released', change, { because: 'request' });
};
