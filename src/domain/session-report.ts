import { DAY, HOUR, localDateOf, MINUTE, parseInstant, startOfDay, type Instant } from '../kernel/calendar.js';
import { field, type FieldError } from '../kernel/problem.js';
import type { SessionInput } from '../contract/capacity.js';
import type { PoolKind } from '../contract/vocabulary.js';
import type { Pool, Session } from './capacity.js';

/**
 * What an institution says of the sessions of a pool: the whole record of each, as often as it changes
 * and in whatever order the messages arrive.
 */
export interface SessionReport {
  /** Number in the request, for pointers. */
  readonly index: number;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly capacity: number;
  readonly takenElsewhere: number;
  readonly reportedAt: Instant | null;
  readonly source: string | null;
  readonly closedReason: string | null;
}

/** A session is at most this long, so that those not over yet are found by their start. */
export const LONGEST_SESSION = 31 * DAY;

/** The clock of a HIS may be ahead of ours by so much: a report from further ahead would make all that follow it stale. */
export const CLOCK_SKEW = 5 * MINUTE;

/** Reads reports, and finds what is wrong with each: its times, and its neighbours in the same request. */
export function readReports(kind: PoolKind, inputs: readonly SessionInput[], now: Instant): { reports: SessionReport[]; errors: FieldError[] } {
  const reports: SessionReport[] = [];
  const errors: FieldError[] = [];
  for (const [index, input] of inputs.entries()) {
    const at = `/sessions/${index}`;
    const startsAt = parseInstant(input.startsAt);
    const endsAt = parseInstant(input.endsAt);
    const reportedAt = input.reportedAt === undefined ? null : parseInstant(input.reportedAt);
    if (startsAt === undefined) errors.push(notAnInstant(`${at}/startsAt`));
    if (endsAt === undefined) errors.push(notAnInstant(`${at}/endsAt`));
    if (reportedAt === undefined) errors.push(notAnInstant(`${at}/reportedAt`));
    if (startsAt === undefined || endsAt === undefined || reportedAt === undefined) continue;
    if (reportedAt !== null && reportedAt > now + CLOCK_SKEW) errors.push(field(`${at}/reportedAt`, '上报时间不能晚于现在', 'The report lies in the future'));
    errors.push(...(kind === 'bed' ? nightErrors(at, startsAt, endsAt) : spanErrors(at, startsAt, endsAt)));
    const { capacity, takenElsewhere = 0, source = null, closed } = input;
    reports.push({ index, startsAt, endsAt, capacity, takenElsewhere, reportedAt, source, closedReason: closed?.reason ?? null });
  }
  errors.push(...twiceErrors(reports));
  return { reports, errors };
}

function notAnInstant(pointer: string): FieldError {
  return field(pointer, '须为带时区的时间（RFC 3339）', 'An instant with an offset is needed (RFC 3339)');
}

function spanErrors(at: string, startsAt: Instant, endsAt: Instant): FieldError[] {
  if (endsAt <= startsAt) return [field(`${at}/endsAt`, '结束时间须晚于开始时间', 'A session ends after it begins')];
  if (endsAt - startsAt > LONGEST_SESSION) return [field(`${at}/endsAt`, '一个时段最长31天', 'A session lasts 31 days at most')];
  return [];
}

/** A bed-night lasts from 12:00 to 12:00, so that the nights of a stay join and none is sold twice. */
function nightErrors(at: string, startsAt: Instant, endsAt: Instant): FieldError[] {
  const errors: FieldError[] = [];
  if (startsAt - startOfDay(localDateOf(startsAt)) !== 12 * HOUR) {
    errors.push(field(`${at}/startsAt`, '床位夜次自当地时间12:00起', 'A bed-night begins at 12:00 local time'));
  }
  if (endsAt - startsAt !== DAY) errors.push(field(`${at}/endsAt`, '床位夜次至次日12:00止', 'A bed-night ends at 12:00 of the next day'));
  return errors;
}

/** A session is known by its start. Sessions of one pool may overlap (two rooms, staggered arrivals): each sells its own places. */
function twiceErrors(reports: readonly SessionReport[]): FieldError[] {
  const first = new Map<Instant, number>();
  const errors: FieldError[] = [];
  for (const { index, startsAt } of reports) {
    const earlier = first.get(startsAt);
    if (earlier === undefined) first.set(startsAt, index);
    else errors.push(field(`/sessions/${index}/startsAt`, `与第 ${earlier + 1} 个时段的开始时间相同`, `The same start as the session at index ${earlier}`));
  }
  return errors;
}

export type ReportStatus = 'created' | 'updated' | 'unchanged' | 'stale';

/** The session after a report, and what the report was to it. Counters of places are left alone. */
export function applyReport(pool: Pool, before: Session | undefined, report: SessionReport, now: Instant): { session: Session; status: ReportStatus } {
  const { index: _, ...figures } = report;
  if (before === undefined) {
    const session = { ...figures, poolId: pool.id, area: pool.area, institutionId: pool.institutionId, taken: 0, drawn: {}, earliestExpiry: null, updatedAt: now };
    return { session, status: 'created' };
  }
  const standing = before.reportedAt ?? before.updatedAt;
  // A report without a time of its own is true when it is made: no older than what a clock a little ahead of ours has dated.
  const isAhead = standing > now && standing <= now + CLOCK_SKEW;
  const reportedAt = report.reportedAt ?? (isAhead ? standing : null);
  if ((reportedAt ?? now) < standing) return { session: before, status: 'stale' };
  const same =
    before.endsAt === report.endsAt &&
    before.capacity === report.capacity &&
    before.takenElsewhere === report.takenElsewhere &&
    before.closedReason === report.closedReason &&
    before.source === report.source;
  if (same && before.reportedAt === reportedAt) return { session: before, status: 'unchanged' };
  return { session: { ...before, ...figures, reportedAt, updatedAt: now }, status: same ? 'unchanged' : 'updated' };
}
