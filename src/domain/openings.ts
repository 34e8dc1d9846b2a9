import { HOUR, startOfDay, type Instant } from '../kernel/calendar.js';
import type { Need } from '../contract/referral.js';
import type { Category } from '../contract/vocabulary.js';
import type { Pool } from './capacity.js';
import { coversDepartment, normaliseDepartment } from './codes.js';

/** What is free, for what is needed: pools that serve a need, and the first places that meet it. */

/** What a referral needs, or what its category says where it names nothing. */
export interface Wants {
  readonly needs: readonly Need[];
  /** True where the sender named them: an institution that cannot meet one is no candidate. */
  readonly named: boolean;
  readonly targetDepartment: string | null;
  /** GB/T 2261.1, for wards of one sex; null: not said. */
  readonly sex: string | null;
}

/** A session as the sender sees it now. */
export interface Opening {
  readonly poolId: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly free: number;
  /** How many of them are kept for this sender. */
  readonly freeReserved: number;
  readonly reportedAt: Instant | null;
}

/** Why a need is not met: no pool of the kind, no place left, or figures too old to believe. */
export type Lack = 'no-pool' | 'full' | 'overdue';

export interface Openings {
  readonly lack: { readonly need: Need; readonly why: Lack } | null;
  readonly earliest: { readonly poolId: string; readonly startsAt: Instant } | null;
  readonly reservedLeft: number;
}

/**
 * Bed figures are daily counts of a ward; after two missed counts they are not believed, so that nobody
 * is sent to a bed that only the screen still shows. Practice, not policy: no document names a term.
 */
export const BED_FIGURES_HOLD = 48 * HOUR;

const IMPLIED: Record<Category, readonly Need[]> = {
  outpatient: [{ kind: 'clinic' }],
  inpatient: [{ kind: 'bed' }],
  exam: [{ kind: 'exam' }],
  emergency: [{ kind: 'bed' }],
};

export function wantsOf(category: Category, needs: readonly Need[] = [], targetDepartment: string | null, sex: string | null): Wants {
  if (needs.length === 0) return { needs: IMPLIED[category], named: false, targetDepartment, sex };
  const kept = needs.map((need) => (need.department === undefined ? need : { ...need, department: normaliseDepartment(need.department) }));
  return { needs: kept, named: true, targetDepartment, sex };
}

/** Whether places of the pool are of the kind needed. An examination is done in whichever department has the apparatus. */
export function poolServes(pool: Pool, need: Need, wants: Wants): boolean {
  const department = need.department ?? (need.kind === 'exam' ? null : wants.targetDepartment);
  return (
    pool.kind === need.kind &&
    (department === null || coversDepartment(pool.department, department)) &&
    (need.tier === undefined || pool.tier === need.tier) &&
    (need.item === undefined || pool.item === need.item) &&
    (pool.sex === undefined || wants.sex === null || pool.sex === wants.sex)
  );
}

/** How many nights in a row the longest need asks for: how far beyond the window one must look. */
export function longestStay(wants: Wants): number {
  return Math.max(...wants.needs.map(nightsOf));
}

function nightsOf(need: Need): number {
  return need.kind === 'bed' ? (need.nights ?? 1) : 1;
}

/**
 * What an institution has for the wants.
 *
 * @param openings by pool, in order of start.
 * @param until    places must begin before it; the nights that follow the first may lie after.
 */
export function summarise(wants: Wants, pools: readonly Pool[], openings: ReadonlyMap<string, readonly Opening[]>, until: Instant, now: Instant): Openings {
  const counted = new Map<string, number>();
  let lack: Openings['lack'] = null;
  let last: Openings['earliest'] = null;
  for (const need of wants.needs) {
    const serving = pools.filter((pool) => poolServes(pool, need, wants));
    const met = meet(need, serving, openings, until, now);
    if (typeof met === 'string') lack ??= { need, why: met };
    else if (!last || met.startsAt > last.startsAt) last = { poolId: met.poolId, startsAt: met.startsAt };
    for (const { id } of serving) counted.set(id, reservedIn(openings.get(id), until));
  }
  let reservedLeft = 0;
  for (const places of counted.values()) reservedLeft += places;
  return { lack, earliest: wants.named && lack ? null : last, reservedLeft };
}

function reservedIn(openings: readonly Opening[] = [], until: Instant): number {
  let places = 0;
  for (const opening of openings) if (opening.startsAt < until) places += opening.freeReserved;
  return places;
}

/** The first place, over all the pools, that meets the need. */
function meet(need: Need, pools: readonly Pool[], openings: ReadonlyMap<string, readonly Opening[]>, until: Instant, now: Instant): Opening | Lack {
  if (pools.length === 0) return 'no-pool';
  const from = need.from === undefined ? -Infinity : startOfDay(need.from);
  let best: Opening | undefined;
  let overdue = false;
  for (const pool of pools) {
    const inTime = (openings.get(pool.id) ?? []).filter((o) => o.startsAt >= from);
    const believed = pool.kind === 'bed' ? inTime.filter((o) => o.reportedAt === null || now - o.reportedAt <= BED_FIGURES_HOLD) : inTime;
    overdue ||= believed.length < inTime.length;
    const first = firstRun(believed, nightsOf(need), until);
    if (first && (!best || first.startsAt < best.startsAt)) best = first;
  }
  return best ?? (overdue ? 'overdue' : 'full');
}

/** The beginning of the first `length` sessions in a row, without a gap, that all have a place. */
function firstRun(openings: readonly Opening[], length: number, until: Instant): Opening | undefined {
  let first: Opening | undefined;
  let run = 0;
  let end: Instant | undefined;
  for (const opening of openings) {
    if (opening.free <= 0) {
      first = undefined;
    } else if (first && opening.startsAt === end) {
      run += 1;
    } else {
      first = opening;
      run = 1;
    }
    if (first && first.startsAt >= until) return undefined;
    if (first && run >= length) return first;
    end = opening.endsAt;
  }
  return undefined;
}
