import { DAY, HOUR, type Instant } from '../../src/kernel/calendar.js';
import type { Allotment } from '../../src/contract/capacity.js';
import type { Asker } from '../../src/domain/allotment.js';
import type { Pool, Session } from '../../src/domain/capacity.js';
import type { Place, Reservation } from '../../src/domain/reservation.js';
import { AREA } from './network.js';

/** Records of the capacity domain for tests without a store. */

/** 08:00 on Monday 10 July 2017, local time: when the sessions of these tests begin. */
export const START: Instant = Date.UTC(2017, 6, 10, 0);

export function pool(more: Partial<Pool> = {}): Pool {
  return { id: 'pool', area: AREA, institutionId: 't1', kind: 'clinic', department: '03', name: '内科门诊', booking: 'direct', version: 1, updatedAt: 0, ...more };
}

export function allotment(id: string, more: Partial<Allotment> = {}): Allotment {
  return { id, audience: {}, ...(more.shareBp === undefined ? { places: 2 } : {}), ...more };
}

export function session(more: Partial<Session> = {}): Session {
  return {
    poolId: 'pool', area: AREA, institutionId: 't1', startsAt: START, endsAt: START + 4 * HOUR, capacity: 10, takenElsewhere: 0, taken: 0, drawn: {},
    closedReason: null, reportedAt: null, source: null, earliestExpiry: null, updatedAt: START - 30 * DAY, ...more,
  };
}

/** A primary sender of group g1 with a routine referral. */
export function asker(more: Partial<Asker> = {}): Asker {
  return { level: 'primary', urgency: 'routine', consortiumIds: ['g1'], ...more };
}

export function place(more: Partial<Place> = {}): Place {
  return { item: 1, poolId: 'pool', institutionId: 't1', kind: 'clinic', startsAt: START, endsAt: START + 4 * HOUR, allotmentId: null, state: 'held', ifRevoked: null, ...more };
}

export function reservation(places: readonly Place[], more: Partial<Reservation> = {}): Reservation {
  const held = places.some((p) => p.state === 'held');
  return {
    id: 'reservation', area: AREA, code: 'ABCDEFGH', referralId: 'referral', version: 1, createdAt: START - DAY, ttlSeconds: 600,
    expiresAt: held ? START : null, extended: false, nextNightAt: null, places, ...more,
  };
}
