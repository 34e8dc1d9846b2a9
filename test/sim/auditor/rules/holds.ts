import type { Step } from '../step.js';

/** What may become of a place in one step, over any number of moves. */
const BECOMES: Readonly<Record<string, readonly string[]>> = {
  held: ['held', 'confirmed', 'fulfilled', 'no-show', 'released', 'expired'],
  confirmed: ['confirmed', 'fulfilled', 'no-show', 'released'],
  fulfilled: ['confirmed', 'fulfilled', 'no-show', 'released'],
  'no-show': ['no-show'],
  released: ['released'],
  expired: ['expired'],
};

/** Every hold ends once: in time, at its time, or by the clock at no other; and what has ended never begins again. */
export function* holdsEndOnce({ before, after, now }: Step): Iterable<string> {
  if (after === before) return;
  for (const [key, was] of before.places) {
    const is = after.places.get(key);
    if (!is) {
      yield `place ${key} has vanished`;
      continue;
    }
    if (was.state === is.state) continue;
    if (!BECOMES[was.state]?.includes(is.state)) yield `place ${key} was ${was.state} and is ${is.state}`;
    if (was.state !== 'held') continue;
    const expiresAt = before.reservations.get(was.reservationId)?.expiresAt ?? Infinity;
    if (is.state === 'expired' && now < expiresAt) yield `place ${key} has expired ${expiresAt - now} ms before its time`;
    if (is.state !== 'expired' && now >= expiresAt) yield `place ${key} is ${is.state} ${now - expiresAt} ms after its hold had run out`;
  }
  for (const reservation of after.reservations.values()) {
    const places = after.placesOf.get(reservation.id) ?? [];
    const held = places.some((place) => place.state === 'held');
    if (held !== (reservation.expiresAt !== null)) yield `reservation ${reservation.id} ${held ? 'holds places without end' : 'has an end and holds nothing'}`;
    const was = before.reservations.get(reservation.id);
    const long = reservation.ttlSeconds * 1_000;
    const due = was?.expiresAt ?? reservation.createdAt + (reservation.extended ? 2 : 1) * long;
    const moved = reservation.expiresAt !== null && reservation.expiresAt !== due;
    if (moved && !(was?.extended === false && reservation.extended && reservation.expiresAt === due + long)) {
      yield `reservation ${reservation.id} ends at ${reservation.expiresAt}, not at ${due}`;
    }
  }
}
