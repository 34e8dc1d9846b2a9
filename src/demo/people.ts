import { assert } from '../kernel/assert.js';
import { addDays, type LocalDate } from '../kernel/calendar.js';
import type { Prng } from '../kernel/prng.js';
import type { Patient } from '../contract/referral.js';
import { checkDigitOf } from '../domain/identity.js';

/**
 * People who do not exist. Numbers are valid (GB 11643) because the service would refuse others; the
 * telephone numbers begin with 142, under which no public numbers are issued.
 */

const SURNAMES = [...'陈李黄张梁林王吴刘何罗杨郑邓周曾谢冯叶许'];
const GIVEN: Record<'1' | '2', readonly string[]> = {
  '1': ['志明', '伟强', '家豪', '俊杰', '国栋', '文辉', '永康', '建平', '锦荣', '海涛', '子轩', '启泰'],
  '2': ['淑芬', '美玲', '秀英', '嘉怡', '丽华', '晓彤', '玉珍', '慧敏', '婉仪', '雪梅', '诗琪', '桂香'],
};

const FIRST_BIRTHDAY: LocalDate = '1932-01-01';
/** A prime, so that every stride walks through all the days before it comes back to the first. */
const BIRTHDAYS = 24_001;
const STRIDE = 7_919;
/** Sequence numbers of one district and birthday, 001 to 998, in pairs: odd for men, even for women. */
const PAIRS = 499;

/** How many people {@link patientOf} can tell apart. */
export const POPULATION = BIRTHDAYS * PAIRS;

/** A number of GB 11643: district, birth date, sequence (odd: male), and the check character. */
export function residentIdNumber(district: string, birthDate: LocalDate, sequence: number): string {
  const body = `${district}${birthDate.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
  assert(/^[1-9]\d{16}$/.test(body), `${body} is the beginning of a resident identity number`);
  return body + checkDigitOf(body);
}

/**
 * The `n`th person of the sample population: another `n`, another identity number, whatever the
 * district. The same `n` is the same person in every run, so that what was written about somebody can
 * be found again.
 */
export function patientOf(n: number, district: string): Patient {
  assert(Number.isInteger(n) && n >= 0 && n < POPULATION, `person ${n} is one of ${POPULATION}`);
  const birthDate = addDays(FIRST_BIRTHDAY, (n * STRIDE) % BIRTHDAYS);
  const sequence = 1 + 2 * Math.floor(n / BIRTHDAYS) + (n % 2);
  const sex = sequence % 2 === 1 ? '1' : '2';
  const given = GIVEN[sex];
  return {
    name: SURNAMES[n % SURNAMES.length]! + given[Math.floor(n / SURNAMES.length) % given.length]!,
    sex,
    birthDate,
    idType: '01',
    idNumber: residentIdNumber(district, birthDate, sequence),
    phone: `142${String(n).padStart(8, '0')}`,
  };
}

/** A colleague in white: name by chance, code by the house. */
export function staffName(prng: Prng): string {
  return prng.pick(SURNAMES) + prng.pick(GIVEN[prng.int(2) === 0 ? '1' : '2']);
}
