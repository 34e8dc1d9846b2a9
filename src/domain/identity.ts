import { isLocalDate, type LocalDate } from '../kernel/calendar.js';
import { field, type FieldError } from '../kernel/problem.js';
import type { Patient } from '../contract/referral.js';

/** Who the patient is: the checks of GB 11643 and CV02.01.101, and what they say about sex and birth. */

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = '10X98765432';

/** The form in which a number is compared and hashed: no blanks, capital letters, half-width digits. */
export function normaliseIdNumber(text: string): string {
  return text.normalize('NFKC').replace(/\s+/gu, '').toUpperCase();
}

/**
 * GB 11643: 18 characters, the last a check over the others (ISO 7064 MOD 11-2), digits 7 to 14 a date
 * that exists and is not after `today`. Residence permits (codes 81, 82, 83, 9…) use the same check.
 */
export function isResidentId(number: string, today: LocalDate): boolean {
  if (!/^[1-9]\d{16}[\dX]$/.test(number)) return false;
  const born = birthDateOfId(number);
  if (!isLocalDate(born) || born > today) return false;
  return number[17] === checkDigitOf(number);
}

/** The check character for the first 17 digits. */
export function checkDigitOf(number: string): string {
  let sum = 0;
  for (let i = 0; i < 17; i += 1) sum += Number(number[i]) * WEIGHTS[i]!;
  return CHECK[sum % 11]!;
}

function birthDateOfId(number: string): LocalDate {
  return `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
}

function sexOfId(number: string): '1' | '2' {
  return Number(number[16]) % 2 === 1 ? '1' : '2';
}

function isKnownSex(sex: Patient['sex']): boolean {
  return sex === '1' || sex === '2';
}

const MOBILE = /^(\+?86)?1[3-9]\d{9}$/;
const LANDLINE = /^(\+?86-?)?(0\d{2,3}-?)?[2-9]\d{6,7}(转\d{1,6}|-\d{1,6})?$/;

function isPhone(text: string): boolean {
  const digits = text.replace(/[\s()（）]/gu, '');
  return MOBILE.test(digits) || LANDLINE.test(digits);
}

export interface Warning {
  readonly pointer: string;
  readonly code: string;
}

export interface PatientChecks {
  readonly errors: readonly FieldError[];
  readonly warnings: readonly Warning[];
}

/**
 * What is wrong with a stated identity. Without a number, a child needs a guardian; an emergency may
 * arrive unknown and is merged with its record later.
 */
export function checkPatient(patient: Patient, today: LocalDate, emergency: boolean): PatientChecks {
  const errors: FieldError[] = [];
  const warnings: Warning[] = [];
  if (patient.birthDate > today) errors.push(field('/patient/birthDate', '出生日期不能晚于今天', 'The birth date lies in the future'));
  if (patient.phone !== undefined && !isPhone(patient.phone)) errors.push(field('/patient/phone', '电话号码格式不正确', 'Not a telephone number'));
  if (patient.guardian?.phone !== undefined && !isPhone(patient.guardian.phone)) {
    errors.push(field('/patient/guardian/phone', '电话号码格式不正确', 'Not a telephone number'));
  }
  checkNumber(patient, '/patient', today, errors);
  if (patient.guardian) checkNumber(patient.guardian, '/patient/guardian', today, errors);
  if (patient.idNumber === undefined && !patient.guardian && !emergency) {
    errors.push(field('/patient/idNumber', '须填写证件号码；无证件的婴幼儿填写监护人', 'An identity number, or for a child without one a guardian, is needed'));
  }
  if (patient.idNumber !== undefined && (patient.idType ?? '01') === '01' && errors.length === 0) {
    const number = normaliseIdNumber(patient.idNumber);
    if (isKnownSex(patient.sex) && patient.sex !== sexOfId(number)) warnings.push({ pointer: '/patient/sex', code: 'sex-differs-from-id' });
    if (birthDateOfId(number) !== patient.birthDate) warnings.push({ pointer: '/patient/birthDate', code: 'birth-date-differs-from-id' });
  }
  return { errors, warnings };
}

/** Of officers' cards (军字第1234567号), permits for Hong Kong and Macao (H1234567(8)) and the others of CV02.01.101, in normal form. */
const OTHER_DOCUMENT = /^[A-Z0-9()\p{Script=Han}-]{4,32}$/u;

function checkNumber(who: { idType?: string; idNumber?: string }, at: string, today: LocalDate, errors: FieldError[]): void {
  if (who.idNumber === undefined) {
    if (who.idType !== undefined) errors.push(field(`${at}/idNumber`, '填写了证件类型但缺少号码', 'A type of document without its number'));
    return;
  }
  if ((who.idType ?? '01') === '01') {
    if (!isResidentId(normaliseIdNumber(who.idNumber), today)) {
      errors.push(field(`${at}/idNumber`, '身份证号码校验不通过（GB 11643）', 'Not a valid resident identity number (GB 11643)'));
    }
  } else if (!OTHER_DOCUMENT.test(normaliseIdNumber(who.idNumber))) {
    errors.push(field(`${at}/idNumber`, '证件号码格式不正确', 'Not a document number'));
  }
}

/**
 * What speaks against two statements being about one person: two sexes, where both are known, or two dates of
 * birth. A resident number that says otherwise than was stated beside it is only warned of, so either counts;
 * who has no number, nor a guardian with one, has an age that somebody guessed.
 */
export function contradiction(a: Patient, b: Patient): 'sex' | 'birth-date' | undefined {
  if (areApart(sexesOf(a), sexesOf(b))) return 'sex';
  return isDocumented(a) && isDocumented(b) && areApart(birthDatesOf(a), birthDatesOf(b)) ? 'birth-date' : undefined;
}

/** Whether the statement carries a resident identity number. */
export function hasResidentId({ idType, idNumber }: Patient): boolean {
  return idNumber !== undefined && (idType ?? '01') === '01';
}

function isDocumented({ idNumber, guardian }: Patient): boolean {
  return idNumber !== undefined || guardian?.idNumber !== undefined;
}

function sexesOf(patient: Patient): string[] {
  const { sex, idNumber = '' } = patient;
  return [...(isKnownSex(sex) ? [sex] : []), ...(hasResidentId(patient) ? [sexOfId(normaliseIdNumber(idNumber))] : [])];
}

function birthDatesOf(patient: Patient): LocalDate[] {
  const { birthDate, idNumber = '' } = patient;
  return [birthDate, ...(hasResidentId(patient) ? [birthDateOfId(normaliseIdNumber(idNumber))] : [])];
}

/** True where both say something and have nothing in common. */
function areApart(a: readonly string[], b: readonly string[]): boolean {
  return a.length > 0 && b.length > 0 && !a.some((value) => b.includes(value));
}

/** The identity as it is kept: normal forms, and the type of document said. */
export function normalisePatient(patient: Patient): Patient {
  if (patient.idNumber === undefined) return patient;
  const { idType = '01', ...rest } = patient;
  return { idType, ...rest, idNumber: normaliseIdNumber(patient.idNumber) };
}
