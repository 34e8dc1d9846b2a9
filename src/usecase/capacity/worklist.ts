import { HOUR, type Instant } from '../../kernel/calendar.js';
import { field, invalid, refuse } from '../../kernel/problem.js';
import type { ReferralStatus, Urgency } from '../../contract/vocabulary.js';
import { isOvercommitted, keyOf, mayHoldExpired, withoutExpired } from '../../domain/capacity.js';
import type { Referral } from '../../domain/referral.js';
import type { Page, Query, Reads, StoredPlace } from '../ports.js';
import { timersFor } from '../referral/referral-event.js';

export const WORKLIST_PROBLEMS = ['overcommitted', 'unclaimed', 'unanswered', 'emergency-unacknowledged', 'consent-missing'] as const;
type Problem = (typeof WORKLIST_PROBLEMS)[number];

/** Something that a person of the institution should look at. */
export interface WorklistEntry {
  readonly problem: string;
  readonly referralId: string;
  readonly referralNo: string;
  readonly status: ReferralStatus;
  readonly urgency: Urgency;
  readonly reservationId: string | null;
  readonly poolId: string | null;
  readonly startsAt: Instant | null;
  /** Since when it is a problem. */
  readonly since: Instant;
}

interface Keyed {
  /** Orders the entries of a source, and is where the next page goes on. */
  readonly key: string;
  readonly entry: WorklistEntry;
}

/** One part of the list: what is found after a key, and whether more may follow the last one that was looked at. */
interface Found {
  readonly entries: readonly Keyed[];
  readonly lookedTo: string | null;
}

interface Source {
  readonly problem: Problem;
  readonly find: (reads: Reads, institutionId: string, after: string | null, limit: number) => Promise<Found>;
}

/** Referrals looked at in one call, so that a long list of unproblematic ones costs several short reads. */
const MOST_READ = 500;
const READ_AT_ONCE = 100;

/**
 * What the institution should look at, problem by problem: places in overcommitted sessions, referrals that
 * nobody has taken up for some hours, those not answered in time, emergencies nobody has acknowledged by name, consent still owed. A page may be
 * short although more follows: go on while a cursor is given.
 *
 * Refused: `invalid_content` (an unknown `?problem`), `invalid_cursor`.
 */
export const worklist: Query<{ problem?: string; after: string | null; limit: number }, Page<WorklistEntry>> = async (reads, actor, question) => {
  const { problem, after, limit } = question;
  if (problem !== undefined && !WORKLIST_PROBLEMS.includes(problem as Problem)) {
    return invalid(field('?problem', `可选：${WORKLIST_PROBLEMS.join('、')}`, `One of ${WORKLIST_PROBLEMS.join(', ')}`));
  }
  const { institutionId } = actor;
  if (institutionId === null) return { data: [], next: null };
  const start = readCursor(after);
  if (!start) return refuse('invalid_cursor');

  const data: WorklistEntry[] = [];
  for (let at = start.source; at < SOURCES.length; at++) {
    const source = SOURCES[at] as Source;
    if (problem !== undefined && source.problem !== problem) continue;
    const { entries, lookedTo } = await source.find(reads, institutionId, at === start.source ? start.key : null, limit - data.length);
    data.push(...entries.map(({ entry }) => entry));
    if (lookedTo !== null) return { data, next: `${at} ${lookedTo}` };
    if (data.length >= limit) return { data, next: at + 1 < SOURCES.length ? `${at + 1} ` : null };
  }
  return { data, next: null };
};

function readCursor(after: string | null): { source: number; key: string | null } | undefined {
  if (after === null) return { source: 0, key: null };
  const blank = after.indexOf(' ');
  const source = Number(after.slice(0, blank));
  if (blank < 1 || !Number.isInteger(source) || source < 0 || source >= SOURCES.length) return undefined;
  const key = after.slice(blank + 1);
  return { source, key: key === '' ? null : key };
}

async function findOvercommitted(reads: Reads, institutionId: string, after: string | null, limit: number): Promise<Found> {
  const found: Keyed[] = [];
  for (const session of await reads.overcommitted(institutionId)) {
    const prefix = keyOf(session);
    if (after !== null && `${prefix}~` < after) continue;
    const net = mayHoldExpired(session, reads.now) ? withoutExpired(session, await reads.expiredHolds(session)) : session;
    if (!isOvercommitted(net)) continue;
    for (const place of (await reads.livePlacesOf(session)).filter((p) => !isExpired(p, reads.now))) {
      const key = `${prefix} ${place.reservationId} ${place.item}`;
      const referral = await reads.referral(place.referralId);
      // A draft is its sender's alone.
      if (!referral || referral.status === 'draft') continue;
      found.push({ key, entry: entryOf('overcommitted', referral, session.updatedAt, place) });
    }
  }
  const sorted = found.sort((a, b) => (a.key < b.key ? -1 : 1)).filter(({ key }) => after === null || key > after);
  const entries = sorted.slice(0, limit);
  return { entries, lookedTo: sorted.length > limit ? (entries.at(-1)?.key ?? after) : null };
}

function isExpired(place: StoredPlace, now: Instant): boolean {
  return place.state === 'held' && place.expiresAt !== null && place.expiresAt <= now;
}

/** Referrals of one status, newest first, in which something is wrong: `since` answers since when, or null. */
function referralsIn(
  problem: Problem,
  status: ReferralStatus,
  receiverOnly: boolean,
  since: (reads: Reads, referral: Referral) => Instant | null,
): Source {
  const find: Source['find'] = async (reads, institutionId, after, limit) => {
    const entries: Keyed[] = [];
    let before = after;
    for (let read = 0; read < MOST_READ; read += READ_AT_ONCE) {
      const page = await reads.referrals({
        institutionId,
        leadOf: [],
        status,
        ...(receiverOnly ? { targetInstitutionId: institutionId } : {}),
        before,
        limit: READ_AT_ONCE,
      });
      for (const referral of page.data) {
        if (entries.length === limit) return { entries, lookedTo: before };
        before = referral.id;
        const from = since(reads, referral);
        if (from !== null && from <= reads.now) entries.push({ key: referral.id, entry: entryOf(problem, referral, from, null) });
      }
      if (page.next === null) return { entries, lookedTo: null };
    }
    return { entries, lookedTo: before };
  };
  return { problem, find };
}

/** From the hour of the reminder on, until it counts as not answered in time. */
function unclaimedSince(reads: Reads, referral: Referral): Instant | null {
  const { submittedAt } = referral.course;
  const late = unansweredSince(reads, referral);
  if (submittedAt === null || late === null || late <= reads.now) return null;
  return submittedAt + timersFor(reads, referral).reminderHours * HOUR;
}

function unansweredSince(reads: Reads, referral: Referral): Instant | null {
  const { submittedAt } = referral.course;
  return submittedAt === null ? null : submittedAt + timersFor(reads, referral).answerHours * HOUR;
}

function unacknowledgedSince(_reads: Reads, referral: Referral): Instant | null {
  return referral.urgency === 'emergency' && referral.course.acknowledged === null ? referral.course.submittedAt : null;
}

const consentDue = (_reads: Reads, referral: Referral): Instant | null => referral.course.consentDueAt;

const UNDER_WAY = ['submitted', 'info-requested', 'accepted', 'scheduled', 'arrived'] as const;

const SOURCES: readonly Source[] = [
  { problem: 'overcommitted', find: findOvercommitted },
  referralsIn('unclaimed', 'submitted', true, unclaimedSince),
  referralsIn('unanswered', 'submitted', true, unansweredSince),
  ...UNDER_WAY.map((status) => referralsIn('emergency-unacknowledged', status, true, unacknowledgedSince)),
  ...[...UNDER_WAY, 'in-care' as const].map((status) => referralsIn('consent-missing', status, false, consentDue)),
];

function entryOf(problem: Problem, referral: Referral, since: Instant, place: StoredPlace | null): WorklistEntry {
  const { id, referralNo, status, urgency } = referral;
  return {
    problem,
    referralId: id,
    referralNo,
    status,
    urgency,
    reservationId: place?.reservationId ?? null,
    poolId: place?.poolId ?? null,
    startsAt: place?.startsAt ?? null,
    since,
  };
}
