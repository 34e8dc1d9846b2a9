import { localDateOf } from '../../kernel/calendar.js';
import { refuse } from '../../kernel/problem.js';
import type { Patient } from '../../contract/referral.js';
import { normaliseIdNumber } from '../../domain/identity.js';
import { partyOf } from '../../domain/party.js';
import { seenAt } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import type { Query } from '../ports.js';

export interface PatientFound {
  readonly patientId: string;
  /** In clear: whoever shows it masks it. */
  readonly patient: Patient;
  /** Those that the caller may see, oldest first. */
  readonly openReferrals: readonly Referral[];
  /** How many there are beside them. */
  readonly openElsewhere: number;
}

/**
 * The person behind an identity document, and what is open for them: so that a clerk learns before
 * writing a referral, not at its submission, that one is under way. Open referrals of others are a
 * number only.
 *
 * Refused: `forbidden` for who acts for no institution, `not_found` where the number was never stated.
 */
export const lookupPatient: Query<{ idType: string; idNumber: string }, PatientFound> = async (reads, actor, { idType, idNumber }) => {
  if (actor.institutionId === null) return refuse('forbidden');
  const record = await reads.patientByDigest(reads.vault.digest(idType, normaliseIdNumber(idNumber)));
  if (!record) return refuse('not_found');

  const open = (await reads.openReferralsOf(record.id)).map((r) => seenAt(r, reads.now)).filter((r) => r.status !== 'expired');
  const today = localDateOf(reads.now);
  const openReferrals = open.filter((referral) => partyOf(referral, actor, reads.network, today) !== undefined);
  return {
    patientId: record.id,
    patient: reads.vault.open<Patient>(`patient:${record.id}`, record.sealed),
    openReferrals,
    openElsewhere: open.length - openReferrals.length,
  };
};
