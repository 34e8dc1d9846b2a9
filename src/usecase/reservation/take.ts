import { formatInstant, localDateOf, type Instant } from '../../kernel/calendar.js';
import { invalid, refuse, type Refusal } from '../../kernel/problem.js';
import type { PlaceState } from '../../contract/vocabulary.js';
import { askerOf } from '../../domain/allotment.js';
import { keyOf, type Pool } from '../../domain/capacity.js';
import type { Referral } from '../../domain/referral.js';
import type { Place } from '../../domain/reservation.js';
import { grant, sessionsOf, type Conflict, type Wish, type WishesRead } from '../../domain/reservation-request.js';
import type { SessionKey, Unit } from '../ports.js';
import { alternativesTo } from './alternatives.js';
import { LockedSessions } from './sessions.js';

export interface Taking {
  readonly stateOf: (wish: Wish) => PlaceState;
  readonly heldUntil: Instant | null;
  /** Sessions in which the referral has a live place that it keeps, by {@link keyOf}. */
  readonly occupied: ReadonlySet<string>;
  /** Places that the same request gives up; their sessions get them back here. */
  readonly givenUp: readonly Place[];
}

/**
 * Locks the sessions that are wished for, draws every place and saves the sessions: all or none. The
 * reservation is the caller's to write.
 */
export async function takePlaces(
  unit: Unit,
  referral: Referral,
  { wishes, errors }: WishesRead,
  { stateOf, heldUntil, occupied, givenUp }: Taking,
): Promise<{ places: readonly Place[]; pool: Pool } | Refusal> {
  const first = wishes[0];
  if (!first) return invalid(...errors);
  const wanted: SessionKey[] = [];
  for (const wish of wishes) wanted.push(...sessionsOf(wish));
  const sessions = await LockedSessions.lockCurrent(unit, [...wanted, ...givenUp]);
  const wantedKeys = new Set(wanted.map(keyOf));
  sessions.giveBack(givenUp.filter((place) => !wantedKeys.has(keyOf(place))));

  const granted = grant(wishes, sessions.all, {
    asker: askerOf(referral, unit.network, first.pool.institutionId, localDateOf(unit.now)),
    now: unit.now,
    stateOf,
    heldUntil,
    occupied,
    givenUp: new Map(givenUp.map((place) => [keyOf(place), place])),
  });
  if (granted.conflicts.length > 0) return refuseConflicts(unit, referral, granted.conflicts);
  if (errors.length + granted.errors.length > 0) return invalid(...errors, ...granted.errors);
  sessions.become(granted.sessions);
  await sessions.save();
  return { places: granted.places, pool: first.pool };
}

/** What cannot be had, each session with its reason, and what could be had instead. */
async function refuseConflicts(unit: Unit, referral: Referral, conflicts: readonly Conflict[]): Promise<Refusal> {
  const [first] = conflicts as [Conflict];
  const full = conflicts.find((conflict) => conflict.code === 'session_full');
  return refuse(first.code, {
    conflicts: conflicts.map(({ wish, poolId, startsAt, code }) => ({ pointer: wish.pointer, poolId, startsAt: formatInstant(startsAt), code })),
    ...(full ? { alternatives: await alternativesTo(unit, referral, full.wish), asOf: unit.now } : {}),
  });
}
