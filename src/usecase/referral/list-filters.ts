import type { Instant } from '../../kernel/calendar.js';
import type { FollowUpState, ReferralStatus } from '../../contract/vocabulary.js';

/** What lists are asked for with. */

export interface ReferralFilter {
  /** Rows in which one of these is sender or present receiver; null: no restriction (a lead's coordinator gives consortia). */
  readonly institutionId: string | null;
  readonly leadOf: readonly string[];
  readonly status?: ReferralStatus;
  readonly direction?: string;
  readonly sourceInstitutionId?: string;
  readonly targetInstitutionId?: string;
  readonly patientId?: string;
  readonly referralNo?: string;
  readonly changedSince?: Instant;
  /** Only ids below this one: newest first. */
  readonly before: string | null;
  readonly limit: number;
}

/** The tasks of an institution, or those of one referral; pages are in order of id. */
export type FollowUpFilter = ({ readonly institutionId: string } | { readonly referralId: string }) & {
  readonly state?: FollowUpState;
  readonly dueBefore?: string;
  readonly after: string | null;
  readonly limit: number;
};
