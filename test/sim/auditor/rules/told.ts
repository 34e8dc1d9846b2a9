import { dataOf, type Step } from '../step.js';

interface Fact {
  readonly item: number;
  readonly startsAt: string;
  readonly state: string;
}

interface Told {
  readonly reservationId: string;
  readonly places: readonly Fact[];
}

/** The log is the truth: what became of every place is told, and nothing is told that did not happen. */
export function* everythingIsTold({ before, after, events }: Step): Iterable<string> {
  if (after === before) return;
  const last = new Map<string, string>();
  const named = new Set<string>();
  for (const event of events) {
    const data = dataOf(event);
    for (const { reservationId, places } of toldIn(data)) {
      named.add(reservationId);
      for (const { item, startsAt, state } of places) last.set(`${reservationId} ${item} ${Date.parse(startsAt)}`, state);
    }
    for (const id of namedIn(data)) named.add(id);
  }
  for (const [key, place] of after.places) {
    const was = before.places.get(key);
    const told = last.get(key);
    if (told !== undefined && told !== place.state) yield `place ${key} is ${place.state}, the log says ${told}`;
    if (was && was.state !== place.state && told === undefined) yield `place ${key} was ${was.state}, is ${place.state}, and the log says nothing of it`;
    if (!was && told === undefined && !named.has(place.reservationId)) yield `place ${key} has come and the log says nothing of it`;
  }
  for (const [id, reservation] of after.reservations) {
    const was = before.reservations.get(id);
    if (was?.version !== reservation.version && !named.has(id)) yield `reservation ${id} has changed and the log says nothing of it`;
  }
}

function toldIn(data: Readonly<Record<string, unknown>>): Told[] {
  const own = 'reservationId' in data ? [data as unknown as Told] : [];
  const parts = ['released', 'fulfilled', 'booked', 'restored'].flatMap((name) => (Array.isArray(data[name]) ? (data[name] as Told[]) : []));
  return [...own, ...parts];
}

/** Reservations that came with a referral are named, their places are in the tables. */
function namedIn(data: Readonly<Record<string, unknown>>): string[] {
  const one = (data['reservation'] as { id: string } | null | undefined)?.id;
  return [...(one === undefined ? [] : [one]), ...((data['reservationIds'] as string[] | undefined) ?? [])];
}
