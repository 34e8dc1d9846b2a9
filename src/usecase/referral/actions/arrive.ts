import { must } from '../../../kernel/assert.js';
import { localDateOf, type Instant } from '../../../kernel/calendar.js';
import { field, invalid, isRefusal, type Refusal } from '../../../kernel/problem.js';
import type { ReferralStatus } from '../../../contract/vocabulary.js';
import { checkReason } from '../../../domain/content.js';
import { levelOn } from '../../../domain/network.js';
import { cameBefore, happenedAt } from '../../../domain/reached.js';
import { advance } from '../../../domain/referral-machine.js';
import type { Referral } from '../../../domain/referral.js';
import type { Transfer } from '../../../domain/transfer.js';
import type { Unit } from '../../ports.js';
import { bookingOf, reservationsOf } from '../../reservation/booking.js';
import { fulfilOnArrival, unfulfil } from '../../reservation/places.js';
import { timersFor } from '../referral-event.js';
import type { Action, Changed } from './action.js';

/**
 * The patient is there: the transfer is executed and enters the ledger that the continuous deductible
 * is computed from (Guangzhou 2018, line 39). An arrival before any answer accepts.
 */
export const arrive: Action<'arrive'> = async (unit, { referral }, body) => {
  const at = body.at === undefined ? unit.now : Date.parse(body.at);
  if (at > unit.now) return invalid(field('/at', '到院时间不能晚于现在', 'The arrival lies in the future'));
  if (cameBefore(referral, at)) return invalid(field('/at', '到院时间早于转诊', 'The arrival lies before the referral'));
  return executeTransfer(unit, referral, { at, reservationId: body.reservationId ?? null, because: 'arrival' });
};

export async function executeTransfer(
  unit: Unit,
  referral: Referral,
  arrival: { readonly at: Instant; readonly reservationId: string | null; readonly because: 'arrival' | 'stay' },
): Promise<Changed | Refusal> {
  const served = await fulfilOnArrival(unit, referral, { reservationId: arrival.reservationId, at: arrival.at });
  if (isRefusal(served)) return served;
  const transfer = transferOf(unit, referral, arrival);
  const accepted = referral.course.acceptedBy === null ? { acceptedBy: 'arrival' as const, acceptedAt: unit.now } : {};
  const course = { ...accepted, arrivedAt: arrival.at, transferId: transfer.id, statusBefore: referral.status };
  return {
    referral: advance(referral, { status: 'arrived', course }, unit.now, timersFor(unit, referral)),
    data: { transferId: transfer.id, ...served },
    transfer,
  };
}

function transferOf(unit: Unit, referral: Referral, arrival: { readonly at: Instant; readonly because: 'arrival' | 'stay' }): Transfer {
  const targetId = must(referral.targetInstitutionId, 'a submitted referral has a target');
  const level = (id: string) => levelOn(must(unit.network.institution(id), 'institutions are never deleted'), localDateOf(unit.now));
  // A referral lies where it was first addressed; a transfer where the patient went.
  const { area } = must(unit.network.institution(targetId), 'institutions are never deleted');
  return {
    id: unit.ids.next(area),
    area,
    kind: 'executed',
    reverses: null,
    referralId: referral.id,
    referralNo: referral.referralNo,
    patientId: referral.patientId,
    direction: referral.direction,
    category: referral.category,
    sourceInstitutionId: referral.sourceInstitutionId,
    sourceLevel: referral.course.sourceLevel ?? level(referral.sourceInstitutionId),
    targetInstitutionId: targetId,
    targetLevel: referral.course.targetLevel ?? level(targetId),
    consortiumId: referral.consortiumId,
    ruleVersion: referral.course.ruleVersion,
    fromStayId: referral.content.fromStayId ?? null,
    // What the ledger reckons the gap from: of a referral entered after the fact, when it really happened.
    submittedAt: happenedAt(referral),
    executedAt: arrival.at,
    recordedAt: unit.now,
    because: arrival.because,
  };
}

/** A mistaken arrival is taken back by its desk, until the hand-over is acknowledged. */
export const revokeArrival: Action<'revoke-arrival'> = async (unit, { referral }, body) => {
  const errors = checkReason('revoke-arrival', body.reasonCode, body.comment, '/reasonCode', '/comment');
  return errors.length > 0 ? invalid(...errors) : reverseTransfer(unit, referral, body.reasonCode);
};

/** A second record reverses the transfer; places, status, acceptance and filing are what they were before the arrival. */
export async function reverseTransfer(unit: Unit, referral: Referral, reasonCode: string): Promise<Changed> {
  const executed = must(await unit.transfer(must(referral.course.transferId, 'an arrival has a transfer')), 'the ledger loses nothing');
  const restored = await unfulfil(unit, referral);
  const booked = await bookingOf(unit, referral);
  const course = {
    arrivedAt: null,
    transferId: null,
    statusBefore: null,
    ...(referral.course.acceptedBy === 'arrival' ? { acceptedBy: null, acceptedAt: null } : {}),
  };
  const { seq: _seq, ...facts } = executed;
  return {
    referral: advance(referral, { status: await statusBefore(unit, referral), booked, course }, unit.now, timersFor(unit, referral)),
    data: { reasonCode, reverses: executed.id, restored },
    transfer: { ...facts, id: unit.ids.next(executed.area), kind: 'reversed', reverses: executed.id, recordedAt: unit.now, because: 'revoked' },
  };
}

/** The status before the arrival; who has no place any more, since it was missed or given up in between, is scheduled no more. */
async function statusBefore(unit: Unit, referral: Referral): Promise<ReferralStatus> {
  const before = must(referral.course.statusBefore, 'an arrival knows what was before it');
  if (before !== 'scheduled') return before;
  const places = (await reservationsOf(unit, referral)).flatMap((reservation) => reservation.places);
  return places.some(({ state }) => state === 'confirmed' || state === 'fulfilled') ? 'scheduled' : 'accepted';
}
