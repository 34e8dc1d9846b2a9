import type { Instant } from '../kernel/calendar.js';
import type { PlaceState, PoolKind } from '../contract/vocabulary.js';

/** One place in one session. A bed of five nights is one item of five places. */
export interface Place {
  /** Number of the item within the reservation, from 1. */
  readonly item: number;
  readonly poolId: string;
  readonly institutionId: string;
  readonly kind: PoolKind;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** null: an open place. */
  readonly allotmentId: string | null;
  readonly state: PlaceState;
}

/** 预约占位. Its state is derived from its places. */
export interface Reservation {
  readonly id: string;
  readonly area: string;
  readonly code: string;
  readonly referralId: string;
  readonly version: number;
  readonly createdAt: Instant;
  readonly ttlSeconds: number;
  /** The hold ends at this instant; null once nothing is held. */
  readonly expiresAt: Instant | null;
  readonly extended: boolean;
  readonly places: readonly Place[];
}
