import { must } from '../kernel/assert.js';
import { DAY, HOUR, type Instant, type LocalDate } from '../kernel/calendar.js';
import { WHOLE_BP } from '../kernel/money.js';
import type { Allotment } from '../contract/capacity.js';
import type { Level, Urgency } from '../contract/vocabulary.js';
import { levelOn, sharedConsortia, type Institution, type Network } from './network.js';
import type { Referral } from './referral.js';

/**
 * 预留名额: the share of a session that is kept for somebody. 「二级医院要依据转诊预约情况，为基层转诊预留
 * 一定比例的门诊号源和住院床位」(Xinhui 2017, line 22); no document names the share, so it is data of the
 * pool. Everything here is a function of the clock: nothing has to run for a share to appear or to be
 * given back. An instant belongs to what it begins.
 */

/** Who asks for a place, as far as an audience can tell. */
export interface Asker {
  /** The sender's level. */
  readonly level: Level;
  readonly urgency: Urgency;
  /** Consortia that sender and pool's institution share; none: an outside referral, which meets no audience. */
  readonly consortiumIds: readonly string[];
}

/** Places that an allotment keeps in a session of that capacity. */
export function placesOf(allotment: Allotment, capacity: number): number {
  return allotment.places ?? Math.floor((capacity * (allotment.shareBp ?? 0)) / WHOLE_BP);
}

/** True from `visibleFromDays` × 24 h before the session; always where the pool does not say. */
export function isVisible(from: { readonly visibleFromDays?: number }, startsAt: Instant, now: Instant): boolean {
  return from.visibleFromDays === undefined || now >= startsAt - from.visibleFromDays * DAY;
}

/** True from `releaseHours` before the session: what is left belongs to all, and the allotment is drawn no more. */
export function isReleased(allotment: Allotment, startsAt: Instant, now: Instant): boolean {
  return allotment.releaseHours !== undefined && now >= startsAt - allotment.releaseHours * HOUR;
}

/**
 * Whether the asker belongs to the audience. An emergency belongs to every one: 「急危重症患者就近直接转入
 * …及时优先安排专家门诊、检查检验和住院等」(Xinhui 2017, line 23).
 */
export function meets(audience: Allotment['audience'], asker: Asker): boolean {
  if (asker.urgency === 'emergency') return true;
  if (asker.consortiumIds.length === 0) return false;
  if (audience.level !== undefined && audience.level !== asker.level) return false;
  if (audience.consortiumId !== undefined && !asker.consortiumIds.includes(audience.consortiumId)) return false;
  return audience.urgency === undefined || audience.urgency === asker.urgency;
}

/**
 * A referral as the pools of an institution see it: the level frozen at submission, else today's; the
 * consortia both share today, and the one it was submitted under even if a membership has ended since,
 * because what is under way when a member leaves keeps its benefits.
 */
export function askerOf(referral: Referral, network: Network, institutionId: string, today: LocalDate): Asker {
  const source = must(network.institution(referral.sourceInstitutionId), 'a referral has a known sender');
  const { course, consortiumId, urgency } = referral;
  const level = course.sourceLevel ?? levelOn(source, today);
  if (course.outside) return { level, urgency, consortiumIds: [] };
  const shared = sharedConsortia(network, source.id, institutionId, today).map((c) => c.id);
  const kept = course.submittedAt !== null && consortiumId !== null && !shared.includes(consortiumId);
  return { level, urgency, consortiumIds: kept ? [...shared, consortiumId] : shared };
}

/** A sender that only asks what it could have, today. */
export function askerFor(source: Institution, network: Network, institutionId: string, urgency: Urgency, today: LocalDate): Asker {
  return {
    level: levelOn(source, today),
    urgency,
    consortiumIds: sharedConsortia(network, source.id, institutionId, today).map((c) => c.id),
  };
}
