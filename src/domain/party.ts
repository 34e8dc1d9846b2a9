import type { Network } from './network.js';
import { roleOn } from './network.js';
import type { Referral } from './referral.js';
import type { LocalDate } from '../kernel/calendar.js';

/** What an institution is to a referral. */
export type Party = 'sender' | 'receiver' | 'earlier-receiver' | 'coordinator';

/**
 * Whom a referral exists for: its sender, its present receiver, receivers before a redirection until
 * the hand-over is acknowledged, the coordinator of its consortium's lead. For all others it does not
 * exist. A draft is its sender's alone.
 */
export function partyOf(
  referral: Referral,
  who: { readonly institutionId: string | null; readonly roles: readonly string[] },
  network: Network,
  today: LocalDate,
): Party | undefined {
  const id = who.institutionId;
  if (id === null) return undefined;
  if (id === referral.sourceInstitutionId) return 'sender';
  if (referral.status === 'draft') return undefined;
  if (id === referral.targetInstitutionId) return 'receiver';
  if (referral.course.receivedAt === null && referral.course.earlierReceivers.includes(id)) return 'earlier-receiver';
  if (who.roles.includes('coordinator') && referral.consortiumId !== null) {
    const consortium = network.consortium(referral.consortiumId);
    if (consortium && (consortium.leadInstitutionId === id || roleOn(consortium, id, today) === 'lead')) return 'coordinator';
  }
  return undefined;
}
