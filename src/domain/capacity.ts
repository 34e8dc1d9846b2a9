import type { Instant } from '../kernel/calendar.js';
import type { PoolInput } from '../contract/capacity.js';

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
 * whether there may be one, so that most reservations need not look.
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
  readonly updatedAt: Instant;
}
