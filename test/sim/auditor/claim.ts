/**
 * What the auditor is told of a step: what was asked and what came back, in the words of the answers.
 * Everything else it reads in the database itself.
 */

export interface ReferralFacts {
  readonly id: string;
  readonly no: string;
  readonly status: string;
  readonly version: number;
}

export interface ReservationFacts {
  readonly id: string;
  readonly version: number;
  readonly referralId: string;
}

export interface StayFacts {
  readonly id: string;
  readonly version: number;
  readonly sourceVersion: number;
}

/** A document of the directory. */
export interface DocumentFacts {
  readonly kind: 'pool' | 'institution' | 'consortium' | 'policy';
  readonly id: string;
  readonly version: number;
}

/** What an answer says. */
export interface Told {
  /** True where it says that something was changed, which the log then tells. */
  readonly changed: boolean;
  readonly referral?: ReferralFacts;
  readonly reservation?: ReservationFacts;
  readonly stay?: StayFacts;
  readonly document?: DocumentFacts;
}

/** A session in which a place was asked for, alone. */
export interface Wish {
  readonly referralId: string;
  readonly poolId: string;
  readonly startsAt: number;
}

interface Asked {
  readonly kind: string;
  /** The name under which the log shows who asked, and the idempotency key: one for each request. */
  readonly tag: string;
  readonly wish?: Wish;
  /** The key was used before, for something else. */
  readonly borrowedKey?: true;
}

/** Acknowledged: the very text that was answered. */
export interface Answered extends Asked {
  readonly outcome: 'answered';
  readonly body: string;
  readonly replayed: boolean;
  /** The code of a refusal. */
  readonly refused: string | undefined;
  readonly told: Told | undefined;
}

/** `failed`: answered that nothing was done and why. `silent`: no answer came. `turned-away`: not looked at. */
export interface Unanswered extends Asked {
  readonly outcome: 'failed' | 'silent' | 'turned-away';
}

export type Claim = Answered | Unanswered;

/** What a reader was shown, to be compared with what stands in the database. */
export type Sighting =
  | { readonly what: 'referral'; readonly id: string; readonly status: string; readonly version: number }
  | { readonly what: 'reservation'; readonly id: string; readonly version: number; readonly states: readonly string[] }
  | { readonly what: 'free'; readonly poolId: string; readonly startsAt: number; readonly free: number }
  | { readonly what: 'pool'; readonly id: string; readonly version: number }
  | { readonly what: 'consortium'; readonly id: string; readonly version: number }
  | { readonly what: 'events'; readonly after: number; readonly limit: number; readonly seen: readonly { readonly seq: number; readonly hash: string }[] }
  /** A page that a follower of the log was handed, and the cursor with it. */
  | {
      readonly what: 'received';
      readonly receiver: string;
      readonly institutionId: string;
      readonly limit: number;
      readonly after: number;
      readonly next: number;
      readonly seen: readonly { readonly seq: number; readonly hash: string }[];
    };
