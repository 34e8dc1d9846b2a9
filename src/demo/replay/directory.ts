import type { PoolInput } from '../../contract/capacity.js';
import type { Member } from '../../domain/network.js';
import type { Actor } from '../../usecase/ports.js';
import { putPool } from '../../usecase/capacity/put-pool.js';
import { putSessions } from '../../usecase/capacity/put-sessions.js';
import { putPolicy } from '../../usecase/insurance/put-policy.js';
import { putConsortium } from '../../usecase/network/put-consortium.js';
import { putInstitution } from '../../usecase/network/put-institution.js';
import { putMember } from '../../usecase/network/put-member.js';
import { timetable } from './forms.js';
import { inFlight } from './in-flight.js';
import { replayPolicies } from './insurance.js';
import { CLINIC_DEPARTMENT, type ReplayConsortium, type Side } from './network.js';
import { capacitiesOf, MAX_NIGHTS, type Plan, type Planned } from './plan.js';
import { deskOf } from './steps.js';
import type { Writer } from './writer.js';

/** The directory, the policies and the timetables of the replay, written as a city's administrator and the hospitals' systems would. */

const ADMIN: Actor = { clientId: 'guangzhou-replay', roles: ['admin'], institutionId: null, area: null, operator: null };

export async function writeDirectory(write: Writer, { network }: Plan, width: number): Promise<void> {
  for (const { id, body } of replayPolicies()) await write(ADMIN, (unit) => putPolicy(unit, { id, body }), `policy ${id}`);
  await inFlight(network.institutions, width, async ({ id, body }) => {
    await write(ADMIN, (unit) => putInstitution(unit, { id, body }), `institution ${id}`);
  });
  await inFlight(network.consortia, width, (consortium) => writeConsortium(write, consortium));
  await inFlight(network.receivers, width, async (side) => {
    const desk = deskOf(side.id);
    await write(desk, (unit) => putPool(unit, { id: side.clinic, body: poolOf(side, 'clinic') }), `pool ${side.clinic}`);
    await write(desk, (unit) => putPool(unit, { id: side.beds, body: poolOf(side, 'bed') }), `pool ${side.beds}`);
  });
}

async function writeConsortium(write: Writer, { id, body, since, lead, memberIds }: ReplayConsortium): Promise<void> {
  const join = (institutionId: string, role: 'lead' | 'member'): Promise<Member> =>
    write(ADMIN, (unit) => putMember(unit, { consortiumId: id, institutionId, body: { periods: [{ role, from: since, until: null }] } }), `member ${institutionId} of ${id}`);
  await write(ADMIN, (unit) => putConsortium(unit, { id, body }), `consortium ${id}`);
  await join(lead.id, 'lead');
  for (const institutionId of memberIds) await join(institutionId, 'member');
}

/** Half of what a tertiary institution has is kept for primary care until two hours before: an assumption, no document names a share. */
function poolOf({ id, level }: Side, kind: 'clinic' | 'bed'): PoolInput {
  const tertiary = level === 'tertiary';
  return {
    institutionId: id,
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
