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

const DAYS_OF_MONTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days of a month, 1 to 12, in the proleptic Gregorian calendar. */
function daysInMonth(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : (DAYS_OF_MONTHS[month - 1] as number);
}

/** True for a date that exists: 2025-02-29 does not. */
export function isLocalDate(text: string): boolean {
  const m = LOCAL_DATE.exec(text);
  return m !== null && exists(Number(m[1]), Number(m[2]), Number(m[3]));
}

function exists(year: number, month: number, day: number): boolean {
  return year >= 1850 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/**
 * Reads RFC 3339 with an offset; undefined where the text is no such instant. A naive timestamp is
 * none: a slot an hour or a day off is the commonest fault of referral interfaces. Fractions below a
 * millisecond are cut off.
 */
export function parseInstant(text: string): Instant | undefined {
  const m = INSTANT.exec(text);
  if (!m) return undefined;
  const [year, month, day] = [Number(m[1]), Number(m[2]), Number(m[3])];
  const [hour, minute, second] = [Number(m[4]), Number(m[5]), Number(m[6])];
  if (!exists(year, month, day)) return undefined;
  const offset = offsetOf(m[8] as string);
  if (hour > 23 || minute > 59 || second > 59 || offset === undefined) return undefined;
  const fraction = m[7] === undefined ? 0 : Number(m[7].slice(1, 4).padEnd(3, '0'));
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, fraction) - offset;
  return ms >= EARLIEST && ms < LATEST ? ms : undefined;
}

/** Milliseconds of `Z` or `+08:00`; undefined where no zone has that offset. */
function offsetOf(text: string): number | undefined {
  if (text.length === 1) return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(4))];
  if (hours > 23 || minutes > 59) return undefined;
  return (text.startsWith('-') ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
}

/** The instant written last: a record carries the same one several times, and so do those of one commit. */
let written = { at: Number.NaN, text: '' };

/** RFC 3339 at +08:00, the wall clock of everyone who reads it. */
export function formatInstant(at: Instant): string {
  if (at !== written.at) written = { at, text: `${new Date(at + SHANGHAI_OFFSET).toISOString().slice(0, -1)}+08:00` };
  return written.text;
}

/** The local date on which an instant falls. */
export function localDateOf(at: Instant): LocalDate {
  const date = new Date(at + SHANGHAI_OFFSET);
  const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
  return `${date.getUTCFullYear()}${month < 10 ? '-0' : '-'}${month}${day < 10 ? '-0' : '-'}${day}`;
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

/** Starts `run` after so many milliseconds; calling the answer takes it back. */
export type After = (ms: number, run: () => void) => () => void;
