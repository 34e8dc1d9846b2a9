import { formatInstant, type Instant } from '../../kernel/calendar.js';
import { field, invalid, refuse, type FieldError } from '../../kernel/problem.js';
import type { SessionsInput } from '../../contract/capacity.js';
import { isOvercommitted, type Pool, type Session } from '../../domain/capacity.js';
import { applyReport, readReports, type ReportStatus, type SessionReport } from '../../domain/session-report.js';
import type { SessionKey, Unit, UseCase } from '../ports.js';
import { LockedSessions } from '../reservation/sessions.js';
import { lockOwners, stopSessions } from './stop-sessions.js';
import { writesFor } from './writer.js';

/** What a report was to its session, and the session as it now is. */
export interface SessionOutcome {
  readonly startsAt: Instant;
  readonly status: ReportStatus;
  readonly capacity: number;
  readonly taken: number;
  readonly takenElsewhere: number;
  readonly overcommitted: boolean;
  /** Reservations that lost places because the session was closed. */
  readonly releasedReservations: number;
}

interface Applied {
  readonly report: SessionReport;
  readonly before: Session | undefined;
  readonly session: Session;
  readonly status: ReportStatus;
}

/**
 * Writes sessions of a pool, an answer for each. An older report never overwrites a newer. Capacity
 * below what is taken is the truth of a ward and is accepted: the session takes no new hold. A session
 * that is closed (停诊) gives up its places and their referrals are told, in the same unit.
 *
 * Refused: `not_found` (the pool, also that of somebody else), `invalid_content`; then nothing is written.
 */
export const putSessions: UseCase<{ poolId: string; body: SessionsInput }, readonly SessionOutcome[]> = async (unit, { poolId, body }) => {
  const pool = unit.pool(poolId);
  if (!pool || !writesFor(unit.actor, pool.institutionId)) return refuse('not_found');
  const { reports, errors } = readReports(pool.kind, body.sessions, unit.now);
  if (errors.length > 0) return invalid(...errors);

  const keyed = (report: SessionReport): SessionKey => ({ poolId, startsAt: report.startsAt });
  await lockOwners(unit, reports.filter((report) => report.closedReason !== null).map(keyed));
  const sessions = await LockedSessions.lockCurrent(unit, reports.map(keyed));
  const applied = reports.map((report): Applied => {
    const before = sessions.get(keyed(report));
    return { report, before, ...applyReport(pool, before, report, unit.now) };
  });
  const moved = applied.flatMap(endErrors);
  if (moved.length > 0) return invalid(...moved);

  const created = applied.filter(({ status }) => status === 'created');
  for (const { session } of created) await unit.insertSession(session);
  for (const { before, session } of applied) if (before && session !== before) sessions.set(session);
  const stopped = await stopSessions(unit, sessions, applied.filter(isStopped).map(({ session }) => session));
  await sessions.save();

  const outcomes = applied.map(({ session: reported, status }): SessionOutcome => {
    const session = sessions.get(reported) ?? reported;
    const { startsAt, capacity, taken, takenElsewhere } = session;
    return { startsAt, status, capacity, taken, takenElsewhere, overcommitted: isOvercommitted(session), releasedReservations: stopped.get(startsAt) ?? 0 };
  });
  await tell(unit, pool, outcomes);
  return outcomes;
};

/** The end of a session cannot move under those who have a place in it. */
function endErrors({ report, before, session }: Applied): FieldError[] {
  if (!before || before.endsAt === session.endsAt || before.taken === 0) return [];
  return [field(`/sessions/${report.index}/endsAt`, '该时段已有预约，不能更改结束时间', 'The session has reservations, its end cannot change')];
}

function isStopped({ before, session }: Applied): boolean {
  return before !== undefined && before.closedReason === null && session.closedReason !== null;
}

async function tell(unit: Unit, pool: Pool, outcomes: readonly SessionOutcome[]): Promise<void> {
  const written = outcomes.filter(({ status }) => status === 'created' || status === 'updated');
  if (written.length === 0) return;
  const base = { area: pool.area, subject: `pool:${pool.id}`, referralId: null, institutionIds: [pool.institutionId] };
  const starts = written.map(({ startsAt }) => startsAt);
  unit.append({
    ...base,
    type: 'sessions.written',
    data: {
      poolId: pool.id,
      created: written.filter(({ status }) => status === 'created').length,
      updated: written.filter(({ status }) => status === 'updated').length,
      firstStartsAt: formatInstant(Math.min(...starts)),
      lastStartsAt: formatInstant(Math.max(...starts)),
    },
  });
  for (const { startsAt, capacity, taken, takenElsewhere, overcommitted } of written) {
    if (!overcommitted || taken === 0) continue;
    const referralIds = await referralsIn(unit, { poolId: pool.id, startsAt });
    unit.append({
      ...base,
      type: 'session.overcommitted',
      data: { poolId: pool.id, startsAt: formatInstant(startsAt), capacity, taken, takenElsewhere, referralIds },
    });
  }
}

/** Whose places they are, as far as the receiver may know: a draft is its sender's alone. */
async function referralsIn(unit: Unit, key: SessionKey): Promise<string[]> {
  const ids = new Set((await unit.livePlacesOf(key)).map((place) => place.referralId));
  const visible: string[] = [];
  for (const id of [...ids].sort()) {
    const referral = await unit.referral(id);
    if (referral && referral.status !== 'draft') visible.push(id);
  }
  return visible;
}
