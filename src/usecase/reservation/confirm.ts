import { isRefusal } from '../../kernel/problem.js';
import type { Reservation } from '../../domain/reservation.js';
import { confirmHeld } from '../../domain/reservation-machine.js';
import type { UseCase } from '../ports.js';
import { carryOut, openReservation } from './opened.js';

/**
 * Books all that is held. On a `direct` pool the sender's confirmation accepts and schedules the
 * referral by the hospital's standing rule; on an `arranged` pool only the receiver confirms.
 *
 * Refused: `not_found`, `wrong_party`, `version_mismatch`, `invalid_transition`, `session_over`, `hold_expired`.
 */
export const confirm: UseCase<{ id: string; ifMatch: number | null }, Reservation> = async (unit, { id, ifMatch }) => {
  const opened = await openReservation(unit, id, ifMatch);
  if (isRefusal(opened)) return opened;
  const change = confirmHeld(opened.reservation, opened.at, (poolId) => unit.pool(poolId)?.booking === 'arranged');
  return isRefusal(change) ? change : carryOut(unit, opened, 'confirmed', change);
};
