import { formatInstant, type Instant } from '../../kernel/calendar.js';
import { must } from '../../kernel/assert.js';
import type { StayInput } from '../../contract/stay.js';
import { HUADU_PEOPLE } from '../city/institutions.js';
import { expect, given } from './answers.js';
import { ANGINA, CLINIC, PATIENT } from './cast.js';
import type { Desk } from './desk.js';
import { yuan } from './narrator.js';
import { momentOf, institutionName, STORY_DAYS, type Stage } from './stage.js';

/** The stays of the patient, and what a clerk can say of the deductible (连续计算起付线). */

const POLICY = 'gz-resident-2018';
const HOSPITAL_STAY = 'SAMPLE-ZY-0001';
const HOME_STAY = 'SAMPLE-SQ-0001';

/** A shipped policy is an example until somebody writes it; the sample city does, with the amounts of the example. */
export async function writePolicy({ tell, opens }: Stage, admin: Desk): Promise<void> {
  const { version, updatedAt: _updatedAt, ...rules } = await given('the shipped policy', admin.policy(POLICY));
  expect(version === 0, 'a shipped policy is in force nowhere');
  await given('the policy', admin.putPolicy(POLICY, rules));
  tell.step(momentOf(opens, 0, 8), '平台管理员', '写入居民医保政策：转诊住院累计计算起付线（数额为示例）。', 'The policy of the insured area is put into force; its amounts are examples.');
}

interface Told {
  readonly institutionId: string;
  readonly number: string;
  readonly referralId: string;
  readonly admittedAt: Instant;
  /** null: still there. */
  readonly left: { readonly at: Instant; readonly totalYuan: number; readonly eligibleYuan: number } | null;
  readonly sourceVersion: number;
}

/** The whole record, as the hospital's system sends it each time that something changes. */
function record({ referralId, admittedAt, left, sourceVersion }: Told): StayInput {
  return {
    patient: PATIENT,
    arrival: { via: 'referral', referralId },
    admittedAt: formatInstant(admittedAt),
    mainDiagnosis: ANGINA,
    kind: 'inpatient',
    ...(left && { dischargedAt: formatInstant(left.at), settlement: { totalFen: left.totalYuan * 100, eligibleFen: left.eligibleYuan * 100 } }),
    sourceVersion,
  };
}

async function send(desk: Desk, told: Told) {
  const stay = await given('the record of the stay', desk.putStay(told.institutionId, told.number, record(told)));
  return { stay, assessment: must(stay.assessment, 'with a policy in force a stay is assessed') };
}

/** The ward admits: the first stay of the chain bears its whole standard, for the time being. */
export async function admit({ desks, tell, opens, goTo }: Stage, referralId: string): Promise<void> {
  const at = await goTo(1, 12);
  const { assessment } = await send(desks.hospitalHis, { institutionId: HUADU_PEOPLE, number: HOSPITAL_STAY, referralId, admittedAt: momentOf(opens, 1, 12), left: null, sourceVersion: 1 });
  expect(assessment.provisional && assessment.deductibleFen === assessment.standardFen, 'the first stay of a chain bears its standard, provisionally');
  tell.step(at, '医院 HIS', `上报入院记录 ${HOSPITAL_STAY}：起付线暂计 ${yuan(assessment.deductibleFen)}。`, 'The hospital reports the admission: the deductible, for the time being.');
}

export async function settleHospital({ desks, tell, opens, goTo }: Stage, referralId: string): Promise<void> {
  const at = await goTo(4, 10);
  const left = { at, totalYuan: 12_600, eligibleYuan: 11_400 };
  const { assessment } = await send(desks.hospitalHis, { institutionId: HUADU_PEOPLE, number: HOSPITAL_STAY, referralId, admittedAt: momentOf(opens, 1, 12), left, sourceVersion: 2 });
  tell.step(at, '医院收费处', `出院结算：起付线 ${yuan(assessment.deductibleFen)}，基金支付 ${yuan(assessment.fundFen ?? 0)}，个人负担 ${yuan(assessment.personalFen ?? 0)}。`, 'Settled: deductible, what the fund pays, what the patient pays.');
}

/** Before the patient is there, the community can say what the stay will cost, and what it would without the referral. */
export async function quoteAtHome({ desks, tell, goTo }: Stage, patientId: string, referralId: string): Promise<void> {
  const at = await goTo(4, 11.5);
  const quote = await given('the quote', desks.clinicDesk.quote({ patientId, institutionId: CLINIC, admittedAt: formatInstant(at), arrival: { via: 'referral', referralId } }));
  const effect = must(quote.effect, 'a quoted stay has an effect');
  expect(effect.deductibleFen === 0 && effect.unreferredDeductibleFen > 0, `on the way down there is no second deductible: ${effect.deductibleFen}`);
  tell.step(at, '社区转诊窗口', `测算康复住院：经下转起付线 ${yuan(effect.deductibleFen)}，自行入院则为 ${yuan(effect.unreferredDeductibleFen)}。`, 'What the stay at home will bear: nothing after the referral, its own standard without.');
}

export async function stayAtHome({ desks, opens }: Stage, referralId: string): Promise<void> {
  await send(desks.clinicDesk, { institutionId: CLINIC, number: HOME_STAY, referralId, admittedAt: momentOf(opens, 4, 15), left: null, sourceVersion: 1 });
}

export async function settleHome({ desks, tell, opens, goTo }: Stage, referralId: string): Promise<void> {
  const at = await goTo(6, 9.25);
  const left = { at, totalYuan: 1_500, eligibleYuan: 1_400 };
  const { assessment } = await send(desks.clinicDesk, { institutionId: CLINIC, number: HOME_STAY, referralId, admittedAt: momentOf(opens, 4, 15), left, sourceVersion: 2 });
  tell.step(at, '社区收费窗口', `康复住院结算：起付线 ${yuan(assessment.deductibleFen)}，基金支付 ${yuan(assessment.fundFen ?? 0)}，个人负担 ${yuan(assessment.personalFen ?? 0)}。`, 'The stay at the community centre is settled, without a second deductible.');
}

/** Chapter three: the clerk reads the patient the whole chain, step by step. */
export async function explain({ desks, tell, goTo }: Stage, patientId: string): Promise<void> {
  tell.chapter('三、连续计算起付线：窗口向患者说明', 'Three. The continuous deductible, as a clerk explains it');
  const at = await goTo(STORY_DAYS - 2, 10);
  const { episodes } = await given('the chain of stays', desks.clinicDesk.episodes(patientId));
  const episode = must(episodes[0], 'the stays form a chain');
  expect(episodes.length === 1 && episode.legs.length === 2, `two stays form one chain, not ${episodes.length} with ${episode.legs.length}`);
  expect(episode.deductibleFen === episode.highestStandardFen, 'the chain bears its highest standard, once');
  tell.step(at, '社区转诊窗口', `一次连续诊疗 ${episode.legs.length} 段，合计起付线 ${yuan(episode.deductibleFen)}：`, 'One course of care in two stays, with one deductible for both:');
  for (const leg of episode.legs) {
    tell.detail(`${institutionName(leg.institutionId)}：`);
    for (const { code, text, provenance } of leg.assessment?.steps ?? []) {
      tell.detail(`  ${text.zh}`);
      if (code.startsWith('relief')) tell.detail(`  依据：${provenance.citation}`);
    }
  }

  const { data: entries } = await given('the ledger of deductibles', desks.insurer.entries());
  const sum = entries.reduce((total, entry) => total + entry.deltaFen, 0);
  expect(sum === episode.deductibleFen, `the entries add up to the deductible of the chain: ${sum}`);
  tell.step(at, '医保经办', `起付线台账 ${entries.length} 条，合计 ${yuan(sum)}，与逐段核定一致。`, 'The ledger of the insurer adds up to what the stays bear.');
}
