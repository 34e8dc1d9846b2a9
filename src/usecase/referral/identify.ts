import type { Patient } from '../../contract/referral.js';
import type { Unit } from '../ports.js';

/**
 * The record of the person whom a referral states, made where there is none. Found by the keyed hash of
 * type and number; a child without a number by its guardian's, its own name and birth date; an unknown
 * person always gets a record of its own, to be merged when known. A record keeps the first statement:
 * what another sender writes about the same number does not change what others read.
 *
 * @param present whom the statement was about so far: somebody without a number stays the same person
 */
export async function identify(unit: Unit, patient: Patient, area: string, present: string | null): Promise<string> {
  const digest = digestOf(unit, patient);
  const known = digest !== null ? await unit.patientByDigest(digest) : present !== null ? await unit.patient(present) : undefined;
  if (known?.idDigest === digest) return known.id;
  const id = unit.ids.next(area);
  await unit.insertPatient({
    id,
    idDigest: digest,
    sealed: unit.vault.seal(`patient:${id}`, patient),
    createdAt: unit.now,
    updatedAt: unit.now,
  });
  return id;
}

export function digestOf(unit: Pick<Unit, 'vault'>, patient: Patient): string | null {
  if (patient.idNumber !== undefined) return unit.vault.digest(patient.idType ?? '01', patient.idNumber);
  const guardian = patient.guardian;
  if (guardian?.idNumber === undefined) return null;
  return unit.vault.digest('guardian', [guardian.idType ?? '01', guardian.idNumber, patient.name, patient.birthDate].join('|'));
}
