import type { Refusal } from '../../src/kernel/problem.js';
import type { PolicyInput } from '../../src/contract/insurance.js';
import type { Patient } from '../../src/contract/referral.js';
import type { StayInput } from '../../src/contract/stay.js';
import type { RecordedEntry } from '../../src/domain/ledger.js';
import type { Referral } from '../../src/domain/referral.js';
import type { Stay } from '../../src/domain/stay.js';
import { settle } from '../../src/relay/tick.js';
import { putPolicy } from '../../src/usecase/insurance/put-policy.js';
import { putStay, type StayWritten } from '../../src/usecase/insurance/put-stay.js';
import type { Actor } from '../../src/usecase/ports.js';
import type { City } from './city.js';
import { policyInput } from './insurance.js';
import { send } from './life.js';
import { accepted, ADMIN, AREA, downReferral, person, upReferral } from './network.js';

/** Stays, referrals between them, and the ledger of what they bear, through the use cases. */

export const INSURER: Actor = { clientId: 'insurer', roles: ['insurer'], institutionId: null, area: AREA, operator: null };
export const EMPLOYEE = { area: AREA, scheme: 'employee', personKind: 'active' } as const;

/** The nth person, insured as an employee of the city. */
export function insured(n: number, insurance: Patient['insurance'] | null = EMPLOYEE): Patient {
  return { ...person(n), ...(insurance && { insurance }) };
}

/** Writes a policy under a name; what waited for it is assessed. */
export async function writePolicy(city: City, id = 'employee', input: PolicyInput = policyInput()): Promise<void> {
  await city.must(ADMIN, putPolicy, { id, body: input });
  await settle(city.store);
}

/** A day and an hour of March 2018, or of another month: `on(5)` is 5 March at eight. */
export function march(day: number, hour = 8): string {
  return `2018-03-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00+08:00`;
}

/** A record that lacks nothing: an inpatient of five days who came by himself, settled at so many yuan. */
export function stayOf(patient: Patient, day: number, yuan: number | null, more: Partial<StayInput> = {}): StayInput {
  return {
    patient,
    arrival: { via: 'none' },
    admittedAt: march(day),
    ...(yuan !== null && { dischargedAt: march(day + 2), settlement: { totalFen: yuan * 100, eligibleFen: yuan * 100 } }),
    mainDiagnosis: { code: 'I25.100', system: 'ICD-10', name: '冠心病' },
    kind: 'inpatient',
    sourceVersion: 1,
    ...more,
  };
}

export function tryPut(city: City, institutionId: string, number: string, body: StayInput): Promise<StayWritten | Refusal> {
  return city.do(institutionId, putStay, { institutionId, number, body });
}

export function put(city: City, institutionId: string, number: string, body: StayInput): Promise<StayWritten> {
  return accepted(tryPut(city, institutionId, number, body));
}

/** Under a referral: what the arrival of a stay says then. */
export function under({ id }: Pick<Referral, 'id'>): Pick<StayInput, 'arrival'> {
  return { arrival: { via: 'referral', referralId: id } };
}

/** Sends a patient up, in the name of `from`. */
export function sendUp(city: City, patient: Patient, from: string, to: string, more: Parameters<typeof upReferral>[1] = {}): Promise<Referral> {
  return send(city, upReferral(1, { patient, category: 'inpatient', sourceInstitutionId: from, sourceDepartment: undefined, targetInstitutionId: to, targetDepartment: undefined, ...more }));
}

export function sendDown(city: City, patient: Patient, from: string, to: string, more: Parameters<typeof downReferral>[1] = {}): Promise<Referral> {
  return send(city, downReferral(1, { patient, sourceInstitutionId: from, sourceDepartment: undefined, targetInstitutionId: to, targetDepartment: undefined, ...more }));
}

export function entriesOf(city: City, { id }: Pick<Stay, 'id'>): Promise<readonly RecordedEntry[]> {
  return city.store.read((reads) => reads.entriesOf(id));
}

/** What the entries of a stay add up to, in yuan. */
export async function sumOf(city: City, stay: Pick<Stay, 'id'>): Promise<number> {
  return (await entriesOf(city, stay)).reduce((sum, entry) => sum + entry.deltaFen, 0) / 100;
}

/** The entries of a stay in few words: kind, yuan, cause. */
export async function told(city: City, stay: Pick<Stay, 'id'>): Promise<string[]> {
  return (await entriesOf(city, stay)).map(({ kind, deltaFen, because }) => `${kind} ${deltaFen / 100} ${because}`);
}

export async function stored(city: City, { id }: Pick<Stay, 'id'>): Promise<Stay> {
  const stay = await city.store.read((reads) => reads.stay(id));
  if (!stay) throw new Error(`no stay ${id}`);
  return stay;
}
