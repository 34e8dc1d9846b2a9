import { must } from '../kernel/assert.js';
import { HOUR, type Instant } from '../kernel/calendar.js';
import { field, type FieldError } from '../kernel/problem.js';
import { legalActions, wasOpenAt } from './referral-machine.js';
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

/** Desks register a walk-in first and type the referral afterwards: a day's grace, no more. */
const TYPED_AFTERWARDS = 24 * HOUR;

/**
 * True where nobody can have come by this referral at that instant, since it was not there yet: whoever was
 * admitted long before is no referred patient (Guangzhou 2018, line 67: 按规定转诊的病人). One entered after
 * the fact was there when it really happened.
 */
export function cameBefore({ content, course }: Pick<Referral, 'content' | 'course'>, at: Instant): boolean {
  const begun = content.occurredAt === undefined ? course.submittedAt : Date.parse(content.occurredAt);
  return begun !== null && at < begun - TYPED_AFTERWARDS;
}

/**
 * Why a stay admitted at that instant cannot have been reached by this referral; undefined: it can. One that
 * has expired since then is no hindrance: a late entry must not cost the patient. One that was refused,
 * withdrawn or closed brought nobody.
 *
 * @param pointer where the referral is named in the caller's body
 */
export function refuseAdmission(referral: Referral, admittedAt: Instant, pointer: string): FieldError | undefined {
  if (cameBefore(referral, admittedAt)) return field(pointer, '入院时间早于该转诊', 'The admission lies before that referral');
  const { status, course } = referral;
  if (course.transferId !== null || legalActions(status).includes('arrive') || wasOpenAt(referral, admittedAt)) return undefined;
  return field(pointer, `该转诊已结束（${status}）`, `That referral has ended (${status})`);
}
