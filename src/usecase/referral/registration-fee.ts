import type { PlaceState } from '../../contract/vocabulary.js';
import type { Referral } from '../../domain/referral.js';
import { priced, waivesFee } from '../../domain/entitlement.js';
import { seenAt, type Reservation } from '../../domain/reservation.js';
import type { Reads } from '../ports.js';
import { reservationsOf } from '../reservation/booking.js';

/** Of several clinics the one that was visited, else that is booked, else that is held. */
const NEAREST: readonly PlaceState[] = ['fulfilled', 'confirmed', 'held'];

/** What the registration costs, in fen: the fee of the clinic that the referral has a place in, else the receiver's. */
export async function registrationFeeOf(reads: Reads, referral: Referral): Promise<number> {
  return registrationFeeIn(reads, referral, await reservationsOf(reads, referral));
}

/** The same, the referral's reservations being at hand. */
export function registrationFeeIn(reads: Reads, referral: Referral, reservations: readonly Reservation[]): number {
  const fees = new Map<PlaceState, number>();
  for (const reservation of reservations) {
    for (const place of seenAt(reservation, reads.now).places) {
      const fee = place.kind === 'clinic' ? reads.pool(place.poolId)?.registrationFeeFen : undefined;
      if (fee !== undefined && !fees.has(place.state)) fees.set(place.state, fee);
    }
  }
  const nearest = NEAREST.find((state) => fees.has(state));
  return (nearest && fees.get(nearest)) ?? reads.network.institution(referral.targetInstitutionId ?? '')?.registrationFeeFen ?? 0;
}

/** The referral with its waiver at the present fee; the very same where that is what it says, or where it is settled. */
export async function repriced(reads: Reads, referral: Referral): Promise<Referral> {
  const { entitlement, reservationIds } = referral.course;
  // Without a reservation it is priced as it was when it was sent.
  if (reservationIds.length === 0 || !waivesFee(entitlement)) return referral;
  const after = priced(entitlement, await registrationFeeOf(reads, referral));
  return after === entitlement ? referral : { ...referral, course: { ...referral.course, entitlement: after } };
}
