import { formatInstant, type Instant, type LocalDate } from '../../kernel/calendar.js';
import type { CarePlan, Diagnosis, Patient, ReferralInput } from '../../contract/referral.js';
import type { ReserveRequest } from '../../contract/reservation.js';
import { CARDIOLOGY, communityCentre, HUADU_PEOPLE } from '../city/institutions.js';
import { HUADU_GROUP } from '../city/consortia.js';
import { poolId } from '../city/pools.js';
import { patientOf } from '../people.js';

/** Who appears in the story, and what stands on their forms. Nobody of them exists. */

export const CLINIC = communityCentre('huadu', 1);
export const NEIGHBOUR = communityCentre('huadu', 2);
export const EXPERT_POOL = poolId(HUADU_PEOPLE, 'cardiology-expert');
export const CT_POOL = poolId(HUADU_PEOPLE, 'ct');
export const BED_POOL = poolId(HUADU_PEOPLE, 'cardiology-beds');
export const HOME_BED_POOL = poolId(CLINIC, 'rehabilitation-beds');

const HUADU = '440114';
const insured = (patient: Patient): Patient => ({
  ...patient, address: '花都区示范路 1 号', insurance: { area: '440100', scheme: 'resident', personKind: 'resident' },
});
/** Whose way up and down again is told. */
export const PATIENT: Patient = { ...insured(patientOf(8_801, HUADU)), healthRecordNo: '440114-SAMPLE-0001' };
/** Who comes a moment too late for the last place. */
export const LATECOMER: Patient = insured(patientOf(8_844, HUADU));
/** Whose referral waits for whoever tries the service. */
export const WAITING: Patient = insured(patientOf(8_862, HUADU));

export const ANGINA: Diagnosis = { code: 'I25.100', system: 'ICD-10', version: 'clinical', name: '冠状动脉粥样硬化性心脏病' };
const ARRHYTHMIA: Diagnosis = { code: 'I49.900', system: 'ICD-10', version: 'clinical', name: '心律失常' };
const HYPERTENSION: Diagnosis = { code: 'I10.x00', system: 'ICD-10', version: 'clinical', name: '原发性高血压' };

export const DOCTORS = {
  family: { code: 'GP-01', name: '示例全科医生', phone: '020-20000901' },
  desk: { code: 'DESK-01', name: '示例转诊专员' },
  expert: { code: 'EXPERT-01', name: '示例专家甲' },
  ward: { code: 'WARD-07', name: '示例病区医生' },
} as const;

interface Sending {
  readonly patient: Patient;
  readonly source: string;
  readonly at: Instant;
  readonly diagnosis: Diagnosis;
  readonly impression: string;
  readonly presentIllness: string;
  readonly reserve?: ReserveRequest;
  readonly category?: ReferralInput['category'];
}

function sendUp({ patient, source, at, diagnosis, impression, presentIllness, reserve, category = 'outpatient' }: Sending): ReferralInput {
  return {
    direction: 'up',
    category,
    urgency: 'routine',
    sourceInstitutionId: source,
    sourceDepartment: '02',
    targetInstitutionId: HUADU_PEOPLE,
    targetDepartment: CARDIOLOGY.code,
    consortiumId: HUADU_GROUP,
    patient,
    diagnosis: [diagnosis],
    impression,
    presentIllness,
    pastHistory: '高血压病史十年',
    treatment: '口服降压及抗血小板药物',
    allergies: '无',
    reasonCode: 'specialist-needed',
    severity: 'moderate',
    consent: { given: true, by: patient.name, at: formatInstant(at), relation: '本人', toldBy: DOCTORS.family.name },
    // 首诊、转诊办理、管理: three named people (Guangzhou 2018, line 27).
    responsible: { firstContact: DOCTORS.family, handler: DOCTORS.desk, manager: DOCTORS.family },
    operator: DOCTORS.desk,
    ...(reserve ? { reserve } : {}),
  };
}

/** Everything the patient needs at the hospital, in one reservation. */
export function upReferral(at: Instant, clinicAt: Instant, ctAt: Instant, bedFrom: Instant, nights: number): ReferralInput {
  return sendUp({
    patient: PATIENT, source: CLINIC, at, category: 'inpatient', diagnosis: ANGINA,
    impression: '冠心病，稳定型心绞痛可能', presentIllness: '反复活动后胸闷三周，社区缺乏冠脉检查条件，需专科评估并短期住院。',
    reserve: {
      items: [
        { poolId: EXPERT_POOL, startsAt: formatInstant(clinicAt) },
        { poolId: CT_POOL, startsAt: formatInstant(ctAt) },
        { poolId: BED_POOL, startsAt: formatInstant(bedFrom), nights },
      ],
    },
  });
}

/** The same expert at one time; `confirm` books at once. */
export function lateReferral(at: Instant, place: { poolId: string; startsAt: string }): ReferralInput {
  return sendUp({
    patient: LATECOMER, source: NEIGHBOUR, at, diagnosis: ARRHYTHMIA,
    impression: '心悸待查', presentIllness: '阵发性心悸一月，动态心电图提示频发早搏。',
    reserve: { items: [place], confirm: true },
  });
}

export function waitingReferral(at: Instant): ReferralInput {
  return sendUp({
    patient: WAITING, source: CLINIC, at, diagnosis: HYPERTENSION,
    impression: '难治性高血压', presentIllness: '三联降压药治疗血压仍不达标，请专科会诊调整方案。',
  });
}

/** 接续治疗、康复、护理 (Xinhui 2017, line 23). One of the medicines is not in the clinic's formulary. */
function carePlan(followUpOn: LocalDate): CarePlan {
  return {
    treatment: '阿司匹林、阿托伐他汀、替格瑞洛规律服用，血压控制在 130/80 mmHg 以下。',
    rehabilitation: '床旁起步的一期心脏康复，逐日增加步行时间，心率不超过静息值加 20 次/分。',
    nursing: '监测血压、心率，观察出血倾向，低盐低脂饮食宣教。',
    medications: [
      { name: '阿司匹林肠溶片', dose: '100 mg', usage: '每日一次', days: 30 },
      { name: '阿托伐他汀钙片', dose: '20 mg', usage: '每晚一次', days: 30 },
      { name: '替格瑞洛片', dose: '90 mg', usage: '每日两次', days: 30 },
    ],
    followUps: [{ dueOn: followUpOn, content: '首次随访：症状、血压、用药依从性' }],
  };
}

export function downReferral(at: Instant, followUpOn: LocalDate, bedFrom: Instant, nights: number, returnOf: string): ReferralInput {
  return {
    direction: 'down',
    category: 'inpatient',
    sourceInstitutionId: HUADU_PEOPLE,
    sourceDepartment: CARDIOLOGY.code,
    targetInstitutionId: CLINIC,
    targetDepartment: '21',
    consortiumId: HUADU_GROUP,
    patient: { ...PATIENT, inpatientNo: 'SAMPLE-ZY-0001' },
    diagnosis: [ANGINA],
    examinations: '冠状动脉 CTA：前降支中段轻中度狭窄。超声心动图：左室射血分数 61%。',
    treatment: '药物治疗后症状缓解。',
    reasonCode: 'rehabilitation',
    indication: 'rehabilitation',
    conditionStable: true,
    returnOf,
    carePlan: carePlan(followUpOn),
    consent: { given: true, by: PATIENT.name, at: formatInstant(at), relation: '本人', toldBy: DOCTORS.ward.name },
    responsible: { firstContact: DOCTORS.family, handler: { name: '示例下转专员' }, manager: DOCTORS.ward },
    operator: DOCTORS.ward,
    reserve: { items: [{ poolId: HOME_BED_POOL, startsAt: formatInstant(bedFrom), nights }] },
  };
}

export const UP_FEEDBACK = { diagnosis: [ANGINA], treatment: '冠脉 CTA 评估后药物治疗，症状缓解。', outcome: 'improved' as const };
export const LATE_FEEDBACK = { diagnosis: [ARRHYTHMIA], treatment: '调整用药，随访。', outcome: 'improved' as const };
export const DOWN_FEEDBACK = { diagnosis: [ANGINA], treatment: '完成一期心脏康复，居家继续。', outcome: 'improved' as const };
export const DISCHARGE_SUMMARY = '出院小结：冠心病，稳定型心绞痛。冠脉 CTA 示前降支中段轻中度狭窄，药物治疗，病情稳定，转社区康复。';
