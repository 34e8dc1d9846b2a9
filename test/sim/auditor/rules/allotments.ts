import type { AllotmentDoc, Book, PlaceRow, PoolDoc, ReferralRow, SessionRow } from '../book.js';
import type { Answered } from '../claim.js';
import type { Step } from '../step.js';
import { given, had } from './capacity.js';

/**
 * The contract's nested limits, reckoned anew: "a reservation draws the allotments whose audience its
 * referral meets, in listed order, then open places … Open places = capacity − taken − taken elsewhere −
 * the unreleased remainder of all allotments."
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

interface Asker {
  readonly level: string;
  readonly urgency: string;
  readonly consortia: readonly string[];
}

export function* allotmentsAreKept(step: Step): Iterable<string> {
  for (const { session, places } of given(step)) {
    const pool = session && step.after.pools.get(session.poolId);
    if (!session || !pool) continue;
    for (const place of places) yield* unfit(step, pool, session, place);
    const count = (id: string): number => had(step.after, session, step.now).filter((p) => p.allotmentId === id).length;
    const opened = places.some((place) => place.allotmentId === null);
    const left = session.capacity - session.takenElsewhere - had(step.after, session, step.now).length;
    let kept = 0;
    for (const allotment of pool.allotments ?? []) {
      const size = sizeOf(allotment, session);
      if (places.some((place) => place.allotmentId === allotment.id) && count(allotment.id) > size) {
        yield `${session.key}: ${count(allotment.id)} places of ${allotment.id}, which has ${size}`;
      }
      if (!isReleased(allotment, session, step.now)) kept += Math.max(0, size - count(allotment.id));
    }
    if (opened && left < kept) yield `${session.key}: an open place was given, ${left} are left and ${kept} are kept`;
  }
  yield* refusedThoughFree(step);
}

/** Whether this one place may be had by who has it; where the step leaves no doubt, whether it is the right one. */
function* unfit(step: Step, pool: PoolDoc, session: SessionRow, place: PlaceRow): Iterable<string> {
  const { before, after, now } = step;
  const id = after.reservations.get(place.reservationId)?.referralId ?? '';
  const referrals = [after.referrals.get(id), before.referrals.get(id)].filter((r) => r !== undefined);
  if (referrals.length === 0) return;
  const askers = referrals.map((referral) => askerOf(after, referral, pool.institutionId, now));
  const fits = askers.some((asker) => mayHave(pool, session, asker, place.allotmentId, now));
  if (!fits) yield `${session.key}: a place of ${place.allotmentId ?? 'nobody'} was given to ${JSON.stringify(askers[0])}`;
  if (!step.alone || !onlyChange(step, session, place)) return;
  const others = had(after, session, now).filter((p) => p !== place);
  const due = draw(pool, session, others, askers[0]!, now);
  if (due !== undefined && due !== place.allotmentId) yield `${session.key}: a place of ${place.allotmentId ?? 'nobody'} was given where one of ${due ?? 'nobody'} was due`;
}

/** Nothing else happened in the session than that holds ran out. */
function onlyChange({ before, after }: Step, session: SessionRow, place: PlaceRow): boolean {
  return (after.placesIn.get(session.key) ?? []).every((p) => p === place || p.state === 'expired' || p.state === before.places.get(p.key)?.state);
}

function mayHave(pool: PoolDoc, session: SessionRow, asker: Asker, allotmentId: string | null, now: number): boolean {
  const emergency = asker.urgency === 'emergency';
  if (allotmentId === null) return emergency || isVisible(pool.openFromDays, session, now);
  const allotment = (pool.allotments ?? []).find((a) => a.id === allotmentId);
  if (!allotment || isReleased(allotment, session, now)) return false;
  return emergency || (isVisible(allotment.visibleFromDays, session, now) && meets(allotment, asker));
}

/** The allotment that is due, null for an open place, undefined for none. */
function draw(pool: PoolDoc, session: SessionRow, taken: readonly PlaceRow[], asker: Asker, now: number): string | null | undefined {
  const left = session.capacity - session.takenElsewhere - taken.length;
  if (left <= 0 || session.closed || session.endsAt <= now) return undefined;
  let kept = 0;
  for (const allotment of pool.allotments ?? []) {
    if (isReleased(allotment, session, now)) continue;
    const rest = Math.max(0, sizeOf(allotment, session) - taken.filter((place) => place.allotmentId === allotment.id).length);
    if (rest > 0 && mayHave(pool, session, asker, allotment.id, now)) return allotment.id;
    kept += rest;
  }
  return left > kept && mayHave(pool, session, asker, null, now) ? null : undefined;
}

/** A place that is free is not refused: what has run out is free the instant it has. */
function* refusedThoughFree({ before, after, now, claims, alone }: Step): Iterable<string> {
  const [claim] = claims;
  if (!alone || claim?.outcome !== 'answered' || claim.replayed || claim.refused !== 'session_full' || !claim.wish) return;
  const session = before.sessions.get(`${claim.wish.poolId} ${claim.wish.startsAt}`);
  const pool = session && after.pools.get(session.poolId);
  const referral = before.referrals.get(claim.wish.referralId);
  if (!session || !pool || !referral || !isOnlyConflict(claim)) return;
  const due = draw(pool, session, had(before, session, now), askerOf(after, referral, pool.institutionId, now), now);
  if (due !== undefined) yield `${session.key}: refused as full, though a place of ${due ?? 'nobody'} is free`;
}

function isOnlyConflict({ body }: Answered): boolean {
  return (JSON.parse(body) as { conflicts: unknown[] }).conflicts.length === 1;
}

function sizeOf(allotment: AllotmentDoc, session: SessionRow): number {
  return allotment.places ?? Math.floor((session.capacity * (allotment.shareBp ?? 0)) / 10_000);
}

function isReleased(allotment: AllotmentDoc, session: SessionRow, now: number): boolean {
  return allotment.releaseHours !== undefined && session.startsAt - now <= allotment.releaseHours * HOUR;
}

function isVisible(days: number | undefined, session: SessionRow, now: number): boolean {
  return days === undefined || session.startsAt - now <= days * DAY;
}

function meets({ audience }: AllotmentDoc, asker: Asker): boolean {
  if (asker.consortia.length === 0) return false;
  if (audience.level !== undefined && audience.level !== asker.level) return false;
  if (audience.consortiumId !== undefined && !asker.consortia.includes(audience.consortiumId)) return false;
  return audience.urgency === undefined || audience.urgency === asker.urgency;
}

/** "`audience.level` is the sender's; `consortiumId` any that both share"; what was frozen at submission stays. */
function askerOf(book: Book, referral: ReferralRow, institutionId: string, now: number): Asker {
  const today = new Date(now + 8 * HOUR).toISOString().slice(0, 10);
  const levels = book.institutions.get(referral.source)?.levels ?? [];
  const level = referral.course.sourceLevel ?? levels.reduce((found, step) => (step.since <= today ? step.level : found), levels[0]?.level ?? '');
  if (referral.course.outside) return { level, urgency: referral.urgency, consortia: [] };
  const isMember = (members: readonly { institutionId: string; periods: readonly { from: string; until?: string | null }[] }[], id: string): boolean =>
    members.some((m) => m.institutionId === id && m.periods.some((p) => p.from <= today && (!p.until || today <= p.until)));
  const shared = [...book.consortia.values()].filter(({ members }) => isMember(members, referral.source) && isMember(members, institutionId)).map(({ id }) => id);
  const kept = referral.course.submittedAt === null || referral.consortiumId === null ? [] : [referral.consortiumId];
  return { level, urgency: referral.urgency, consortia: [...new Set([...shared, ...kept])] };
}

