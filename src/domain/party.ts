import type { Network } from './network.js';
import { leads } from './network.js';
import type { Referral } from './referral.js';
import type { LocalDate } from '../kernel/calendar.js';

/** What an institution is to a referral. */
export type Party = Side | 'coordinator' | 'earlier-receiver';

/** One of the two sides between which it goes. */
export type Side = 'sender' | 'receiver';

export function isSide(party: Party): party is Side {
  return party === 'sender' || party === 'receiver';
}

export interface Viewer {
  readonly institutionId: string | null;
  readonly roles: readonly string[];
}

/**
 * What somebody is to a referral, the nearest first: its sender, its present receiver, the coordinator
 * of its consortium's lead, a receiver before a redirection until the hand-over is acknowledged. A lead
 * hospital that sends or receives is coordinator besides. For whom the list is empty the referral does
 * not exist. What was never sent is its sender's alone.
 */
export function partiesOf(referral: Referral, who: Viewer, network: Network, today: LocalDate): readonly Party[] {
  const id = who.institutionId;
  if (id === null) return [];
  const sender = id === referral.sourceInstitutionId;
  if (!wasSent(referral)) return sender ? ['sender'] : [];
  const { receivedAt, earlierReceivers } = referral.course;
  const parties: Party[] = [];
  if (sender) parties.push('sender');
  if (id === referral.targetInstitutionId) parties.push('receiver');
  if (coordinates(referral, who, network, today)) parties.push('coordinator');
  if (receivedAt === null && earlierReceivers.includes(id)) parties.push('earlier-receiver');
  return parties;
}

/** The nearest of {@link partiesOf}; undefined for whom the referral does not exist. */
export function partyOf(referral: Referral, who: Viewer, network: Network, today: LocalDate): Party | undefined {
  return partiesOf(referral, who, network, today)[0];
}

/** False for a draft, and for one that was withdrawn before anybody else could know of it. */
export function wasSent(referral: Referral): boolean {
  return referral.course.submittedAt !== null;
}

function coordinates(referral: Referral, who: Viewer, network: Network, today: LocalDate): boolean {
  const id = who.institutionId;
  if (id === null || referral.consortiumId === null || !who.roles.includes('coordinator')) return false;
  const consortium = network.consortium(referral.consortiumId);
  return consortium !== undefined && leads(consortium, id, today);
}
