import { must } from '../../kernel/assert.js';
import { isOvercommitted, withContinued } from '../../domain/capacity.js';
import { bedElsewhere, nightDue, nightPassed, nightTaken, withNight, type NightDue } from '../../domain/continued-stay.js';
import type { Referral } from '../../domain/referral.js';
import type { Reservation } from '../../domain/reservation.js';
import type { Unit, UseCase } from '../ports.js';
import { reservationsOf } from './booking.js';
import { dischargeUnder, isThere } from './follow-stay.js';
import { reservationEvent } from './reservation-event.js';
import { LockedSessions } from './sessions.js';

/** A bed that somebody lies in, and the night that is due for it. */
interface Bed {
  readonly referral: Referral;
  readonly reservation: Reservation;
  readonly night: NightDue;
}

/**
 * The next night for those who still lie in their beds, longest due first, at most `limit` reservations and one night
 * each; answers how many were looked at. A booked night that has begun is used; where none is booked one is taken, even
 * where none is left: the patient lies there, and the session is overcommitted, as where a ward reports less than is
 * taken. Where the ward has not opened the night it is looked for again with the next.
 *
 * For the relay, which is at it a second after a night is due: an hour is left until it begins.
 */
export const takeNights: UseCase<{ limit: number }, number> = async (unit, { limit }) => {
  const due = await unit.dueNights(limit);
  const beds = await lockBeds(unit, due);
  const sessions = await LockedSessions.lock(unit, beds.map(({ night }) => night));
  for (const bed of beds) await takeNight(unit, bed, sessions);
  await sessions.save();
  return due.length;
};

/** Locks referrals, then reservations, in the order of the house, and finds who still lies there. */
async function lockBeds(unit: Unit, due: readonly { readonly id: string; readonly referralId: string }[]): Promise<Bed[]> {
  const referrals = new Map<string, Referral>();
  for (const id of sortedOnce(due.map(({ referralId }) => referralId))) referrals.set(id, must(await unit.lockReferral(id), 'a reservation has a referral'));
  const reservations: Reservation[] = [];
  for (const id of sortedOnce(due.map((one) => one.id))) reservations.push(must(await unit.lockReservation(id), 'a reservation is never deleted'));
  const beds: Bed[] = [];
  for (const reservation of reservations) {
    const referral = must(referrals.get(reservation.referralId), 'it is locked');
    // Looked at before it was locked: by now it may wait for another night.
    if (reservation.nextNightAt === null || reservation.nextNightAt > unit.now) continue;
    const night = nightDue(reservation, unit.now);
    const elsewhere = night && (await elsewhereBy(unit, referral, reservation, night));
    if (night === null || elsewhere === 'moved' || elsewhere === 'left') await unit.saveReservation(reservation, { ...reservation, nextNightAt: null });
    else if (elsewhere === 'booked') await unit.saveReservation(reservation, nightPassed(reservation, night));
    else beds.push({ referral, reservation, night });
  }
  return beds;
}

/** Where the patient is in that night, if not in this bed; `left`: no longer with the receiver, or discharged by then. */
async function elsewhereBy(unit: Unit, referral: Referral, reservation: Reservation, night: NightDue): Promise<'left' | 'moved' | 'booked' | null> {
  if (!isThere(referral)) return 'left';
  const dischargedAt = await dischargeUnder(unit, referral);
  if (dischargedAt !== null && dischargedAt <= night.startsAt) return 'left';
  const others = (await reservationsOf(unit, referral)).filter(({ id }) => id !== reservation.id);
  return bedElsewhere(reservation, night, others);
}

async function takeNight(unit: Unit, { referral, reservation, night }: Bed, sessions: LockedSessions): Promise<void> {
  const session = sessions.get(night);
  if (night.booked === null) {
    if (!session) return unit.saveReservation(reservation, nightPassed(reservation, night));
    sessions.set(withContinued(session));
  }
  const place = nightTaken(reservation, night);
  const after = withNight(reservation, place);
  await unit.saveReservation(reservation, after);
  const now = sessions.get(night);
  const overcommitted = now !== undefined && isOvercommitted(now);
  unit.append({ ...reservationEvent('night-taken', referral, { reservation: after, changed: [place] }, { overcommitted }), byTime: true });
}

function sortedOnce(ids: readonly string[]): string[] {
  return [...new Set(ids)].sort();
}
