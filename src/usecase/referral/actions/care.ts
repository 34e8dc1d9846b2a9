import { addDays, localDateOf } from '../../../kernel/calendar.js';
import { must } from '../../../kernel/assert.js';
import { field, invalid, refuse } from '../../../kernel/problem.js';
import { settleEntitlement, type Served } from '../../../domain/entitlement.js';
import { advance } from '../../../domain/referral-machine.js';
import type { Referral } from '../../../domain/referral.js';
import type { FollowUp, Unit } from '../../ports.js';
import { endPlaces } from '../../reservation/places.js';
import { timersFor } from '../referral-event.js';
import type { Action } from './action.js';

/**
 * The receiving doctor acknowledges the hand-over: responsibility for the patient changes hands
 * (Guangzhou 2018, line 27: 首诊负责制、转诊办理责任制和管理责任制). For a down-referral the follow-ups of the plan
 * become tasks of the receiver (Xinhui 2017, line 23: 定期随诊指导).
 */
export const receive: Action<'receive'> = async (unit, { referral }, body) => {
  const documents = await unit.documents(referral.id);
  const acknowledged = body.documentsAcknowledged ?? [];
  const unknown = acknowledged.findIndex((id) => !documents.some((d) => d.id === id));
  if (unknown >= 0) return invalid(field(`/documentsAcknowledged/${unknown}`, '没有该文档', 'No such document'));
  for (const document of documents) {
    if (acknowledged.includes(document.id)) await unit.saveDocument({ ...document, state: 'acknowledged' });
  }
  const operator = unit.actor.operator;
  const manager = body.manager ?? (operator ? { code: operator.code, name: operator.name } : undefined);
  // The sender's manager is responsible no more, whether or not the receiver says who is.
  const { manager: before, ...others } = referral.course.responsible;
  const responsible = manager ? { ...others, manager } : others;
  const tasks = referral.direction === 'down' ? await planFollowUps(unit, referral) : 0;
  return {
    referral: advance(referral, { status: 'in-care', course: { receivedAt: unit.now, responsible } }, unit.now, timersFor(unit, referral)),
    data: { manager: manager?.code ?? manager?.name ?? null, managerBefore: before?.code ?? before?.name ?? null, documentsAcknowledged: acknowledged, followUps: tasks },
  };
};

async function planFollowUps(unit: Unit, referral: Referral): Promise<number> {
  const days = timersFor(unit, referral).followUpDays;
  const planned = referral.content.carePlan?.followUps ?? [];
  const first = { dueOn: addDays(localDateOf(unit.now), days), content: '下转后首次随访' };
  const tasks = planned.length > 0 ? planned : [first];
  for (const task of tasks) {
    const followUp: FollowUp = {
      id: unit.ids.next(referral.area),
      area: referral.area,
      referralId: referral.id,
      institutionId: must(referral.targetInstitutionId, 'a received referral has a target'),
      state: 'due',
      dueOn: task.dueOn,
      content: task.content,
      result: null,
      guidance: null,
      doneAt: null,
      doneBy: null,
    };
    await unit.insertFollowUp(followUp);
  }
  return tasks.length;
}

/** Closes the loop: feedback to the sender, the entitlement settled, and for a down-referral a follow-up recorded. */
export const complete: Action<'complete'> = async (unit, { referral }, body) => {
  if (referral.direction === 'down') {
    const followUps = await unit.followUpsOf(referral.id);
    if (!followUps.some((f) => f.state !== 'due')) return refuse('follow_up_missing', { currentStatus: referral.status });
  }
  const entitlement = settleEntitlement(referral, await servedPlaces(unit, referral));
  const released = await endPlaces(unit, referral);
  const course = { feedback: body.feedback, noReturnReason: body.noReturnReason ?? null, entitlement, endedAt: unit.now };
  return {
    referral: advance(referral, { status: 'completed', course }, unit.now, timersFor(unit, referral)),
    data: {
      outcome: body.feedback.outcome,
      released,
      entitlement: (entitlement?.items ?? []).map(({ item, state }) => ({ item, state })),
    },
  };
};

async function servedPlaces(unit: Unit, referral: Referral): Promise<Served[]> {
  if (!referral.course.entitlement?.eligible) return [];
  const places: Served[] = [];
  for (const id of referral.course.reservationIds) {
    for (const place of (await unit.reservation(id))?.places ?? []) places.push({ kind: place.kind, state: place.state, tier: unit.pool(place.poolId)?.tier });
  }
  return places;
}
