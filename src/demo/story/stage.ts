import { addDays, HOUR, localDateOf, startOfDay, type Instant, type LocalDate } from '../../kernel/calendar.js';
import { INSTITUTIONS } from '../city/institutions.js';
import { POOLS } from '../city/pools.js';
import type { Desks } from './load.js';
import { wallClock, type Narrator } from './narrator.js';

/** What every chapter of the story works with. */
export interface Stage {
  readonly desks: Desks;
  readonly tell: Narrator;
  /** The first day of the story. */
  readonly opens: LocalDate;
  /** Moves the clock of the service; answers the instant. */
  goTo(day: number, hour: number): Promise<Instant>;
}

/** An instant of the story: so many days after it opens, at that hour. */
export function momentOf(opens: LocalDate, day: number, hour: number): Instant {
  return startOfDay(addDays(opens, day)) + hour * HOUR;
}

/** The story ends this many days after it opened; it opens so that this is before today. */
export const STORY_DAYS = 9;

export function openingDay(now: Instant): LocalDate {
  return addDays(localDateOf(now), -STORY_DAYS - 1);
}

const INSTITUTION_NAMES = new Map(INSTITUTIONS.map((i) => [i.id, i.body.name]));
const POOL_NAMES = new Map(POOLS.map((p) => [p.id, `${INSTITUTION_NAMES.get(p.body.institutionId) ?? ''}${p.body.name}`]));

export const institutionName = (id: string | null): string => INSTITUTION_NAMES.get(id ?? '') ?? String(id);
export const poolName = (id: string): string => POOL_NAMES.get(id) ?? id;

/** 08-15 周五 09:00 花都区人民医院心血管内科专家门诊. */
export function placeLine(item: { readonly poolId: string; readonly startsAt: string; readonly nights?: number | undefined }): string {
  return `${wallClock(Date.parse(item.startsAt))} ${poolName(item.poolId)}${item.nights ? ` ${item.nights} 晚` : ''}`;
}
