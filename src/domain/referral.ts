import type { Instant } from '../kernel/calendar.js';
import type { Static } from 'typebox';
import type { Consent, EntitlementView, Feedback, Person, ReferralInput, Responsible } from '../contract/referral.js';
import type { Category, Direction, Level, ReferralStatus, Urgency } from '../contract/vocabulary.js';

/** What the sender wrote, the patient's identity apart. Changes only while a draft, or by `provide-info`. */
export type ReferralContent = Omit<
  ReferralInput,
  | 'patient' | 'consent' | 'draft' | 'reserve' | 'operator' | 'direction' | 'category' | 'urgency'
  | 'sourceInstitutionId' | 'targetInstitutionId' | 'targetDepartment' | 'consortiumId' | 'responsible'
> & {
  /** GB/T 2261.1; a ward may be for one sex. */
  readonly sex: string;
  /** Who gave it is sealed with the patient. */
  readonly consent?: Pick<Consent, 'given' | 'at'>;
};

export type Entitlement = Static<typeof EntitlementView>;

/** What has become of it. */
export interface ReferralCourse {
  readonly responsible: Responsible;
  readonly sourceLevel: Level | null;
  readonly targetLevel: Level | null;
  readonly ruleVersion: string | null;
  readonly outside: boolean;
  readonly retro: boolean;
  readonly facts: readonly string[];
  readonly warnings: readonly { pointer: string; code: string }[];
  readonly entitlement: Entitlement | null;
  readonly reservationIds: readonly string[];
  readonly acceptedBy: 'receiver' | 'standing-rule' | 'green-channel' | 'arrival' | null;
  /** By whom an emergency was answered, and where that person is reached. */
  readonly acknowledged: { readonly name: string; readonly phone?: string; readonly at: Instant } | null;
  readonly transferId: string | null;
  /** Its filing with the insurer; null: none stands. */
  readonly filingId: string | null;
  readonly feedback: Feedback | null;
  readonly noReturnReason: string | null;
  readonly ending: { readonly reasonCode: string; readonly comment: string | null } | null;
  readonly redirectedFrom: string | null;
  readonly redirectedTo: string | null;
  /** Receivers before a redirection: they see the referral until the hand-over. */
  readonly earlierReceivers: readonly string[];
  readonly linkedOlder: string | null;
  readonly consentDueAt: Instant | null;
  /** The status that `provide-info`, `revoke-arrival` or `reinstate` brings back. */
  readonly statusBefore: ReferralStatus | null;
  readonly submittedAt: Instant | null;
  /** Waiting is reckoned from here, through redirections and replacements. */
  readonly waitingSince: Instant | null;
  readonly acceptedAt: Instant | null;
  readonly arrivedAt: Instant | null;
  readonly receivedAt: Instant | null;
  readonly endedAt: Instant | null;
}

/** 转诊. */
export interface Referral {
  readonly id: string;
  readonly area: string;
  readonly referralNo: string;
  readonly status: ReferralStatus;
  readonly version: number;
  readonly direction: Direction;
  readonly category: Category;
  readonly urgency: Urgency;
  readonly sourceInstitutionId: string;
  readonly targetInstitutionId: string | null;
  readonly targetDepartment: string | null;
  readonly consortiumId: string | null;
  readonly patientId: string;
  /** First three characters of the main diagnosis: what "the same disease" means. */
  readonly diseaseKey: string | null;
  /** When the present status lapses; null where it does not. */
  readonly deadlineAt: Instant | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly content: ReferralContent;
  readonly course: ReferralCourse;
  /** The patient's identity as this referral states it and who has consented, encrypted and bound to this row. */
  readonly sealedPatient: string;
}

export type { Person };
