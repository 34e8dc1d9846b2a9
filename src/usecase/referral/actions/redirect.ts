import { localDateOf } from '../../../kernel/calendar.js';
import { must } from '../../../kernel/assert.js';
import { field, invalid, isRefusal } from '../../../kernel/problem.js';
import { checkReason } from '../../../domain/content.js';
import { hasDepartment, type Institution } from '../../../domain/network.js';
import { advance } from '../../../domain/referral-machine.js';
import type { Referral } from '../../../domain/referral.js';
import { tellWithFiling, withFiling } from '../../insurance/filing.js';
import { endPlaces } from '../../reservation/places.js';
import { submittedFacts } from '../create-referral.js';
import { departmentOf } from '../draft.js';
import { openPersons, sealPersons } from '../persons.js';
import { referralEvent, timersFor } from '../referral-event.js';
import { submit } from '../submission.js';
import type { Unit } from '../../ports.js';
import type { Action } from './action.js';

/**
 * Hands the referral on to another institution: this one ends as `redirected`, a new one with the same
 * content goes to the new receiver. The patient keeps the waiting time; entitlement and consortium are
 * decided anew between the sender and the new receiver.
 */
export const redirect: Action<'redirect'> = async (unit, { referral }, body) => {
  const errors = checkReason('redirect', body.reasonCode, body.comment, '/reasonCode', '/comment');
  const target = unit.network.institution(body.targetInstitutionId);
  if (!target) return invalid(...errors, field('/targetInstitutionId', '机构不存在', 'Unknown institution'));
  const department = departmentOf(body.targetDepartment) ?? kept(referral.targetDepartment, target);
  if (target.id === referral.targetInstitutionId && department === referral.targetDepartment) {
    errors.push(field('/targetInstitutionId', '与现接收方相同', 'That is the present receiver'));
  }
  if (errors.length > 0) return invalid(...errors);

  const released = await endPlaces(unit, referral);
  const id = unit.ids.next(target.area);
  const ended = advance(
    referral,
    { status: 'redirected', course: { redirectedTo: id, ending: { reasonCode: body.reasonCode, comment: body.comment ?? null }, endedAt: unit.now } },
    unit.now,
    timersFor(unit, referral),
  );
  const sent = await submit(unit, successor(unit, ended, id, target, department), undefined);
  if (isRefusal(sent)) return sent;
  const { referral: next, filing } = await withFiling(unit, sent.referral);
  await unit.insertReferral(next);
  const documents = await copyDocuments(unit, ended, next);
  tellWithFiling(unit, referralEvent(next, 'submitted', { ...submittedFacts(next, null), redirectedFrom: referral.id, documents }), filing);
  return { referral: ended, data: { reasonCode: body.reasonCode, redirectedTo: id, targetInstitutionId: target.id, released } };
};

/** The department that was asked for, where the new receiver has it too. */
function kept(department: string | null, target: Institution): string | null {
  return department !== null && hasDepartment(target, department) ? department : null;
}

/** The papers follow the patient: the new receiver cannot see the referral that they were sent with. */
async function copyDocuments(unit: Unit, from: Referral, to: Referral): Promise<number> {
  const documents = await unit.documents(from.id);
  for (const { id } of documents) {
    const { content, ...document } = must(await unit.document(from.id, id), 'a listed document has its content');
    await unit.insertDocument({ ...document, id: unit.ids.next(to.area), referralId: to.id, state: 'delivered' }, content);
  }
  return documents.length;
}

function successor(unit: Unit, ended: Referral, id: string, target: Institution, targetDepartment: string | null): Referral {
  return {
    ...ended,
    id,
    area: target.area,
    referralNo: `R${localDateOf(unit.now).slice(2).replaceAll('-', '')}${unit.ids.code(10)}`,
    status: 'draft',
    version: 0,
    targetInstitutionId: target.id,
    targetDepartment,
    consortiumId: null,
    createdAt: unit.now,
    updatedAt: unit.now,
    course: {
      ...ended.course,
      entitlement: null,
      reservationIds: [],
      acceptedBy: null,
      acceptedAt: null,
      acknowledged: null,
      filingId: null,
      facts: ended.course.facts.filter((fact) => fact === 'retro'),
      redirectedFrom: ended.id,
      redirectedTo: null,
      ending: null,
      endedAt: null,
      statusBefore: null,
      earlierReceivers: ended.targetInstitutionId === null ? ended.course.earlierReceivers : [...new Set([...ended.course.earlierReceivers, ended.targetInstitutionId])],
    },
    sealedPatient: sealPersons(unit.vault, id, openPersons(unit.vault, ended)),
  };
}
