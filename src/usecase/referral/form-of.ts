import { isRefusal, refuse } from '../../kernel/problem.js';
import { printForm, type Arrangement, type ReferralForm } from '../../domain/form.js';
import { isSide } from '../../domain/party.js';
import type { Query } from '../ports.js';
import { findReferral } from './access.js';
import { openPersons } from './persons.js';

/** The official form with what is filled in so far. For the two sides of the referral only: it names the patient in full. */
export const formOf: Query<{ id: string }, ReferralForm> = async (reads, actor, { id }) => {
  const found = await findReferral(reads, actor, id);
  if (isRefusal(found)) return found;
  const { referral, party } = found;
  if (!isSide(party)) return refuse('wrong_party');
  const booked: Arrangement[] = [];
  for (const reservationId of referral.course.reservationIds) {
    for (const place of (await reads.reservation(reservationId))?.places ?? []) {
      if (place.state === 'confirmed' || place.state === 'fulfilled') booked.push({ startsAt: place.startsAt, name: reads.pool(place.poolId)?.name ?? place.poolId });
    }
  }
  booked.sort((a, b) => a.startsAt - b.startsAt);
  return printForm(referral, openPersons(reads.vault, referral).patient, reads.network, booked);
};
