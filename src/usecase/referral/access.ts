import { localDateOf } from '../../kernel/calendar.js';
import { isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import { isSide, partiesOf, type Party } from '../../domain/party.js';
import { seenAt } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import type { Actor, Reads, Unit } from '../ports.js';
import { lapse } from './lapse.js';

/** The way to a referral: who may see it, in which version, and as what. */

export interface Found {
  readonly referral: Referral;
  /** The nearest of `parties`. */
  readonly party: Party;
  readonly parties: readonly Party[];
}

/** A page of what belongs to a referral, behind an id; null: from the first. */
export interface PageQuestion {
  readonly id: string;
  readonly after: string | null;
  readonly limit: number;
}

/** What the actor is to it; `not_found` for whom the referral does not exist. */
export function seeing(reads: Reads, actor: Actor, referral: Referral | undefined): Found | Refusal {
  const parties = referral ? partiesOf(referral, actor, reads.network, localDateOf(reads.now)) : [];
  const party = parties[0];
  return referral && party ? { referral, party, parties } : refuse('not_found');
}

/** For reading: as it is at this instant, lapsed or not. */
export async function findReferral(reads: Reads, actor: Actor, id: string): Promise<Found | Refusal> {
  const found = seeing(reads, actor, await reads.referral(id));
  return isRefusal(found) ? found : { ...found, referral: seenAt(found.referral, reads.now) };
}

/** Whether the referral is an emergency, to somebody who may see it. */
export async function isEmergency(reads: Reads, actor: Actor, id: string): Promise<boolean> {
  const found = await findReferral(reads, actor, id);
  return !isRefusal(found) && found.referral.urgency === 'emergency';
}

/**
 * The referral locked, in the version that the caller knows (null: any). One whose status has lapsed
 * unnoticed expires first, in this same unit.
 *
 * @param refuseParty says whose this is to do, which is answered before the version is looked at
 */
export async function lockForChange(
  unit: Unit,
  id: string,
  ifMatch: number | null,
  refuseParty: (found: Found) => Refusal | undefined = () => undefined,
): Promise<Found | Refusal> {
  const stored = seeing(unit, unit.actor, await unit.lockReferral(id));
  if (isRefusal(stored)) return stored;
  const found = { ...stored, referral: await lapse(unit, stored.referral) };
  const refusal = refuseParty(found);
  if (refusal) return refusal;
  if (ifMatch !== null && ifMatch !== stored.referral.version) return refuse('version_mismatch', { currentStatus: found.referral.status });
  return found;
}

/** For what only the two sides may do. */
export function refuseOutsiders({ party }: Found): Refusal | undefined {
  return isSide(party) ? undefined : refuse('wrong_party');
}
