import { isLocalDate, localDateOf, startOfDay, type Instant, type LocalDate } from '../kernel/calendar.js';

/** 医保年度: named by the calendar year in which it begins. A stay belongs to the year of its admission. */

/** The insurance year of a local date, where the year begins on `start` (MM-DD). */
export function insuranceYearOn(date: LocalDate, start: string): number {
  const year = Number(date.slice(0, 4));
  return date.slice(5) < start ? year - 1 : year;
}

export function insuranceYearOf(at: Instant, start: string): number {
  return insuranceYearOn(localDateOf(at), start);
}

/** The instant at which an insurance year begins. */
export function startOfInsuranceYear(year: number, start: string): Instant {
  return startOfDay(`${String(year).padStart(4, '0')}-${start}`);
}

/** Whether a year can begin on `start` every year: 02-30 never is, 02-29 only sometimes. */
export function isYearStart(start: string): boolean {
  return isLocalDate(`2001-${start}`);
}
