import type { Instant } from '../kernel/calendar.js';
import type { OutsideStays, Provenance, StepFacts, StepNumbers } from '../contract/insurance.js';
import type { Direction, Level, PersonKind, PolicyPart, StayKind, StepCode } from '../contract/vocabulary.js';
import type { PolicyRules } from './policy.js';

/** What the assessment asks of a stay, and what it answers. */

/** How the patient came. `referral`: under a referral that was executed by this stay or before it. */
export type StayArrival =
  | {
      readonly via: 'emergency' | 'none';
      /** The stay to which the referral that this one names had brought the patient before. */
      readonly usedBy?: string;
    }
  | {
      readonly via: 'referral';
      readonly direction: Direction;
      /** Of the sender on the date of the submission. */
      readonly senderLevel: Level;
      readonly submittedAt: Instant;
      /** Both institutions were in one consortium on the date of the submission. */
      readonly sameConsortium: boolean;
      /** The stay that the referral names. */
      readonly fromStay: string | null;
      /** Whose latest stay is meant where none is named; null: then it links to nothing. */
      readonly fromInstitutionId: string | null;
      /** The referral was an emergency's: that spares the penalty too. */
      readonly emergency?: boolean;
    };

/** One stay of a person, with the facts that were frozen on it. Voided stays are left out by the caller. */
export interface ChainStay {
  readonly key: string;
  readonly institutionId: string | null;
  readonly level: Level;
  /** null: nobody has stated it; the stay stays unassessed. */
  readonly personKind: PersonKind | null;
  readonly kind: StayKind;
  readonly admittedAt: Instant;
  /** null: not yet. */
  readonly dischargedAt: Instant | null;
  /** ICD-10 of the main diagnosis. */
  readonly diagnosisCode: string | null;
  /** null: not settled. */
  readonly settlement: { readonly totalFen: number; readonly eligibleFen: number } | null;
  readonly arrival: StayArrival;
  /** The version that the stay keeps; null: none matches, the stay is unassessed. */
  readonly policy: PolicyRules | null;
}

/** What one insurer states of stays outside the platform, by the year in which the insurance year begins. */
export type OutsideByYear = ReadonlyMap<number, OutsideStays>;

/** What each insurer states, by its prefecture: it speaks of the accounts that it keeps, and counts for the stays that it pays for. */
export type OutsideByInsurer = ReadonlyMap<string, OutsideByYear>;

/** One step, without its words: `sentenceOf` renders them when somebody reads. */
export interface Step {
  readonly code: StepCode;
  readonly rule: PolicyPart | 'assessment';
  readonly provenance: Provenance;
  /** Keys of the earlier stays that it rests on. */
  readonly stays: readonly string[];
  readonly numbers: StepNumbers;
  readonly facts: StepFacts;
}

export interface Overlap {
  readonly key: string;
  /** The other belongs to the chain of this stay: its discharge was late. Otherwise a matter for supervision. */
  readonly lateDischarge: boolean;
}

interface Outcome {
  readonly key: string;
  /** The first stay of its chain; null for an outpatient visit. */
  readonly episode: string | null;
  /** The stay that the referral continues (window `episode`). */
  readonly linkedTo: string | null;
  readonly overlaps: readonly Overlap[];
  readonly steps: readonly Step[];
}

export interface Assessment extends Outcome {
  readonly assessed: true;
  readonly standardFen: number;
  readonly deductibleFen: number;
  readonly ratioBp: number;
  /** null until the stay is settled. */
  readonly fundFen: number | null;
  readonly personalFen: number | null;
  /** Not settled: the eligible cost counts as unlimited. */
  readonly provisional: boolean;
  /** The insurer's statement that entered into the figures. */
  readonly outside: OutsideStays | null;
}

export interface Unassessed extends Outcome {
  readonly assessed: false;
  readonly reason: 'no-policy' | 'no-benefit-row';
}

export type StayOutcome = Assessment | Unassessed;
