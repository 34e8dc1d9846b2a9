import { assert } from '../kernel/assert.js';
import type { Instant } from '../kernel/calendar.js';
import type { ProblemCode } from '../kernel/problem.js';
import type { Allotment, PoolInput } from '../contract/capacity.js';
import type { PoolKind } from '../contract/vocabulary.js';
import { isReleased, isVisible, meets, placesOf, type Asker } from './allotment.js';

/** 号源池, 检查池, 床位池. Allotments nest inside the capacity of each session. */
export interface Pool extends PoolInput {
  readonly id: string;
  readonly area: string;
  readonly booking: 'direct' | 'arranged';
  readonly version: number;
  readonly updatedAt: Instant;
}

/**
 * Places at one time: a clinic session, an examination slot, a bed-night (from 12:00 to 12:00).
 *
 * `taken` counts the live places (held, confirmed, fulfilled), `drawn` how many of them came from each
 * allotment. A hold that has expired but was not yet noticed is still counted: `earliestExpiry` says
 * whether there may be one, so that most reservations need not look. It is never later than the end of
 * the first hold, but may be earlier.
 */
export interface Session {
  readonly poolId: string;
  readonly area: string;
  readonly institutionId: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly capacity: number;
  readonly takenElsewhere: number;
  readonly taken: number;
  readonly drawn: Readonly<Record<string, number>>;
  readonly closedReason: string | null;
  readonly reportedAt: Instant | null;
  readonly source: string | null;
  readonly earliestExpiry: Instant | null;
  /** When the institution last wrote it; places that come and go leave it alone. */
  readonly updatedAt: Instant;
}

/** What one sender could take of a session now. */
export interface FreePlaces {
  readonly poolId: string;
  readonly institutionId: string;
  readonly kind: PoolKind;
  readonly department: string;
  readonly tier: string | null;
  readonly item: string | null;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly capacity: number;
  readonly free: number;
  readonly freeOpen: number;
  readonly freeReserved: number;
  /** When the institution last reported the session. */
  readonly asOf: Instant;
}

/** One text for one session. Ids of pools hold no blank. */
export function keyOf(session: { readonly poolId: string; readonly startsAt: Instant }): string {
  return `${session.poolId} ${session.startsAt}`;
}

/** The order in which sessions are locked, so that two that want the same ones never wait for each other. */
export function bySession(a: { readonly poolId: string; readonly startsAt: Instant }, b: { readonly poolId: string; readonly startsAt: Instant }): number {
  if (a.poolId !== b.poolId) return a.poolId < b.poolId ? -1 : 1;
  return a.startsAt - b.startsAt;
}

/** The truth of a ward: what is taken is more than there is. It takes no new hold. */
export function isOvercommitted(session: Session): boolean {
  return session.taken + session.takenElsewhere > session.capacity;
}

/** True while a hold may have expired without anybody having noticed. */
export function mayHoldExpired(session: Session, now: Instant): boolean {
  return session.earliestExpiry !== null && session.earliestExpiry <= now;
}

/** When the institution's figures were true. */
export function asOf(session: Session): Instant {
  return session.reportedAt ?? session.updatedAt;
}

/** Live places that came from an allotment. */
export function drawnFrom(session: Session, allotmentId: string): number {
  // Ids are the caller's: `constructor` is one, and must not be found on the prototype.
  return Object.hasOwn(session.drawn, allotmentId) ? (session.drawn[allotmentId] as number) : 0;
}

/** The session with one place more taken, open (null) or from an allotment. `heldUntil` null: not a hold. */
export function withPlace(session: Session, allotmentId: string | null, heldUntil: Instant | null): Session {
  assert(session.taken + session.takenElsewhere < session.capacity, 'a place is taken only where one is left');
  const { earliestExpiry } = session;
  return {
    ...session,
    taken: session.taken + 1,
    drawn: allotmentId === null ? session.drawn : { ...session.drawn, [allotmentId]: drawnFrom(session, allotmentId) + 1 },
    earliestExpiry: heldUntil === null ? earliestExpiry : Math.min(heldUntil, earliestExpiry ?? heldUntil),
  };
}

/** The session with one place more taken by somebody who lies there, whether or not one is left. */
export function withContinued(session: Session): Session {
  return { ...session, taken: session.taken + 1 };
}

/** The session with places fewer taken: `count` that were open (null) or came from an allotment. */
export function withoutPlaces(session: Session, allotmentId: string | null, count = 1): Session {
  const taken = session.taken - count;
  assert(taken >= 0, 'a session gives back no more places than were taken');
  if (allotmentId === null) return { ...session, taken };
  const left = drawnFrom(session, allotmentId) - count;
  assert(left >= 0, 'an allotment gets back no more places than were drawn from it');
  const { [allotmentId]: _, ...others } = session.drawn;
  return { ...session, taken, drawn: left === 0 ? others : { ...others, [allotmentId]: left } };
}

/** The session without the holds that have expired unnoticed, counted by allotment (`''`: open). */
export function withoutExpired(session: Session, expired: ReadonlyMap<string, number>): Session {
  let net = session;
  for (const [allotmentId, count] of expired) net = withoutPlaces(net, allotmentId === '' ? null : allotmentId, count);
  return net;
}

/** What an allotment still keeps for its audience, were it not yet released. */
function remainder(allotment: Allotment, session: Session): number {
  return Math.max(0, placesOf(allotment, session.capacity) - drawnFrom(session, allotment.id));
}

interface Outlook {
  /** Whether this sender sees any place of the session, taken or not. */
  readonly visible: boolean;
  readonly openVisible: boolean;
  /** Places that nobody has. */
  readonly left: number;
  /** How many of them are kept for audiences, not yet released. */
  readonly kept: number;
  /** How many of those are kept for this sender too. */
  readonly reserved: number;
  /** The first allotment that this sender would draw. */
  readonly first: string | null;
}

function look(pool: Pool, session: Session, asker: Asker | null, now: Instant): Outlook {
  const emergency = asker?.urgency === 'emergency';
  const openVisible = emergency || isVisible({ visibleFromDays: pool.openFromDays }, session.startsAt, now);
  let visible = openVisible;
  let kept = 0;
  let reserved = 0;
  let first: string | null = null;
  for (const allotment of pool.allotments ?? []) {
    if (isReleased(allotment, session.startsAt, now)) continue;
    const rest = remainder(allotment, session);
    kept += rest;
    if (asker === null || !meets(allotment.audience, asker)) continue;
    if (!emergency && !isVisible(allotment, session.startsAt, now)) continue;
    visible = true;
    reserved += rest;
    if (rest > 0) first ??= allotment.id;
  }
  return { visible, openVisible, left: session.capacity - session.taken - session.takenElsewhere, kept, reserved, first };
}

/** The allotment drawn (null: an open place), or why there is none. */
export type Draw = { readonly allotmentId: string | null } | Extract<ProblemCode, `session_${string}`>;

/**
 * The place that a sender gets: of the first allotment in listed order whose audience it meets, that is
 * visible, not released and not used up; else an open one. Never above capacity, whatever the shares say.
 */
export function draw(pool: Pool, session: Session, asker: Asker, now: Instant): Draw {
  if (session.endsAt <= now) return 'session_over';
  if (session.closedReason !== null) return 'session_closed';
  const { visible, openVisible, left, kept, first } = look(pool, session, asker, now);
  if (!visible) return 'session_not_open';
  if (left <= 0) return 'session_full';
  if (first !== null) return { allotmentId: first };
  return openVisible && left > kept ? { allotmentId: null } : 'session_full';
}

/**
 * What a sender could take of a session now; null where it sees nothing of it: closed, over, not yet
 * open. Without a sender, only open places. `session` without expired holds.
 */
export function freePlacesIn(pool: Pool, session: Session, asker: Asker | null, now: Instant): FreePlaces | null {
  if (session.endsAt <= now || session.closedReason !== null) return null;
  const { visible, openVisible, left, kept, reserved } = look(pool, session, asker, now);
  if (!visible) return null;
  const freeReserved = Math.max(0, Math.min(left, reserved));
  const freeOpen = openVisible ? Math.max(0, left - kept) : 0;
  return {
    poolId: pool.id,
    institutionId: pool.institutionId,
    kind: pool.kind,
    department: pool.department,
    tier: pool.tier ?? null,
    item: pool.item ?? null,
    startsAt: session.startsAt,
    endsAt: session.endsAt,
    capacity: session.capacity,
    free: freeReserved + freeOpen,
    freeOpen,
    freeReserved,
    asOf: asOf(session),
  };
}
