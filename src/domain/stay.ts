import type { Instant } from '../kernel/calendar.js';
import { DAY } from '../kernel/calendar.js';
import { field, type FieldError } from '../kernel/problem.js';
import type { StayInput } from '../contract/stay.js';
import type { Level } from '../contract/vocabulary.js';

/** A stay under the visit number of its hospital, with the facts frozen at its first record. */
export interface Stay {
  readonly id: string;
  readonly area: string;
  readonly institutionId: string;
  readonly number: string;
  readonly patientId: string;
  /** The referral that brought the patient, once it is linked. */
  readonly referralId: string | null;
  /** True where this stay, not a desk, executed that referral. */
  readonly executedReferral: boolean;
  /** Of the institution on the day of admission. */
  readonly level: Level;
  readonly record: Omit<StayInput, 'patient'>;
  readonly sealedPatient: string;
  readonly sourceVersion: number;
  readonly version: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What contradicts itself in the record of a stay. A HIS may be ahead by minutes, not by days. */
export function checkStay(record: StayInput, now: Instant): FieldError[] {
  const errors: FieldError[] = [];
  const admitted = Date.parse(record.admittedAt);
  if (admitted > now + DAY) errors.push(field('/admittedAt', '入院时间不能晚于现在', 'The admission lies in the future'));
  if (record.dischargedAt !== undefined && Date.parse(record.dischargedAt) < admitted) {
    errors.push(field('/dischargedAt', '出院时间早于入院时间', 'The discharge lies before the admission'));
  }
  if (record.settlement && record.settlement.eligibleFen > record.settlement.totalFen) {
    errors.push(field('/settlement/eligibleFen', '合规费用不能大于总费用', 'Eligible cost exceeds the total'));
  }
  const { via, referralId, referralNo } = record.arrival;
  const named = referralId !== undefined || referralNo !== undefined;
  if (via === 'referral' && !named) errors.push(field('/arrival/referralId', '经转诊到院须注明转诊', 'An arrival by referral names it'));
  if (via !== 'referral' && named) errors.push(field('/arrival/via', '注明转诊时到院方式须为 referral', 'A named referral means via referral'));
  return errors;
}
