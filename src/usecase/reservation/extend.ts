import { isRefusal } from '../../kernel/problem.js';
import type { Reservation } from '../../domain/reservation.js';
import { extendHold } from '../../domain/reservation-machine.js';
import type { UseCase } from '../ports.js';
import { carryOut, openReservation } from './opened.js';

/**
 * Prolongs a hold by its own length, once. The sessions need not know: what they remember of the first
 * expiry may be too early, never too late.
 *
 * Refused: `not_found`, `wrong_party`, `version_mismatch`, `invalid_transition`, `hold_expired`, `already_extended`.
 */
export const extend: UseCase<{ id: string; ifMatch: number | null }, Reservation> = async (unit, { id, ifMatch }) => {
  const opened = await openReservation(unit, id, ifMatch);
  if (isRefusal(opened)) return opened;
  const change = extendHold(opened.reservation, opened.at);
  return isRefusal(change) ? change : carryOut(unit, opened, 'extended', change);
};
