import { must } from '../kernel/assert.js';
import type { Instant } from '../kernel/calendar.js';
import type { Referral } from './referral.js';
import type { Reached } from './stay.js';

/** When a referral was submitted. One entered after the fact was when it really happened; one that was handed on, when it was. */
export function happenedAt({ content, course }: Pick<Referral, 'content' | 'course'>): Instant {
  const submittedAt = must(course.submittedAt, 'a referral that brought somebody was submitted');
  return content.occurredAt === undefined || course.redirectedFrom !== null ? submittedAt : Date.parse(content.occurredAt);
}

/**
 * What a stay that was reached by this referral is decided on: all of it stands since the submission, on
 * whose date the two institutions shared a consortium or did not (Guangzhou 2018, line 39: 在医联体内).
 */
export function reachedBy({ direction, sourceInstitutionId, consortiumId, urgency, content, course }: Referral): Reached {
  return {
    direction,
    senderLevel: must(course.sourceLevel, 'the level of the sender is decided at the submission'),
    submittedAt: happenedAt({ content, course }),
    sameConsortium: consortiumId !== null,
    fromStayId: content.fromStayId ?? null,
    fromInstitutionId: sourceInstitutionId,
    emergency: urgency === 'emergency',
  };
}
