import type { Patient } from '../../contract/referral.js';
import type { Unit } from '../ports.js';

/** Whom an earlier statement of the same record was about, and what it said. */
export interface Present {
  readonly patientId: string;
  readonly stated: Patient;
}

/**
 * The record of the person whom a referral or a stay states, made where there is none. Found by the keyed
 * hash of type and number; a child without a number by its guardian's, its own name and birth date; an
 * unknown person always gets a record of its own. A record keeps the first statement: what another sender
 * writes about the same number does not change what others read. Only an unknown person, once the number
 * is stated that nobody has stated before, is known by it from then on.
 *
 * @param present whom the record was about so far: somebody without a number stays the same person, merged
 * with another record or not
 */
export async function identify(unit: Unit, patient: Patient, area: string, present: Present | null): Promise<string> {
  const digest = digestOf(unit, patient);
  const unknown = present !== null && digestOf(unit, present.stated) === null ? await unit.patient(present.patientId) : undefined;
  const known = digest === null ? unknown : await unit.patientByDigest(digest);
  if (known) return known.id;
  if (unknown?.idDigest === null) {
    await unit.savePatient({ ...unknown, idDigest: digest, sealed: unit.vault.seal(`patient:${unknown.id}`, patient), updatedAt: unit.now });
    return unknown.id;
  }
  const id = unit.ids.next(area);
  await unit.insertPatient({
    id,
    idDigest: digest,
    sealed: unit.vault.seal(`patient:${id}`, patient),
    createdAt: unit.now,
    updatedAt: unit.now,
    mergedInto: null,
  });
  return id;
}

export function digestOf(unit: Pick<Unit, 'vault'>, patient: Patient): string | null {
  if (patient.idNumber !== undefined) return unit.vault.digest(patient.idType ?? '01', patient.idNumber);
  const guardian = patient.guardian;
  if (guardian?.idNumber === undefined) return null;
  return unit.vault.digest('guardian', [guardian.idType ?? '01', guardian.idNumber, patient.name, patient.birthDate].join('|'));
}
