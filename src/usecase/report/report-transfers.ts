import { addDays, startOfDay, type Instant, type LocalDate } from '../../kernel/calendar.js';
import { field, invalid, type Refusal } from '../../kernel/problem.js';
import { TransferSum, type Grouping, type TransferRow } from '../../domain/report.js';
import type { Actor, Slices } from '../ports.js';

export interface TransferQuestion {
  /** Local dates of execution, both included. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly groupBy: Grouping;
}

export interface TransferFigures {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly asOf: Instant;
  readonly total: number;
  readonly rows: readonly TransferRow[];
}

/** Numbers of the log that one read counts: some milliseconds, so that no writer waits. */
const SLICE = 20_000;

/**
 * Transfers executed in a range of dates, by direction and category: counted from the ledger itself,
 * slice by slice up to its end at the beginning of the count. A revoked arrival takes its transfer back.
 *
 * The administrator sees all, insurer and regulator their prefecture, an institution what it sent.
 * Refused: `invalid_content` where `to` lies before `from`.
 */
export async function reportTransfers(slices: Slices, actor: Actor, { from, to, groupBy }: TransferQuestion): Promise<TransferFigures | Refusal> {
  if (to < from) return invalid(field('?to', '止日不能早于起日', 'The range ends before it begins'));
  const sum = new TransferSum(groupBy, from, to);
  const range = { from: startOfDay(from), until: startOfDay(addDays(to, 1)), area: actor.area };
  const { end, asOf } = await slices(async (reads) => ({ end: await reads.lastSeq(), asOf: reads.now }));
  for (let after = 0; after < end; after += SLICE) {
    const counts = await slices((reads) => reads.countTransfers({ ...range, after, upTo: Math.min(end, after + SLICE) }));
    for (const count of counts) {
      if (actor.institutionId === null || actor.institutionId === count.sourceInstitutionId) sum.add(count);
    }
  }
  const rows = sum.rows();
  return { from, to, asOf, total: rows.reduce((total, row) => total + row.count, 0), rows };
}
