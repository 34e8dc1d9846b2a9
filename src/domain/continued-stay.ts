import { DAY, HOUR, type Instant } from '../kernel/calendar.js';
import { isLive, type Place, type Reservation } from './reservation.js';

/**
 * 续住: the nights of a bed are an estimate. Who lies in it keeps it until the discharge, the later nights being taken
 * one by one, as each is about to begin.
 */

/**
 * How long before it begins a further night is taken (practice, not policy): the round of the morning has decided by
 * then who goes home, and nobody is promised for noon a bed in which somebody lies.
 */
export const TAKEN_BEFORE = HOUR;

/** The last night that was used; null where no bed is, or where the patient was not there in the last night that began. */
export function lastNight({ places }: Pick<Reservation, 'places'>): Place | null {
  let last: Place | null = null;
  for (const place of places) {
    if (place.kind !== 'bed' || (place.state !== 'fulfilled' && place.state !== 'no-show')) continue;
    if (last === null || place.startsAt > last.startsAt || (place.startsAt === last.startsAt && place.state === 'fulfilled')) last = place;
  }
  return last?.state === 'fulfilled' ? last : null;
}

/** When the night after the last that was used is to be looked at: as it begins where it is booked, before where it has to be taken. */
export function nextNightAt(reservation: Pick<Reservation, 'places'>): Instant | null {
  const last = lastNight(reservation);
  return last && dueFor(reservation, last.startsAt + DAY);
}

function dueFor({ places }: Pick<Reservation, 'places'>, startsAt: Instant): Instant {
  return places.some((place) => isBooked(place, startsAt)) ? startsAt : startsAt - TAKEN_BEFORE;
}

function isBooked(place: Place, startsAt: Instant): boolean {
  return place.kind === 'bed' && place.state === 'confirmed' && place.startsAt === startsAt;
}

/** The night that a reservation waits for. */
export interface NightDue {
  readonly poolId: string;
  readonly startsAt: Instant;
  /** The night before, or the last one that could be had. */
  readonly last: Place;
  /** Booked long since: it is only used now. */
  readonly booked: Place | null;
}

/** The night that is due at `now`; null: none is. */
export function nightDue(reservation: Reservation, now: Instant): NightDue | null {
  const last = lastNight(reservation);
  const { nextNightAt: dueAt } = reservation;
  if (last === null || dueAt === null || dueAt > now) return null;
  const startsAt = last.startsAt + Math.ceil((dueAt - last.startsAt) / DAY) * DAY;
  return { poolId: last.poolId, startsAt, last, booked: reservation.places.find((place) => isBooked(place, startsAt)) ?? null };
}

/** The night as a place that is used: the booked one, or one more of the same bed. Open, for it uses up nobody's allotment. */
export function nightTaken(reservation: Reservation, { last, booked, startsAt }: NightDue): Place {
  if (booked) return { ...booked, state: 'fulfilled', ifRevoked: booked.ifRevoked ?? 'confirmed' };
  // An item has one place for each night: where that one was given up before, the bed goes on under a number of its own.
  const isSpent = reservation.places.some((place) => place.item === last.item && place.startsAt === startsAt);
  const item = isSpent ? Math.max(...reservation.places.map((place) => place.item)) + 1 : last.item;
  return { ...last, item, startsAt, endsAt: startsAt + DAY, allotmentId: null, state: 'fulfilled', ifRevoked: 'released' };
}

/** The reservation one version later with that night, waiting for the next. */
export function withNight(reservation: Reservation, night: Place): Reservation {
  const others = reservation.places.filter((place) => place.item !== night.item || place.startsAt !== night.startsAt);
  const places = [...others, night].sort((a, b) => a.item - b.item || a.startsAt - b.startsAt);
  return { ...reservation, places, nextNightAt: nextNightAt({ places }), version: reservation.version + 1 };
}

/** The night could not be had: it is looked for again with the next. */
export function nightPassed(reservation: Reservation, { startsAt }: NightDue): Reservation {
  return { ...reservation, nextNightAt: dueFor(reservation, startsAt + DAY) };
}

/**
 * What the other reservations of the same referral make of the night: the patient lies in one bed. `moved`: in another
 * by now; `booked`: another has that night; null: nothing.
 */
export function bedElsewhere(reservation: Reservation, night: NightDue, others: readonly Reservation[]): 'moved' | 'booked' | null {
  for (const other of others) {
    const startsAt = lastNight(other)?.startsAt ?? 0;
    if (startsAt > night.last.startsAt || (startsAt === night.last.startsAt && other.id > reservation.id)) return 'moved';
  }
  const isThatNight = (place: Place) => place.kind === 'bed' && place.startsAt === night.startsAt && isLive(place);
  return others.some(({ places }) => places.some(isThatNight)) ? 'booked' : null;
}
