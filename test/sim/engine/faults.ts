import Sqlite from 'better-sqlite3';
import { copyFiles, readFiles, writeTorn } from './crash-copy.js';
import { openUnwatched, type Fault, type Seam } from './seam.js';

/** What can go wrong below the store. Each is put in the way at the seam, and lasts for one move. */

/** The process dies before or after its `n`th statement from now, of all or of one text. */
export function crashAt(seam: Seam, n: number, after: boolean, copy: string, of?: string): Fault {
  let left = n;
  return ({ text, proceed }) => {
    if ((of !== undefined && text !== of) || --left > 0) return proceed();
    if (after) proceed();
    copyFiles(seam.path, copy);
    return seam.die(copy);
  };
}

/** The process dies within its `n`th commit from now. */
export function crashInCommit(seam: Seam, n: number, part: number, copying: boolean, copy: string): Fault {
  let left = n;
  return ({ text, writes, proceed }) => {
    if (!writes || text !== 'COMMIT' || --left > 0) return proceed();
    const before = readFiles(seam.path);
    proceed();
    writeTorn(copy, before, readFiles(seam.path), part, copying);
    return seam.die(copy);
  };
}

/** The disk fails at the `n`th statement of the writer, of all or of one text; after most such errors, and always where it was to roll back, the engine has rolled back by itself. */
export function diskError(seam: Seam, n: number, rolledBack: boolean, of?: string): Fault {
  let left = n;
  return ({ db, text, writes, proceed }) => {
    if (!writes || (of !== undefined && text !== of) || --left !== 0) return proceed();
    if ((rolledBack || text.startsWith('ROLLBACK')) && db.inTransaction) seam.rollBack();
    throw new Sqlite.SqliteError('disk I/O error', 'SQLITE_IOERR_WRITE');
  };
}

/** Another program holds the lock of the database; the store waits no longer than the simulation has patience. */
export function holdLock(seam: Seam): () => void {
  seam.writer.pragma('busy_timeout = 0');
  const other = openUnwatched(seam.path);
  other.exec('BEGIN IMMEDIATE');
  return () => {
    other.exec('ROLLBACK');
    other.close();
    if (seam.fallen === undefined) seam.writer.pragma('busy_timeout = 5000');
  };
}

/** No page more fits on the disk. */
export function fillDisk(seam: Seam): () => void {
  const pages = seam.writer.pragma('page_count', { simple: true }) as number;
  seam.writer.pragma(`max_page_count = ${pages}`);
  return () => {
    if (seam.fallen === undefined) seam.writer.pragma('max_page_count = 4294967294');
  };
}
