/**
 * The database as it stands, read with the auditor's own statements into its own words. Nothing in this
 * folder imports anything of the program.
 */

export interface SessionRow {
  readonly key: string;
  readonly poolId: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly capacity: number;
  readonly takenElsewhere: number;
  readonly taken: number;
  readonly drawn: Readonly<Record<string, number>>;
  readonly closed: boolean;
  readonly earliestExpiry: number | null;
  /** When what it says was true. */
  readonly reportedAt: number;
}

export interface PlaceRow {
  readonly key: string;
  readonly reservationId: string;
  readonly item: number;
  readonly session: string;
  readonly poolId: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly kind: string;
  readonly allotmentId: string | null;
  readonly state: string;
}

export interface ReservationRow {
  readonly id: string;
  readonly referralId: string;
  readonly version: number;
  readonly createdAt: number;
  readonly ttlSeconds: number;
  readonly expiresAt: number | null;
  readonly extended: boolean;
  readonly nextNightAt: number | null;
}

export interface Course {
  readonly sourceLevel: string | null;
  readonly outside: boolean;
  readonly reservationIds: readonly string[];
  readonly acceptedBy: string | null;
  readonly transferId: string | null;
  readonly filingId: string | null;
  readonly submittedAt: number | null;
  readonly arrivedAt: number | null;
  readonly endedAt: number | null;
  readonly entitlement: { readonly items: readonly { readonly item: string; readonly redeemedAt?: string }[] } | null;
}

export interface ReferralRow {
  readonly id: string;
  readonly no: string;
  readonly status: string;
  readonly version: number;
  readonly urgency: string;
  readonly patientId: string;
  readonly direction: string;
  readonly source: string;
  readonly target: string | null;
  readonly consortiumId: string | null;
  readonly deadlineAt: number | null;
  readonly course: Course;
}

export interface FilingRow {
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly withdraws: string | null;
  readonly referralId: string;
}

export interface TransferRow {
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  readonly reverses: string | null;
  readonly referralId: string;
  readonly because: string;
}

/** The record of a stay as its hospital has stated it. */
export interface StayRecord {
  readonly arrival: { readonly via: 'referral' | 'emergency' | 'none' };
  readonly admittedAt: string;
  readonly dischargedAt?: string;
  readonly mainDiagnosis: { readonly code: string };
  readonly kind: 'inpatient' | 'day-surgery' | 'day-chemo' | 'mental' | 'outpatient';
  readonly settlement?: { readonly totalFen: number; readonly eligibleFen: number };
  readonly voided?: boolean;
}

/** The executed referral that a stay was reached by. */
export interface Reached {
  readonly direction: 'up' | 'down' | 'lateral';
  readonly senderLevel: Level;
  readonly submittedAt: number;
  readonly sameConsortium: boolean;
  readonly fromStayId: string | null;
  readonly fromInstitutionId: string;
}

export interface Figures {
  readonly standardFen: number;
  readonly deductibleFen: number;
  readonly fundFen: number | null;
  readonly linkedTo: string | null;
}

export type Level = 'primary' | 'secondary' | 'tertiary' | 'provincial';

export interface StayRow {
  readonly id: string;
  readonly institutionId: string;
  readonly number: string;
  readonly patientId: string;
  readonly level: Level;
  readonly admittedAt: number;
  readonly referralId: string | null;
  readonly executedReferral: boolean;
  readonly version: number;
  readonly sourceVersion: number;
  readonly record: StayRecord;
  readonly reached: Reached | null;
  readonly policyId: string | null;
  readonly policyVersion: number | null;
  readonly figures: Figures | null;
  readonly settled: { readonly fundFen: number } | null;
  /** What the budget of a consortium is charged with. */
  readonly chargedFen: number | null;
}

/** What an insurer states of stays elsewhere. */
export interface AccumulatorRow {
  readonly insurer: string;
  readonly patientId: string;
  readonly year: number;
  readonly stays: number;
  readonly borneFen: number;
  readonly paidFen: number;
}

/** A line of the ledger of deductibles. */
export interface EntryRow {
  readonly seq: number;
  readonly stayId: string;
  readonly kind: string;
  readonly deltaFen: number;
  readonly resultFen: number;
  readonly policyId: string;
  readonly policyVersion: number;
}

export interface EventRow {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly area: string;
  readonly subject: string;
  readonly referralId: string | null;
  readonly institutionIds: string;
  readonly actor: string;
  readonly data: string;
  readonly prevHash: string;
  readonly hash: string;
}

export interface AllotmentDoc {
  readonly id: string;
  readonly audience: { readonly level?: string; readonly consortiumId?: string; readonly urgency?: string };
  readonly shareBp?: number;
  readonly places?: number;
  readonly visibleFromDays?: number;
  readonly releaseHours?: number;
}

export interface PoolDoc {
  readonly id: string;
  readonly institutionId: string;
  readonly version: number;
  readonly openFromDays?: number;
  readonly allotments?: readonly AllotmentDoc[];
}

export interface InstitutionDoc {
  readonly id: string;
  readonly version: number;
  readonly levels: readonly { readonly level: string; readonly since: string }[];
}

export interface ConsortiumDoc {
  readonly id: string;
  readonly version: number;
  readonly members: readonly { readonly institutionId: string; readonly periods: readonly { readonly from: string; readonly until?: string | null }[] }[];
}

/** As far as it is reckoned with: the rules themselves are the second opinion's to read. */
export interface PolicyDoc {
  readonly id: string;
  readonly version: number;
}

export interface TipRow {
  readonly seq: number;
  readonly hash: string;
  readonly at: number;
  readonly signature: string;
}

/** All tables of one instant. */
export interface Book {
  readonly sessions: ReadonlyMap<string, SessionRow>;
  readonly places: ReadonlyMap<string, PlaceRow>;
  /** Places by their session. */
  readonly placesIn: ReadonlyMap<string, readonly PlaceRow[]>;
  /** Places by their reservation. */
  readonly placesOf: ReadonlyMap<string, readonly PlaceRow[]>;
  readonly reservations: ReadonlyMap<string, ReservationRow>;
  readonly referrals: ReadonlyMap<string, ReferralRow>;
  readonly transfers: readonly TransferRow[];
  readonly filings: readonly FilingRow[];
  readonly stays: ReadonlyMap<string, StayRow>;
  readonly accumulators: readonly AccumulatorRow[];
  readonly entries: readonly EntryRow[];
  /** Records of persons that were merged into another. */
  readonly merged: ReadonlySet<string>;
  /** Every version of every policy, by `id version`. */
  readonly policies: ReadonlyMap<string, PolicyDoc>;
  readonly pools: ReadonlyMap<string, PoolDoc>;
  readonly institutions: ReadonlyMap<string, InstitutionDoc>;
  readonly consortia: ReadonlyMap<string, ConsortiumDoc>;
  readonly tip: TipRow | undefined;
}

export const NOTHING: Book = {
  sessions: new Map(), places: new Map(), placesIn: new Map(), placesOf: new Map(), reservations: new Map(), referrals: new Map(),
  transfers: [], filings: [], stays: new Map(), accumulators: [], entries: [], merged: new Set(), policies: new Map(), pools: new Map(), institutions: new Map(), consortia: new Map(), tip: undefined,
};

export const LIVE: readonly string[] = ['held', 'confirmed', 'fulfilled'];

