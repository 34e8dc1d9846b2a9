import { refuse } from '../../kernel/problem.js';
import type { FilingRecord } from '../../contract/filing.js';
import { filingRow, type RecordedFiling } from '../../domain/filing.js';
import type { Query } from '../ports.js';

export interface FilingQuestion {
  /** The number after which to go on. */
  readonly after: number;
  readonly limit: number;
}

export interface OpenFiling extends RecordedFiling {
  readonly record: FilingRecord;
}

export interface FilingPage {
  readonly data: readonly OpenFiling[];
  /** The number to go on after; null: nothing follows yet. */
  readonly next: number | null;
}

/**
 * 转院备案 of one prefecture's insured, in the order of the log, opened for their insurer.
 *
 * Refused: `forbidden` for whom no prefecture insures.
 */
export const listFilings: Query<FilingQuestion, FilingPage> = async (reads, actor, { after, limit }) => {
  if (actor.area === null) return refuse('forbidden');
  const found = await reads.filingsAfter(after, limit + 1, actor.area);
  const data = found.slice(0, limit).map((filing) => ({ ...filing, record: reads.vault.open<FilingRecord>(filingRow(filing), filing.sealed) }));
  return { data, next: found.length > limit ? (data.at(-1)?.seq ?? null) : null };
};
