import type { Instant, LocalDate } from '../kernel/calendar.js';
import type { Bilingual } from '../kernel/problem.js';
import type { Direction, Urgency } from '../contract/vocabulary.js';
import type { Consortium, Institution } from './network.js';
import type { Openings } from './openings.js';

/** The nouns of routing: what is asked, who could take the patient, and what is advised. */

export interface RoutingFacts {
  readonly direction: Direction;
  readonly urgency: Urgency;
  readonly source: Institution;
  /** The date whose levels and memberships count. */
  readonly date: LocalDate;
  /** The one consortium under which the patient is to go; null: any, or none. */
  readonly consortiumId: string | null;
  readonly targetDepartment: string | null;
  /** Centres that the receiver must have: chest-pain, stroke, trauma … */
  readonly capabilities: readonly string[];
}

export interface Exclusion {
  readonly institutionId: string;
  readonly name: string;
  readonly distanceKm: number | null;
  readonly reason: Reason;
}

export interface Candidate {
  readonly institutionId: string;
  readonly name: string;
  readonly department: string | null;
  /** From 1. */
  readonly rank: number;
  readonly reasons: readonly Reason[];
  readonly distanceKm: number | null;
  /** From this place on nothing that is needed is missing. */
  readonly earliest: Openings['earliest'];
  /** Free places, in the days looked at, that are kept for this sender. */
  readonly reservedLeft: number;
}

/** An institution that could take the patient, before anybody has looked at its places. */
export interface Prospect {
  readonly institution: Institution;
  /** The tightest consortium that both are members of on the date. */
  readonly consortium: Consortium | undefined;
  /** Levels from the sender up to it; negative on the way down. */
  readonly step: number;
  readonly distanceKm: number | null;
}

/** A prospect with its places. */
export interface Weighed {
  readonly prospect: Prospect;
  /** Number of the group it was sieved into. */
  readonly group: number;
  readonly openings: Openings;
}

/** A stable code, and a sentence in both languages. */
export interface Reason {
  readonly code: string;
  readonly text: Bilingual;
}

export interface Advice {
  readonly asOf: Instant;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** Nearest first. */
  readonly excluded: readonly Exclusion[];
}
