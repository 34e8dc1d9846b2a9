import { LIVE, type Book, type PlaceRow, type SessionRow } from '../book.js';
import type { Step } from '../step.js';
import { continued } from './beds.js';

/** A hold that has run out is nobody's place, whether or not anybody has written it down. */
export function hasRunOut(book: Book, place: PlaceRow, now: number): boolean {
  const expiresAt = book.reservations.get(place.reservationId)?.expiresAt ?? null;
  return place.state === 'held' && expiresAt !== null && expiresAt <= now;
}

/** Places of a session that somebody has now. */
export function had(book: Book, session: SessionRow, now: number): PlaceRow[] {
  return (book.placesIn.get(session.key) ?? []).filter((place) => LIVE.includes(place.state) && !hasRunOut(book, place, now));
}

/** `taken` and `drawn` of every session are what its places come to, counted one by one. */
export function* countersEqualPlaces({ after, before, now: _now }: Step): Iterable<string> {
  if (after === before) return;
  for (const session of after.sessions.values()) {
    const live = (after.placesIn.get(session.key) ?? []).filter((place) => LIVE.includes(place.state));
    if (session.taken !== live.length) yield `${session.key}: ${session.taken} are taken, ${live.length} places are live`;
    const ids = new Set([...Object.keys(session.drawn), ...live.flatMap((place) => place.allotmentId ?? [])]);
    for (const id of ids) {
      const drawn = live.filter((place) => place.allotmentId === id).length;
      if ((session.drawn[id] ?? 0) !== drawn) yield `${session.key}: ${session.drawn[id] ?? 0} are drawn from ${id}, ${drawn} places are`;
    }
    const first = Math.min(...live.filter((place) => place.state === 'held').map((place) => after.reservations.get(place.reservationId)?.expiresAt ?? Infinity));
    if (first < (session.earliestExpiry ?? Infinity)) yield `${session.key}: a hold ends before anybody looks for it`;
  }
}

/**
 * The places that were given in a step, by session. A place that only changes its number within its
 * reservation, as when it is moved to where it is, was given before; a night in which somebody lies on was given to
 * nobody, and has a rule of its own.
 */
export function* given(step: Step): Iterable<{ session: SessionRow | undefined; key: string; places: PlaceRow[] }> {
  const { before, after } = step;
  if (after === before) return;
  const lainOn = continued(step);
  for (const [key, places] of after.placesIn) {
    const fresh = places.filter((place) => LIVE.includes(place.state) && !LIVE.includes(before.places.get(place.key)?.state ?? '') && !lainOn.has(place.key));
    if (fresh.length === 0) continue;
    const left = places.filter((place) => !LIVE.includes(place.state) && LIVE.includes(before.places.get(place.key)?.state ?? ''));
    const really = fresh.filter((place) => {
      const handed = left.findIndex((old) => old.reservationId === place.reservationId && old.allotmentId === place.allotmentId);
      if (handed >= 0) left.splice(handed, 1);
      return handed < 0;
    });
    if (really.length > 0) yield { session: after.sessions.get(key), key, places: really };
  }
}

/** No session gives a place that it does not have: what a ward reports later may be less, but then it gives nothing more. */
export function* neverAboveCapacity(step: Step): Iterable<string> {
  const { after, now } = step;
  for (const { session, key, places } of given(step)) {
    if (!session) {
      yield `${key}: a place was given in a session that does not exist`;
      continue;
    }
    const count = had(after, session, now).length;
    const room = session.capacity - session.takenElsewhere;
    if (count > room) yield `${key}: ${places.length} given, now ${count} are had of ${room}`;
    if (session.closed) yield `${key}: a place was given in a closed session`;
    if (session.endsAt <= now) yield `${key}: a place was given in a session that is over`;
  }
  for (const session of after.sessions.values()) {
    if (!session.closed) continue;
    const planned = had(after, session, now).filter((place) => place.state !== 'fulfilled');
    if (planned.length > 0) yield `${session.key}: the clinic is stopped, ${planned.length} still have a place`;
  }
  if (after === step.before) return;
  for (const session of after.sessions.values()) {
    const owners = had(after, session, now).map((place) => after.reservations.get(place.reservationId)?.referralId);
    if (new Set(owners).size !== owners.length) yield `${session.key}: a referral has two places`;
  }
}
