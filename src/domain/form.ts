import { ageOn, formatInstant, localDateOf, type Instant } from '../kernel/calendar.js';
import type { Patient } from '../contract/referral.js';
import type { ReferralStatus } from '../contract/vocabulary.js';
import type { Network } from './network.js';
import { findDepartment } from './network.js';
import type { Referral } from './referral.js';

/**
 * 双向转诊单 as the national standard for basic public health services prints it: 转出单 on the way up (and
 * sideways), 回转单 on the way down. Stub, head, clinical part and signature, with the captions of the form.
 */
export interface ReferralForm {
  readonly form: '转出单' | '回转单';
  readonly referralNo: string;
  readonly stub: Readonly<Record<string, string>>;
  readonly head: string;
  readonly clinical: Readonly<Record<string, string>>;
  readonly arrangement: Readonly<Record<string, string>>;
  readonly signature: Readonly<Record<string, string>>;
  readonly notice: string | null;
}

const ENDED: readonly ReferralStatus[] = ['completed', 'rejected', 'cancelled', 'redirected', 'closed', 'expired'];
const SEX: Readonly<Record<string, string>> = { '0': '未知的性别', '1': '男', '2': '女', '9': '未说明的性别' };

export interface Arrangement {
  readonly startsAt: Instant;
  readonly name: string;
}

export function printForm(referral: Referral, patient: Patient, network: Network, booked: readonly Arrangement[]): ReferralForm {
  const down = referral.direction === 'down';
  const source = network.institution(referral.sourceInstitutionId);
  const target = referral.targetInstitutionId === null ? undefined : network.institution(referral.targetInstitutionId);
  const department = target && referral.targetDepartment !== null ? findDepartment(target, referral.targetDepartment)?.name : undefined;
  const sentOn = localDateOf(referral.course.submittedAt ?? referral.createdAt);
  const age = `${ageOn(patient.birthDate, sentOn)}岁`;
  const { firstContact, handler, manager } = referral.course.responsible;
  // The handler may by now be the receiver's: who saw the patient first signs.
  const doctor = firstContact ?? handler;
  const identity = { 患者姓名: patient.name, 性别: SEX[patient.sex] ?? '', 年龄: age };
  return {
    form: down ? '回转单' : '转出单',
    referralNo: referral.referralNo,
    stub: {
      ...identity,
      ...(down ? { 病案号: patient.inpatientNo ?? '' } : { 档案编号: patient.healthRecordNo ?? '' }),
      家庭住址: patient.address ?? '',
      联系电话: patient.phone ?? '',
      转诊日期: sentOn,
      [down ? '转回单位' : '转入单位']: target?.name ?? '',
      科室: department ?? referral.targetDepartment ?? '',
      接诊医生: (referral.course.receivedAt !== null && manager?.name) || '',
      转诊医生: doctor?.name ?? '',
    },
    head: down
      ? `${target?.name ?? ''}：现有患者${patient.name}，因病情需要，现转回贵单位，请予以接诊。`
      : `${target?.name ?? ''}：现有患者${patient.name}，性别${SEX[patient.sex] ?? ''}，年龄${age}，因病情需要，需转入贵单位，请予以接诊。`,
    clinical: down ? clinicalDown(referral, patient) : clinicalUp(referral),
    arrangement: Object.fromEntries(booked.map((place, i) => [`预约${i + 1}`, `${formatInstant(place.startsAt).slice(0, 16).replace('T', ' ')} ${place.name}`])),
    signature: { 转诊医生: doctor?.name ?? '', 联系电话: doctor?.phone ?? source?.referralOffice?.phone ?? '', 机构名称: source?.name ?? '', 日期: sentOn },
    notice: ENDED.includes(referral.status) ? '本归档版不作为患者继续就诊凭证' : null,
  };
}

function clinicalUp({ content }: Referral): Record<string, string> {
  return {
    初步印象: content.impression ?? '',
    '主要现病史（转出原因）': content.presentIllness ?? '',
    主要既往史: content.pastHistory ?? '',
    治疗经过: content.treatment ?? '',
  };
}

function clinicalDown({ content }: Referral, patient: Patient): Record<string, string> {
  const plan = content.carePlan;
  const part = (text: string | { notNeeded: true } | undefined): string => (typeof text === 'string' ? text : text ? '无需' : '');
  const medicines = (plan?.medications ?? []).map((m) => `${m.name} ${m.dose} ${m.usage} ${m.days}天`).join('；');
  return {
    诊断结果: (content.diagnosis ?? []).map((d) => `${d.name}（${d.code}）`).join('；'),
    住院病案号: patient.inpatientNo ?? '',
    主要检查结果: content.examinations ?? '',
    '治疗经过、下一步治疗方案及康复建议': [
      content.treatment ?? '',
      `接续治疗：${plan?.treatment ?? ''}${medicines ? `（${medicines}）` : ''}`,
      `康复：${part(plan?.rehabilitation)}`,
      `护理：${part(plan?.nursing)}`,
    ].filter((line) => line !== '').join('\n'),
  };
}
