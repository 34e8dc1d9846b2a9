import type { Instant } from '../kernel/calendar.js';
import type { Refusal } from '../kernel/problem.js';
import type { OutsideStays } from '../contract/insurance.js';
import type { Operator } from '../contract/operator.js';
import type { Patient } from '../contract/referral.js';
import type { FollowUpState, Role } from '../contract/vocabulary.js';
import type { Backtest } from '../domain/backtest.js';
import type { Budget, ChargedSum } from '../domain/budget.js';
import type { Pool, Session } from '../domain/capacity.js';
import type { Contract } from '../domain/contract.js';
import type { EventDraft, LoggedEvent, SignedHead } from '../domain/event.js';
import type { LedgerEntry, RecordedEntry } from '../domain/ledger.js';
import type { Filing, RecordedFiling } from '../domain/filing.js';
import type { Consortium, Institution, Network } from '../domain/network.js';
import type { Policies, Policy } from '../domain/policy.js';
import type { Referral } from '../domain/referral.js';
import type { Place, Reservation } from '../domain/reservation.js';
import type { Stay, StayFacts } from '../domain/stay.js';
import type { RecordedTransfer, Transfer } from '../domain/transfer.js';
import type { ChargedFilter } from './insurance/charged-filter.js';
import type { FollowUpFilter, ReferralFilter } from './referral/list-filters.js';

/**
 * What a use case may ask of the world. The store implements it; a use case never sees the store, so it
 * cannot nest transactions, read outside its own, or wait for anything but these.
 *
 * Every write has one shape: lock → load → decide → save. `lock…` loads a row that is about to change
 * and keeps others from changing it until the unit ends; rows are locked in the order in which their
 * port lists them here (referral, reservation, sessions in order of pool and start, patients in order of id).
 * Only whose holds have run out in a session is known once it is locked: those reservations come after it.
 */

/** Who is calling, and for whom. */
export interface Actor {
  readonly clientId: string;
  readonly roles: readonly Role[];
  /** The institution acted for; null for admin, insurer and regulator. */
  readonly institutionId: string | null;
  /** The prefecture of an insurer or a regulator. */
  readonly area: string | null;
  /** The person behind a system's call. */
  readonly operator: Operator | null;
}

export interface Client {
  readonly id: string;
  readonly name: string;
  readonly keyHash: string;
  readonly roles: readonly Role[];
  readonly institutionIds: readonly string[];
  readonly area: string | null;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

/** Encryption at rest. Sealed values are bound to `row`, so that they cannot be moved to another. */
export interface Vault {
  seal(row: string, value: unknown): string;
  open<T>(row: string, sealed: string): T;
  /** Keyed hash by which an identity document is found without being readable. */
  digest(idType: string, idNumber: string): string;
  /** One-way hash of an API key (160 random bits, so a plain hash suffices). */
  hashKey(key: string): string;
  /** SHA-256 in hex: what the chain of the log is made of. */
  sha256(text: string): string;
  /** Ed25519 public key of the signed heads: base64 of the raw 32 bytes. */
  readonly publicKey: string;
  /** Whether the signature of a head is this service's. */
  verify(text: string, signature: string): boolean;
}

export interface PatientRecord {
  readonly id: string;
  /** null: nobody has stated a number (an infant, an unknown person). */
  readonly idDigest: string | null;
  readonly sealed: string;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** The record of the same person that this one was merged into; null: it stands for itself. */
  readonly mergedInto: string | null;
}

/** 院外累计: what an insurer states of a person's stays outside the platform in one insurance year. */
export interface Accumulator extends OutsideStays {
  /** Of the insurer. */
  readonly area: string;
  readonly patientId: string;
  /** The calendar year in which the insurance year begins. */
  readonly year: number;
  readonly updatedAt: Instant;
}

/** A policy that has arrived, and how far the stays that waited for it have been looked at. */
export interface PolicySweep {
  readonly policyId: string;
  readonly version: number;
  readonly afterAt: Instant;
  readonly afterId: string;
}

/** A person with every stay, voided ones too, and what insurers state. */
export interface PersonStays {
  readonly patientId: string;
  readonly stays: readonly StayFacts[];
  readonly accumulators: readonly Accumulator[];
}

export interface WaitingFilter {
  readonly insuredArea: string;
  readonly scheme: string;
  /** Admitted before. */
  readonly until: Instant;
  readonly afterAt: Instant;
  readonly afterId: string;
  readonly limit: number;
}

export interface Message {
  readonly id: string;
  readonly referralId: string;
  readonly institutionId: string | null;
  readonly author: string;
  readonly text: string;
  readonly at: Instant;
}

export interface DocumentRecord {
  readonly id: string;
  readonly referralId: string;
  readonly kind: string;
  readonly title: string;
  readonly mediaType: string;
  readonly author: string;
  readonly institutionId: string | null;
  readonly bytes: number;
  readonly sha256: string;
  readonly at: Instant;
  readonly state: 'delivered' | 'acknowledged';
}

export interface FollowUp {
  readonly id: string;
  readonly area: string;
  readonly referralId: string;
  readonly institutionId: string;
  readonly state: FollowUpState;
  readonly dueOn: string;
  readonly content: string;
  readonly result: string | null;
  readonly guidance: string | null;
  readonly doneAt: Instant | null;
  readonly doneBy: string | null;
}

export interface SessionKey {
  readonly poolId: string;
  readonly startsAt: Instant;
}

/** A place as it stands in the store, with the reservation and referral it belongs to. */
export interface StoredPlace extends Place {
  readonly reservationId: string;
  readonly referralId: string;
  readonly expiresAt: Instant | null;
}

export interface Page<T> {
  readonly data: readonly T[];
  /** null: nothing follows. */
  readonly next: string | null;
}

export interface SessionFilter {
  readonly poolIds: readonly string[];
  /** Sessions that start at or after, and before. */
  readonly from: Instant;
  readonly until: Instant;
}

/** Places counted by allotment ('' for open) whose hold has run out without anybody having noticed. */
export type ExpiredHolds = ReadonlyMap<string, number>;

export interface TransferCount {
  readonly month: string;
  readonly sourceInstitutionId: string;
  readonly direction: Transfer['direction'];
  readonly category: Transfer['category'];
  readonly count: number;
}

/** What reading needs. Also the reading half of a unit. */
export interface Reads {
  readonly now: Instant;
  readonly network: Network;
  /** In memory, every version: the policies that were written, not those that are only shipped. */
  readonly policies: Policies;
  readonly vault: Vault;

  /** In-memory: the directory and the pools are held whole. */
  pool(id: string): Pool | undefined;
  pools(): Iterable<Pool>;
  poolsOf(institutionId: string): readonly Pool[];

  client(id: string): Promise<Client | undefined>;
  clients(after: string | null, limit: number): Promise<Page<Client>>;

  referral(id: string): Promise<Referral | undefined>;
  referralByNo(referralNo: string): Promise<Referral | undefined>;
  referrals(filter: ReferralFilter): Promise<Page<Referral>>;
  /** Submitted and not yet ended, oldest first. */
  openReferralsOf(patientId: string): Promise<readonly Referral[]>;

  reservation(id: string): Promise<Reservation | undefined>;
  session(key: SessionKey): Promise<Session | undefined>;
  /** In order of pool and start. */
  sessions(filter: SessionFilter): Promise<readonly Session[]>;
  expiredHolds(key: SessionKey): Promise<ExpiredHolds>;
  livePlacesOf(key: SessionKey): Promise<readonly StoredPlace[]>;
  /** Sessions of an institution, not over yet, whose capacity is below what is taken. */
  overcommitted(institutionId: string): Promise<readonly Session[]>;

  /** The record of a person. One that was merged answers as the record that it was merged into. */
  patient(id: string): Promise<PatientRecord | undefined>;
  /** The same, by the keyed hash of a document; also of one that stood on a record which was merged. */
  patientByDigest(digest: string): Promise<PatientRecord | undefined>;
  /** Every referral of a person, drafts and ended ones too. */
  referralIdsOf(patientId: string): Promise<readonly string[]>;
  accumulatorsOf(patientId: string): Promise<readonly Accumulator[]>;

  /** A page of the conversation, oldest first. */
  messages(referralId: string, after: string | null, limit: number): Promise<Page<Message>>;
  /** All of them, for a decision. */
  documents(referralId: string): Promise<readonly DocumentRecord[]>;
  documentsAfter(referralId: string, after: string | null, limit: number): Promise<Page<DocumentRecord>>;
  document(referralId: string, id: string): Promise<(DocumentRecord & { readonly content: Uint8Array }) | undefined>;
  followUps(filter: FollowUpFilter): Promise<Page<FollowUp>>;
  followUp(id: string): Promise<FollowUp | undefined>;
  followUpsOf(referralId: string): Promise<readonly FollowUp[]>;
  transfer(id: string): Promise<RecordedTransfer | undefined>;
  stay(id: string): Promise<Stay | undefined>;
  /** By the hospital's own visit number. */
  stayByNumber(institutionId: string, number: string): Promise<Stay | undefined>;
  /** Every stay of a person, wherever it was, voided ones too, in no order. */
  staysOf(patientId: string): Promise<readonly Stay[]>;
  /** The stays that name a referral, voided ones too. */
  staysUnder(referralId: string): Promise<readonly Stay[]>;

  /** Persons who have stays, in order of id, behind the given one: whole persons of some `limit` stays together, none only where nobody follows. */
  personsAfter(after: string, limit: number): Promise<readonly PersonStays[]>;
  countStays(): Promise<number>;
  backtest(id: string): Promise<Backtest | undefined>;
  /** Backtests that wait or run, oldest first. */
  unfinishedBacktests(limit: number): Promise<readonly Backtest[]>;

  /** A family-doctor contract, by the prefecture of its institution and the id that this chose. */
  contract(area: string, id: string): Promise<Contract | undefined>;
  /** Every contract of a person, also those that hold no more, in order of their beginning. */
  contractsOf(patientId: string): Promise<readonly Contract[]>;
  /** In its latest version. */
  budget(consortiumId: string, year: number): Promise<Budget | undefined>;
  budgetsOf(year: number): Promise<readonly Budget[]>;
  /** What was settled of the admissions of a day, summed by what a budget asks. Voided stays have no part in it. */
  charged(filter: ChargedFilter): Promise<readonly ChargedSum[]>;

  /** The last number given out; 0 while the log is empty. */
  lastSeq(): Promise<number>;
  /** Events with seq > after, in order, at most `limit`; unfiltered: whoever asks sieves. */
  eventsAfter(after: number, limit: number): Promise<readonly LoggedEvent[]>;
  eventsOfReferral(referralId: string, after: number, limit: number): Promise<readonly LoggedEvent[]>;
  /** Kept heads with seq > after, in order: checkpoints, and last the tip. */
  headsAfter(after: number, limit: number): Promise<readonly SignedHead[]>;
  /** Transfers with seq > after, in order, at most `limit`; of one prefecture where given. */
  transfersAfter(after: number, limit: number, area: string | null): Promise<readonly RecordedTransfer[]>;
  /** Entries of the deductible ledger that one insurer pays for, with seq > after, in order, at most `limit`. */
  entriesAfter(after: number, limit: number, insuredArea: string): Promise<readonly RecordedEntry[]>;
  /** The entries of one stay, in order. */
  entriesOf(stayId: string): Promise<readonly RecordedEntry[]>;
  filing(id: string): Promise<RecordedFiling | undefined>;
  /** Filings with the insurer of one prefecture with seq > after, in order, at most `limit`. */
  filingsAfter(after: number, limit: number, area: string): Promise<readonly RecordedFiling[]>;
  /** Transfers of a slice of the log (after < seq ≤ upTo), counted; a reversal counts −1. Periods are months, by the local date of execution. */
  countTransfers(slice: { after: number; upTo: number; from: Instant; until: Instant; area: string | null }): Promise<readonly TransferCount[]>;
}

/** One transaction. Everything saved becomes true together, or nothing does. */
export interface Unit extends Reads {
  readonly actor: Actor;
  readonly ids: { next(area: string): string; code(length: number): string };

  saveInstitution(institution: Institution): Promise<void>;
  saveConsortium(consortium: Consortium): Promise<void>;
  savePool(pool: Pool): Promise<void>;
  /** Adds a version; those before stay. */
  savePolicy(policy: Policy): Promise<void>;
  insertClient(client: Client): Promise<void>;
  revokeClient(id: string): Promise<void>;

  lockReferral(id: string): Promise<Referral | undefined>;
  insertReferral(referral: Referral): Promise<void>;
  /** `version` is the one after the one that was loaded. */
  saveReferral(referral: Referral): Promise<void>;

  lockReservation(id: string): Promise<Reservation | undefined>;
  insertReservation(reservation: Reservation): Promise<void>;
  /**
   * Saves the head and the places whose state changed, and inserts those that are new. Where only the night that it
   * waits for has changed, that is no new version.
   */
  saveReservation(before: Reservation, after: Reservation): Promise<void>;

  lockSession(key: SessionKey): Promise<Session | undefined>;
  insertSession(session: Session): Promise<void>;
  saveSession(session: Session): Promise<void>;
  /** Held places whose hold had ended at `now`. */
  overdueHoldsOf(key: SessionKey): Promise<readonly StoredPlace[]>;

  /** Keeps others from reckoning this person until the unit ends; undefined: no such record, or it was merged. */
  lockPatient(id: string): Promise<PatientRecord | undefined>;
  insertPatient(patient: PatientRecord): Promise<void>;
  savePatient(patient: PatientRecord): Promise<void>;

  insertMessage(message: Message): Promise<void>;
  insertDocument(document: DocumentRecord, content: Uint8Array): Promise<void>;
  saveDocument(document: DocumentRecord): Promise<void>;
  deleteDocument(referralId: string, id: string): Promise<void>;
  insertFollowUp(followUp: FollowUp): Promise<void>;
  saveFollowUp(followUp: FollowUp): Promise<void>;
  insertStay(stay: Stay): Promise<void>;
  saveStay(stay: Stay): Promise<void>;
  /** What a stay was reached by and how it stands (policy, figures, settlement): no new version of its record. */
  saveStanding(stay: Stay): Promise<void>;
  /** In place of the one of the same insurer, person and year. */
  putAccumulator(accumulator: Accumulator): Promise<void>;
  deleteAccumulator(accumulator: Accumulator): Promise<void>;

  lockBacktest(id: string): Promise<Backtest | undefined>;
  /** The oldest that waits, or that runs and is nobody's by `now`. */
  lockNextBacktest(): Promise<Backtest | undefined>;
  insertBacktest(backtest: Backtest): Promise<void>;
  /** `version` is the one after the one that was loaded. */
  saveBacktest(backtest: Backtest): Promise<void>;
  deleteBacktest(backtest: Backtest): Promise<void>;

  lockContract(area: string, id: string): Promise<Contract | undefined>;
  insertContract(contract: Contract): Promise<void>;
  saveContract(contract: Contract): Promise<void>;
  /** Adds a version; those before stay. */
  insertBudget(budget: Budget): Promise<void>;

  /** Whether this unit may do the work of this name: of all instances, one at a time may, until its unit ends. */
  claim(work: string): Promise<boolean>;
  /** Work that is due by `now`, for the relay: bounded, oldest first. */
  overdueReservations(limit: number): Promise<readonly string[]>;
  /** Reservations whose next night of a bed is due, longest due first. */
  dueNights(limit: number): Promise<readonly { readonly id: string; readonly referralId: string }[]>;
  overdueReferrals(limit: number): Promise<readonly string[]>;
  /** Deletes answers kept under idempotency keys for longer than seven days, oldest first; returns how many. */
  forgetAnswers(limit: number): Promise<number>;
  /** Stays that wait for a policy are to be looked at. */
  startSweep(sweep: PolicySweep): Promise<void>;
  /** One that is under way, kept from others until the unit ends. */
  lockSweep(): Promise<PolicySweep | undefined>;
  advanceSweep(sweep: PolicySweep): Promise<void>;
  endSweep(sweep: PolicySweep): Promise<void>;
  /** Stays without a policy, in order of admission and id, behind the given one. */
  waitingStays(filter: WaitingFilter): Promise<readonly Pick<Stay, 'id' | 'patientId' | 'admittedAt'>[]>;

  /** Appends to the log when the unit ends well. */
  append(event: EventDraft): void;
  /** Appends to the ledger of transfers, under the number of the event appended last. */
  appendTransfer(transfer: Transfer): void;
  /** Appends to the ledger of deductibles, under the number of the event appended last. */
  appendEntry(entry: LedgerEntry): void;
  /** Appends to the filings with the insurer, under the number of the event appended last. */
  appendFiling(filing: Filing): void;
}

/** A command, decided. Returns its result, or the refusal: then nothing of what it saved remains. */
export type UseCase<C, R> = (unit: Unit, command: C) => Promise<R | Refusal>;
/** Short consistent reads with a turn of the event loop between them, so that long work never makes writers wait. */
export type Slices = <T>(fn: (reads: Reads) => Promise<T>) => Promise<T>;
/** A question, answered from one consistent view. */
export type Query<C, R> = (reads: Reads, actor: Actor, question: C) => Promise<R | Refusal>;

export type { Patient };
