import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { StoreError, translate } from './errors.js';
import { journalFault } from './journal.js';

/**
 * What is looked at before a file is served. A damaged file must not be written to: what it still holds,
 * and how it broke, is what a restoration begins with. So all of this only reads.
 */

/** Bytes up to which the structure of the whole file is checked at every start: about a second. */
const WHOLE_UP_TO = 512 * 1_048_576;

/** What the service reads at its start or writes with every commit: checked whatever the size of the file. */
const SMALL_TABLES = ['schema_migrations', 'meta', 'institution', 'consortium', 'pool', 'client', 'tip', 'checkpoint'];

/**
 * Throws StoreError `corrupt` where the file or its journal is damaged, as far as that shows within about a
 * second: a lost head, a truncated file, pages that do not fit each other, acknowledged commits missing from
 * the journal. Of a file above 512 MB the pages of the directory and of the end of the log alone are looked
 * at; a backup looks at all. A change inside one row shows to neither: the log's shows to its check, a sealed
 * value's when it is opened.
 *
 * @param served whether the file was served before: then it cannot be empty.
 */
export function refuseDamaged(path: string, served: boolean): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  const journal = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (!size) {
    if (journal > 0) throw new StoreError('corrupt', `the file is ${size === 0 ? 'empty' : 'missing'}, though its journal ${path}-wal is there: put the file back beside it, or restore a backup`);
    if (size === 0 && served) throw new StoreError('corrupt', 'the file is empty, though it was served before: restore it from a backup, or remove it to begin anew');
    return;
  }
  const fault = journalFault(path);
  if (fault !== undefined) throw new StoreError('corrupt', `the journal ${path}-wal is damaged, and what was acknowledged would be missing: ${fault}. Keep both files, restore a backup`);
  const db = new Sqlite(path, { readonly: true, timeout: 5_000 });
  try {
    checkStructure(db, size > WHOLE_UP_TO);
  } catch (error) {
    throw translate(error);
  } finally {
    db.close();
  }
}

/** Throws StoreError `corrupt` with the first fault: pages, never values. */
export function checkStructure(db: Sqlite.Database, smallTablesAlone = false): void {
  const present = new Set(db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[]);
  const checks = smallTablesAlone ? SMALL_TABLES.filter((name) => present.has(name)) : [1];
  for (const what of checks) {
    const said = String(db.pragma(`quick_check(${what})`, { simple: true }));
    if (said !== 'ok') throw new StoreError('corrupt', `the database file is damaged: restore it from a backup (quick_check: ${said.replaceAll(/\s+/g, ' ').slice(0, 200)})`);
  }
}
