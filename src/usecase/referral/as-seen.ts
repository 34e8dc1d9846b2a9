import { localDateOf } from '../../kernel/calendar.js';
import { isRefusal, type Refusal } from '../../kernel/problem.js';
import { partyOf } from '../../domain/party.js';
import type { Referral } from '../../domain/referral.js';
import type { Actor, Reads } from '../ports.js';

/**
 * The referral as it is shown to the actor, never to be saved: the older one that it overtook is named to
 * the parties of that one alone, since for others it does not exist.
 */
export async function asSeenBy(reads: Reads, actor: Actor, outcome: Referral | Refusal): Promise<Referral | Refusal> {
  if (isRefusal(outcome) || outcome.course.linkedOlder === null) return outcome;
  const older = await reads.referral(outcome.course.linkedOlder);
  if (older && partyOf(older, actor, reads.network, localDateOf(reads.now))) return outcome;
  return { ...outcome, course: { ...outcome.course, linkedOlder: null } };
}
