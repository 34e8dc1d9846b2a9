import { field, invalid, isRefusal } from '../../../kernel/problem.js';
import { checkContent, checkReason, diseaseKeyOf, warningsWith } from '../../../domain/content.js';
import { advance, amend, reinstated } from '../../../domain/referral-machine.js';
import type { ReferralContent } from '../../../domain/referral.js';
import { freePlaces } from '../../reservation/places.js';
import { checkLineage } from '../lineage.js';
import { refuseDuplicate } from '../duplicates.js';
import { timersFor } from '../referral-event.js';
import { knowPatient, statedIn } from '../draft.js';
import { namelessConsent, resealed } from '../persons.js';
import type { Action } from './action.js';

/** Asking, answering and judging a referral that is on its way. */

export const requestInfo: Action<'request-info'> = async (unit, { referral }) => ({
  referral: advance(referral, { status: 'info-requested', course: { statusBefore: referral.status } }, unit.now, timersFor(unit, referral)),
});

/** What `provide-info` may not change: it would be another referral. */
const FIXED = ['direction', 'category', 'urgency', 'targetInstitutionId', 'targetDepartment', 'consortiumId', 'occurredAt', 'retroReason', 'replaces', 'returnOf'] as const;

export const provideInfo: Action<'provide-info'> = async (unit, { referral }, body) => {
  const { patient, responsible, consent, ...changes } = body.changes ?? {};
  const fixed = FIXED.filter((name) => name in changes);
  if (fixed.length > 0) return invalid(...fixed.map((name) => field(`/changes/${name}`, '提交后不能修改此项', 'This cannot change after submission')));

  const known = patient ? await knowPatient(unit, patient, referral.urgency === 'emergency', referral.area, { at: '/changes', present: statedIn(unit, referral) }) : undefined;
  if (isRefusal(known)) return known;
  if (known && known.patientId !== referral.patientId) return invalid(field('/changes/patient/idNumber', '不是同一患者', 'Another person'));
  const content: ReferralContent = { ...referral.content, ...changes, ...(consent && { consent: namelessConsent(consent) }), sex: patient?.sex ?? referral.content.sex };
  const errors = [...checkContent({ ...referral, content }, unit.now), ...(await checkLineage(unit, referral, changes))];
  if (errors.length > 0) return invalid(...errors.map((e) => ({ ...e, pointer: `/changes${e.pointer}` })));

  const noticed = known?.warnings ?? referral.course.warnings;
  const answered = advance(
    { ...referral, content, diseaseKey: diseaseKeyOf(content), sealedPatient: resealed(unit.vault, referral, { patient: known?.patient, consent }) },
    {
      status: 'submitted',
      course: {
        statusBefore: null,
        responsible: { ...referral.course.responsible, ...responsible },
        warnings: warningsWith(noticed, content, unit.network.institution(referral.targetInstitutionId ?? '')?.formulary),
      },
    },
    unit.now,
    timersFor(unit, referral),
  );
  // A ward may be for one sex: places drawn for the other are useless, as with a draft.
  const released = content.sex === referral.content.sex ? [] : await freePlaces(unit, referral, ['held']);
  return { referral: answered, data: { changed: Object.keys(body.changes ?? {}).sort(), released } };
};

export const accept: Action<'accept'> = async (unit, { referral }, body) => {
  const { responsible: before } = referral.course;
  const responsible = body.handler ? { ...before, handler: body.handler } : before;
  const course = { acceptedBy: 'receiver' as const, acceptedAt: unit.now, statusBefore: null, responsible };
  return {
    referral: advance(referral, { status: 'accepted', course }, unit.now, timersFor(unit, referral)),
    data: body.handler ? { handler: body.handler.code ?? null, handlerBefore: before.handler?.code ?? null } : {},
  };
};

/** A change of urgency by the receiver. An emergency that was none is counted: misuse of the green channel. */
export const retriage: Action<'retriage'> = async (unit, { referral }, body) => {
  const errors = checkReason('retriage', body.reasonCode, body.comment, '/reasonCode', '/comment');
  if (errors.length > 0) return invalid(...errors);
  const misused = referral.urgency === 'emergency' && body.urgency !== 'emergency';
  const facts = misused ? [...new Set([...referral.course.facts, 'green-channel-misused'])] : referral.course.facts;
  return {
    referral: amend(referral, { urgency: body.urgency, course: { ...referral.course, facts } }, unit.now),
    data: { from: referral.urgency, to: body.urgency, reasonCode: body.reasonCode },
  };
};

/** A named person answers an emergency. Not a transition: nothing else changes. */
export const acknowledge: Action<'acknowledge'> = async (unit, { referral }, body) => ({
  referral: amend(referral, { course: { ...referral.course, acknowledged: { name: body.name, phone: body.phone, at: unit.now } } }, unit.now),
  data: { name: body.name },
});

/** A receiver takes an expired referral up again, within thirty days; its places are gone and must be taken anew. */
export const reinstate: Action<'reinstate'> = async (unit, { referral }) => {
  // The sender may have sent another meanwhile: one patient waits for one department once.
  const duplicate = await refuseDuplicate(unit, referral);
  return isRefusal(duplicate) ? duplicate : { referral: reinstated(referral, unit.now, timersFor(unit, referral)) };
};
