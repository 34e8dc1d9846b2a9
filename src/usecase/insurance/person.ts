import { localDateOf } from '../../kernel/calendar.js';
import { areaOfDistrict } from '../../kernel/ids.js';
import type { OutsideStays } from '../../contract/insurance.js';
import type { Patient } from '../../contract/referral.js';
import type { OutsideByInsurer } from '../../domain/assessment.js';
import type { PersonFacts } from '../../domain/ledger.js';
import { partyOf } from '../../domain/party.js';
import { seenAt } from '../../domain/referral-machine.js';
import { isVoided, type Stay } from '../../domain/stay.js';
import type { Accumulator, Actor, PatientRecord, Reads } from '../ports.js';

/** A person as the insurance sees it: every stay wherever it was, and what insurers state of others. */

export async function factsOf(reads: Reads, patientId: string): Promise<PersonFacts> {
  return { stays: await reads.staysOf(patientId), outside: outsideOf(await reads.accumulatorsOf(patientId)) };
}

/** By insurer: who has moved from one to another has been told of by both, and neither speaks for what the other pays. */
export function outsideOf(accumulators: readonly Accumulator[]): OutsideByInsurer {
  const insurers = new Map<string, Map<number, OutsideStays>>();
  for (const { area, year, stays, borneFen, paidFen, asOf } of accumulators) {
    const years = insurers.get(area) ?? new Map<number, OutsideStays>();
    insurers.set(area, years.set(year, { stays, borneFen, paidFen, asOf }));
  }
  return insurers;
}

/** Whether the institution acted for works with the person: by an open referral that it is party to, or by a stay. */
export async function worksWith(reads: Reads, actor: Actor, patientId: string): Promise<boolean> {
  const { institutionId } = actor;
  if (institutionId === null) return false;
  const stays = await reads.staysOf(patientId);
  if (stays.some((stay) => stay.institutionId === institutionId && !isVoided(stay))) return true;
  const today = localDateOf(reads.now);
  const open = (await reads.openReferralsOf(patientId)).filter((referral) => seenAt(referral, reads.now).status !== 'expired');
  return open.some((referral) => partyOf(referral, actor, reads.network, today) !== undefined);
}

/** The prefecture for whose insurer the actor speaks; null: for none. */
export function insurerOf({ roles, area }: Actor): string | null {
  return roles.includes('insurer') ? area : null;
}

/** Whether the insurer of this prefecture insures the person, by what was stated first or for some stay; a voided one leaves no trace. */
export async function insures(reads: Reads, actor: Actor, record: PatientRecord): Promise<boolean> {
  const area = insurerOf(actor);
  if (area === null) return false;
  const { insurance } = statementOf(reads, record);
  if (insurance !== undefined && areaOfDistrict(insurance.area) === area) return true;
  return (await reads.staysOf(record.id)).some((stay) => stay.insuredArea === area && !isVoided(stay));
}

export function statementOf(reads: Reads, { id, sealed }: PatientRecord): Patient {
  return reads.vault.open<Patient>(`patient:${id}`, sealed);
}

/** The person, for whom the actor may read what the stays bear; undefined: for this actor there is none. */
export async function readable(reads: Reads, actor: Actor, patientId: string): Promise<PatientRecord | undefined> {
  const record = await reads.patient(patientId);
  if (record === undefined) return undefined;
  const may = actor.institutionId === null ? await insures(reads, actor, record) : await worksWith(reads, actor, record.id);
  return may ? record : undefined;
}

/** An insurer sees the stays that it insures; an institution those of the whole chain. */
export function showsTo(actor: Actor, stay: Stay): boolean {
  return actor.institutionId !== null || stay.insuredArea === actor.area;
}
