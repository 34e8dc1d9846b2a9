import type { Instant } from '../../kernel/calendar.js';
import { dischargeOf } from '../../domain/stay.js';
import { discharge, goOn } from '../../domain/reservation-machine.js';
import type { Referral } from '../../domain/referral.js';
import type { Unit } from '../ports.js';
import { changeAll } from './places.js';
import { reservationEvent } from './reservation-event.js';

/** True while the patient is with the receiver: what a stay tells of its end concerns the beds then, and no longer. */
export function isThere({ status }: Referral): boolean {
  return status === 'arrived' || status === 'in-care';
}

/** When the patient left the ward, by the stays under the referral; null: nobody has told. */
export async function dischargeUnder(unit: Unit, { id, course }: Referral): Promise<Instant | null> {
  return dischargeOf(await unit.staysUnder(id), course.arrivedAt ?? 0);
}

/**
 * The beds of a referral follow the stay that it has led to: a discharge that is told, or told differently, gives back
 * the nights from then on, in this unit; one that is taken back lets them go on.
 */
export async function followStay(unit: Unit, referralId: string): Promise<void> {
  const referral = await unit.lockReferral(referralId);
  if (!referral || !isThere(referral)) return;
  const dischargedAt = await dischargeUnder(unit, referral);
  const changes = await changeAll(unit, referral, (reservation) => (dischargedAt === null ? goOn(reservation) : discharge(reservation, dischargedAt, unit.now)));
  for (const change of changes) {
    unit.append(reservationEvent(change.freed.length > 0 ? 'released' : 'fulfilled', referral, change, { because: 'discharged' }));
  }
}
