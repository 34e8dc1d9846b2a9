import { must } from '../../kernel/assert.js';
import { addDays, DAY, formatInstant, localDateOf, startOfDay, type Instant, type LocalDate } from '../../kernel/calendar.js';
import { askerOf, type Asker } from '../../domain/allotment.js';
import { keyOf, type FreePlaces, type Pool } from '../../domain/capacity.js';
import { directionFits, levelOn, sharedConsortia } from '../../domain/network.js';
import type { Referral } from '../../domain/referral.js';
import type { Wish } from '../../domain/reservation-request.js';
import { freePlacesNow } from '../capacity/free-places.js';
import type { Reads, SessionFilter } from '../ports.js';

/** Where else there is a place, as this sender would see it. */
export interface Alternative {
  readonly kind: 'other-time' | 'other-pool' | 'other-institution';
  readonly institutionId: string;
  readonly poolId: string;
  readonly startsAt: string;
  readonly free: number;
}

// A refusal must stay cheap in a storm over one last place: a few days, a few pools, a few answers.
const DAYS_AROUND = 7;
const MOST_POOLS = 8;
const MOST_OF_A_KIND = 3;

/**
 * What a clerk would offer when a session is full: the nearest other times of the same pool, and the
 * same day or the next in other pools of the same sort, in this institution and in others that the
 * referral could go to.
 */
export async function alternativesTo(reads: Reads, referral: Referral, wish: Wish): Promise<readonly Alternative[]> {
  const { pool, startsAt } = wish;
  const today = localDateOf(reads.now);
  const day = startOfDay(localDateOf(startsAt));
  const otherTimes = await nearest(reads, referral, wish, {
    poolIds: [pool.id],
    from: Math.max(reads.now, startsAt - DAYS_AROUND * DAY),
    until: startsAt + (DAYS_AROUND + wish.nights) * DAY,
  });
  const others = similarPools(reads, referral, pool, today).slice(0, MOST_POOLS);
  const otherPools =
    others.length === 0
      ? []
      : await nearest(reads, referral, wish, {
          poolIds: others.map((p) => p.id),
          from: Math.max(reads.now, day),
          until: startOfDay(addDays(localDateOf(startsAt), 1 + wish.nights)),
        });
  const once = new Set<string>();
  return [
    ...otherTimes.filter((seat) => seat.startsAt !== startsAt).slice(0, MOST_OF_A_KIND),
    ...otherPools.filter((seat) => !once.has(seat.poolId) && once.add(seat.poolId)).slice(0, MOST_OF_A_KIND),
  ].map(({ institutionId, poolId, startsAt: at, free }) => ({
    kind: poolId === pool.id ? 'other-time' : institutionId === pool.institutionId ? 'other-pool' : 'other-institution',
    institutionId,
    poolId,
    startsAt: formatInstant(at),
    free,
  }));
}

/** Starts at which every session of the wish has a free place, nearest to the wished time first; `free` of the fullest. */
async function nearest(reads: Reads, referral: Referral, { startsAt, nights }: Wish, filter: SessionFilter): Promise<FreePlaces[]> {
  const today = localDateOf(reads.now);
  const seats = new Map<string, FreePlaces>();
  const askers = new Map<string, Asker>();
  for (const session of await reads.sessions(filter)) {
    const pool = must(reads.pool(session.poolId), 'a session has a pool');
    const asker = askers.get(pool.institutionId) ?? askerOf(referral, reads.network, pool.institutionId, today);
    askers.set(pool.institutionId, asker);
    const seat = await freePlacesNow(reads, pool, session, asker);
    if (seat && seat.free > 0) seats.set(keyOf(seat), seat);
  }
  const starts: FreePlaces[] = [];
  for (const seat of seats.values()) {
    let free = seat.free;
    for (let night = 1; night < nights; night++) free = Math.min(free, seats.get(keyOf({ poolId: seat.poolId, startsAt: seat.startsAt + night * DAY }))?.free ?? 0);
    if (free > 0) starts.push({ ...seat, free });
  }
  const distance = (at: Instant) => Math.abs(at - startsAt);
  return starts.sort((a, b) => distance(a.startsAt) - distance(b.startsAt) || (a.poolId < b.poolId ? -1 : 1));
}

/** Pools of the same sort: the institution's own first, then those of others in the sender's consortia. */
function similarPools(reads: Reads, referral: Referral, pool: Pool, today: LocalDate): Pool[] {
  const own: Pool[] = [];
  const elsewhere: Pool[] = [];
  for (const other of reads.pools()) {
    if (other.id === pool.id || !isSimilar(other, pool, referral.content.sex)) continue;
    if (other.institutionId === pool.institutionId) own.push(other);
    else if (couldGo(reads, referral, other.institutionId, today)) elsewhere.push(other);
  }
  const byId = (a: Pool, b: Pool) => (a.id < b.id ? -1 : 1);
  return [...own.sort(byId), ...elsewhere.sort(byId)];
}

function isSimilar(other: Pool, pool: Pool, sex: string): boolean {
  return (
    other.kind === pool.kind &&
    other.department === pool.department &&
    other.tier === pool.tier &&
    other.item === pool.item &&
    (other.sex === undefined || other.sex === sex || (sex !== '1' && sex !== '2'))
  );
}

function couldGo(reads: Reads, referral: Referral, institutionId: string, today: LocalDate): boolean {
  const source = reads.network.institution(referral.sourceInstitutionId);
  const target = reads.network.institution(institutionId);
  if (!source || !target || source.id === target.id) return false;
  return (
    directionFits(referral.direction, levelOn(source, today), levelOn(target, today), target.kind) &&
    sharedConsortia(reads.network, source.id, target.id, today).length > 0
  );
}
