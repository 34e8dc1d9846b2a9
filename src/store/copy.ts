import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { hash } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { ChainCheck, type ChainFault } from '../domain/chain.js';
import type { SignedHead } from '../domain/event.js';
import { sqliteKit } from './columns.js';
import { realFile, syncPath } from './durable.js';
import { StoreError, translate } from './errors.js';
import { checkStructure } from './examine.js';
import { journalFault } from './journal.js';
import { pendingMigrations, readMigrations, type AppliedMigration } from './migrate.js';
import { bindCatalogue, catalogueOf, type Queries } from './queries/catalogue.js';
import { eventOf } from './reads.js';
import { holdFile, SqliteConnection } from './sqlite.js';
import { openVault } from './vault.js';

/** Whole copies of an embedded database, and what is in one. Nothing here writes to the database that is copied. */

/** Rows of what is never deleted. */
export interface Counts {
  readonly referrals: number;
  readonly reservations: number;
  readonly transfers: number;
  /** So many events, and none is missing where the last one has this number. */
  readonly events: number;
}

export interface Contents {
  readonly counts: Counts;
  /** The last migration that was applied. */
  readonly migration: number;
  /** The signed end of the log; null while it is empty. */
  readonly head: SignedHead | null;
  readonly faults: readonly ChainFault[];
  /** False where the data key was not at hand: then the log is known to be whole, not by whom it was signed. */
  readonly signaturesChecked: boolean;
}

/**
 * A consistent, compact copy of what is committed at one instant, on the disk when this returns. A service may
 * go on writing meanwhile. `to` is an empty file, or none.
 *
 * Throws StoreError: `corrupt` where the original is damaged, `full` where the copy finds no room.
 */
export function copyDatabase(source: string, to: string): void {
  const from = realFile(source);
  const fault = isServed(from) ? undefined : journalFault(from);
  if (fault !== undefined) throw new StoreError('corrupt', `the journal ${from}-wal is damaged, and what was acknowledged would be missing from a copy: ${fault}`);
  reading(from, (db) => db.prepare('VACUUM INTO ?').run(to));
  syncPath(to);
  syncPath(dirname(to));
}

export function countsOf(path: string): Counts {
  return reading(path, (db) => {
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
    return { referrals: count('referral'), reservations: count('reservation'), transfers: count('transfer'), events: count('event') };
  });
}

/** The last event, which every later copy must have as well. */
export function endOf(path: string): { readonly seq: number; readonly hash: string } | undefined {
  return reading(path, (db) => db.prepare('SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1').get() as { seq: number; hash: string } | undefined);
}

export function hasEvent(path: string, event: { readonly seq: number; readonly hash: string }): boolean {
  return reading(path, (db) => db.prepare('SELECT 1 FROM event WHERE seq = ? AND hash = ?').get(event.seq, event.hash) !== undefined);
}

/**
 * Looks at every page and every event of a file that nobody writes to.
 *
 * Throws StoreError: `corrupt` where its structure is damaged; `refused` where it is another program's, a newer
 * version's, or sealed with another data key. Faults of the log are told, not thrown.
 *
 * @param dataKey 32 bytes; null where it is not at hand.
 */
export async function contentsOf(path: string, dataKey: Uint8Array | null): Promise<Contents> {
  const db = open(path);
  try {
    checkStructure(db);
    const migration = migrationOf(db);
    const queries = bindCatalogue(new SqliteConnection(db, 'reads'), catalogueOf(sqliteKit));
    const vault = dataKey === null ? null : openVault(dataKey, [], () => Buffer.alloc(0));
    const known = await queries.directory.meta({ name: 'data-key' });
    if (vault !== null && known !== undefined && known.value !== vault.fingerprint) {
      throw new StoreError('refused', 'DATA_KEY is not the key that this database was written with: what it holds cannot be read without that key');
    }
    const verify = (text: string, signature: string): boolean => vault === null || vault.verify(text, signature);
    const faults = await chainOf(queries, verify);
    const head = (await queries.log.tip({})) ?? null;
    return { counts: countsOf(path), migration, head, faults, signaturesChecked: vault !== null };
  } catch (error) {
    throw translate(error);
  } finally {
    db.close();
  }
}

function migrationOf(db: Sqlite.Database): number {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  if (!tables.includes('schema_migrations')) throw new StoreError('refused', 'the file is no database of this service');
  const applied = db.prepare('SELECT number, name, checksum FROM schema_migrations ORDER BY number').all() as AppliedMigration[];
  pendingMigrations(readMigrations('sqlite'), applied);
  return applied.length;
}

const SLICE = 1_000;

/** The check of the whole log, as `GET /v1/events/verify` makes it. */
export async function chainOf(queries: Queries, verify: (text: string, signature: string) => boolean): Promise<readonly ChainFault[]> {
  const check = new ChainCheck((text) => hash('sha256', text));
  for (let after = 0; ; ) {
    const heads = await queries.log.checkpoints({ after, limit: SLICE });
    check.heads(heads, verify);
    if (heads.length < SLICE) break;
    after = heads.at(-1)?.seq ?? after;
  }
  const tip = await queries.log.tip({});
  if (tip) check.heads([tip], verify);
  for (let after = 0; ; ) {
    const events = await queries.log.after({ after, limit: SLICE });
    check.events(events.map(eventOf));
    if (events.length < SLICE) break;
    after = events.at(-1)?.seq ?? after;
  }
  return check.verdict().faults;
}

function isServed(path: string): boolean {
  if (!existsSync(`${path}.lock`)) return false;
  try {
    holdFile(path)();
    return false;
  } catch {
    return true;
  }
}

function reading<T>(path: string, look: (db: Sqlite.Database) => T): T {
  const db = open(path);
  try {
    return look(db);
  } catch (error) {
    throw translate(error);
  } finally {
    db.close();
  }
}

function open(path: string): Sqlite.Database {
  try {
    return new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 5_000 });
  } catch (error) {
    throw translate(error);
  }
}
