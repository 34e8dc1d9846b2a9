import type { Step } from '../step.js';

const OVER = ['completed', 'rejected', 'cancelled', 'redirected', 'closed', 'expired'];
const THERE = ['arrived', 'in-care', 'completed', 'closed'];
const UNBOOKED = ['draft', 'submitted', 'info-requested', 'accepted'];

/** No booking without a grant: every place belongs to a session, a reservation and a referral that know of each other, in a state that fits the referral's. */
export function* bookingsAreGranted({ before, after }: Step): Iterable<string> {
  if (after === before) return;
  for (const place of after.places.values()) {
    const session = after.sessions.get(place.session);
    if (!session) yield `place ${place.key} lies in no session`;
    else if (session.endsAt !== place.endsAt) yield `place ${place.key} does not end with its session`;
    if (!after.reservations.has(place.reservationId)) yield `place ${place.key} has no reservation`;
  }
  for (const { id, referralId } of after.reservations.values()) {
    const referral = after.referrals.get(referralId);
    if (!referral) yield `reservation ${id} has no referral`;
    else if (!referral.course.reservationIds.includes(id)) yield `reservation ${id} is not known to its referral ${referralId}`;
  }
  for (const { id, status, course } of after.referrals.values()) {
    const places = course.reservationIds.flatMap((reservation) => after.placesOf.get(reservation) ?? []);
    const some = (...states: string[]): boolean => places.some((place) => states.includes(place.state));
    if (course.acceptedBy === 'arrival' && !THERE.includes(status)) yield `referral ${id} is ${status}, accepted by an arrival that was none`;
    if (OVER.includes(status) && some('held', 'confirmed')) yield `referral ${id} is ${status} and still has a place`;
    if (UNBOOKED.includes(status) && some('confirmed')) yield `referral ${id} is ${status} and has a booked place`;
    if (status === 'scheduled' && !some('confirmed', 'fulfilled')) yield `referral ${id} is scheduled without a booked place`;
    if (['arrived', 'in-care'].includes(status) && some('held')) yield `referral ${id} is ${status} and still holds a place`;
  }
}
