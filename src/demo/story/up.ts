import { must } from '../../kernel/assert.js';
import { addDays, daysBetween, formatInstant, HOUR, localDateOf, MINUTE, startOfDay, type Instant } from '../../kernel/calendar.js';
import { CARDIOLOGY, HUADU_PEOPLE } from '../city/institutions.js';
import { expect, given, refused } from './answers.js';
import { CLINIC, DOCTORS, EXPERT_POOL, LATE_FEEDBACK, lateReferral, PATIENT, UP_FEEDBACK, upReferral } from './cast.js';
import { wallClock, yuan } from './narrator.js';
import { momentOf, placeLine, type Stage } from './stage.js';

/** Chapter one and two: a patient is sent up with everything booked at once, and somebody comes too late. */

const NIGHTS = 3;
/** What other channels have given away of the expert's six numbers, so that one is left. */
const TAKEN_ELSEWHERE = 5;

export interface SentUp {
  readonly patientId: string;
  readonly referralId: string;
  readonly reservationId: string;
  readonly entitlementCode: string;
}

export async function askAndHold(stage: Stage): Promise<SentUp> {
  const { desks, tell, opens } = stage;
  tell.chapter('一、上转：社区把患者转往上级医院', 'One. Up: a community centre refers a patient to the hospital');
  const clinicAt = momentOf(opens, 1, 9);
  const session = { startsAt: formatInstant(clinicAt), endsAt: formatInstant(clinicAt + 30 * MINUTE), capacity: 6, takenElsewhere: TAKEN_ELSEWHERE };
  await given('the hospital reports its expert clinic', desks.hospitalHis.putSessions(EXPERT_POOL, [session]));

  const asked = await stage.goTo(0, 8.5);
  const advice = await given('routing', desks.clinicDesk.recommend({
    direction: 'up', category: 'inpatient', sourceInstitutionId: CLINIC, targetDepartment: CARDIOLOGY.code,
    needs: [{ kind: 'clinic', department: CARDIOLOGY.code, tier: 'expert' }, { kind: 'bed', department: CARDIOLOGY.code, nights: NIGHTS }],
    from: addDays(opens, 1), days: 7,
  }));
  const best = must(advice.candidates[0], 'somebody can take the patient');
  expect(best.institutionId === HUADU_PEOPLE, `routing puts ${HUADU_PEOPLE} first, not ${best.institutionId}`);
  tell.step(asked, '社区全科医生', `${PATIENT.name} 反复胸闷，查询可接收的医院。`, 'The family doctor asks where the patient could go.');
  tell.detail(`首选 ${best.name}：${best.reasons.map((r) => r.text).join('；')}`);
  tell.detail(`其余 ${advice.candidates.length - 1} 家候选，${advice.excluded.length} 家不适用，均注明理由`);

  const at = await stage.goTo(0, 8 + 40 / 60);
  const referral = await given('the up-referral', desks.clinicDesk.refer(upReferral(at, clinicAt, momentOf(opens, 1, 10.5), momentOf(opens, 1, 12), NIGHTS)));
  expect(referral.status === 'submitted', `a held referral waits for its confirmation, its status is ${referral.status}`);
  const reservationId = must(referral.reservationIds[0], 'the places are held with the referral');
  const reservation = await given('the reservation', desks.clinicDesk.reservation(reservationId));
  expect(reservation.state === 'held' && reservation.items.length === 3, 'one reservation holds the clinic, the examination and the bed');
  tell.step(at, '社区转诊窗口', `提交转诊单 ${referral.referralNo}，一次预留门诊、检查、床位（占位码 ${reservation.code}）。`, 'One referral, one reservation: expert clinic, CT and bed, all or none.');
  for (const item of reservation.items) tell.detail(placeLine(item));
  tell.detail(`预留至 ${wallClock(Date.parse(must(reservation.expiresAt, 'a hold ends')))}，逾期自动释放`);

  const { entitlement } = referral;
  expect(entitlement?.eligible === true, 'a patient of primary care is entitled (一免三优先)');
  const fee = entitlement?.items.find((i) => i.item === 'registration-fee');
  expect(fee?.amountFen === 5_000, `the fee that is waived is that of the expert clinic, not ${fee?.amountFen}`);
  tell.success(`享受一免三优先：免挂号费 ${yuan(fee?.amountFen ?? 0)}，优先专家门诊、检查、住院（权益码 ${entitlement?.code}）`);
  return { patientId: referral.patientId, referralId: referral.id, reservationId, entitlementCode: must(entitlement?.code, 'a granted entitlement has a code') };
}

export interface LateVisit {
  readonly referralId: string;
  readonly reservationId: string;
  readonly at: Instant;
}

/** The last place is sold; whoever comes next hears what else there is. */
export async function comeTooLate(stage: Stage): Promise<LateVisit> {
  const { desks, tell, opens } = stage;
  const at = await stage.goTo(0, 8 + 42 / 60);
  const wanted = { poolId: EXPERT_POOL, startsAt: formatInstant(momentOf(opens, 1, 9)) };
  const problem = await refused('the last place is sold once', 'session_full', desks.neighbourDesk.refer(lateReferral(at, wanted)));
  tell.step(at, '社区二转诊窗口', '另一社区同时申请同一专家 09:00 的号。', 'Another centre asks for the same expert at the same time: the last place is gone.');
  tell.refusal(`${problem.status} ${problem.code}：${problem.title}`);
  const alternatives = (problem.alternatives ?? []).map((a) => ({ poolId: String(a['poolId']), startsAt: String(a['startsAt']), free: String(a['free']) }));
  for (const other of alternatives.slice(0, 4)) tell.detail(`可改约 ${placeLine(other)}（余 ${other.free}）`);

  const chosen = must(alternatives.find((a) => a.poolId === EXPERT_POOL && a.startsAt > wanted.startsAt), 'a later time of the same expert is offered');
  const { poolId, startsAt } = chosen;
  const moved = await given('the alternative', desks.neighbourDesk.refer(lateReferral(at, { poolId, startsAt })));
  expect(moved.status === 'scheduled', `a booked referral is scheduled, not ${moved.status}`);
  tell.success(`改约 ${placeLine(chosen)}，转诊单 ${moved.referralNo} 已安排`);
  return { referralId: moved.id, reservationId: must(moved.reservationIds[0], 'it is booked'), at: Date.parse(startsAt) };
}

/** On a pool that is booked directly the sender's confirmation is the hospital's standing acceptance. */
export async function confirmHold({ desks, tell, goTo }: Stage, { referralId, reservationId }: SentUp): Promise<void> {
  const at = await goTo(0, 8 + 45 / 60);
  const reservation = await given('the confirmation', desks.clinicDesk.confirm(reservationId));
  expect(reservation.state === 'confirmed', `every place is booked, not ${reservation.state}`);
  const referral = await given('the referral', desks.clinicDesk.referral(referralId));
  expect(referral.status === 'scheduled' && referral.acceptedBy === 'standing-rule', `a confirmed reservation schedules: ${referral.status}, ${referral.acceptedBy}`);
  tell.step(at, '社区转诊窗口', '患者同意，确认占位；医院按直约规则即时受理，转诊单“已安排”。', 'Confirmed by the sender: the hospital has accepted by its standing rule, the referral is scheduled.');
}

/** The fee is waived at the counter, the arrival executes the transfer, the doctor takes over. */
export async function arriveAndReceive({ desks, tell, goTo }: Stage, { referralId, reservationId, entitlementCode }: SentUp): Promise<void> {
  const paid = await goTo(1, 8 + 50 / 60);
  const counter = await given('the counter', desks.hospitalHis.redeem(entitlementCode, 'registration-fee', HUADU_PEOPLE));
  const fee = counter.entitlement?.items.find((i) => i.item === 'registration-fee');
  expect(fee?.state === 'honoured', `the waiver is honoured at the counter, not ${fee?.state}`);
  tell.step(paid, '医院挂号窗口', `核销权益码 ${entitlementCode}：挂号费应收 ${yuan(fee?.amountFen ?? 0)}，实收 0 元。`, 'The counter redeems the waiver: the patient pays nothing for the registration.');
  await refused('a waiver is redeemed once', 'already_redeemed', desks.hospitalHis.redeem(entitlementCode, 'registration-fee', HUADU_PEOPLE));
  tell.detail('同一权益码再次核销被拒绝：每项只核销一次');

  const came = await goTo(1, 8 + 55 / 60);
  const arrived = await given('the arrival', desks.hospitalHis.arrive(referralId, reservationId));
  expect(arrived.status === 'arrived' && arrived.transferId !== null, 'the arrival executes the transfer');
  tell.step(came, '医院导诊台', `患者到院，转诊执行，记入转诊台账（${String(arrived.transferId)}）。`, 'The arrival executes the transfer and enters the ledger.');

  const seen = await goTo(1, 9 + 20 / 60);
  const received = await given('the hand-over', desks.hospitalDoctors.receive(referralId, DOCTORS.expert));
  expect(received.status === 'in-care', `the doctor takes over, the status is ${received.status}`);
  tell.step(seen, '专家门诊', `${DOCTORS.expert.name} 接诊，管理责任由社区医生转到专家；10:30 行 CT，12:00 入住病区。`, 'The expert receives the patient and becomes responsible; CT and admission follow.');
}

export async function secondVisit({ desks, tell, goTo, opens }: Stage, late: LateVisit): Promise<void> {
  await goTo(daysBetween(opens, localDateOf(late.at)), (late.at - startOfDay(localDateOf(late.at))) / HOUR);
  await given('the second patient arrives', desks.hospitalHis.arrive(late.referralId, late.reservationId));
  await given('the second patient is received', desks.hospitalDoctors.receive(late.referralId, DOCTORS.expert));
  await given('the second visit ends', desks.hospitalDoctors.complete(late.referralId, LATE_FEEDBACK));
  tell.step(late.at, '专家门诊', '社区二的患者按改约时间就诊，当日完成并反馈。', 'The second patient is seen at the other time; the loop is closed.');
}

/** After the discharge, which the record of the stay has told: the nights were used, the feedback goes back to the community. */
export async function dischargeAndReport({ desks, tell, goTo }: Stage, { referralId, reservationId }: SentUp): Promise<void> {
  const at = await goTo(1 + NIGHTS, 10.25);
  const used = await given('the nights', desks.hospitalHis.reservation(reservationId));
  expect(used.state === 'fulfilled', `clinic, CT and every night were used, not ${used.state}`);
  const completed = await given('the feedback', desks.hospitalDoctors.complete(referralId, UP_FEEDBACK));
  const states = (completed.entitlement?.items ?? []).map((i) => i.state);
  expect(completed.status === 'completed' && states.length === 4 && states.every((s) => s === 'honoured'), `all four parts of the priority service were honoured: ${states.join(', ')}`);
  tell.step(at, '心血管内科病区', `住院 ${NIGHTS} 晚后出院，向社区反馈诊断与治疗；一免三优先四项全部兑现。`, 'Discharged; feedback goes to the sender; all four parts of the priority service were honoured.');
}
