import { localDateOf, type Instant, type LocalDate } from '../../kernel/calendar.js';
import { countConsortia, type ConsortiumRow } from '../../domain/report.js';
import type { Query } from '../ports.js';

export interface ConsortiumFigures {
  readonly on: LocalDate;
  readonly asOf: Instant;
  readonly total: number;
  readonly rows: readonly ConsortiumRow[];
}

/** Consortia that had a member on a local date (absent: today), by type and tightness. Anybody may ask. */
export const reportConsortia: Query<{ on?: LocalDate }, ConsortiumFigures> = async (reads, _actor, question) => {
  const on = question.on ?? localDateOf(reads.now);
  const rows = countConsortia(reads.network.consortia(), on);
  return { on, asOf: reads.now, total: rows.reduce((total, row) => total + row.count, 0), rows };
};
