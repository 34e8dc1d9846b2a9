/**
 * Instants and local dates. An instant is an integer count of milliseconds since 1970 in UTC, on the
 * wire RFC 3339 with offset; a local date is `YYYY-MM-DD` in Asia/Shanghai.
 *
 * Asia/Shanghai has been UTC+08:00 without summer time since 15 September 1991, so every instant that
 * this service can meet (2000 or later) has that offset. The test of this file holds the arithmetic
 * against the zone database of the platform, so a change of law would show.
 */
export type Instant = number;
export type LocalDate = string;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const SHANGHAI_OFFSET = 8 * HOUR;
const EARLIEST = Date.UTC(2000, 0, 1);
const LATEST = Date.UTC(2200, 0, 1);

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
const LOCAL_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

/** Days of a month, 1 to 12, in the proleptic Gregorian calendar. */
function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** True for a date that exists: 2025-02-29 does not. */
export function isLocalDate(text: string): boolean {
  const m = LOCAL_DATE.exec(text);
  if (!m) return false;
  const year = Number(m[1]);
  const month = Number(m[2]);
  const day = Number(m[3]);
  return year >= 1850 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/**
 * Reads RFC 3339 with an offset; undefined where the text is no such instant. A naive timestamp is
 * none: a slot an hour or a day off is the commonest fault of referral interfaces. Fractions below a
 * millisecond are cut off.
 */
export function parseInstant(text: string): Instant | undefined {
  const m = INSTANT.exec(text);
  if (!m || !isLocalDate(text.slice(0, 10))) return undefined;
  if (Number(m[4]) > 23 || Number(m[5]) > 59 || Number(m[6]) > 59) return undefined;
  const offset = m[8] as string;
  if (offset.length > 1 && (Number(offset.slice(1, 3)) > 23 || Number(offset.slice(4)) > 59)) return undefined;
  const fraction = m[7] === undefined ? '' : m[7].slice(0, 4);
  const ms = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}${fraction}${offset.toUpperCase()}`);
  return Number.isFinite(ms) && ms >= EARLIEST && ms < LATEST ? ms : undefined;
}

/** RFC 3339 at +08:00, the wall clock of everyone who reads it. */
export function formatInstant(at: Instant): string {
  const text = new Date(at + SHANGHAI_OFFSET).toISOString();
  return `${text.slice(0, -1)}+08:00`;
}

/** The local date on which an instant falls. */
export function localDateOf(at: Instant): LocalDate {
  return new Date(at + SHANGHAI_OFFSET).toISOString().slice(0, 10);
}

/** The instant at which a local date begins. */
export function startOfDay(date: LocalDate): Instant {
  return Date.parse(`${date}T00:00:00Z`) - SHANGHAI_OFFSET;
}

/** The local date `days` later (earlier where negative). */
export function addDays(date: LocalDate, days: number): LocalDate {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** Whole days from `from` to `until`; negative where `until` is earlier. */
export function daysBetween(from: LocalDate, until: LocalDate): number {
  return Math.round((Date.parse(`${until}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY);
}

/** Completed years from a birth date to a date, as the referral form prints 年龄. */
export function ageOn(birthDate: LocalDate, on: LocalDate): number {
  const years = Number(on.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return on.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

/** A source of the present instant. Production reads the machine's clock, tests move their own. */
export interface Clock {
  now(): Instant;
}
