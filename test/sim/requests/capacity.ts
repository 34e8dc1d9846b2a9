import { addDays, DAY, formatInstant, HOUR, localDateOf, MINUTE, type LocalDate } from '../../../src/kernel/calendar.js';
import type { PoolInput, SessionInput } from '../../../src/contract/capacity.js';
import { putPool } from '../../../src/usecase/capacity/put-pool.js';
import { putSessions, type SessionOutcome } from '../../../src/usecase/capacity/put-sessions.js';
import { at, POOLS } from '../../kit/network.js';
import type { Told } from '../auditor/claim.js';
import type { Chance } from '../chance.js';
import { nameOf, type Slot } from '../desk.js';
import type { Request } from '../request.js';
import { DEMAND, type Asks } from './asks.js';

/** What institutions report of their capacity: new sessions, figures that change, clinics that are stopped. */

/** So many days ahead there are sessions. */
const HORIZON = 3;

/** The sessions of all pools on one day, few places each. */
function slotsOn(date: LocalDate, chance: Chance): Slot[] {
  return Object.keys(DEMAND).flatMap((poolId) => {
    const bed = POOLS[poolId]!.kind === 'bed';
    return (bed ? [12] : [8, 14]).map((hour): Slot => ({
      poolId,
      startsAt: at(date, hour),
      endsAt: at(date, hour) + (bed ? DAY : 4 * HOUR),
      capacity: chance.between(1, poolId === 't1-expert' || bed ? 4 : 2),
      takenElsewhere: chance.oneIn(6) ? 1 : 0,
      closed: false,
    }));
  });
}

/** The days that lack their sessions. */
export function daysToOpen({ desk, now }: Asks): LocalDate[] {
  const today = localDateOf(now);
  return Array.from({ length: HORIZON + 1 }, (_, i) => addDays(today, i)).filter((date) => !desk.openedDays.has(date));
}

/** What opens the days that lack their sessions: a request for each pool. */
export function publications(asks: Asks): Request[] {
  const days = daysToOpen(asks);
  const slots = days.flatMap((date) => slotsOn(date, asks.chance));
  for (const date of days) asks.desk.openedDays.add(date);
  asks.desk.slots.push(...slots);
  return Object.keys(DEMAND).map((poolId) => written(asks, poolId, slots.filter((slot) => slot.poolId === poolId).map(inputOf)));
}

function inputOf({ startsAt, endsAt, capacity, takenElsewhere, closed }: Slot): SessionInput {
  return { startsAt: formatInstant(startsAt), endsAt: formatInstant(endsAt), capacity, takenElsewhere, closed: closed ? { reason: '停诊' } : null };
}

function written(asks: Asks, poolId: string, sessions: SessionInput[]): Request {
  return asks.by(POOLS[poolId]!.institutionId, 'sessions', putSessions, { poolId, body: { sessions } }, tellSessions);
}

function tellSessions(outcomes: readonly SessionOutcome[]): Told {
  return { changed: outcomes.some(({ status }) => status === 'created' || status === 'updated') };
}

/** A report of a session: other figures, a clinic stopped or opened again, or news that come too late. */
export function sessionReport(asks: Asks): Request | undefined {
  const { chance, now } = asks;
  const what = chance.weighted({ capacity: 4, elsewhere: 2, stop: 3, open: 1, late: 2, dated: 2 });
  const wanted = what === 'stop' || chance.oneIn(2) ? slotInUse(asks) : what === 'open' ? chance.recent(asks.desk.slots.filter(({ closed }) => closed), 5) : undefined;
  const slot = wanted ?? asks.slot(chance.weighted({ t1: 6, s1: 2, t2: 2, r1: 1 }));
  if (!slot) return undefined;
  const before = { ...slot };
  if (what === 'capacity') slot.capacity = chance.between(0, 5);
  if (what === 'elsewhere') slot.takenElsewhere = chance.between(0, 2);
  if (what === 'stop' || what === 'open') slot.closed = what === 'stop';
  // Out of order: what it says was true some time ago.
  if (what === 'late') return written(asks, slot.poolId, [{ ...inputOf({ ...before, capacity: 0 }), reportedAt: formatInstant(now - chance.between(1, 600) * MINUTE) }]);
  if (what === 'dated') return written(asks, slot.poolId, [{ ...inputOf(slot), reportedAt: formatInstant(now) }]);
  return written(asks, slot.poolId, [inputOf(slot)]);
}

/** A session in which somebody was given a place lately. */
function slotInUse({ chance, desk, now }: Asks): Slot | undefined {
  const inUse = desk.reservations.filter(({ state, expiresAt }) => state === 'confirmed' || (expiresAt !== null && expiresAt > now));
  const reservation = chance.recent(inUse, 10);
  return desk.slots.find((slot) => slot.endsAt > now && !slot.closed && reservation?.sessions.includes(nameOf(slot)));
}

/** Allotments of a pool are written anew: other shares, other terms, one less. */
export function poolReport(asks: Asks): Request {
  const { chance } = asks;
  const poolId = chance.pick(['t1-expert', 't1-expert', 't1-bed', 't1-clinic', 't2-expert']);
  const body: PoolInput = { ...POOLS[poolId]!, ...(chance.oneIn(4) ? { openFromDays: chance.between(1, 3) } : {}), allotments: allotmentsFor(poolId, chance) };
  return asks.by(body.institutionId, 'pool', putPool, { id: poolId, body }, ({ pool: { id, version } }) => ({ changed: false, document: { kind: 'pool', id, version } }));
}

function allotmentsFor(poolId: string, chance: Chance): PoolInput['allotments'] {
  const release = chance.oneIn(3) ? {} : { releaseHours: chance.pick([6, 12, 24, 48]) };
  const visible = chance.oneIn(4) ? { visibleFromDays: chance.between(1, 3) } : {};
  const consortiumId = poolId.startsWith('t2') ? 'g2' : 'g1';
  const primary = { id: 'primary', audience: { level: 'primary' as const, consortiumId }, shareBp: chance.pick([2_500, 5_000, 7_500]), ...release, ...visible };
  const group = { id: 'group', audience: { consortiumId }, places: chance.between(1, 2), ...release };
  const urgent = { id: 'urgent', audience: { urgency: 'urgent' as const }, places: 1 };
  return [primary, group, urgent].filter(() => !chance.oneIn(4));
}
