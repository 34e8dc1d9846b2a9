import type { Plot } from './plot.js';

/** What a measure found: figures against their limits, and what is worth knowing besides. */
export interface Figure {
  readonly measure: string;
  /** With its unit, as it is printed. */
  readonly measured: string;
  readonly limit: string;
  readonly ratio: number;
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
}

export interface Finding {
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
  /** What is compared with itself and has no target. */
  readonly sections?: readonly Section[];
  readonly plots?: readonly Plot[];
}

export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export const COLUMNS = ['measure', 'measured', 'limit', 'ratio', 'target', 'met'] as const;

export function table(figures: readonly Figure[]): string {
  return aligned(COLUMNS, figures.map(rowOf));
}

/** For a terminal: the first column to the left, figures to the right. */
export function aligned(head: readonly string[], body: readonly (readonly string[])[]): string {
  const rows = [head, ...body];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const lines = rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ').trimEnd());
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  ').trimEnd());
  return lines.join('\n');
}

export function rowOf({ measure, measured, limit, ratio, target }: Figure): string[] {
  const meets = 'atLeast' in target ? ratio >= target.atLeast : ratio <= target.atMost;
  const wanted = 'atLeast' in target ? `≥ ${target.atLeast.toFixed(2)}` : `≤ ${target.atMost.toFixed(2)}`;
  return [measure, measured, limit, ratio.toFixed(2), wanted, meets ? 'yes' : 'no'];
}

/** `4 812/s` */
export function perSecond(rate: number): string {
  return `${grouped(rate)}/s`;
}

export function grouped(value: number): string {
  return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** The middle one by a figure; of an even number the lower of the two. */
export function median<T>(values: readonly T[], of: (value: T) => number): T {
  const sorted = [...values].sort((a, b) => of(a) - of(b));
  return sorted[Math.floor((sorted.length - 1) / 2)] as T;
}
