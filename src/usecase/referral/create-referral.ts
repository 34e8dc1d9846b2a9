import { field, invalid, isRefusal, type Refusal } from '../../kernel/problem.js';
import type { ReferralInput } from '../../contract/referral.js';
import type { Referral } from '../../domain/referral.js';
import type { Unit, UseCase } from '../ports.js';
import { tellWithFiling, withFiling } from '../insurance/filing.js';
import { reserveFor } from '../reservation/places.js';
import { startDraft } from './draft.js';
import { referralEvent } from './referral-event.js';
import { submit, withReservation } from './submission.js';

/**
 * A new referral: sent at once, or kept as a draft. With `reserve` its places are held (or booked) in
 * the same unit: both or neither. Answers the referral at version 1.
 *
 * Refused: `wrong_party` (another sender), `invalid_content`, `no_candidate`, `not_in_consortium`,
 * `duplicate_open_referral`, and what {@link reserveFor} refuses.
 */
export const createReferral: UseCase<{ body: ReferralInput }, Referral> = async (unit, { body }) => {
  const draft = await startDraft(unit, body);
  if (isRefusal(draft)) return draft;
  if (body.draft) return keepDraft(unit, draft, body);

  const sent = await submit(unit, draft, body.reserve);
  if (isRefusal(sent)) return sent;
  const { referral, filing } = await withFiling(unit, sent.referral);
  await unit.insertReferral(referral);
  tellWithFiling(unit, referralEvent(referral, 'submitted', submittedFacts(referral, sent.reservation)), filing);
  return referral;
};

async function keepDraft(unit: Unit, draft: Referral, body: ReferralInput): Promise<Referral | Refusal> {
  let referral: Referral = { ...draft, version: 1 };
  if (body.reserve) {
    if (body.reserve.confirm) return invalid(field('/reserve/confirm', '草稿只能预留，不能确认', 'A draft can hold places, not book them'));
    const made = await reserveFor(unit, referral, body.reserve, 'sender', '/reserve/items');
    if (isRefusal(made)) return made;
    referral = withReservation(referral, made.reservation.id);
  }
  await unit.insertReferral(referral);
  unit.append(referralEvent(referral, 'drafted', { reservationIds: referral.course.reservationIds }));
  return referral;
}

/** What the log says of a submission: the facts it was decided on, and nothing of the patient. */
export function submittedFacts(referral: Referral, reservation: { readonly id: string; readonly confirmed: boolean } | null): Record<string, unknown> {
  return {
    direction: referral.direction,
    category: referral.category,
    urgency: referral.urgency,
    sourceInstitutionId: referral.sourceInstitutionId,
    targetInstitutionId: referral.targetInstitutionId,
    targetDepartment: referral.targetDepartment,
    consortiumId: referral.consortiumId,
    ruleVersion: referral.course.ruleVersion,
    facts: referral.course.facts,
    entitled: referral.course.entitlement?.eligible ?? false,
    acceptedBy: referral.course.acceptedBy,
    reservation,
  };
}
