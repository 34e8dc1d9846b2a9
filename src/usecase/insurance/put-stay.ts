import { equalJson } from '../../kernel/equal.js';
import { invalid, isRefusal, refuse } from '../../kernel/problem.js';
import type { Patient } from '../../contract/referral.js';
import type { StayInput } from '../../contract/stay.js';
import { normalisePatient } from '../../domain/identity.js';
import type { PersonFacts } from '../../domain/ledger.js';
import { checkStay, insuredBy, levelAtAdmission, type Stay } from '../../domain/stay.js';
import type { Unit, UseCase } from '../ports.js';
import { knowPatient, statedIn } from '../referral/draft.js';
import type { Present } from '../referral/identify.js';
import { shown, type StayShown } from './get-stay.js';
import { linkStay, namedReferral } from './link-stay.js';
import { factsOf } from './person.js';
import { followStay } from '../reservation/follow-stay.js';
import { reassess } from './reassess.js';

export interface StayWritten extends StayShown {
  readonly created: boolean;
  /** False: an older source version than the one kept; nothing changed. */
  readonly applied: boolean;
}

/**
 * The record of a stay as the hospital's HIS states it now: created or replaced whole, late, twice and out
 * of order as it may come. A stay that names an open referral to this institution executes it at the
 * admission; one that is voided, or names it no more, takes back the transfer that it executed. A discharge
 * gives back the nights of the bed from then on. Whatever it changes for the person's stays is entered into the ledger.
 *
 * Refused: `not_found` for another institution, `invalid_content` with a pointer to what contradicts itself.
 */
export const putStay: UseCase<{ institutionId: string; number: string; body: StayInput }, StayWritten> = async (unit, { institutionId, number, body }) => {
  const institution = unit.network.institution(institutionId);
  if (!institution || unit.actor.institutionId !== institutionId) return refuse('not_found');
  const before = await unit.stayByNumber(institutionId, number);
  if (before && (body.sourceVersion < before.sourceVersion || isSame(unit, before, body))) {
    const known = shown(unit, before.id, await factsOf(unit, before.patientId), before);
    return { ...known, created: false, applied: body.sourceVersion >= before.sourceVersion };
  }
  const errors = checkStay(body, unit.now);
  if (errors.length > 0) return invalid(...errors);
  const named = await namedReferral(unit, body, institutionId);
  const present = before ? presentOn(unit, before) : named ? statedIn(unit, named) : null;
  // Who comes unknown as an emergency stays unknown until somebody knows better.
  const emergency = body.arrival.via === 'emergency' || named?.urgency === 'emergency';
  const known = await knowPatient(unit, body.patient, emergency, institution.area, { present });
  if (isRefusal(known)) return known;

  const id = before?.id ?? unit.ids.next(institution.area);
  const linked = await linkStay(unit, body, { id, patientId: known.patientId, named, before });
  if (isRefusal(linked)) return linked;
  const { patient: _patient, ...record } = body;
  const admittedAt = Date.parse(body.admittedAt);
  const stay: Stay = {
    id,
    area: institution.area,
    institutionId,
    number,
    patientId: known.patientId,
    ...linked,
    level: levelAtAdmission(before, institution, admittedAt),
    record,
    sealedPatient: unit.vault.seal(`stay:${id}`, known.patient),
    sourceVersion: body.sourceVersion,
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? unit.now,
    updatedAt: unit.now,
    admittedAt,
    ...insuredBy(known.patient.insurance, named && statedIn(unit, named).stated.insurance),
    policyId: before?.policyId ?? null,
    policyVersion: before?.policyVersion ?? null,
    figures: before?.figures ?? null,
    settled: before?.settled ?? null,
  };
  await (before ? unit.saveStay(stay) : unit.insertStay(stay));
  tell(unit, stay);
  for (const referralId of bedsConcerned(stay, before)) await followStay(unit, referralId);
  return { ...shown(unit, id, await reckonPersons(unit, stay, before), stay), created: !before, applied: true };
};

/** Referrals whose beds follow this stay, where its end, or whether it counts, is told for the first time or differently. */
function bedsConcerned(stay: Stay, before: Stay | undefined): string[] {
  const end = ({ record, referralId }: Stay) => [record.admittedAt, record.dischargedAt, record.kind, record.voided ?? false, referralId].join();
  if (before ? end(stay) === end(before) : stay.record.dischargedAt === undefined) return [];
  return [...new Set([stay.referralId, before?.referralId ?? null])].filter((id) => id !== null).sort();
}

/** Sent a second time, as it stands. */
function isSame(unit: Unit, before: Stay, { patient, ...record }: StayInput): boolean {
  return equalJson(record, before.record) && equalJson(normalisePatient(patient), presentOn(unit, before).stated);
}

/** Whom the stay is about so far, and how it was said. */
function presentOn(unit: Unit, { id, patientId, sealedPatient }: Stay): Present {
  return { patientId, stated: unit.vault.open<Patient>(`stay:${id}`, sealedPatient) };
}

function tell(unit: Unit, stay: Stay): void {
  const { number, version, sourceVersion, record } = stay;
  unit.append({
    type: 'stay.recorded',
    area: stay.area,
    subject: `stay:${stay.id}`,
    referralId: stay.referralId,
    institutionIds: [stay.institutionId],
    data: { number, version, sourceVersion, kind: record.kind, voided: record.voided ?? false },
  });
}

/** A stay that turned out to be another person's leaves the chain of the one and enters that of the other. */
async function reckonPersons(unit: Unit, stay: Stay, before: Stay | undefined): Promise<PersonFacts> {
  const because = stay.record.voided ? 'stay-voided' : 'stay-recorded';
  const persons = [...new Set([stay.patientId, before?.patientId ?? stay.patientId])].sort();
  let facts: PersonFacts | undefined;
  for (const patientId of persons) {
    const reckoned = await reassess(unit, patientId, because);
    if (patientId === stay.patientId) facts = reckoned;
  }
  return facts ?? factsOf(unit, stay.patientId);
}
