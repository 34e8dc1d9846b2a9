import type { EventDraft } from '../../domain/event.js';
import { timersOf } from '../../domain/network.js';
import { wasSent } from '../../domain/party.js';
import type { Referral } from '../../domain/referral.js';
import type { Reads } from '../ports.js';

/** Timers of the consortium under which the referral goes, else the defaults. */
export function timersFor(reads: Reads, referral: Pick<Referral, 'consortiumId'>) {
  return timersOf(referral.consortiumId === null ? undefined : reads.network.consortium(referral.consortiumId));
}

/**
 * The institutions that a change of this referral concerns: sender, receiver, earlier receivers until the
 * hand-over. What was never sent is its sender's alone.
 */
export function concernedBy(referral: Referral): string[] {
  const { targetInstitutionId, course } = referral;
  const ids = [referral.sourceInstitutionId];
  if (wasSent(referral) && targetInstitutionId !== null) ids.push(targetInstitutionId);
  return [...new Set(course.receivedAt === null ? [...ids, ...course.earlierReceivers] : ids)];
}

/** The event of a change of this referral: one for each command, with all that it brought about. */
export function referralEvent(referral: Referral, change: string, data: Record<string, unknown> = {}): EventDraft {
  return {
    type: `referral.${change}`,
    area: referral.area,
    subject: `referral:${referral.id}`,
    referralId: referral.id,
    institutionIds: concernedBy(referral),
    data: { referralNo: referral.referralNo, status: referral.status, version: referral.version, ...data },
  };
}
