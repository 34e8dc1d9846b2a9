import type { Instant } from '../kernel/calendar.js';
import { DAY, localDateOf } from '../kernel/calendar.js';
import { areaOfDistrict } from '../kernel/ids.js';
import { field, type FieldError } from '../kernel/problem.js';
import type { Patient } from '../contract/referral.js';
import type { StayInput } from '../contract/stay.js';
import type { Direction, InsuranceScheme, Level, PersonKind } from '../contract/vocabulary.js';
import { levelOn, type Institution } from './network.js';

/** A stay under the visit number of its hospital, with what it was decided on and what it bears. */
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
  readonly admittedAt: Instant;
  /** The prefecture that insures the patient; null: nobody has stated it, and the stay is not assessed. */
  readonly insuredArea: string | null;
  /** The district as stated, which may be the prefecture alone: what a budget covers by. */
  readonly insuredDistrict: string | null;
  readonly scheme: InsuranceScheme | null;
  readonly personKind: PersonKind | null;
  /** The referral as it stood when it was executed; null: none was. */
  readonly reached: Reached | null;
  /** The policy of the first assessment, which the stay keeps, also while it is void or not assessed; null: there was none yet. */
  readonly policyId: string | null;
  readonly policyVersion: number | null;
  /** What it bears by all that is known; null: not assessed, or voided. Always what the ledger's entries add up to. */
  readonly figures: Figures | null;
  /** What was settled with the patient: it stays, whatever becomes known later; a voided stay keeps it and shows it to nobody. */
  readonly settled: Settled | null;
}

/** A stay as far as its assessment goes: nothing of whose it is, and nothing sealed. */
export type StayFacts = Pick<
  Stay,
  | 'id' | 'institutionId' | 'number' | 'patientId' | 'referralId' | 'level' | 'record' | 'admittedAt' | 'insuredArea' | 'scheme' | 'personKind' | 'reached'
  | 'policyId' | 'policyVersion' | 'figures'
>;

/** An executed referral, with what it was decided on at its submission. */
export interface Reached {
  readonly direction: Direction;
  readonly senderLevel: Level;
  readonly submittedAt: Instant;
  readonly sameConsortium: boolean;
  /** The stay that it names as the one before. */
  readonly fromStayId: string | null;
  readonly fromInstitutionId: string;
  readonly emergency: boolean;
}

export interface Figures {
  readonly standardFen: number;
  readonly deductibleFen: number;
  readonly ratioBp: number;
  /** null until the stay is settled. */
  readonly fundFen: number | null;
  readonly personalFen: number | null;
  readonly provisional: boolean;
  readonly linkedTo: string | null;
  readonly episode: string | null;
  /** Earlier stays that had not ended, late discharges apart: a matter for supervision. */
  readonly overlaps: readonly string[];
}

/** The figures by which the hospital settled with the patient. */
export interface Settled {
  readonly totalFen: number;
  readonly eligibleFen: number;
  readonly deductibleFen: number;
  readonly ratioBp: number;
  readonly fundFen: number;
  readonly personalFen: number;
  readonly at: Instant;
}

export function isVoided({ record }: Pick<Stay, 'record'>): boolean {
  return record.voided === true;
}

/**
 * When the patient of a referral left the ward: by the stay that executed it or, where a desk recorded the arrival, by
 * the first under it that had not ended by then. A visit to the outpatients ends no stay. null: nobody has told.
 *
 * @param stays under the referral, voided ones too, in any order
 */
export function dischargeOf(stays: readonly Stay[], arrivedAt: Instant): Instant | null {
  const hadEnded = ({ record, executedReferral }: Stay) =>
    !executedReferral && record.dischargedAt !== undefined && Date.parse(record.dischargedAt) < arrivedAt;
  const admissions = stays.filter((stay) => !isVoided(stay) && stay.record.kind !== 'outpatient' && !hadEnded(stay));
  admissions.sort((a, b) => Number(b.executedReferral) - Number(a.executedReferral) || a.admittedAt - b.admittedAt || (a.id < b.id ? -1 : 1));
  const dischargedAt = admissions[0]?.record.dischargedAt;
  return dischargedAt === undefined ? null : Date.parse(dischargedAt);
}

/** What is owed since the settlement: above 0 to the patient, below 0 by the patient. */
export function owedFen({ settled, figures }: Pick<Stay, 'settled' | 'figures'>): number {
  const personalFen = figures?.personalFen ?? null;
  return settled === null || personalFen === null ? 0 : settled.personalFen - personalFen;
}

type Insured = Pick<Stay, 'insuredArea' | 'insuredDistrict' | 'scheme' | 'personKind'>;

/** By whom the patient is insured, as the record of the stay says it, else as the referral that brought the patient did. */
export function insuredBy(stated: Patient['insurance'], referred: Patient['insurance']): Insured {
  const insurance = stated ?? referred;
  if (insurance === undefined) return { insuredArea: null, insuredDistrict: null, scheme: null, personKind: null };
  return { insuredArea: areaOfDistrict(insurance.area), insuredDistrict: insurance.area, scheme: insurance.scheme, personKind: insurance.personKind };
}

/** Of the day of admission, frozen: only another day of admission brings another level. */
export function levelAtAdmission(before: Pick<Stay, 'admittedAt' | 'level'> | undefined, institution: Institution, admittedAt: Instant): Level {
  const date = localDateOf(admittedAt);
  return before !== undefined && localDateOf(before.admittedAt) === date ? before.level : levelOn(institution, date);
}

/** What contradicts itself in the record of a stay. A HIS may be ahead by minutes, not by days. */
export function checkStay(record: StayInput, now: Instant): FieldError[] {
  const errors: FieldError[] = [];
  const admitted = Date.parse(record.admittedAt);
  if (admitted > now + DAY) errors.push(field('/admittedAt', '入院时间不能晚于现在', 'The admission lies in the future'));
  if (record.dischargedAt !== undefined) {
    const discharged = Date.parse(record.dischargedAt);
    if (discharged < admitted) errors.push(field('/dischargedAt', '出院时间早于入院时间', 'The discharge lies before the admission'));
    else if (discharged > now + DAY) errors.push(field('/dischargedAt', '出院时间不能晚于现在', 'The discharge lies in the future'));
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
