import type { Static } from 'typebox';
import { isRefusal, refuse } from '../../kernel/problem.js';
import type { ReferralPatch } from '../../contract/referral.js';
import { diseaseKeyOf } from '../../domain/content.js';
import { amend } from '../../domain/referral-machine.js';
import type { Referral, ReferralContent } from '../../domain/referral.js';
import type { UseCase } from '../ports.js';
import { freePlaces } from '../reservation/places.js';
import { lockForChange } from './access.js';
import { departmentOf, knowPatient, statedIn } from './draft.js';
import { namelessConsent, resealed } from './persons.js';
import { referralEvent } from './referral-event.js';

export type Patch = Partial<Static<typeof ReferralPatch>>;

/**
 * Changes a draft: what is given replaces what was there. Only its sender sees it; sent, it is changed by `provide-info`.
 *
 * Refused: `not_found`, `wrong_party`, `version_mismatch`, `invalid_transition` (sent already), `invalid_content` (the patient).
 */
export const patchReferral: UseCase<{ id: string; ifMatch: number | null; body: Patch }, Referral> = async (unit, { id, ifMatch, body }) => {
  const found = await lockForChange(unit, id, ifMatch, ({ party }) => (party === 'sender' ? undefined : refuse('wrong_party')));
  if (isRefusal(found)) return found;
  const before = found.referral;
  if (before.status !== 'draft') return refuse('invalid_transition', { currentStatus: before.status });

  const { patient, direction, category, urgency, targetInstitutionId, targetDepartment, consortiumId, responsible, consent, operator: _operator, ...content } = body;
  const known = patient ? await knowPatient(unit, patient, (urgency ?? before.urgency) === 'emergency', before.area, { present: statedIn(unit, before) }) : undefined;
  if (isRefusal(known)) return known;
  const merged: ReferralContent = { ...before.content, ...content, ...(consent && { consent: namelessConsent(consent) }), sex: patient?.sex ?? before.content.sex };
  const after = amend(
    before,
    {
      direction: direction ?? before.direction,
      category: category ?? before.category,
      urgency: urgency ?? before.urgency,
      targetInstitutionId: targetInstitutionId ?? before.targetInstitutionId,
      targetDepartment: targetDepartment === undefined ? before.targetDepartment : departmentOf(targetDepartment),
      consortiumId: consortiumId ?? before.consortiumId,
      patientId: known?.patientId ?? before.patientId,
      diseaseKey: diseaseKeyOf(merged),
      content: merged,
      course: {
        ...before.course,
        responsible: { ...before.course.responsible, ...responsible },
        warnings: known?.warnings ?? before.course.warnings,
      },
      sealedPatient: resealed(unit.vault, before, { patient: known?.patient, consent }),
    },
    unit.now,
  );
  // Places were drawn for this target, as urgent as it was, in a ward for this sex: for another they are useless.
  const unfit = after.targetInstitutionId !== before.targetInstitutionId || after.urgency !== before.urgency || after.content.sex !== before.content.sex;
  const released = unfit ? await freePlaces(unit, before, ['held']) : [];
  await unit.saveReferral(after);
  unit.append(referralEvent(after, 'edited', { fields: Object.keys(body).sort(), released }));
  return after;
};

