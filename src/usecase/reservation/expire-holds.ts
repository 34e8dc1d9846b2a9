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
  for (const id of ids) {
    const reservation = await unit.reservation(id);
    for (const place of reservation?.places ?? []) if (place.state === 'held') keys.push(place);
  }
  const sessions = await LockedSessions.lockCurrent(unit, keys);
  await sessions.save();
  return ids.length;
};
