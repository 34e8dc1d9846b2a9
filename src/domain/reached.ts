import { must } from '../kernel/assert.js';
import type { Referral } from './referral.js';
import type { Reached } from './stay.js';

/**
 * What a stay that was reached by this referral is decided on: all of it stands since the submission, on
 * whose date the two institutions shared a consortium or did not (Guangzhou 2018, line 39: 在医联体内). One
 * entered after the fact was submitted when it really happened; one that was handed on, when it was.
 */
export function reachedBy({ direction, sourceInstitutionId, consortiumId, urgency, content, course }: Referral): Reached {
  const submittedAt = must(course.submittedAt, 'a referral that brought somebody was submitted');
  return {
    direction,
    senderLevel: must(course.sourceLevel, 'the level of the sender is decided at the submission'),
    submittedAt: content.occurredAt === undefined || course.redirectedFrom !== null ? submittedAt : Date.parse(content.occurredAt),
    sameConsortium: consortiumId !== null,
    fromStayId: content.fromStayId ?? null,
    fromInstitutionId: sourceInstitutionId,
    emergency: urgency === 'emergency',
  };
}
