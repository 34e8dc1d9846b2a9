import { formatInstant, localDateOf } from '../../kernel/calendar.js';
import { must } from '../../kernel/assert.js';
import { field, invalid, isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import type { FollowUpInput } from '../../contract/referral.js';
import type { FollowUpState } from '../../contract/vocabulary.js';
import type { Referral } from '../../domain/referral.js';
import type { FollowUp, Page, Query, Unit, UseCase } from '../ports.js';
import { findReferral, lockForChange } from './access.js';
import { say } from './post-message.js';
import { referralEvent } from './referral-event.js';

/**
 * 随访: a follow-up planned, made, or tried in vain, by the receiver; guidance (随诊指导) goes back into
 * the conversation with the sender. Carries out a planned one where `followUpId` names it.
 *
 * Refused: `not_found`, `wrong_party`, `invalid_transition` (before the hand-over, or carried out already), `invalid_content`.
 */
export const recordFollowUp: UseCase<{ body: FollowUpInput }, FollowUp> = async (unit, { body }) => {
  const found = await lockForChange(unit, body.referralId, null, ({ party }) => (party === 'receiver' ? undefined : refuse('wrong_party')));
  if (isRefusal(found)) return found;
  const { referral } = found;
  // Before the hand-over the patient is still the sender's to follow.
  if (referral.course.receivedAt === null) return refuse('invalid_transition', { currentStatus: referral.status });
  const at = body.at === undefined ? unit.now : Date.parse(body.at);
  if (at > unit.now) return invalid(field('/at', '随访时间不能晚于现在', 'The follow-up lies in the future'));
  // 做好继续跟踪指导工作 (Foshan 2017, line 51): continued is what follows the arrival, a visit of years ago is none.
  const since = referral.course.arrivedAt ?? referral.course.receivedAt;
  if (at < since) return invalid(field('/at', '随访时间早于患者到达', 'The follow-up lies before the arrival'));
  if (body.state === 'due') {
    if (body.dueOn === undefined) return invalid(field('/dueOn', '计划随访须填写日期', 'A planned follow-up has a date'));
    // A plan that is typed late may be overdue, and is shown as such; before the arrival nobody planned here.
    if (body.dueOn < localDateOf(since)) return invalid(field('/dueOn', '随访日期早于患者到达', 'The date lies before the arrival'));
  }

  const result = body.state === 'due' ? { result: null, doneAt: null, doneBy: null } : { result: body.content, doneAt: at, doneBy: unit.actor.operator?.name ?? unit.actor.clientId };
  const followUp = body.followUpId === undefined ? await planned(unit, referral, body, result, at) : await carriedOut(unit, referral, body, result);
  if (isRefusal(followUp)) return followUp;
  if (body.guidance !== undefined) await say(unit, referral, body.guidance);
  unit.append(referralEvent(referral, 'followed-up', { followUpId: followUp.id, state: followUp.state, dueOn: followUp.dueOn, doneAt: followUp.doneAt === null ? null : formatInstant(followUp.doneAt) }));
  return followUp;
};

type Result = Pick<FollowUp, 'result' | 'doneAt' | 'doneBy'>;

async function planned(unit: Unit, referral: Referral, body: FollowUpInput, result: Result, at: number): Promise<FollowUp> {
  const followUp: FollowUp = {
    id: unit.ids.next(referral.area),
    area: referral.area,
    referralId: referral.id,
    institutionId: must(referral.targetInstitutionId, 'a received referral has a target'),
    state: body.state,
    dueOn: body.dueOn ?? localDateOf(at),
    content: body.content,
    guidance: body.guidance ?? null,
    ...result,
  };
  await unit.insertFollowUp(followUp);
  return followUp;
}

async function carriedOut(unit: Unit, referral: Referral, body: FollowUpInput, result: Result): Promise<FollowUp | Refusal> {
  const before = (await unit.followUpsOf(referral.id)).find((f) => f.id === body.followUpId);
  if (!before) return invalid(field('/followUpId', '没有该随访计划', 'No such follow-up of this referral'));
  if (before.state !== 'due') return refuse('invalid_transition', { currentStatus: before.state });
  const after: FollowUp = {
    ...before,
    state: body.state,
    dueOn: body.dueOn ?? before.dueOn,
    content: body.state === 'due' ? body.content : before.content,
    guidance: body.guidance ?? null,
    ...result,
  };
  await unit.saveFollowUp(after);
  return after;
}

export interface FollowUpQuestion {
  readonly referralId?: string;
  readonly state?: FollowUpState;
  readonly dueBefore?: string;
  readonly after: string | null;
  readonly limit: number;
}

/** The receiver's tasks; for one referral also to its sender. */
export const followUps: Query<FollowUpQuestion, Page<FollowUp>> = async (reads, actor, question) => {
  if (actor.institutionId === null) return refuse('forbidden');
  const { referralId, ...narrowed } = question;
  if (referralId === undefined) return reads.followUps({ institutionId: actor.institutionId, ...narrowed });
  const found = await findReferral(reads, actor, referralId);
  return isRefusal(found) ? found : reads.followUps({ referralId, ...narrowed });
};
