import { must } from '../../kernel/assert.js';
import { isRefusal, type Refusal } from '../../kernel/problem.js';
import type { Actor, Reads, Unit } from '../../usecase/ports.js';
import { act } from '../../usecase/referral/act.js';
import { createReferral } from '../../usecase/referral/create-referral.js';
import { recordFollowUp } from '../../usecase/referral/follow-ups.js';
import { fulfil } from '../../usecase/reservation/fulfil.js';
import type { ReferralStatus } from '../../contract/vocabulary.js';
import { feedbackOf, followUpForm, patientFor, receivingManager, referralForm } from './forms.js';
import type { Planned } from './plan.js';
import { namesStay, receiversSettlement, receiversStay, sendersStay, tell } from './stays.js';

/**
 * The life of one planned referral in steps, each through the use case that HTTP would call. What the
 * receiver does at one moment is one unit of work: all of it, or nothing.
 */

/** How a planned referral is found again. */
export interface Handle {
  readonly id: string;
  readonly reservationId: string;
}

/** Where it stands in the store. */
export interface Standing extends Handle {
  readonly status: ReferralStatus;
  readonly nightsLeft: boolean;
  readonly followedUp: boolean;
}

export interface Step {
  readonly name: string;
  /** True where the store shows that this step is done. */
  done(standing: Standing): boolean;
  run(unit: Unit, planned: Planned, handle: Handle): Promise<unknown>;
}

const REACHED: Partial<Record<ReferralStatus, number>> = { scheduled: 1, arrived: 2, 'in-care': 3, completed: 4 };
const reached = (standing: Standing, status: ReferralStatus): boolean => (REACHED[standing.status] ?? 0) >= (REACHED[status] ?? 0);

export const arrive: Step = {
  name: 'arrive',
  done: (standing) => reached(standing, 'arrived'),
  run: (unit, _planned, { id, reservationId }) => act(unit, { id, action: 'arrive', ifMatch: null, body: { reservationId } }),
};

export const receive: Step = {
  name: 'receive',
  done: (standing) => reached(standing, 'in-care'),
  run: (unit, planned, { id }) => act(unit, { id, action: 'receive', ifMatch: null, body: { manager: receivingManager(planned) } }),
};

/** The stay that the referral has led to, by the hospital's own system. */
export const admit: Step = {
  name: 'admit',
  // Written in the same unit as the hand-over.
  done: (standing) => reached(standing, 'in-care'),
  run: (unit, planned, { id }) => tell(unit, receiversStay(planned, id)),
};

export const settle: Step = {
  name: 'settle',
  // Written in the same unit as the completion.
  done: (standing) => reached(standing, 'completed'),
  run: (unit, planned, { id }) => tell(unit, receiversSettlement(planned, id)),
};

/** The nights after the first were used as well: the bed is freed by the discharge. */
export const discharge: Step = {
  name: 'discharge',
  done: (standing) => !standing.nightsLeft,
  run: (unit, _planned, { reservationId }) => fulfil(unit, { id: reservationId, ifMatch: null }),
};

export const followUp: Step = {
  name: 'follow-up',
  done: (standing) => standing.followedUp,
  run: async (unit, _planned, { id }) => {
    const due = must((await unit.followUpsOf(id)).find((f) => f.state === 'due'), 'a down-referral in care has its first follow-up due');
    return recordFollowUp(unit, { body: { ...followUpForm(id, unit.now), followUpId: due.id } });
  },
};

export const complete: Step = {
  name: 'complete',
  done: (standing) => reached(standing, 'completed'),
  run: (unit, planned, { id }) => act(unit, { id, action: 'complete', ifMatch: null, body: { feedback: feedbackOf(planned) } }),
};

/** The referral; an inpatient's with the record of the stay that it ends. */
export async function submit(unit: Unit, planned: Planned): Promise<Handle | Refusal> {
  const before = planned.nights > 0 ? await tell(unit, sendersStay(planned)) : null;
  if (isRefusal(before)) return before;
  const named = before !== null && namesStay(planned) ? { fromStayId: before.id } : {};
  const referral = await createReferral(unit, { body: { ...referralForm(planned, unit.now), ...named } });
  if (isRefusal(referral)) return referral;
  return { id: referral.id, reservationId: must(referral.course.reservationIds[0], 'the place was booked with the referral') };
}

/** Some steps, by the receiver, in this order. */
export async function takeSteps(unit: Unit, steps: readonly Step[], planned: Planned, handle: Handle): Promise<null | Refusal> {
  for (const step of steps) {
    const outcome = await step.run(unit, planned, handle);
    if (isRefusal(outcome)) return outcome;
  }
  return null;
}

/** What ends a referral: nights used and paid for, the follow-up of who was sent down, the feedback. */
export function closingSteps(planned: Planned): Step[] {
  return [
    ...(planned.nights > 1 ? [discharge] : []),
    ...(planned.nights > 0 ? [settle] : []),
    ...(planned.stream.direction === 'down' ? [followUp] : []),
    complete,
  ];
}

/** What the store knows of a planned referral; undefined: it was not submitted. Each has a patient of its own. */
export async function standingOf(reads: Reads, planned: Planned): Promise<Standing | undefined> {
  const { idNumber } = patientFor(planned);
  const patient = await reads.patientByDigest(reads.vault.digest('01', must(idNumber, 'everybody in the sample has a number')));
  if (!patient) return undefined;
  const { data } = await reads.referrals({ institutionId: null, leadOf: [], patientId: patient.id, before: null, limit: 1 });
  const referral = must(data[0], 'a patient of the replay has a referral');
  const reservationId = must(referral.course.reservationIds[0], 'the place was booked with the referral');
  const reservation = must(await reads.reservation(reservationId), 'reservations are never deleted');
  return {
    id: referral.id,
    reservationId,
    status: referral.status,
    nightsLeft: reservation.places.some((p) => p.state === 'confirmed'),
    followedUp: (await reads.followUpsOf(referral.id)).some((f) => f.state === 'done'),
  };
}

/** The desk of an institution. */
export function deskOf(institutionId: string): Actor {
  return { clientId: 'guangzhou-replay', roles: ['clerk', 'doctor', 'his'], institutionId, area: null, operator: null };
}
