import { assert } from '../../kernel/assert.js';
import { SECOND, type Instant } from '../../kernel/calendar.js';
import { field, invalid, isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import type { ReserveRequest } from '../../contract/reservation.js';
import type { PlaceState } from '../../contract/vocabulary.js';
import { keyOf } from '../../domain/capacity.js';
import type { Party } from '../../domain/party.js';
import type { Referral } from '../../domain/referral.js';
import { defaultTtlSeconds, factOf, isLive, seenAt, type PlaceFact, type Reservation } from '../../domain/reservation.js';
import { arrive, end, free, refusePlanning, unfulfil as undo, type Change } from '../../domain/reservation-machine.js';
import { readWishes } from '../../domain/reservation-request.js';
import type { Unit } from '../ports.js';
import { reservationsOf } from './booking.js';
import { LockedSessions } from './sessions.js';
import { takePlaces } from './take.js';

/**
 * The places of one referral: taken, used and given up within the unit of whoever decides about the
 * referral. Nothing here saves the referral or appends an event: the caller's own event tells of it.
 */

/** What became of some places of one reservation, ready to stand in an event. */
export interface ReleasedPlaces {
  readonly reservationId: string;
  readonly places: readonly PlaceFact[];
}

/**
 * Takes places and inserts the reservation: all or none. The caller adds its id to the referral.
 *
 * @param referral as it will be: its level, consortium and urgency decide which allotments it meets
 * @param pointer where the list of items stands in the caller's body
 * Refused: `wrong_party`, `invalid_transition`, `session_full` (with alternatives), `session_closed`,
 * `session_over`, `session_not_open`, `already_reserved`, `invalid_content`.
 */
export async function reserveFor(
  unit: Unit,
  referral: Referral,
  request: ReserveRequest,
  by: Party,
  pointer = '/items',
): Promise<{ reservation: Reservation; confirmed: boolean } | Refusal> {
  assert(by === 'sender' || by === 'receiver', 'places are taken by one of the two sides');
  const confirmed = request.confirm === true;
  const read = readWishes(request.items, referral, (id) => unit.pool(id), pointer, 1);
  if (confirmed && by === 'sender' && read.wishes.some((wish) => wish.pool.booking === 'arranged')) return refuse('wrong_party');
  const refusal = refusePlanning(referral.status, confirmed);
  if (refusal) return refusal;

  const ttlSeconds = request.ttlSeconds ?? defaultTtlSeconds(read.wishes.map((wish) => wish.pool.kind));
  const heldUntil = confirmed ? null : unit.now + ttlSeconds * SECOND;
  const state: PlaceState = confirmed ? 'confirmed' : 'held';
  const taken = await takePlaces(unit, referral, read, { stateOf: () => state, heldUntil, occupied: await occupiedBy(unit, referral), givenUp: [] });
  if (isRefusal(taken)) return taken;

  const { area } = taken.pool;
  const reservation: Reservation = {
    id: unit.ids.next(area),
    area,
    code: unit.ids.code(8),
    referralId: referral.id,
    version: 1,
    createdAt: unit.now,
    ttlSeconds,
    expiresAt: heldUntil,
    extended: false,
    nextNightAt: null,
    places: taken.places,
  };
  await unit.insertReservation(reservation);
  return { reservation, confirmed };
}

/** The sessions in which a referral has a live place, by {@link keyOf}. */
export async function occupiedBy(unit: Unit, referral: Referral): Promise<Set<string>> {
  const occupied = new Set<string>();
  for (const reservation of await reservationsOf(unit, referral)) {
    for (const place of seenAt(reservation, unit.now).places) if (isLive(place)) occupied.add(keyOf(place));
  }
  return occupied;
}

/** Gives up the places of a referral that are in one of these states, in all its reservations. */
export async function freePlaces(unit: Unit, referral: Referral, states: readonly PlaceState[]): Promise<readonly ReleasedPlaces[]> {
  const changes = await changeAll(unit, referral, (reservation) => free(reservation, unit.now, (place) => states.includes(place.state)));
  return changes.map(toldOf);
}

/** Gives up what a referral that has ended needs no more: held and booked places, and the nights to come of a bed in use. */
export async function endPlaces(unit: Unit, referral: Referral): Promise<readonly ReleasedPlaces[]> {
  return (await changeAll(unit, referral, (reservation) => end(reservation, unit.now))).map(toldOf);
}

/**
 * The patient has arrived. Planned places on the local date of the arrival, or in a session under way,
 * are fulfilled, held ones too; other holds are given up; later confirmed places stay. The later nights
 * of a bed that was only held are booked with the first.
 *
 * @param reservationId the reservation that the patient came for; null: any of the referral
 */
export async function fulfilOnArrival(
  unit: Unit,
  referral: Referral,
  { reservationId, at }: { reservationId: string | null; at: Instant },
): Promise<Readonly<Record<'fulfilled' | 'booked' | 'released', readonly ReleasedPlaces[]>> | Refusal> {
  if (reservationId !== null && !referral.course.reservationIds.includes(reservationId)) {
    return invalid(field('/reservationId', '该预约不属于此转诊', 'The reservation is not one of this referral'));
  }
  const changes = await changeAll(unit, referral, (reservation) =>
    arrive(reservation, at, unit.now, reservationId === null || reservation.id === reservationId),
  );
  const only = (...states: PlaceState[]) =>
    changes
      .map((change) => toldOf({ ...change, changed: change.changed.filter((place) => states.includes(place.state)) }))
      .filter((told) => told.places.length > 0);
  return { fulfilled: only('fulfilled'), booked: only('confirmed'), released: only('released', 'expired') };
}

/** A mistaken arrival: what it used is booked again, or given back where it was only held. */
export async function unfulfil(unit: Unit, referral: Referral): Promise<readonly ReleasedPlaces[]> {
  return (await changeAll(unit, referral, undo)).map(toldOf);
}

/** The same decision for every reservation of a referral: locks, saves, and gives the freed places back. */
export async function changeAll(unit: Unit, referral: Referral, decide: (reservation: Reservation) => Change): Promise<Change[]> {
  const changes: Change[] = [];
  for (const id of [...referral.course.reservationIds].sort()) {
    const before = await unit.lockReservation(id);
    if (!before) continue;
    const change = decide(before);
    if (change.reservation === before) continue;
    await unit.saveReservation(before, change.reservation);
    // What a reservation waits for is nobody's to be told.
    if (change.changed.length > 0) changes.push(change);
  }
  const freed = changes.flatMap((change) => change.freed);
  if (freed.length > 0) {
    const sessions = await LockedSessions.lock(unit, freed);
    sessions.giveBack(freed);
    await sessions.save();
  }
  return changes;
}

function toldOf({ reservation, changed }: Change): ReleasedPlaces {
  return { reservationId: reservation.id, places: changed.map(factOf) };
}
