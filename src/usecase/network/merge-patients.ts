import { must } from '../../kernel/assert.js';
import { areaOfId } from '../../kernel/ids.js';
import { field, invalid, isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import type { MergeInput } from '../../contract/patient.js';
import type { Patient } from '../../contract/referral.js';
import { contradiction, hasResidentId, normaliseIdNumber } from '../../domain/identity.js';
import { amend } from '../../domain/referral-machine.js';
import { reassess } from '../insurance/reassess.js';
import { statementOf, worksWith } from '../insurance/person.js';
import type { Accumulator, PatientRecord, Unit, UseCase } from '../ports.js';
import { referralEvent } from '../referral/referral-event.js';

export interface Merged {
  readonly patientId: string;
  /** In clear: whoever shows it masks it. */
  readonly patient: Patient;
  /** False: the two were one record already; nothing changed. */
  readonly applied: boolean;
}

/**
 * Two records of one person become one: somebody who came unknown is identified, or was written down twice.
 * Referrals, stays and what the insurer stated follow the record that stays; the other answers as that one
 * from then on. The stays are reckoned together. Nothing tells two persons apart again, so the caller must
 * work with the record that goes, and with the other too or know the number of its document. What sex, date of
 * birth or the documents contradict is refused; a record with a resident identity number never goes into one without.
 *
 * Refused: `not_found` for whom the record does not exist, `invalid_content` where the two cannot be one person.
 */
export const mergePatients: UseCase<{ id: string; body: MergeInput }, Merged> = async (unit, { id, body }) => {
  const gone = await unit.patient(id);
  if (!gone || !(await worksWith(unit, unit.actor, gone.id))) return refuse('not_found');
  const stays = await recordNamed(unit, id, body);
  if (isRefusal(stays)) return stays;
  const patient = statementOf(unit, stays);
  if (gone.id === stays.id) return { patientId: stays.id, patient, applied: false };
  const pointer = body.into === undefined ? '/idNumber' : '/into';
  const doubt = twoPersons(gone, statementOf(unit, gone), stays, patient);
  if (doubt) return invalid(field(pointer, doubt.zh, doubt.en));

  await carryOver(unit, gone, stays);
  return { patientId: stays.id, patient, applied: true };
};

/** The record that stays: one that the institution works with, or whose document it has been shown. */
async function recordNamed(unit: Unit, id: string, { into, idType, idNumber }: MergeInput): Promise<PatientRecord | Refusal> {
  if ((into === undefined) === (idNumber === undefined)) {
    return invalid(field('/into', 'into 与 idNumber 须填写且只填写一项', 'Either into or idNumber, one of them'));
  }
  if (idNumber !== undefined) {
    const record = await unit.patientByDigest(unit.vault.digest(idType ?? '01', normaliseIdNumber(idNumber)));
    return record ?? invalid(field('/idNumber', '没有登记过该证件号码；请在就诊记录或转诊中填写', 'Nobody has stated this number; state it in the stay or the referral'));
  }
  if (into === id) return invalid(field('/into', '是同一份记录', 'That is the same record'));
  const record = into === undefined ? undefined : await unit.patient(into);
  return record && (await worksWith(unit, unit.actor, record.id)) ? record : invalid(field('/into', '没有该患者', 'No such patient'));
}

/** What speaks against one person. */
function twoPersons(gone: PatientRecord, its: Patient, stays: PatientRecord, their: Patient): { zh: string; en: string } | undefined {
  if (hasResidentId(its) && hasResidentId(their) && its.idNumber !== their.idNumber) {
    return { zh: '两份记录的身份证号码不同，不是同一人', en: 'The two have different resident identity numbers' };
  }
  if (gone.idDigest !== null && stays.idDigest === null) {
    return { zh: '应保留有证件号码的一份', en: 'The record with a number is the one that stays' };
  }
  // A number with its check digit is what others look the person up by: what anybody may invent does not take its place.
  if (hasResidentId(its) && !hasResidentId(their)) {
    return { zh: '应保留有身份证号码的一份', en: 'The record with a resident identity number is the one that stays' };
  }
  switch (contradiction(its, their)) {
    case 'sex':
      return { zh: '两份记录的性别不同，不是同一人', en: 'The two are of different sex' };
    case 'birth-date':
      return { zh: '两份记录的出生日期不同，不是同一人', en: 'The two have different dates of birth' };
    case undefined:
      return undefined;
  }
}

async function carryOver(unit: Unit, gone: PatientRecord, stays: PatientRecord): Promise<void> {
  const concerned = new Set<string>();
  const referrals = await moveReferrals(unit, gone.id, stays.id, concerned);
  for (const id of [gone.id, stays.id].sort()) must(await unit.lockPatient(id), 'only records that stand for themselves are merged');
  const moved = await moveStays(unit, gone.id, stays.id, concerned);
  await moveAccumulators(unit, gone.id, stays.id);
  await moveContracts(unit, gone.id, stays.id, concerned);
  await unit.savePatient({ ...gone, mergedInto: stays.id, updatedAt: unit.now });
  unit.append({
    type: 'patient.merged',
    area: must(areaOfId(stays.id), 'an id carries its prefecture'),
    subject: `patient:${gone.id}`,
    referralId: null,
    institutionIds: [...concerned].sort(),
    data: { into: stays.id, referrals, stays: moved },
  });
  await reassess(unit, stays.id, 'patients-merged');
}

async function moveReferrals(unit: Unit, from: string, to: string, concerned: Set<string>): Promise<number> {
  const ids = await unit.referralIdsOf(from);
  for (const id of ids) {
    const referral = must(await unit.lockReferral(id), 'a listed referral is there');
    const moved = amend(referral, { patientId: to }, unit.now);
    await unit.saveReferral(moved);
    const event = referralEvent(moved, 'patient-merged', { patientId: to, before: from });
    for (const institution of event.institutionIds) concerned.add(institution);
    unit.append(event);
  }
  return ids.length;
}

async function moveStays(unit: Unit, from: string, to: string, concerned: Set<string>): Promise<number> {
  const stays = await unit.staysOf(from);
  for (const stay of stays) {
    await unit.saveStay({ ...stay, patientId: to, version: stay.version + 1, updatedAt: unit.now });
    concerned.add(stay.institutionId);
    unit.append({
      type: 'stay.patient-merged',
      area: stay.area,
      subject: `stay:${stay.id}`,
      referralId: stay.referralId,
      institutionIds: [stay.institutionId],
      data: { number: stay.number, version: stay.version + 1, patientId: to, before: from },
    });
  }
  return stays.length;
}

async function moveContracts(unit: Unit, from: string, to: string, concerned: Set<string>): Promise<void> {
  for (const { area, id } of await unit.contractsOf(from)) {
    const contract = must(await unit.lockContract(area, id), 'a listed contract is there');
    const version = contract.version + 1;
    await unit.saveContract({ ...contract, patientId: to, version, updatedAt: unit.now });
    concerned.add(contract.institutionId);
    unit.append({
      type: 'contract.patient-merged',
      area,
      subject: `contract:${id}`,
      referralId: null,
      institutionIds: [contract.institutionId],
      data: { version, patientId: to, before: from },
    });
  }
}

/** Both statements are about the same person and year: the newer one stands, as if it had been made of one record. */
async function moveAccumulators(unit: Unit, from: string, to: string): Promise<void> {
  const theirs = await unit.accumulatorsOf(to);
  for (const statement of await unit.accumulatorsOf(from)) {
    await unit.deleteAccumulator(statement);
    const other = theirs.find(({ area, year }) => area === statement.area && year === statement.year);
    if (!other || isNewer(statement, other)) await unit.putAccumulator({ ...statement, patientId: to });
  }
}

function isNewer(a: Accumulator, b: Accumulator): boolean {
  return a.asOf === b.asOf ? a.updatedAt > b.updatedAt : a.asOf > b.asOf;
}
