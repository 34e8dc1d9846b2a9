import { LIVE, type Book, type EventRow, type PlaceRow, type ReferralRow } from '../book.js';
import { dataOf, type Step } from '../step.js';

/**
 * "A bed's nights are an estimate: once fulfilled it stays occupied until the discharge, later nights being taken one by
 * one, visibly." Reckoned anew from stays and places.
 */

const HOUR = 3_600_000;
const THERE = ['arrived', 'in-care'];
const ENDED = ['completed', 'closed', 'rejected', 'cancelled', 'redirected'];

/** Places of the nights that an event says were used because somebody lies on. */
function nightsIn(event: EventRow): string[] {
  const { reservationId, places } = dataOf(event) as { reservationId: string; places: readonly { item: number; startsAt: string }[] };
  return places.map(({ item, startsAt }) => `${reservationId} ${item} ${Date.parse(startsAt)}`);
}

function nightEvents({ events }: Step): EventRow[] {
  return events.filter(({ type }) => type === 'reservation.night-taken');
}

/** Places that a bed has gained in a step because somebody lies on in it: they alone may lie above what a session has. */
export function continued(step: Step): ReadonlySet<string> {
  return new Set(nightEvents(step).flatMap(nightsIn).filter((key) => !step.before.places.has(key)));
}

export function* bedsFollowTheStay(step: Step): Iterable<string> {
  const { before, after } = step;
  if (after === before) return;
  const gained = continued(step);
  for (const event of nightEvents(step)) {
    if ((JSON.parse(event.actor) as { clientId: string }).clientId !== 'time') yield `event ${event.seq}: a night is taken by somebody else than time`;
    for (const key of nightsIn(event)) yield* unfounded(step, key, gained.has(key));
  }
  for (const referral of after.referrals.values()) {
    if (THERE.includes(referral.status)) yield* whileThere(after, referral);
    else if (ENDED.includes(referral.status)) yield* tooLong(after, referral, referral.course.endedAt, 'it has ended');
  }
}

/** A night goes on only where somebody lies, at its time, and for nobody who has left. */
function* unfounded({ after, now }: Step, key: string, isGained: boolean): Iterable<string> {
  const place = after.places.get(key);
  const referral = after.referrals.get(after.reservations.get(place?.reservationId ?? '')?.referralId ?? '');
  if (!place || !referral || place.kind !== 'bed') {
    yield `night ${key} is taken, and there is no such night`;
    return;
  }
  const early = place.startsAt - (isGained ? HOUR : 0) - now;
  if (early > 0) yield `night ${key} is taken ${early} ms too early`;
  if (!THERE.includes(referral.status)) yield `night ${key} is taken for a referral that is ${referral.status}`;
  const left = leftAt(after, referral);
  if (left !== null && left <= place.startsAt) yield `night ${key} is taken for somebody who has left at ${left}`;
  if (!isGained) return;
  const lay = (after.placesOf.get(place.reservationId) ?? []).some(({ poolId, state, startsAt }) => poolId === place.poolId && state === 'fulfilled' && startsAt < place.startsAt);
  if (!lay) yield `night ${key} is taken, and nobody lay in that bed`;
  if (place.allotmentId !== null) yield `night ${key} uses up ${place.allotmentId}`;
}

function* whileThere(book: Book, referral: ReferralRow): Iterable<string> {
  const left = leftAt(book, referral);
  yield* tooLong(book, referral, left, 'the patient has left');
  const nights = nightsOf(book, referral);
  const last = Math.max(...nights.filter(({ state }) => state === 'fulfilled').map(({ startsAt }) => startsAt));
  const liesThere = last > 0 && !nights.some(({ state, startsAt }) => state === 'no-show' && startsAt >= last);
  const waits = referral.course.reservationIds.some((id) => (book.reservations.get(id)?.nextNightAt ?? null) !== null);
  if (left === null && liesThere && !waits) yield `referral ${referral.id}: somebody lies in a bed, and nobody looks after the next night`;
}

/** A night is nobody's that begins when its patient has gone. */
function* tooLong(book: Book, referral: ReferralRow, gone: number | null, why: string): Iterable<string> {
  if (gone === null) return;
  for (const { key, state, startsAt } of nightsOf(book, referral)) {
    if (LIVE.includes(state) && startsAt >= gone) yield `night ${key} is ${state}, but ${why} at ${gone}`;
  }
}

function nightsOf(book: Book, { course }: ReferralRow): PlaceRow[] {
  return course.reservationIds.flatMap((id) => book.placesOf.get(id) ?? []).filter(({ kind }) => kind === 'bed');
}

/** By the stay that executed the referral, else the first that names it and was not over before the arrival; null: not told. */
function leftAt(book: Book, { id, course }: ReferralRow): number | null {
  const told = ({ record }: { record: { dischargedAt?: string } }): number => (record.dischargedAt === undefined ? Infinity : Date.parse(record.dischargedAt));
  const stays = [...book.stays.values()].filter((stay) => stay.referralId === id && stay.record.voided !== true && stay.record.kind !== 'outpatient');
  const counted = stays.filter((stay) => stay.executedReferral || told(stay) >= (course.arrivedAt ?? 0));
  counted.sort((a, b) => Number(b.executedReferral) - Number(a.executedReferral) || a.admittedAt - b.admittedAt || (a.id < b.id ? -1 : 1));
  const left = counted[0] ? told(counted[0]) : Infinity;
  return left === Infinity ? null : left;
}
