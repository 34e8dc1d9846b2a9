import { formatInstant } from '../../kernel/calendar.js';
import type { EventDraft } from '../../domain/event.js';
import type { Referral } from '../../domain/referral.js';
import { factOf, stateOf } from '../../domain/reservation.js';
import type { Change } from '../../domain/reservation-machine.js';
import { concernedBy } from '../referral/referral-event.js';

export type ReservationChange = 'held' | 'confirmed' | 'released' | 'extended' | 'rescheduled' | 'no-show' | 'fulfilled' | 'expired' | 'night-taken';

/** The event of a change of a reservation: the places that changed, as they are now, and the status that the referral has by it. */
export function reservationEvent(
  what: ReservationChange,
  referral: Referral,
  { reservation, changed }: Pick<Change, 'reservation' | 'changed'>,
  more: Readonly<Record<string, unknown>> = {},
): EventDraft {
  return {
    type: `reservation.${what}`,
    area: reservation.area,
    subject: `reservation:${reservation.id}`,
    referralId: referral.id,
    institutionIds: concernedBy(referral),
    data: {
      reservationId: reservation.id,
      version: reservation.version,
      state: stateOf(reservation),
      places: changed.map(factOf),
      expiresAt: reservation.expiresAt === null ? null : formatInstant(reservation.expiresAt),
      referralNo: referral.referralNo,
      referralStatus: referral.status,
      ...more,
    },
  };
}
