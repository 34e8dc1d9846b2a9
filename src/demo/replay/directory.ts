import type { PoolInput } from '../../contract/capacity.js';
import type { Actor } from '../../usecase/ports.js';
import { putPool } from '../../usecase/capacity/put-pool.js';
import { putSessions } from '../../usecase/capacity/put-sessions.js';
import { putConsortium } from '../../usecase/network/put-consortium.js';
import { putInstitution } from '../../usecase/network/put-institution.js';
import { putMember } from '../../usecase/network/put-member.js';
import { timetable } from './forms.js';
import { inFlight } from './in-flight.js';
import { CLINIC_DEPARTMENT } from './network.js';
import { capacitiesOf, MAX_NIGHTS, type Plan, type Planned } from './plan.js';
import { deskOf } from './steps.js';
import type { Writer } from './writer.js';

/** The directory and the timetables of the replay, written as a city's administrator and the hospitals' systems would. */

const ADMIN: Actor = { clientId: 'guangzhou-replay', roles: ['admin'], institutionId: null, area: null, operator: null };

export async function writeDirectory(write: Writer, plan: Plan): Promise<void> {
  for (const { id, body } of plan.network.institutions) {
    await write(ADMIN, (unit) => putInstitution(unit, { id, body }), `institution ${id}`);
  }
  for (const { id, body, since, lead, memberIds } of plan.network.consortia) {
    await write(ADMIN, (unit) => putConsortium(unit, { id, body }), `consortium ${id}`);
    const join = (institutionId: string, role: 'lead' | 'member') =>
      write(ADMIN, (unit) => putMember(unit, { consortiumId: id, institutionId, body: { periods: [{ role, from: since, until: null }] } }), `member ${institutionId} of ${id}`);
    await join(lead.id, 'lead');
    for (const institutionId of memberIds) await join(institutionId, 'member');
  }
  for (const { side, level } of plan.network.receivers) {
    for (const kind of ['clinic', 'bed'] as const) {
      const id = kind === 'clinic' ? side.clinic : side.beds;
      await write(deskOf(side.id), (unit) => putPool(unit, { id, body: poolOf(side.id, kind, level === 'tertiary') }), `pool ${id}`);
    }
  }
}

/** Half of what a tertiary institution has is kept for primary care until two hours before: an assumption, no document names a share. */
function poolOf(institutionId: string, kind: 'clinic' | 'bed', tertiary: boolean): PoolInput {
  return {
    institutionId,
    kind,
    department: CLINIC_DEPARTMENT,
    name: kind === 'clinic' ? '内科门诊' : '内科病床',
    ...(kind === 'clinic' ? { tier: tertiary ? ('expert' as const) : ('general' as const) } : {}),
    ...(tertiary ? { allotments: [{ id: 'primary', audience: { level: 'primary' as const }, shareBp: 5_000, visibleFromDays: 14, releaseHours: 2 }] } : {}),
  };
}

/**
 * Sessions from day `from` to day `until` for every pool that somebody will come to in that time: a
 * clinic that nobody is sent to needs no timetable.
 */
export async function writeTimetables(write: Writer, plan: Plan, { from, until }: { from: number; until: number }, width: number): Promise<void> {
  const capacities = capacitiesOf(plan);
  const wanted = new Map<string, { institutionId: string; kind: 'clinic' | 'beds' }>();
  const want = ({ target, nights }: Planned): void => {
    const kind = nights > 0 ? 'beds' : 'clinic';
    wanted.set(target[kind], { institutionId: target.id, kind });
  };
  // A stay that began before `from` may reach into it.
  for (let day = from - MAX_NIGHTS; day < until; day += 1) plan.arrivalsOn(day).forEach(want);
  await inFlight(wanted, width, async ([poolId, { institutionId, kind }]) => {
    const capacity = capacities.get(institutionId)?.[kind] ?? 0;
    const sessions = timetable(kind, from, until, capacity);
    await write(deskOf(institutionId), (unit) => putSessions(unit, { poolId, body: { sessions } }), `sessions of ${poolId}`);
  });
}
