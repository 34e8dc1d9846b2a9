import type { Instant } from '../kernel/calendar.js';

/** A change that has happened, before the log gives it its number and its place in the chain. */
export interface EventDraft {
  /** subject.change, in the past tense: `referral.submitted`. */
  readonly type: string;
  readonly area: string;
  /** `kind:id` of what changed. */
  readonly subject: string;
  readonly referralId: string | null;
  /** The institutions that may see it. */
  readonly institutionIds: readonly string[];
  /** Never a patient's name, number, phone or address. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Time brought it about: whoever's request noticed it has nothing to do with it, and is not named. */
  readonly byTime?: true;
}

/** Who caused it, as the log keeps it. */
export interface EventActor {
  readonly clientId: string;
  readonly institutionId: string | null;
  readonly operator: { readonly code: string; readonly name: string } | null;
}

/** The actor of what time brought about. */
export const TIME: EventActor = { clientId: 'time', institutionId: null, operator: null };

/** An event in the log: gap-free numbers, each hash over the one before. */
export interface LoggedEvent {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly at: Instant;
  readonly area: string;
  readonly subject: string;
  readonly referralId: string | null;
  readonly institutionIds: readonly string[];
  readonly actor: EventActor;
  readonly data: Readonly<Record<string, unknown>>;
  readonly prevHash: string;
  readonly hash: string;
}

/** The end of the chain at some time, signed: it shows if the tail is cut off later. */
export interface SignedHead {
  readonly seq: number;
  readonly hash: string;
  readonly at: Instant;
  readonly signature: string;
}
