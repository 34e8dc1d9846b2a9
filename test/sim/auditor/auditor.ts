import type Sqlite from 'better-sqlite3';
import { NOTHING, type Book, type EventRow } from './book.js';
import { Reader } from './reader.js';
import type { Claim, Sighting } from './claim.js';
import { acknowledgedSurvives } from './rules/acknowledged.js';
import { allotmentsAreKept } from './rules/allotments.js';
import { bedsFollowTheStay } from './rules/beds.js';
import { bookingsAreGranted } from './rules/bookings.js';
import { countersEqualPlaces, neverAboveCapacity } from './rules/capacity.js';
import { Chain } from './chain.js';
import { entitlementsOnce } from './rules/entitlements.js';
import { filingsStand } from './rules/filings.js';
import { holdsEndOnce } from './rules/holds.js';
import { entriesAddUp, reckonedFromTheFacts } from './rules/ledger.js';
import { readersSeeTheTruth } from './rules/readers.js';
import { receiversMissNothing } from './rules/receivers.js';
import { reportsInOrder } from './rules/reports.js';
import { statusesFollowTheTable } from './rules/statuses.js';
import { everythingIsTold } from './rules/told.js';
import { transfersBalance } from './rules/transfers.js';
import type { Rule } from './step.js';

/**
 * Looks at the raw database after every step and says what is wrong. It shares nothing with the program:
 * its statements, its arithmetic of places, its table of statuses and its hashing are its own, written
 * from the contract.
 */
export interface Seen {
  /** The file that is served now; another one after a crash. */
  readonly path: string;
  readonly now: number;
  readonly claims: readonly Claim[];
  readonly sightings: readonly Sighting[];
  readonly alone: boolean;
}

export class Auditor {
  #file: { readonly path: string; readonly db: Sqlite.Database; readonly reader: Reader } | undefined;
  #version = -1;
  #book: Book = NOTHING;
  readonly #chain = new Chain();
  readonly #rules: readonly Rule[] = [
    countersEqualPlaces, neverAboveCapacity, allotmentsAreKept, holdsEndOnce, bookingsAreGranted, bedsFollowTheStay, statusesFollowTheTable,
    everythingIsTold, transfersBalance, filingsStand, entriesAddUp, reckonedFromTheFacts, entitlementsOnce(), reportsInOrder, readersSeeTheTruth, receiversMissNothing(), acknowledgedSurvives(),
  ];

  constructor(private readonly open: (path: string) => Sqlite.Database) {}

  /** The last hash of the chain. */
  get hash(): string {
    return this.#chain.end.hash;
  }

  get events(): number {
    return this.#chain.end.seq;
  }

  audit({ path, ...seen }: Seen): string[] {
    const reader = this.#readerOf(path);
    const changed = reader.version !== this.#version;
    this.#version = reader.version;
    const before = this.#book;
    if (changed) this.#book = reader.read();
    const after = this.#book;
    const read = changed ? reader.events(Math.max(1, this.#chain.end.seq)) : [];
    const broken = changed ? this.#chain.follow(read, after.tip) : [];
    if (broken.length > 0) return broken;
    const events: readonly EventRow[] = changed ? this.#chain.gained : [];
    return this.#rules.flatMap((rule) => [...rule({ ...seen, before, after, events })]);
  }

  /** The end of a run: the whole chain from its beginning. */
  finish(): string[] {
    return this.#file ? new Chain().follow(this.#file.reader.events(1), this.#book.tip) : [];
  }

  close(): void {
    this.#file?.db.close();
    this.#file = undefined;
  }

  #readerOf(path: string): Reader {
    if (this.#file?.path !== path) {
      this.close();
      const db = this.open(path);
      this.#file = { path, db, reader: new Reader(db) };
      this.#version = -1;
    }
    return this.#file!.reader;
  }
}
