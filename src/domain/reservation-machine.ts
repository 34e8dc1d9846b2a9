import { localDateOf, SECOND, type Instant } from '../kernel/calendar.js';
import { field, invalid, isRefusal, refuse, type ProblemCode, type Refusal } from '../kernel/problem.js';
import type { PlaceState, ReferralStatus } from '../contract/vocabulary.js';
import { nextNightAt } from './continued-stay.js';
import { isLive, isOverdue, itemsOf, stateOf, type Place, type Reservation } from './reservation.js';

/** The life of a reservation: what may become of its places, by whom and when. */

/** Who may take, confirm or move places, and until when: the statuses in which a referral still plans. */
const PLANNING: readonly ReferralStatus[] = ['draft', 'submitted', 'accepted', 'scheduled'];
/** Statuses in which places can be used. */
const SERVING: readonly ReferralStatus[] = ['accepted', 'scheduled', 'arrived', 'in-care'];

export interface Circumstances {
  readonly now: Instant;
  readonly by: 'sender' | 'receiver';
  readonly referralStatus: ReferralStatus;
  /** The version that the caller knows; null: any. */
  readonly ifMatch: number | null;
}

/** What became of a reservation, and of which places. */
export interface Change {
  readonly reservation: Reservation;
  /** Live places before that count no more. */
  readonly freed: readonly Place[];
  /** The places that changed, as they are now. */
  readonly changed: readonly Place[];
}

export function refuseVersion(reservation: Reservation, ifMatch: number | null): Refusal | undefined {
  if (ifMatch === null || ifMatch === reservation.version) return undefined;
  return refuse('version_mismatch', { currentStatus: stateOf(reservation) });
}

/** Places are planned while the referral is a draft or on its way; a draft is not booked. */
export function refusePlanning(referralStatus: ReferralStatus, booking: boolean): Refusal | undefined {
  const may = PLANNING.includes(referralStatus) && !(booking && referralStatus === 'draft');
  return may ? undefined : refuse('invalid_transition', { currentStatus: referralStatus });
}

function notNow(reservation: Reservation): Refusal {
  return refuse('invalid_transition', { currentStatus: stateOf(reservation) });
}

/** A hold that has run out, noticed or not. */
function hasExpired(reservation: Reservation, now: Instant): boolean {
  return isOverdue(reservation, now) || stateOf(reservation) === 'expired';
}

/**
 * The reservation one version later with each place in its next state; the very record where none changes.
 *
 * @param undo what a place that changes becomes if the arrival is revoked; absent: as before
 */
function move(
  reservation: Reservation,
  next: (place: Place) => PlaceState,
  undo: (place: Place) => Place['ifRevoked'] = ({ ifRevoked }) => ifRevoked,
): Change {
  const freed: Place[] = [];
  const changed: Place[] = [];
  const places = reservation.places.map((place) => {
    const state = next(place);
    if (state === place.state) return place;
    const moved = { ...place, state, ifRevoked: undo(place) };
    changed.push(moved);
    if (isLive(place) && !isLive(moved)) freed.push(place);
    return moved;
  });
  if (changed.length === 0) return { reservation, freed, changed };
  const expiresAt = places.some((p) => p.state === 'held') ? reservation.expiresAt : null;
  return { reservation: { ...reservation, places, expiresAt, nextNightAt: nextNightAt({ places }), version: reservation.version + 1 }, freed, changed };
}

/** The change, after which the reservation waits for the night that follows the last used, or for none from `until` on. */
function waiting(change: Change, until = Infinity): Change {
  const next = nextNightAt(change.reservation);
  const dueAt = next !== null && next < until ? next : null;
  return dueAt === change.reservation.nextNightAt ? change : { ...change, reservation: { ...change.reservation, nextNightAt: dueAt } };
}

/** Somebody lies in the bed still: its nights go on. Of no version of its own, since nobody sees it. */
export function goOn(reservation: Reservation): Change {
  return waiting({ reservation, freed: [], changed: [] });
}

function moveAll(reservation: Reservation, places: readonly Place[], state: PlaceState): Change {
  return move(reservation, (place) => (places.includes(place) ? state : place.state));
}

/**
 * All that is held is booked. On an `arranged` pool only the receiver does it.
 * Refused: `wrong_party`, `version_mismatch`, `invalid_transition`, `session_over`, `hold_expired`.
 */
export function confirmHeld(reservation: Reservation, at: Circumstances, isArranged: (poolId: string) => boolean): Change | Refusal {
  const held = reservation.places.filter((p) => p.state === 'held');
  if (at.by === 'sender' && held.some((p) => isArranged(p.poolId))) return refuse('wrong_party');
  const refusal = refuseVersion(reservation, at.ifMatch) ?? refusePlanning(at.referralStatus, true);
  if (refusal) return refusal;
  if (hasExpired(reservation, at.now)) return refuse('hold_expired');
  if (held.length === 0) return notNow(reservation);
  if (held.some((p) => p.endsAt <= at.now)) return refuse('session_over');
  return moveAll(reservation, held, 'confirmed');
}

/**
 * The hold lasts once more as long as it was made for.
 * Refused: `version_mismatch`, `invalid_transition`, `hold_expired`, `already_extended`.
 */
export function extendHold(reservation: Reservation, at: Circumstances): Change | Refusal {
  const refusal = refuseVersion(reservation, at.ifMatch) ?? refusePlanning(at.referralStatus, false);
  if (refusal) return refusal;
  if (hasExpired(reservation, at.now)) return refuse('hold_expired');
  if (reservation.expiresAt === null) return notNow(reservation);
  if (reservation.extended) return refuse('already_extended');
  const expiresAt = reservation.expiresAt + reservation.ttlSeconds * SECOND;
  const changed = reservation.places.filter((p) => p.state === 'held');
  return { reservation: { ...reservation, expiresAt, extended: true, version: reservation.version + 1 }, freed: [], changed };
}

/**
 * The places of some items, or of all, that are in these states.
 *
 * @param numbers of items; undefined: all
 * @param otherwise what an item that has none of them is refused with
 * @param pointerOf where the number at an index stands in the body
 */
export function placesIn(
  reservation: Reservation,
  numbers: readonly number[] | undefined,
  wanted: (place: Place) => boolean,
  otherwise: ProblemCode,
  pointerOf: (index: number) => string = (index) => `/items/${index}`,
): readonly Place[] | Refusal {
  const items = itemsOf(reservation);
  const unknown = (numbers ?? []).flatMap((number, i) =>
    items.some((item) => item.item === number) ? [] : [field(pointerOf(i), `该预约没有第 ${number} 项`, `The reservation has no item ${number}`)],
  );
  if (unknown.length > 0) return invalid(...unknown);
  if (numbers === undefined) {
    const places = reservation.places.filter(wanted);
    return places.length > 0 ? places : refuse(otherwise, { currentStatus: stateOf(reservation) });
  }
  const places: Place[] = [];
  for (const item of items) {
    if (!numbers.includes(item.item)) continue;
    const some = item.places.filter(wanted);
    if (some.length === 0) return refuse(otherwise, { currentStatus: item.state });
    places.push(...some);
  }
  return places;
}

/** Held or booked, and still its own: what may be given up or moved. */
function isPlanned(reservation: Reservation, now: Instant): (place: Place) => boolean {
  const heldToo = !isOverdue(reservation, now);
  return (place) => place.state === 'confirmed' || (heldToo && place.state === 'held');
}

/** Held or booked places are given up. Refused: `version_mismatch`, `hold_expired`, `invalid_transition`, an unknown item. */
export function release(reservation: Reservation, numbers: readonly number[] | undefined, at: Circumstances): Change | Refusal {
  const planned = plannedPlaces(reservation, numbers, at);
  return isRefusal(planned) ? planned : moveAll(reservation, planned, 'released');
}

/** The places that may be moved or given up, with the same refusals. */
export function plannedPlaces(
  reservation: Reservation,
  numbers: readonly number[] | undefined,
  at: Circumstances,
  pointerOf?: (index: number) => string,
): readonly Place[] | Refusal {
  const refusal = refuseVersion(reservation, at.ifMatch);
  if (refusal) return refusal;
  const otherwise = hasExpired(reservation, at.now) ? 'hold_expired' : 'invalid_transition';
  return placesIn(reservation, numbers, isPlanned(reservation, at.now), otherwise, pointerOf);
}

/**
 * The patient did not come: booked places whose session has begun are free again (a later night may
 * still be used). The receiver's to say.
 */
export function miss(reservation: Reservation, numbers: readonly number[] | undefined, at: Circumstances): Change | Refusal {
  const missed = (place: Place) => place.state === 'confirmed' && place.startsAt <= at.now;
  return byReceiver(reservation, numbers, at, missed, 'no-show');
}

/**
 * A booked place is used from the local date of its beginning on: an examination may be done a little early on its
 * day, a bed be taken before noon. A later night is another day's to say.
 */
function mayBeUsed(place: Place, now: Instant): boolean {
  return place.state === 'confirmed' && (place.startsAt <= now || localDateOf(place.startsAt) === localDateOf(now));
}

/** The patient came: booked places of today and before are used, later ones stay booked. The receiver's to say. */
export function fulfilItems(reservation: Reservation, numbers: readonly number[] | undefined, at: Circumstances): Change | Refusal {
  if (at.by === 'receiver' && !SERVING.includes(at.referralStatus)) {
    return refuseVersion(reservation, at.ifMatch) ?? refuse('invalid_transition', { currentStatus: at.referralStatus });
  }
  return byReceiver(reservation, numbers, at, (place) => mayBeUsed(place, at.now), 'fulfilled');
}

function byReceiver(
  reservation: Reservation,
  numbers: readonly number[] | undefined,
  at: Circumstances,
  wanted: (place: Place) => boolean,
  state: PlaceState,
): Change | Refusal {
  if (at.by !== 'receiver') return refuse('wrong_party');
  const refusal = refuseVersion(reservation, at.ifMatch);
  if (refusal) return refusal;
  const places = placesIn(reservation, numbers, wanted, 'invalid_transition');
  return isRefusal(places) ? places : moveAll(reservation, places, state);
}

/** Holds that have run out are written down as expired, those among `among`. */
export function expire(reservation: Reservation, now: Instant, among: (place: Place) => boolean): Change {
  const overdue = isOverdue(reservation, now);
  return move(reservation, (place) => (overdue && place.state === 'held' && among(place) ? 'expired' : place.state));
}

/**
 * Places are given up because their referral or their session has come to an end. A hold that had run
 * out by then is expired, not released.
 */
export function free(reservation: Reservation, now: Instant, among: (place: Place) => boolean): Change {
  const givenUp = givingUp(reservation, now);
  return move(reservation, (place) => (isLive(place) && among(place) ? givenUp(place) : place.state));
}

function givingUp(reservation: Reservation, now: Instant): (place: Place) => PlaceState {
  const overdue = isOverdue(reservation, now);
  return (place) => (overdue && place.state === 'held' ? 'expired' : 'released');
}

/** The referral has come to its end: what was planned is given up, and the nights to come of a bed that was in use. */
export function end(reservation: Reservation, now: Instant): Change {
  const freed = free(reservation, now, (place) => place.state !== 'fulfilled' || isNightFrom(place, now));
  return waiting(freed, 0);
}

/** A night that begins at an instant or later. */
function isNightFrom(place: Place, at: Instant): boolean {
  return place.kind === 'bed' && place.startsAt >= at;
}

/**
 * The patient has left the ward: every night that begins then or later is free, whether it was held, booked or
 * already counted as used; a booked night of a bed in use that had begun by then was used.
 */
export function discharge(reservation: Reservation, dischargedAt: Instant, now: Instant): Change {
  const inUse = isInUse(reservation);
  const givenUp = givingUp(reservation, now);
  const left = move(reservation, (place) => {
    if (isNightFrom(place, dischargedAt)) return isLive(place) ? givenUp(place) : place.state;
    const wasUsed = inUse && place.kind === 'bed' && place.state === 'confirmed' && place.startsAt <= now;
    return wasUsed ? 'fulfilled' : place.state;
  });
  return waiting(left, dischargedAt);
}

/** True once a night of one of its beds is used. */
function isInUse(reservation: Reservation): boolean {
  return reservation.places.some((place) => place.kind === 'bed' && place.state === 'fulfilled');
}

/**
 * The patient has arrived: planned places on the local date of the arrival, or in a session under way,
 * are fulfilled. Of an item that is used so, what was only held is booked (the later nights of a bed);
 * other holds are given up. Later booked places stay. Each place remembers what it was.
 *
 * @param serves false where the arrival is to another reservation: then only holds are given up
 */
export function arrive(reservation: Reservation, arrivedAt: Instant, now: Instant, serves: boolean): Change {
  const overdue = isOverdue(reservation, now);
  const today = localDateOf(arrivedAt);
  const isPlannedNow = (place: Place) => place.state === 'confirmed' || (place.state === 'held' && !overdue);
  const isUsed = (place: Place) =>
    serves &&
    isPlannedNow(place) &&
    (localDateOf(place.startsAt) === today || (place.startsAt <= arrivedAt && arrivedAt < place.endsAt));
  const usedItems = new Set(reservation.places.filter(isUsed).map((p) => p.item));
  const next = (place: Place): PlaceState => {
    if (isUsed(place)) return 'fulfilled';
    if (place.state !== 'held') return place.state;
    if (overdue) return 'expired';
    return usedItems.has(place.item) && place.startsAt > arrivedAt ? 'confirmed' : 'released';
  };
  return waiting(move(reservation, next, (place) => (place.state === 'held' ? 'released' : 'confirmed')));
}

/** An arrival that was a mistake: what it used is booked again where it was booked, and given back where it was only held. */
export function unfulfil(reservation: Reservation): Change {
  return move(
    reservation,
    (place) => (isLive(place) && place.ifRevoked !== null ? place.ifRevoked : place.state),
    () => null,
  );
}
