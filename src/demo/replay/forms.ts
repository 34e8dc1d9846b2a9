import { addDays, DAY, formatInstant, HOUR, startOfDay, type Instant, type LocalDate } from '../../kernel/calendar.js';
import { Prng } from '../../kernel/prng.js';
import type { CarePlan, Diagnosis, Feedback, FollowUpInput, Patient, Person, ReferralInput } from '../../contract/referral.js';
import { patientOf, staffName } from '../people.js';
import { FROM } from './figures.js';
import { insuranceOf } from './insurance.js';
import { CLINIC_DEPARTMENT } from './network.js';
import type { Planned } from './plan.js';

/** What is written on the forms of the replay, and in which session the patient gets a place. */

interface Case {
  readonly diagnosis: Diagnosis;
  readonly impression: string;
  readonly reason: string;
  readonly treatment: string;
  readonly indication: NonNullable<ReferralInput['indication']>;
}

const icd = (code: string, name: string): Diagnosis => ({ code, system: 'ICD-10', version: 'clinical', name });

const CASES: readonly Case[] = [
  { diagnosis: icd('I10.x00', '原发性高血压'), impression: '血压控制不佳', reason: 'specialist-needed', treatment: '继续口服降压药，监测血压', indication: 'chronic-stable' },
  { diagnosis: icd('E11.900', '2 型糖尿病'), impression: '血糖波动，待查并发症', reason: 'lack-examination', treatment: '口服降糖药，控制饮食', indication: 'chronic-stable' },
  { diagnosis: icd('I25.100', '冠心病'), impression: '活动后胸闷', reason: 'lack-examination', treatment: '抗血小板及调脂治疗', indication: 'chronic-stable' },
  { diagnosis: icd('J44.900', '慢性阻塞性肺疾病'), impression: '咳喘加重', reason: 'deteriorating', treatment: '吸入支气管扩张剂', indication: 'critical-stable' },
  { diagnosis: icd('I63.900', '脑梗死'), impression: '言语不清后恢复', reason: 'specialist-needed', treatment: '二级预防用药', indication: 'rehabilitation' },
  { diagnosis: icd('S72.000', '股骨颈骨折'), impression: '术后复查', reason: 'follow-up-abnormal', treatment: '切口护理，逐步负重', indication: 'post-surgery' },
  { diagnosis: icd('K80.200', '胆囊结石'), impression: '右上腹痛反复', reason: 'surgery', treatment: '低脂饮食，解痉', indication: 'post-surgery' },
];

const caseOf = (planned: Planned): Case => CASES[new Prng(planned.seed ^ 0x55aa).int(CASES.length)]!;

export function diagnosisOf(planned: Planned): Diagnosis {
  return caseOf(planned).diagnosis;
}

/** Lives where primary care is given; inpatients say by whom they are insured. */
export function patientFor({ number, seed, stream, source, target, nights }: Planned): Patient {
  const { district } = stream.direction === 'down' ? target : source;
  const patient = patientOf(number, district);
  return nights > 0 ? { ...patient, insurance: insuranceOf(seed, patient, district) } : patient;
}

export const dateOf = (day: number): LocalDate => addDays(FROM, day);

/** Clinics sit from 08:00 to 12:00, a bed-night begins at 12:00. */
const CLINIC_OPENS = 8 * HOUR;
const CLINIC_CLOSES = 12 * HOUR;
const NIGHT_BEGINS = 12 * HOUR;
const clinicStart = (day: number): Instant => startOfDay(dateOf(day)) + CLINIC_OPENS;
const nightStart = (day: number): Instant => startOfDay(dateOf(day)) + NIGHT_BEGINS;

/** The referral as its sender writes it at `now`, with the places booked in the same transaction. */
export function referralForm(planned: Planned, now: Instant): ReferralInput {
  const { stream, source, target, consortium, number, day, nights } = planned;
  const found = caseOf(planned);
  const prng = new Prng(planned.seed);
  const down = stream.direction === 'down';
  const patient = patientFor(planned);
  return {
    direction: stream.direction,
    category: stream.category,
    sourceInstitutionId: source.id,
    sourceDepartment: CLINIC_DEPARTMENT,
    targetInstitutionId: target.id,
    targetDepartment: CLINIC_DEPARTMENT,
    consortiumId: consortium.id,
    patient,
    diagnosis: [found.diagnosis],
    impression: found.impression,
    treatment: found.treatment,
    // Three named people: 首诊、转诊办理、管理 (Guangzhou 2018, line 27).
    responsible: { firstContact: { name: staffName(prng) }, handler: { name: staffName(prng) }, manager: { name: staffName(prng) } },
    consent: { given: true, by: patient.name, at: formatInstant(now) },
    source: { system: 'guangzhou-replay', number: String(number) },
    ...(down
      ? { reasonCode: DOWN_REASONS[found.indication] ?? 'chronic-stable', indication: found.indication, conditionStable: true, carePlan: carePlan(planned, found) }
      : { reasonCode: found.reason }),
    reserve: { items: [nights > 0 ? { poolId: target.beds, startsAt: formatInstant(nightStart(day)), nights } : { poolId: target.clinic, startsAt: formatInstant(clinicStart(day)) }], confirm: true },
  };
}

const DOWN_REASONS: Partial<Record<Case['indication'], string>> = { 'post-surgery': 'post-surgery', rehabilitation: 'rehabilitation' };

/** Three parts (Xinhui 2017, line 23); an outpatient may need no rehabilitation and no nursing. */
function carePlan(planned: Planned, found: Case): CarePlan {
  const inpatient = planned.nights > 0;
  return {
    treatment: found.treatment,
    rehabilitation: inpatient ? '床旁康复训练，每日两次' : { notNeeded: true },
    nursing: inpatient ? '二级护理，防跌倒' : { notNeeded: true },
    followUps: [{ dueOn: dateOf(planned.day + planned.stay), content: '复查并评估恢复情况' }],
  };
}

export function receivingManager(planned: Planned): Person {
  return { name: staffName(new Prng(planned.seed ^ 0x0f0f)) };
}

export function feedbackOf(planned: Planned): Feedback {
  const found = caseOf(planned);
  return { diagnosis: [found.diagnosis], treatment: found.treatment, outcome: 'improved' };
}

export function followUpForm(referralId: string, now: Instant): FollowUpInput {
  return { referralId, state: 'done', at: formatInstant(now), content: '病情平稳，按方案继续治疗' };
}

/** The sessions of one pool for days `from` to `until`, the last not included. */
export function timetable(kind: 'clinic' | 'beds', from: number, until: number, capacity: number) {
  const sessions = [];
  for (let day = from; day < until; day += 1) {
    const startsAt = kind === 'clinic' ? clinicStart(day) : nightStart(day);
    const endsAt = kind === 'clinic' ? startOfDay(dateOf(day)) + CLINIC_CLOSES : startsAt + DAY;
    sessions.push({ startsAt: formatInstant(startsAt), endsAt: formatInstant(endsAt), capacity });
  }
  return sessions;
}
