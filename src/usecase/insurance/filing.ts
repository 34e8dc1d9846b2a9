import { must } from '../../kernel/assert.js';
import type { FilingRecord } from '../../contract/filing.js';
import type { EventDraft } from '../../domain/event.js';
import { filingCause, filingDue, filingRecord, filingRow, insurerOf, stayBefore, type Filing } from '../../domain/filing.js';
import type { Referral } from '../../domain/referral.js';
import type { Patient, Unit } from '../ports.js';

/** Filing with the insurer goes with each change of a referral: no desk has to think of it. */

export interface Filed {
  /** The referral, which knows its filing. */
  readonly referral: Referral;
  /** What the insurer is told of the change; null: nothing. */
  readonly filing: Filing | null;
}

/** The referral as a change has left it, before it is saved: files it, or withdraws its filing, where that is due. */
export async function withFiling(unit: Unit, referral: Referral): Promise<Filed> {
  switch (filingDue(referral)) {
    case null:
      return { referral, filing: null };
    case 'file':
      return file(unit, referral);
    case 'withdraw':
      return withdraw(unit, referral);
  }
}

async function file(unit: Unit, referral: Referral): Promise<Filed> {
  const targetId = must(referral.targetInstitutionId, 'an accepted referral has a target');
  const target = must(unit.network.institution(targetId), 'institutions are never deleted');
  const patient = unit.vault.open<Patient>(`referral:${referral.id}`, referral.sealedPatient);
  const before = stayBefore(await unit.staysOf(referral.patientId), referral);
  const record: FilingRecord = filingRecord(referral, patient, target, before?.id ?? null);
  const area = insurerOf(patient, target);
  const line = { id: unit.ids.next(area), withdraws: null };
  const filing: Filing = {
    ...line,
    area,
    kind: 'filed',
    referralId: referral.id,
    referralNo: referral.referralNo,
    patientId: referral.patientId,
    sourceInstitutionId: referral.sourceInstitutionId,
    targetInstitutionId: targetId,
    because: filingCause(referral),
    recordedAt: unit.now,
    sealed: unit.vault.seal(filingRow(line), record),
  };
  return { referral: { ...referral, course: { ...referral.course, filingId: filing.id } }, filing };
}

async function withdraw(unit: Unit, referral: Referral): Promise<Filed> {
  const id = must(referral.course.filingId, 'a filing that is withdrawn was made');
  const { seq: _seq, ...filed } = must(await unit.filing(id), 'filings are never deleted');
  const filing: Filing = { ...filed, id: unit.ids.next(filed.area), kind: 'withdrawn', withdraws: id, because: filingCause(referral), recordedAt: unit.now };
  return { referral: { ...referral, course: { ...referral.course, filingId: null } }, filing };
}

/** Appends the event of a change, and under its number what the insurer is told of it. */
export function tellWithFiling(unit: Unit, event: EventDraft, filing: Filing | null): void {
  if (filing === null) return unit.append(event);
  unit.append({ ...event, data: { ...event.data, filing: { id: filing.id, kind: filing.kind } } });
  unit.appendFiling(filing);
}
