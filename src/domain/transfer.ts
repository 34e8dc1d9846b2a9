import type { Instant } from '../kernel/calendar.js';
import type { Category, Direction, Level } from '../contract/vocabulary.js';

/**
 * One line of the ledger that the continuous deductible is computed from. Append-only: a mistaken
 * arrival is taken back by a second line of kind `reversed`. Everything it was decided on is frozen.
 */
export interface Transfer {
  readonly id: string;
  readonly area: string;
  readonly kind: 'executed' | 'reversed';
  readonly reverses: string | null;
  readonly referralId: string;
  readonly referralNo: string;
  readonly patientId: string;
  readonly direction: Direction;
  readonly category: Category;
  readonly sourceInstitutionId: string;
  readonly sourceLevel: Level;
  readonly targetInstitutionId: string;
  readonly targetLevel: Level;
  readonly consortiumId: string | null;
  readonly ruleVersion: string | null;
  readonly fromStayId: string | null;
  /** From which a gap is reckoned: of a referral entered after the fact, when it really happened. */
  readonly submittedAt: Instant;
  /** When the patient arrived. */
  readonly executedAt: Instant;
  readonly recordedAt: Instant;
  readonly because: 'arrival' | 'stay' | 'revoked';
}

/** A transfer with the number of the event that recorded it: the cursor of the feed. */
export interface RecordedTransfer extends Transfer {
  readonly seq: number;
}
