import type { Consent, Patient } from '../../contract/referral.js';
import type { Referral, ReferralContent } from '../../domain/referral.js';
import type { Vault } from '../ports.js';

/** The people whom a referral names: the patient, and who has consented, who often is the patient. Sealed as one. */
export interface Persons {
  readonly patient: Patient;
  readonly consent: Consent | undefined;
}

type Sealed = Patient & { readonly consent?: Consent };

export function sealPersons(vault: Vault, referralId: string, { patient, consent }: Persons): string {
  const both: Sealed = consent ? { consent, ...patient } : patient;
  return vault.seal(rowOf(referralId), both);
}

export function openPersons(vault: Vault, { id, sealedPatient }: Pick<Referral, 'id' | 'sealedPatient'>): Persons {
  const { consent, ...patient } = vault.open<Sealed>(rowOf(id), sealedPatient);
  return { patient, consent };
}

/** The same with what is stated anew; sealed again only where something is. */
export function resealed(vault: Vault, referral: Pick<Referral, 'id' | 'sealedPatient'>, stated: Partial<Persons>): string {
  if (!stated.patient && !stated.consent) return referral.sealedPatient;
  const before = openPersons(vault, referral);
  return sealPersons(vault, referral.id, { patient: stated.patient ?? before.patient, consent: stated.consent ?? before.consent });
}

/** What the rules ask of a consent: whether it was given, and when. */
export function namelessConsent(consent: Consent | undefined): ReferralContent['consent'] {
  return consent && { given: consent.given, at: consent.at };
}

function rowOf(referralId: string): string {
  return `referral:${referralId}`;
}
