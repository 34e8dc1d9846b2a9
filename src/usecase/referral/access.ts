import { localDateOf } from '../../kernel/calendar.js';
import { isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import { partyOf, type Party } from '../../domain/party.js';
import type { Referral } from '../../domain/referral.js';
import type { Actor, Reads, Unit } from '../ports.js';
import { lapse } from './lapse.js';

/** The way to a referral: who may see it, in which version, and as what. */

export interface Found {
  readonly referral: Referral;
  readonly party: Party;
}

/** The party that the actor is; `not_found` for whom the referral does not exist. */
export function seeing(reads: Reads, actor: Actor, referral: Referral | undefined): Found | Refusal {
  const party = referral && partyOf(referral, actor, reads.network, localDateOf(reads.now));
  return referral && party ? { referral, party } : refuse('not_found');
}

export async function findReferral(reads: Reads, actor: Actor, id: string): Promise<Found | Refusal> {
  return seeing(reads, actor, await reads.referral(id));
}

/**
 * The referral locked, in the version that the caller knows (null: any). One whose status has lapsed
 * unnoticed expires first, in this same unit.
 */
export async function lockForChange(unit: Unit, id: string, ifMatch: number | null): Promise<Found | Refusal> {
  const found = seeing(unit, unit.actor, await unit.lockReferral(id));
  if (isRefusal(found)) return found;
  if (ifMatch !== null && ifMatch !== found.referral.version) return refuse('version_mismatch', { currentStatus: found.referral.status });
  return { ...found, referral: await lapse(unit, found.referral) };
}
