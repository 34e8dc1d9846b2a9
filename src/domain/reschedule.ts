import { field, invalid, isRefusal, type FieldError, type Refusal } from '../kernel/problem.js';
import type { RescheduleInput } from '../contract/reservation.js';
import type { PlaceState } from '../contract/vocabulary.js';
import { isLive, type Place, type Reservation } from './reservation.js';
import { plannedPlaces, refusePlanning, refuseVersion, type Change, type Circumstances } from './reservation-machine.js';
import type { Wish } from './reservation-request.js';

/** Moving a reservation: some items, or all of them, give way to others in one step. */

/** Items that one reservation may have in its life. */
const MOST_ITEMS = 1_000;

export interface Rescheduling {
  /** The places that give way. */
  readonly givenUp: readonly Place[];
  /** Number of the first new item: a number is never used again. */
  readonly firstItem: number;
  /** New places take over the state of what they replace. */
  readonly stateOf: (wish: Wish) => PlaceState;
}

/**
 * What a request to reschedule replaces. Each entry names the item that it replaces, or none does: then
 * the list replaces every planned item.
 *
 * Refused: `version_mismatch`, `invalid_transition`, `hold_expired`, `invalid_content`.
 */
export function planRescheduling(reservation: Reservation, entries: RescheduleInput['items'], at: Circumstances): Rescheduling | Refusal {
  const refusal = refuseVersion(reservation, at.ifMatch) ?? refusePlanning(at.referralStatus, false);
  if (refusal) return refusal;
  const firstItem = Math.max(...reservation.places.map((p) => p.item)) + 1;
  const errors = entryErrors(entries, firstItem);
  if (errors.length > 0) return invalid(...errors);

  const numbers = entries.flatMap((entry) => entry.item ?? []);
  const givenUp = plannedPlaces(reservation, numbers.length > 0 ? numbers : undefined, { ...at, ifMatch: null }, (i) => `/items/${i}/item`);
  if (isRefusal(givenUp)) return givenUp;
  const stateOf = (wish: Wish): PlaceState => {
    const replaced = entries[wish.item - firstItem]?.item;
    const places = replaced === undefined ? givenUp : givenUp.filter((p) => p.item === replaced);
    return places.some((p) => p.state === 'held') ? 'held' : 'confirmed';
  };
  return { givenUp, firstItem, stateOf };
}

function entryErrors(entries: RescheduleInput['items'], firstItem: number): FieldError[] {
  const errors: FieldError[] = [];
  const named = entries.some((entry) => entry.item !== undefined);
  const seen = new Set<number>();
  for (const [i, { item }] of entries.entries()) {
    if (item === undefined) {
      if (named) errors.push(field(`/items/${i}/item`, '须逐项指明所替换的项目，或全部不填', 'Either every entry names the item it replaces, or none does'));
      continue;
    }
    if (seen.has(item)) errors.push(field(`/items/${i}/item`, `第 ${item} 项被替换两次`, `Item ${item} is replaced twice`));
    seen.add(item);
  }
  if (firstItem + entries.length - 1 > MOST_ITEMS) {
    errors.push(field('/items', '该预约改期次数过多，请释放后重新预约', 'This reservation was moved too often: release it and reserve anew'));
  }
  return errors;
}

/** The reservation with its new places beside the old, which are released. */
export function reschedule(reservation: Reservation, givenUp: readonly Place[], granted: readonly Place[]): Change {
  const kept = reservation.places.map((place) => (givenUp.includes(place) ? { ...place, state: 'released' as const } : place));
  const places = [...kept, ...granted];
  const expiresAt = places.some((p) => p.state === 'held') ? reservation.expiresAt : null;
  return {
    reservation: { ...reservation, places, expiresAt, version: reservation.version + 1 },
    freed: givenUp.filter(isLive),
    changed: [...givenUp.map((place) => ({ ...place, state: 'released' as const })), ...granted],
  };
}
