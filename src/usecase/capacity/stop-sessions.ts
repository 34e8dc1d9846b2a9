import { must } from '../../kernel/assert.js';
import type { Instant } from '../../kernel/calendar.js';
import { bySession, keyOf, type Session } from '../../domain/capacity.js';
import type { Place } from '../../domain/reservation.js';
import { free, type Change } from '../../domain/reservation-machine.js';
import type { SessionKey, StoredPlace, Unit } from '../ports.js';
import { tell } from '../reservation/opened.js';
import type { LockedSessions } from '../reservation/sessions.js';

/** 停诊: what a stopped clinic does to those who had a place in it. */

const isPlanned = (place: Place) => place.state === 'held' || place.state === 'confirmed';

/** Locks referrals and reservations with planned places in these sessions, before the sessions themselves: the order of the house. */
export async function lockOwners(unit: Unit, keys: readonly SessionKey[]): Promise<void> {
  const places: StoredPlace[] = [];
  for (const key of [...keys].sort(bySession)) places.push(...(await unit.livePlacesOf(key)));
  const planned = places.filter(isPlanned);
  for (const id of sortedOnce(planned.map((place) => place.referralId))) await unit.lockReferral(id);
  for (const id of sortedOnce(planned.map((place) => place.reservationId))) await unit.lockReservation(id);
}

/**
 * Gives up all held and booked places of sessions that were closed, in every reservation, and tells each
 * referral: one event for a reservation, however many of its places are gone. A scheduled referral
 * whose last appointment is gone is accepted again.
 *
 * @returns how many reservations lost a place, by start of the session
 */
export async function stopSessions(unit: Unit, sessions: LockedSessions, stopped: readonly Session[]): Promise<ReadonlyMap<Instant, number>> {
  const counts = new Map<Instant, number>();
  const closed = new Set(stopped.map(keyOf));
  const reservationIds: string[] = [];
  for (const session of stopped) {
    const owners = new Set((await unit.livePlacesOf(session)).filter(isPlanned).map((place) => place.reservationId));
    counts.set(session.startsAt, owners.size);
    reservationIds.push(...owners);
  }
  const changes: Change[] = [];
  for (const id of sortedOnce(reservationIds)) {
    const before = must(await unit.lockReservation(id), 'a place has a reservation');
    const change = free(before, unit.now, (place) => isPlanned(place) && closed.has(keyOf(place)));
    await unit.saveReservation(before, change.reservation);
    sessions.giveBack(change.freed);
    changes.push(change);
  }
  for (const change of changes) {
    const referral = must(await unit.lockReferral(change.reservation.referralId), 'a reservation has a referral');
    await tell(unit, referral, 'receiver', 'released', change, { because: 'clinic-stopped' });
  }
  return counts;
}

function sortedOnce(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}
