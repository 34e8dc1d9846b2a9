import type { Static } from 'typebox';
import { ageOn, formatInstant, localDateOf, type Instant } from '../../kernel/calendar.js';
import type * as wire from '../../contract/referral.js';
import type { LoggedEvent } from '../../domain/event.js';
import { maskIdNumber, maskName, maskPhone } from '../../domain/mask.js';
import type { Referral } from '../../domain/referral.js';
import type { DocumentRecord, FollowUp, Message, Patient, Reads } from '../../usecase/ports.js';
import { openPersons } from '../../usecase/referral/persons.js';
import type { PatientFound } from '../../usecase/network/lookup-patient.js';
import type { Wire } from '../declaration.js';

/** Domain to wire. Instants become text at +08:00; the patient is opened only for whom the referral exists. */

export function instantOrNull(at: Instant | null): string | null {
  return at === null ? null : formatInstant(at);
}

/** Every field by its name: one fixed shape is read and written many times faster than a spread of what there happens to be. */
export function referralView(referral: Referral, reads: Reads): Wire<Static<typeof wire.Referral>> {
  const { course, content } = referral;
  const { patient, consent } = openPersons(reads.vault, referral);
  return {
    id: referral.id,
    referralNo: referral.referralNo,
    status: referral.status,
    version: referral.version,
    direction: referral.direction,
    category: referral.category,
    urgency: referral.urgency,
    sourceInstitutionId: referral.sourceInstitutionId,
    targetInstitutionId: referral.targetInstitutionId,
    targetDepartment: referral.targetDepartment ?? undefined,
    consortiumId: referral.consortiumId,
    patient,
    patientId: referral.patientId,
    sourceDepartment: content.sourceDepartment,
    diagnosis: content.diagnosis,
    impression: content.impression,
    presentIllness: content.presentIllness,
    pastHistory: content.pastHistory,
    treatment: content.treatment,
    examinations: content.examinations,
    allergies: content.allergies,
    reasonCode: content.reasonCode,
    reasonText: content.reasonText,
    severity: content.severity,
    consent,
    responsible: course.responsible,
    needs: content.needs,
    fromStayId: content.fromStayId,
    returnOf: content.returnOf,
    replaces: content.replaces,
    carePlan: content.carePlan,
    indication: content.indication,
    conditionStable: content.conditionStable,
    clinicalPathway: content.clinicalPathway,
    occurredAt: content.occurredAt,
    retroReason: content.retroReason,
    source: content.source,
    sourceLevel: course.sourceLevel,
    targetLevel: course.targetLevel,
    outside: course.outside,
    retro: course.retro,
    facts: course.facts,
    warnings: course.warnings,
    entitlement: course.entitlement,
    reservationIds: course.reservationIds,
    acceptedBy: course.acceptedBy,
    acknowledged: course.acknowledged && { name: course.acknowledged.name, phone: course.acknowledged.phone, at: formatInstant(course.acknowledged.at) },
    transferId: course.transferId,
    filingId: course.filingId,
    feedback: course.feedback,
    noReturnReason: course.noReturnReason,
    ending: course.ending,
    redirectedFrom: course.redirectedFrom,
    redirectedTo: course.redirectedTo,
    linkedOlder: course.linkedOlder,
    consentDueAt: instantOrNull(course.consentDueAt),
    expiresAt: instantOrNull(referral.deadlineAt),
    createdAt: formatInstant(referral.createdAt),
    submittedAt: instantOrNull(course.submittedAt),
    arrivedAt: instantOrNull(course.arrivedAt),
    receivedAt: instantOrNull(course.receivedAt),
    endedAt: instantOrNull(course.endedAt),
    updatedAt: formatInstant(referral.updatedAt),
  };
}

export function referralSummary(referral: Referral, reads: Reads): Wire<Static<typeof wire.ReferralSummary>> {
  const { patient } = openPersons(reads.vault, referral);
  return {
    id: referral.id,
    referralNo: referral.referralNo,
    status: referral.status,
    version: referral.version,
    direction: referral.direction,
    category: referral.category,
    urgency: referral.urgency,
    sourceInstitutionId: referral.sourceInstitutionId,
    targetInstitutionId: referral.targetInstitutionId,
    targetDepartment: referral.targetDepartment,
    consortiumId: referral.consortiumId,
    patientId: referral.patientId,
    patient: { age: ageOn(patient.birthDate, localDateOf(reads.now)), ...maskedPatient(patient) },
    diagnosisCode: referral.content.diagnosis?.[0]?.code ?? null,
    outside: referral.course.outside,
    createdAt: formatInstant(referral.createdAt),
    submittedAt: instantOrNull(referral.course.submittedAt),
    updatedAt: formatInstant(referral.updatedAt),
  };
}

export function maskedPatient({ name, sex, idNumber, phone }: Patient) {
  return {
    name: maskName(name),
    sex,
    idNumber: idNumber === undefined ? null : maskIdNumber(idNumber),
    phone: phone === undefined ? null : maskPhone(phone),
  };
}

export function patientFoundView(found: PatientFound, reads: Reads): Wire<Static<typeof wire.PatientLookup>> {
  return {
    patientId: found.patientId,
    ...maskedPatient(found.patient),
    birthDate: found.patient.birthDate,
    openReferrals: found.openReferrals.map((referral) => referralSummary(referral, reads)),
    openElsewhere: found.openElsewhere,
  };
}

export function messageView(message: Message): Wire<Static<typeof wire.Message>> {
  return { ...message, at: formatInstant(message.at) };
}

export function documentView(document: DocumentRecord): Wire<Static<typeof wire.DocumentView>> {
  return { ...document, at: formatInstant(document.at) };
}

export function documentContentView(document: DocumentRecord & { readonly content: Uint8Array }): Wire<Static<typeof wire.DocumentContent>> {
  // The text takes the place of the bytes, which the view carries along.
  return { ...documentView(document), content: Buffer.from(document.content).toString('base64') };
}

export function historyEntry({ seq, at, type, actor, data }: LoggedEvent) {
  return { seq, at: formatInstant(at), type, by: actor, data };
}

export function followUpView(followUp: FollowUp): Wire<Static<typeof wire.FollowUpView>> {
  return { ...followUp, doneAt: instantOrNull(followUp.doneAt) };
}
