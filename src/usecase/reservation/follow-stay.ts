import { dischargeOf } from '../../domain/stay.js';
import { discharge } from '../../domain/reservation-machine.js';
import type { Referral } from '../../domain/referral.js';
import type { Unit } from '../ports.js';
import { changeAll } from './places.js';
import { reservationEvent } from './reservation-event.js';

/** True while the patient is with the receiver: what a stay tells of its end concerns the beds then, and no longer. */
export function isThere({ status }: Referral): boolean {
  return status === 'arrived' || status === 'in-care';
}

/**
 * The beds of a referral follow the stay that it has led to: a discharge that is told, or told differently, gives back
 * the nights from then on, in this unit.
 */
export async function followStay(unit: Unit, referralId: string): Promise<void> {
  const referral = await unit.lockReferral(referralId);
  if (!referral || !isThere(referral)) return;
  const dischargedAt = dischargeOf(await unit.staysUnder(referralId));
  if (dischargedAt === null) return;
  for (const change of await changeAll(unit, referral, (reservation) => discharge(reservation, dischargedAt, unit.now))) {
    unit.append(reservationEvent(change.freed.length > 0 ? 'released' : 'fulfilled', referral, change, { because: 'discharged' }));
  }
}
