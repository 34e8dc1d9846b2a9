import { must } from '../../kernel/assert.js';
import { isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import { isSide, type Side } from '../../domain/party.js';
import type { Referral } from '../../domain/referral.js';
import type { Reservation } from '../../domain/reservation.js';
import type { Change, Circumstances } from '../../domain/reservation-machine.js';
import { tellWithFiling } from '../insurance/filing.js';
import type { Unit } from '../ports.js';
import { lockForChange } from '../referral/access.js';
import { reservationEvent, type ReservationChange } from './reservation-event.js';
import { LockedSessions } from './sessions.js';
import { settle } from './settle.js';

/** The way to a reservation and back: its referral and itself locked in order; saved, settled and told. */

export interface Opened {
  readonly referral: Referral;
  readonly reservation: Reservation;
  readonly at: Circumstances;
}

/** Refused: `not_found` for whom the referral does not exist, `wrong_party` for others than its two sides. */
export async function openReservation(unit: Unit, id: string, ifMatch: number | null): Promise<Opened | Refusal> {
  const seen = await unit.reservation(id);
  if (!seen) return refuse('not_found');
  const found = await lockForChange(unit, seen.referralId, null);
  if (isRefusal(found)) return found;
  const { referral, party } = found;
  if (!isSide(party)) return refuse('wrong_party');
  const reservation = must(await unit.lockReservation(id), 'a reservation is never deleted');
  return { referral, reservation, at: { now: unit.now, by: party, referralStatus: referral.status, ifMatch } };
}

/** Saves a change, gives freed places back, lets the referral follow its confirmed places, and appends the one event. */
export async function carryOut(
  unit: Unit,
  { referral, reservation, at }: Opened,
  what: ReservationChange,
  change: Change,
  more?: Readonly<Record<string, unknown>>,
): Promise<Reservation> {
  await unit.saveReservation(reservation, change.reservation);
  if (change.freed.length > 0) {
    const sessions = await LockedSessions.lock(unit, change.freed);
    sessions.giveBack(change.freed);
    await sessions.save();
  }
  return tell(unit, referral, at.by, what, change, more);
}

/** The last step of a change whose places are saved. */
export async function tell(
  unit: Unit,
  referral: Referral,
  by: Side,
  what: ReservationChange,
  change: Change,
  more?: Readonly<Record<string, unknown>>,
): Promise<Reservation> {
  const settled = affectsBooking(what, referral, change) ? await settle(unit, referral, by) : { referral, filing: null };
  tellWithFiling(unit, reservationEvent(what, settled.referral, change, more), settled.filing);
  return change.reservation;
}

/** A confirmation schedules the referral; a booked place that goes or moves concerns it only while it is scheduled. */
function affectsBooking(what: ReservationChange, referral: Referral, change: Change): boolean {
  if (what === 'confirmed') return true;
  return referral.status === 'scheduled' && change.freed.some((place) => place.state === 'confirmed');
}
