import { HOUR, type Instant } from '../kernel/calendar.js';
import { field, type FieldError } from '../kernel/problem.js';
import { REASON_SETS, type Direction, type ReasonSet, type Urgency, type Category } from '../contract/vocabulary.js';
import type { ReferralContent } from './referral.js';
import type { Warning } from './identity.js';

/**
 * What a referral must say before it is sent. The official form (双向转诊单) asks for the impression and
 * the reason on the way up, for diagnosis and plan on the way down; Xinhui 2017, line 23 asks for the
 * three parts of the plan (接续治疗、康复治疗和护理方案).
 */
export interface Statement {
  readonly direction: Direction;
  readonly category: Category;
  readonly urgency: Urgency;
  readonly content: ReferralContent;
}

export function checkContent({ direction, category, urgency, content }: Statement, now: Instant): FieldError[] {
  const errors: FieldError[] = [];
  const emergency = urgency === 'emergency';
  if (direction !== 'down') checkSending(direction, content, emergency, errors);
  else checkReturning(category, content, errors);
  if (content.reasonCode !== undefined) errors.push(...checkReason(direction, content.reasonCode, content.reasonText, '/reasonCode', '/reasonText'));
  checkConsent(direction, content, emergency, now, errors);
  return errors;
}

function checkSending(direction: Direction, content: ReferralContent, emergency: boolean, errors: FieldError[]): void {
  // Xinhui 2017, line 23: an emergency is freed of formalities (简化相关手续); the rest may follow.
  if (emergency) return;
  if (direction === 'up' && content.impression === undefined) errors.push(field('/impression', '上转须填写初步印象', 'An up-referral states the impression'));
  if (content.reasonCode === undefined) errors.push(field('/reasonCode', '须填写转诊原因', 'The reason for the referral is needed'));
}

function checkReturning(category: Category, content: ReferralContent, errors: FieldError[]): void {
  if (content.indication === undefined) errors.push(field('/indication', '下转须填写下转指征', 'A down-referral states its indication'));
  if (!content.diagnosis?.length) errors.push(field('/diagnosis', '下转须有编码诊断', 'A down-referral carries a coded diagnosis'));
  // Foshan 2017, line 51 and Xinhui 2017, line 23: 病情稳定后 … 应当转至下级.
  if (content.conditionStable !== true && content.indication !== 'acute-care') {
    errors.push(field('/conditionStable', '须确认病情稳定', 'The condition must be attested stable'));
  }
  const plan = content.carePlan;
  if (!plan) {
    errors.push(field('/carePlan', '下转须有接续治疗、康复、护理三部分方案', 'A down-referral carries a plan of treatment, rehabilitation and nursing'));
    return;
  }
  if (category !== 'inpatient') return;
  for (const part of ['rehabilitation', 'nursing'] as const) {
    if (typeof plan[part] !== 'string') errors.push(field(`/carePlan/${part}`, '住院下转的各部分方案均须书写', 'For inpatients every part of the plan is written'));
  }
}

function checkConsent(direction: Direction, content: ReferralContent, emergency: boolean, now: Instant, errors: FieldError[]): void {
  const consent = content.consent;
  if (consent) {
    if (!consent.given) errors.push(field('/consent/given', '患者未同意转诊', 'The patient has not agreed'));
    if (Date.parse(consent.at) > now + HOUR) errors.push(field('/consent/at', '同意时间不能晚于现在', 'Consent lies in the future'));
  } else if (direction !== 'down' && !emergency) {
    errors.push(field('/consent', '须有患者知情同意', "The patient's consent is needed"));
  }
}

/** A code must be one of its set, and `other` must say what. */
export function checkReason(set: ReasonSet, code: string, text: string | undefined, at: string, textAt: string): FieldError[] {
  const known = REASON_SETS[set].codes.find((reason) => reason.code === code);
  if (!known) return [field(at, `不是有效的原因代码：${code}`, `Not a code of this set: ${code}`)];
  if (known.comment && (text === undefined || text.trim() === '')) return [field(textAt, '选择“其他”时须说明', 'This code needs a text')];
  return [];
}

/** What was noticed about the patient, and anew what the receiver does not stock. */
export function warningsWith(noticed: readonly Warning[], content: ReferralContent, formulary: readonly string[] | undefined): Warning[] {
  return [...noticed.filter((warning) => warning.code !== NOT_STOCKED), ...checkFormulary(content, formulary)];
}

const NOT_STOCKED = 'medication-not-stocked';

/** Medicines of the plan that the receiver does not stock (Xinhui 2017, line 32: 用药衔接): a warning, never a bar. */
export function checkFormulary(content: ReferralContent, formulary: readonly string[] | undefined): Warning[] {
  if (!formulary?.length) return [];
  return (content.carePlan?.medications ?? []).flatMap((medicine, i) =>
    formulary.includes(medicine.name) ? [] : [{ pointer: `/carePlan/medications/${i}`, code: NOT_STOCKED }],
  );
}

/** First three characters of the main diagnosis: what "the same disease" means. */
export function diseaseKeyOf(content: Pick<ReferralContent, 'diagnosis'>): string | null {
  return content.diagnosis?.[0]?.code.slice(0, 3) ?? null;
}
