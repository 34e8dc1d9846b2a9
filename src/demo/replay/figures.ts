import { daysBetween, type LocalDate } from '../../kernel/calendar.js';
import type { Category, ConsortiumType, Direction } from '../../contract/vocabulary.js';

/** The figures of the Guangzhou letter, as the replay has to reproduce them. */

/** 医联体 by type at the end of March 2018 (Guangzhou 2018, line 11). */
export const CONSORTIA_BY_TYPE: Readonly<Record<ConsortiumType, number>> = {
  'medical-group': 14,
  'medical-community': 14,
  'specialty-alliance': 65,
  'telemedicine-network': 11,
  other: 40,
};

/** Public tertiary institutions, all of them members (Guangzhou 2018, line 11). */
export const TERTIARY_INSTITUTIONS = 50;

export interface Stream {
  readonly direction: Exclude<Direction, 'lateral'>;
  readonly category: Extract<Category, 'outpatient' | 'inpatient'>;
  readonly count: number;
}

/** Referrals inside the consortia since 2015 (Guangzhou 2018, line 27). */
export const REFERRALS: readonly Stream[] = [
  { direction: 'up', category: 'outpatient', count: 260_557 },
  { direction: 'down', category: 'outpatient', count: 77_859 },
  { direction: 'up', category: 'inpatient', count: 7_994 },
  { direction: 'down', category: 'inpatient', count: 28_094 },
];

/** "2015 年以来" (line 27) up to the end of March 2018 (line 11), both days included. */
export const FROM: LocalDate = '2015-01-01';
export const TO: LocalDate = '2018-03-31';
export const DAYS = daysBetween(FROM, TO) + 1;

/** The streams at a scale, each rounded half up; the millionth part is cut off first, so that 0.01 is what it says. */
export function scaled(scale: number): Stream[] {
  return REFERRALS.map((stream) => ({ ...stream, count: Math.floor(Math.round(stream.count * scale * 1e6) / 1e6 + 0.5) }));
}
