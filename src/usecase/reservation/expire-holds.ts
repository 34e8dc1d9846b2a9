import type { SessionKey, UseCase } from '../ports.js';
import { LockedSessions } from './sessions.js';

/**
 * Writes down holds that have expired, oldest first, at most `limit` reservations; answers how many.
 * For the relay: nothing waits for it, since whoever takes a place looks for itself; it tells the world
 * promptly.
 */
export const expireHolds: UseCase<{ limit: number }, number> = async (unit, { limit }) => {
  const ids = await unit.overdueReservations(limit);
  const keys: SessionKey[] = [];
  // Before their sessions, in the order of the house: the sessions only add what has run out since.
  for (const id of [...ids].sort()) {
    const reservation = await unit.lockReservation(id);
    for (const place of reservation?.places ?? []) if (place.state === 'held') keys.push(place);
  }
  const sessions = await LockedSessions.lockCurrent(unit, keys);
  await sessions.save();
  return ids.length;
};
