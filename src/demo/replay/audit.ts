import { HOUR, startOfDay } from '../../kernel/calendar.js';
import type { Store } from '../../usecase/store.js';
import { dateOf } from './forms.js';
import { DAYS } from './figures.js';
import { LONGEST_STAY, type Plan } from './plan.js';

/**
 * A second opinion on the places: every session is counted again from its places, row by row, instead
 * of believing the counters by which the service decides.
 */
export interface PlaceAudit {
  readonly sessions: number;
  /** Places found fulfilled, and how many the plan asked for. */
  readonly fulfilled: number;
  readonly planned: number;
  readonly faults: readonly string[];
}

const MAX_FAULTS = 20;
const POOLS_PER_SLICE = 8;
const DAYS_PER_SLICE = 92;

export async function auditPlaces(store: Store, plan: Plan): Promise<PlaceAudit> {
  const faults: string[] = [];
  let sessions = 0;
  let fulfilled = 0;
  const poolIds = plan.network.receivers.flatMap((side) => [side.clinic, side.beds]);
  for (let first = 0; first < poolIds.length; first += POOLS_PER_SLICE) {
    for (let day = 0; day < DAYS + LONGEST_STAY; day += DAYS_PER_SLICE) {
      const found = await store.read(async (reads) => {
        let count = 0;
        let served = 0;
        const filter = { poolIds: poolIds.slice(first, first + POOLS_PER_SLICE), from: startOfDay(dateOf(day)), until: startOfDay(dateOf(day + DAYS_PER_SLICE)) };
        for (const session of await reads.sessions(filter)) {
          count += 1;
          const places = await reads.livePlacesOf(session);
          const name = `${session.poolId} ${new Date(session.startsAt + 8 * HOUR).toISOString().slice(0, 16)}`;
          if (places.length > session.capacity) faults.push(`${name}: ${places.length} places of ${session.capacity}`);
          if (places.length !== session.taken) faults.push(`${name}: ${places.length} places, counted as ${session.taken}`);
          if (new Set(places.map((p) => p.referralId)).size !== places.length) faults.push(`${name}: a referral has two places`);
          served += places.filter((p) => p.state === 'fulfilled').length;
          if (places.some((p) => p.state !== 'fulfilled')) faults.push(`${name}: a place was left ${places.find((p) => p.state !== 'fulfilled')?.state}`);
        }
        return { count, served };
      });
      sessions += found.count;
      fulfilled += found.served;
    }
  }
  const planned = placesPlanned(plan);
  if (fulfilled !== planned) faults.push(`${fulfilled} places were fulfilled, the plan asked for ${planned}`);
  return { sessions, fulfilled, planned, faults: faults.slice(0, MAX_FAULTS) };
}

/** A visit needs one place, a stay one for each of its nights. */
function placesPlanned(plan: Plan): number {
  let places = 0;
  for (let day = 0; day < DAYS; day += 1) for (const p of plan.arrivalsOn(day)) places += Math.max(1, p.nights);
  return places;
}
