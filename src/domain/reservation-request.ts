import { DAY, parseInstant, type Instant } from '../kernel/calendar.js';
import { field, type FieldError, type ProblemCode } from '../kernel/problem.js';
import type { ItemRequest } from '../contract/reservation.js';
import type { PlaceState } from '../contract/vocabulary.js';
import type { Asker } from './allotment.js';
import { draw, keyOf, withPlace, type Pool, type Session } from './capacity.js';
import type { Referral } from './referral.js';
import type { Place } from './reservation.js';

/** What a request for places asks for, and what the sessions give. */

export interface Wish {
  /** Where it stands in the body: `/items/0`. */
  readonly pointer: string;
  readonly item: number;
  readonly pool: Pool;
  readonly startsAt: Instant;
  /** Sessions in a row: the nights of a bed, else 1. */
  readonly nights: number;
}

export interface WishesRead {
  readonly wishes: readonly Wish[];
  readonly errors: readonly FieldError[];
}

/**
 * Reads the items of a request for a referral. What is wrong gets a pointer: an unknown pool, one of
 * another institution, nights of what is no bed, a ward for the other sex.
 *
 * @param pointer of the list: `/items`, or `/reserve/items` within a new referral
 * @param firstItem number of the first item
 */
export function readWishes(
  items: readonly ItemRequest[],
  referral: Referral,
  poolOf: (id: string) => Pool | undefined,
  pointer: string,
  firstItem: number,
): WishesRead {
  const wishes: Wish[] = [];
  const errors: FieldError[] = [];
  // A draft may have no target yet: then all its places are at one institution, whichever.
  let institutionId = referral.targetInstitutionId;
  for (const [i, { poolId, startsAt: text, nights }] of items.entries()) {
    const at = `${pointer}/${i}`;
    const pool = poolOf(poolId);
    const startsAt = parseInstant(text);
    if (!pool) errors.push(field(`${at}/poolId`, `没有资源池 ${poolId}`, `There is no pool ${poolId}`));
    if (startsAt === undefined) errors.push(field(`${at}/startsAt`, '须为带时区的时间（RFC 3339）', 'An instant with an offset is needed (RFC 3339)'));
    if (!pool || startsAt === undefined) continue;
    institutionId ??= pool.institutionId;
    const wrong = wishErrors(at, pool, nights, referral, institutionId);
    errors.push(...wrong);
    if (wrong.length === 0) wishes.push({ pointer: at, item: firstItem + i, pool, startsAt, nights: nights ?? 1 });
  }
  return { wishes, errors };
}

function wishErrors(at: string, pool: Pool, nights: number | undefined, referral: Referral, institutionId: string): FieldError[] {
  const errors: FieldError[] = [];
  if (pool.institutionId !== institutionId) {
    errors.push(field(`${at}/poolId`, `资源池不属于接收机构 ${institutionId}`, `The pool is not one of the receiver, ${institutionId}`));
  }
  if (nights !== undefined && pool.kind !== 'bed') errors.push(field(`${at}/nights`, '只有床位按夜次预约', 'Only beds are reserved by nights'));
  const sex = referral.content.sex;
  if (pool.sex !== undefined && (sex === '1' || sex === '2') && pool.sex !== sex) {
    errors.push(field(`${at}/poolId`, `该病区仅收${pool.sex === '1' ? '男' : '女'}性患者`, `The ward is for ${pool.sex === '1' ? 'men' : 'women'} only`));
  }
  return errors;
}

/** The sessions of a wish, in order of time: one, or one for each night. */
export function sessionsOf({ pool, startsAt, nights }: Wish): { poolId: string; startsAt: Instant }[] {
  const sessions = [];
  for (let night = 0; night < nights; night += 1) sessions.push({ poolId: pool.id, startsAt: startsAt + night * DAY });
  return sessions;
}

/** A session that cannot be had, and why. */
export interface Conflict {
  readonly wish: Wish;
  readonly poolId: string;
  readonly startsAt: Instant;
  readonly code: ProblemCode;
}

export interface Granted {
  readonly places: readonly Place[];
  /** The sessions with these places taken, by {@link keyOf}. */
  readonly sessions: ReadonlyMap<string, Session>;
  readonly conflicts: readonly Conflict[];
  /** Sessions that do not exist. */
  readonly errors: readonly FieldError[];
}

export interface Terms {
  readonly asker: Asker;
  readonly now: Instant;
  /** The state of the new places of an item, and for a hold its end. */
  readonly stateOf: (wish: Wish) => PlaceState;
  readonly heldUntil: Instant | null;
  /** Sessions in which the referral has a live place already, by {@link keyOf}. */
  readonly occupied: ReadonlySet<string>;
  /** Places that the same request gives up: wanted again they change hands as they are. */
  readonly givenUp: ReadonlyMap<string, Place>;
}

/**
 * Draws every place that is wished for, one after the other. Whoever asks takes all or, where anything
 * is in conflict or does not exist, nothing.
 */
export function grant(wishes: readonly Wish[], locked: ReadonlyMap<string, Session>, terms: Terms): Granted {
  const sessions = new Map(locked);
  const places: Place[] = [];
  const conflicts: Conflict[] = [];
  const errors: FieldError[] = [];
  const wanted = new Set<string>();
  for (const wish of wishes) {
    for (const [night, { poolId, startsAt }] of sessionsOf(wish).entries()) {
      const key = keyOf({ poolId, startsAt });
      const session = sessions.get(key);
      if (!session) {
        errors.push(noSession(wish, night));
        break;
      }
      const conflict = (code: ProblemCode) => conflicts.push({ wish, poolId, startsAt, code });
      if (wanted.has(key) || terms.occupied.has(key)) {
        conflict('already_reserved');
        continue;
      }
      wanted.add(key);
      const state = terms.stateOf(wish);
      const kept = terms.givenUp.get(key);
      const drawn = kept ?? draw(wish.pool, session, terms.asker, terms.now);
      if (typeof drawn === 'string') {
        conflict(drawn);
        continue;
      }
      const { allotmentId } = drawn;
      const { institutionId, kind } = wish.pool;
      places.push({ item: wish.item, poolId, institutionId, kind, startsAt, endsAt: session.endsAt, allotmentId, state, ifRevoked: null });
      if (!kept) sessions.set(key, withPlace(session, allotmentId, state === 'held' ? terms.heldUntil : null));
    }
  }
  return { places, sessions, conflicts, errors };
}

function noSession(wish: Wish, night: number): FieldError {
  if (night === 0) return field(`${wish.pointer}/startsAt`, '该资源池此时没有可约时段', 'The pool has no session that begins then');
  return field(`${wish.pointer}/nights`, `第 ${night + 1} 夜没有开放`, `There is no session for night ${night + 1}`);
}
