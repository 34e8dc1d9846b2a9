import type { LocalDate } from '../kernel/calendar.js';
import { CATEGORIES, CONSORTIUM_TYPES, DIRECTIONS, type Category, type ConsortiumType, type Direction } from '../contract/vocabulary.js';
import { periodOn, type Consortium } from './network.js';

/** Figures of supervision: transfers by direction and category, consortia by type. */

/** One line of the counted ledger: how often, from where, in which month (YYYY-MM). */
export interface TransferTally {
  readonly month: string;
  readonly sourceInstitutionId: string;
  readonly direction: Direction;
  readonly category: Category;
  readonly count: number;
}

export const PERIODS = ['month', 'quarter', 'year'] as const;
export type Period = (typeof PERIODS)[number];

/** What rows are told apart by, beside direction and category. */
export interface Grouping {
  readonly period: Period | null;
  readonly institution: boolean;
}

export interface TransferRow {
  readonly period: string | null;
  readonly institutionId: string | null;
  readonly direction: Direction;
  readonly category: Category;
  readonly count: number;
}

/** The four figures of the Guangzhou letter (2018, line 27): 门诊 and 住院, 上转 and 下转. They are told even where they are 0. */
const ALWAYS: readonly (readonly [Direction, Category])[] = [
  ['up', 'outpatient'], ['down', 'outpatient'], ['up', 'inpatient'], ['down', 'inpatient'],
];

/** 2018-03, 2018Q1 or 2018. */
export function periodOf(month: string, period: Period): string {
  const year = month.slice(0, 4);
  if (period === 'year') return year;
  return period === 'month' ? month : `${year}Q${Math.ceil(Number(month.slice(5, 7)) / 3)}`;
}

/** Every period of the range, the first and the last though they be cut. */
function periodsBetween(from: LocalDate, to: LocalDate, period: Period): Set<string> {
  const periods = new Set<string>();
  const end = monthNumber(to);
  for (let n = monthNumber(from); n <= end; n += 1) {
    periods.add(periodOf(`${String(Math.floor(n / 12)).padStart(4, '0')}-${String((n % 12) + 1).padStart(2, '0')}`, period));
  }
  return periods;
}

function monthNumber(date: LocalDate): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

/**
 * Adds up tallies as they come, slice by slice. Without institutions every period of the range has its
 * four rows; by institution, those groups in which something was transferred.
 */
export class TransferSum {
  readonly #counts = new Map<string, Map<string, number>>();

  constructor(private readonly grouping: Grouping, from: LocalDate, to: LocalDate) {
    if (grouping.institution) return;
    if (grouping.period === null) this.#group(null, null);
    else for (const period of periodsBetween(from, to, grouping.period)) this.#group(period, null);
  }

  add({ month, sourceInstitutionId, direction, category, count }: TransferTally): void {
    const { period, institution } = this.grouping;
    const group = this.#group(period === null ? null : periodOf(month, period), institution ? sourceInstitutionId : null);
    const kind = kindOf(direction, category);
    group.set(kind, (group.get(kind) ?? 0) + count);
  }

  #group(period: string | null, institutionId: string | null): Map<string, number> {
    const key = `${period ?? ''} ${institutionId ?? ''}`;
    let group = this.#counts.get(key);
    if (!group) this.#counts.set(key, (group = new Map(ALWAYS.map((kind) => [kindOf(...kind), 0]))));
    return group;
  }

  /** In order of period, institution, direction and category. */
  rows(): TransferRow[] {
    return [...this.#counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key, group]) => {
        const [period, institutionId] = key.split(' ') as [string, string];
        return KINDS.flatMap(([direction, category]) => {
          const count = group.get(kindOf(direction, category));
          const told = count !== undefined && (count !== 0 || isAlways(direction, category));
          return told ? [{ period: period || null, institutionId: institutionId || null, direction, category, count }] : [];
        });
      });
  }
}

const KINDS = DIRECTIONS.flatMap((direction) => CATEGORIES.map((category) => [direction, category] as const));

function kindOf(direction: Direction, category: Category): string {
  return `${direction} ${category}`;
}

function isAlways(direction: Direction, category: Category): boolean {
  return ALWAYS.some(([d, c]) => d === direction && c === category);
}

export interface ConsortiumRow {
  readonly type: ConsortiumType;
  readonly count: number;
  readonly tight: number;
  readonly loose: number;
}

/** Consortia that have a member on the date, by type: the five types of the Guangzhou letter (2018, line 11), each told even where there is none. */
export function countConsortia(consortia: Iterable<Consortium>, date: LocalDate): ConsortiumRow[] {
  const alive = [...consortia].filter((c) => c.members.some((m) => periodOn(m, date)));
  return CONSORTIUM_TYPES.map((type) => {
    const ofType = alive.filter((c) => c.type === type);
    const tight = ofType.filter((c) => c.tightness === 'tight').length;
    return { type, count: ofType.length, tight, loose: ofType.length - tight };
  });
}
