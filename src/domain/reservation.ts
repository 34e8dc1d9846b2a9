import { formatInstant, type Instant } from '../kernel/calendar.js';
import type { PlaceState, PoolKind } from '../contract/vocabulary.js';

/** One place in one session. A bed of five nights is one item of five places. */
export interface Place {
  /** Number of the item within the reservation, from 1. A number is never used again. */
  readonly item: number;
  readonly poolId: string;
  readonly institutionId: string;
  readonly kind: PoolKind;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** null: an open place. */
  readonly allotmentId: string | null;
  readonly state: PlaceState;
  /**
   * What becomes of the place if the arrival that used it turns out to be a mistake: booked again, or given back where
   * it was only held. null: that arrival has nothing to do with it. Nobody outside is told.
   */
  readonly ifRevoked: 'confirmed' | 'released' | null;
}

/** 预约占位. Its state is derived from its places. */
export interface Reservation {
  readonly id: string;
  readonly area: string;
  readonly code: string;
  readonly referralId: string;
  readonly version: number;
  readonly createdAt: Instant;
  readonly ttlSeconds: number;
  /** The hold ends at this instant; null once nothing is held. */
  readonly expiresAt: Instant | null;
  readonly extended: boolean;
  /** When the next night of a bed in use is to be looked at; null: nobody lies in one. Nobody outside is told. */
  readonly nextNightAt: Instant | null;
  readonly places: readonly Place[];
}

/** Several places that are asked for, given or taken together. */
export interface Item {
  readonly item: number;
  readonly poolId: string;
  readonly institutionId: string;
  readonly kind: PoolKind;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly state: PlaceState;
  /** In order of time; a bed has one for each night. */
  readonly places: readonly Place[];
}

/** Seconds that a hold lasts where the request does not say (practice, not policy: 10 minutes, for a bed 2 hours). */
export function defaultTtlSeconds(kinds: readonly PoolKind[]): number {
  return kinds.includes('bed') ? 7_200 : 600;
}

/** A live place counts against its session. */
export function isLive(place: Place): boolean {
  return place.state === 'held' || place.state === 'confirmed' || place.state === 'fulfilled';
}

/** True from the instant at which the hold ends, whether or not anybody has noticed. */
export function isOverdue(reservation: Reservation, now: Instant): boolean {
  return reservation.expiresAt !== null && reservation.expiresAt <= now;
}

// What is still to come decides: a bed whose first night is fulfilled is occupied, though later nights
// are only confirmed; a reservation with one fulfilled item still has a confirmed one to come.
const ITEM_STATES: readonly PlaceState[] = ['held', 'fulfilled', 'confirmed', 'no-show', 'expired', 'released'];
const RESERVATION_STATES: readonly PlaceState[] = ['held', 'confirmed', 'fulfilled', 'no-show', 'expired', 'released'];

function firstOf(order: readonly PlaceState[], states: readonly PlaceState[]): PlaceState {
  return order.find((state) => states.includes(state)) ?? 'released';
}

/** Its items in order of their number, each with the state that follows from its places. */
export function itemsOf(reservation: Reservation): Item[] {
  const byItem = new Map<number, Place[]>();
  for (const place of [...reservation.places].sort((a, b) => a.item - b.item || a.startsAt - b.startsAt)) {
    const places = byItem.get(place.item);
    if (places) places.push(place);
    else byItem.set(place.item, [place]);
  }
  return [...byItem].map(([item, places]) => {
    const first = places[0] as Place;
    const last = places[places.length - 1] as Place;
    const { poolId, institutionId, kind, startsAt } = first;
    return { item, poolId, institutionId, kind, startsAt, endsAt: last.endsAt, state: firstOf(ITEM_STATES, places.map((p) => p.state)), places };
  });
}

/** The state of the whole, derived from its items. */
export function stateOf(reservation: Reservation): PlaceState {
  return firstOf(RESERVATION_STATES, itemsOf(reservation).map((item) => item.state));
}

/** What a reader sees at `now`: a hold that has run out is expired, though nobody has written it down. */
export function seenAt(reservation: Reservation, now: Instant): Reservation {
  if (!isOverdue(reservation, now)) return reservation;
  const places = reservation.places.map((place) => (place.state === 'held' ? { ...place, state: 'expired' as const } : place));
  return { ...reservation, places, expiresAt: null };
}

/** The confirmed places of several reservations: how many, and when the last of them ends. */
export function bookingIn(reservations: readonly Reservation[]): { confirmed: number; until: Instant } | null {
  let confirmed = 0;
  let until = 0;
  for (const { places } of reservations) {
    for (const place of places) {
      if (place.state !== 'confirmed') continue;
      confirmed += 1;
      until = Math.max(until, place.endsAt);
    }
  }
  return confirmed === 0 ? null : { confirmed, until };
}

/** A place as an event tells of it. */
export interface PlaceFact {
  readonly item: number;
  readonly poolId: string;
  readonly startsAt: string;
  readonly allotmentId: string | null;
  readonly state: PlaceState;
}

export function factOf(place: Place): PlaceFact {
  return { item: place.item, poolId: place.poolId, startsAt: formatInstant(place.startsAt), allotmentId: place.allotmentId, state: place.state };
}
