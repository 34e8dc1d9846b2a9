import { must } from '../../kernel/assert.js';
import { addDays } from '../../kernel/calendar.js';
import { expect, given, refused } from './answers.js';
import { DISCHARGE_SUMMARY, DOCTORS, DOWN_FEEDBACK, downReferral } from './cast.js';
import { wallClock } from './narrator.js';
import { momentOf, placeLine, type Stage } from './stage.js';

/** Chapter three: the patient goes back to the community with a plan, and is followed up there. */

const NIGHTS = 2;
const BACK_ON = 4;

export interface SentDown {
  readonly referralId: string;
  readonly reservationId: string;
  readonly documentId: string;
}

export async function sendBack(stage: Stage, upReferralId: string): Promise<SentDown> {
  const { desks, tell, opens, goTo } = stage;
  tell.chapter('二、下转：病情稳定，转回社区康复', 'Two. Down: the patient is stable and goes back for rehabilitation');
  const at = await goTo(BACK_ON, 10.5);
  const followUpOn = addDays(opens, BACK_ON + NIGHTS);
  const referral = await given('the down-referral', desks.hospitalDoctors.refer(downReferral(at, followUpOn, momentOf(opens, BACK_ON, 12), NIGHTS, upReferralId)));
  const reservationId = must(referral.reservationIds[0], 'a bed is held at the community centre');
  const reservation = await given('the held bed', desks.hospitalDoctors.reservation(reservationId));
  tell.step(at, '心血管内科病区', `开出下转单 ${referral.referralNo}，附三部分方案，并在社区预留康复床。`, 'A down-referral with its plan of three parts, and a bed held at the community centre.');
  const plan = must(referral.carePlan, 'a down-referral has a plan');
  tell.detail(`接续治疗：${plan.treatment}`);
  tell.detail(`康复治疗：${typeof plan.rehabilitation === 'string' ? plan.rehabilitation : '不需要'}`);
  tell.detail(`护理方案：${typeof plan.nursing === 'string' ? plan.nursing : '不需要'}`);
  for (const item of reservation.items) tell.detail(`预留 ${placeLine(item)}`);
  const shortage = referral.warnings.find((w) => w.code === 'medication-not-stocked');
  expect(shortage !== undefined, 'a medicine that the community does not stock is warned of');
  tell.detail(`提醒：方案中第 ${Number(shortage?.pointer.split('/').at(-1)) + 1} 种药品社区未配备，请先衔接用药`);
  await refused('beds of a community are not booked over its head', 'wrong_party', desks.hospitalDoctors.confirm(reservationId));
  tell.detail('该床位须由接收方确认，医院不能代订');

  const document = await given('the discharge summary', desks.hospitalDoctors.addDocument(referral.id, {
    kind: 'discharge-summary', title: '出院小结', mediaType: 'text/plain', author: DOCTORS.ward.name, content: Buffer.from(DISCHARGE_SUMMARY).toString('base64'),
  }));
  return { referralId: referral.id, reservationId, documentId: document.id };
}

/**
 * Its own bed is the community's to promise: its confirmation accepts.
 *
 * @param meanwhile what the desk does between the confirmation and the arrival
 */
export async function takeBack({ desks, tell, goTo }: Stage, { referralId, reservationId, documentId }: SentDown, meanwhile: () => Promise<void>): Promise<void> {
  const at = await goTo(BACK_ON, 11);
  await given('the confirmation by the community', desks.clinicDesk.confirm(reservationId));
  const accepted = await given('the accepted referral', desks.clinicDesk.referral(referralId));
  expect(accepted.status === 'scheduled' && accepted.acceptedBy === 'receiver', `the receiver accepted and scheduled: ${accepted.status}, ${accepted.acceptedBy}`);
  tell.step(at, '社区转诊窗口', '确认康复床，受理下转。', 'The community centre confirms the bed and so accepts.');

  await meanwhile();
  const came = await goTo(BACK_ON, 15);
  const arrived = await given('the arrival at home', desks.clinicDesk.arrive(referralId, reservationId));
  expect(arrived.transferId !== null, 'the second transfer is executed');
  const received = await given('the hand-over to the community', desks.clinicDesk.receive(referralId, DOCTORS.family, [documentId]));
  expect(received.status === 'in-care', `the family doctor takes over, the status is ${received.status}`);
  tell.step(came, '社区全科医生', '患者到达，签收出院小结，接续治疗。', 'The patient arrives; the family doctor signs for the discharge summary and takes over.');
}

/** The loop is closed by the first follow-up and the feedback, in this order. */
export async function followUpAndClose({ desks, tell, goTo }: Stage, { referralId }: SentDown): Promise<void> {
  const at = await goTo(BACK_ON + NIGHTS, 9.5);
  const problem = await refused('a down-referral is not closed without a follow-up', 'follow_up_missing', desks.clinicDesk.complete(referralId, DOWN_FEEDBACK));
  tell.step(at, '社区全科医生', '想结案，但尚未随访。', 'Closing is refused while no follow-up is recorded.');
  tell.refusal(`${problem.status} ${problem.code}：${problem.title}`);

  const done = await goTo(BACK_ON + NIGHTS, 10);
  const { data: tasks } = await given('the tasks of the plan', desks.clinicDesk.followUps(referralId));
  const task = must(tasks.find((f) => f.state === 'due'), 'the plan became a task');
  const followUp = await given('the follow-up', desks.clinicDesk.recordFollowUp({
    referralId, followUpId: task.id, state: 'done', content: '无胸闷，血压 126/78 mmHg，步行 400 米无不适。', guidance: '请专家确认替格瑞洛疗程。', operator: { code: DOCTORS.family.code, name: DOCTORS.family.name },
  }));
  expect(followUp.state === 'done', 'the follow-up is recorded');
  const completed = await given('the closed loop', desks.clinicDesk.complete(referralId, DOWN_FEEDBACK));
  expect(completed.status === 'completed', `the loop is closed, the status is ${completed.status}`);
  tell.step(done, '社区全科医生', `完成首次随访（计划 ${task.dueOn}），向医院反馈并请求指导；下转闭环。`, 'The first follow-up is recorded, guidance asked for; the loop is closed.');
  tell.success(`下转单 ${completed.referralNo} 于 ${wallClock(done)} 完成`);
}
