import type { Instant } from '../../kernel/calendar.js';

/** Settled stays of people insured in one prefecture and scheme, by the local date of admission. */
export interface ChargedFilter {
  readonly insuredArea: string;
  readonly scheme: string;
  readonly date: string;
  /** The instants at which that date begins, and the next. */
  readonly from: Instant;
  readonly until: Instant;
  readonly by: 'districts' | 'contracts';
}
