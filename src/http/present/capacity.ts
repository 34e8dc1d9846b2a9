import type { Static } from 'typebox';
import { formatInstant, type Instant } from '../../kernel/calendar.js';
import type * as wire from '../../contract/capacity.js';
import type { Reservation as ReservationShape } from '../../contract/reservation.js';
import type { FreePlaces } from '../../domain/capacity.js';
import { itemsOf, stateOf, type Reservation } from '../../domain/reservation.js';
import type { SessionOutcome } from '../../usecase/capacity/put-sessions.js';
import type { WorklistEntry } from '../../usecase/capacity/worklist.js';
import type { Wire } from '../declaration.js';
import { instantOrNull } from './referral.js';

export function availabilityView(asOf: Instant, data: readonly FreePlaces[]): Wire<Static<typeof wire.Availability>> {
  return {
    asOf: formatInstant(asOf),
    data: data.map((places) => ({
      ...places,
      startsAt: formatInstant(places.startsAt),
      endsAt: formatInstant(places.endsAt),
      asOf: formatInstant(places.asOf),
    })),
  };
}

export function sessionResults(outcomes: readonly SessionOutcome[]): Wire<Static<typeof wire.SessionsResult>> {
  return { data: outcomes.map((outcome) => ({ ...outcome, startsAt: formatInstant(outcome.startsAt) })) };
}

export function worklistEntry(entry: WorklistEntry) {
  return { ...entry, startsAt: instantOrNull(entry.startsAt), since: formatInstant(entry.since) };
}

/** The reservation with its items; a bed of several nights is one item and says what became of each: one that was stopped is missing among the others. */
export function reservationView(reservation: Reservation, now: Instant): Wire<Static<typeof ReservationShape>> {
  return {
    id: reservation.id,
    code: reservation.code,
    referralId: reservation.referralId,
    state: stateOf(reservation),
    version: reservation.version,
    items: itemsOf(reservation).map(({ item, poolId, institutionId, kind, startsAt, endsAt, state, places }) => ({
      item,
      poolId,
      institutionId,
      kind,
      startsAt: formatInstant(startsAt),
      endsAt: formatInstant(endsAt),
      ...(kind === 'bed' && { nights: places.length, bedNights: places.map((night) => ({ startsAt: formatInstant(night.startsAt), state: night.state })) }),
      state,
      allotmentIds: places.map((place) => place.allotmentId),
    })),
    createdAt: formatInstant(reservation.createdAt),
    expiresAt: instantOrNull(reservation.expiresAt),
    extended: reservation.extended,
    asOf: formatInstant(now),
  };
}
