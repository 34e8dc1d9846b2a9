import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Instant } from '../kernel/calendar.js';
import type { Binder, Query } from './bind.js';
import { privateFile, privateFolder } from './durable.js';
import { StoreError, translate } from './errors.js';
import { refuseDamaged } from './examine.js';
import { MIGRATIONS_TABLE, pendingMigrations, type AppliedMigration, type Migration } from './migrate.js';

/**
 * The embedded engine: one file, one connection that writes, one that reads, and a side file whose lock
 * keeps a second process away (the directory in memory is only true while there is one writer).
 */
export class SqliteConnection implements Binder {
  readonly #begin: Sqlite.Statement;
  readonly #commit: Sqlite.Statement;
  readonly #rollback: Sqlite.Statement;
  readonly #savepoint: Sqlite.Statement;
  readonly #release: Sqlite.Statement;
  readonly #rollbackTo: Sqlite.Statement;
  #changes = 0;
  /** A transaction is to begin with the next query. */
  #due = false;

  constructor(
    private readonly db: Sqlite.Database,
    mode: 'reads' | 'writes',
  ) {
    this.#begin = db.prepare(mode === 'writes' ? 'BEGIN IMMEDIATE' : 'BEGIN');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
    this.#savepoint = db.prepare('SAVEPOINT unit');
    this.#release = db.prepare('RELEASE unit');
    this.#rollbackTo = db.prepare('ROLLBACK TO unit');
  }

  bind<P, R>(query: Query<P, R>): (params: P) => Promise<R> {
    const execute = this.#executor(query);
    return async (params) => {
      try {
        if (this.#due) this.begin();
        return execute(params);
      } catch (error) {
        throw translate(error);
      }
    };
  }

  /** Statements are prepared when first asked for: most processes never ask most of them. */
  #executor<P, R>(query: Query<P, R>): (params: P) => R {
    const { db } = this;
    let statement: Sqlite.Statement | undefined;
    switch (query.shape) {
      case 'run':
      case 'count':
        return (params) => {
          statement ??= db.prepare(query.text);
          this.#changes += 1;
          return statement.run(query.values(params)).changes as R;
        };
      case 'one':
        return (params) => {
          statement ??= db.prepare(query.text).raw();
          const values = statement.get(query.values(params)) as unknown[] | undefined;
          return (values === undefined ? undefined : query.row(values)) as R;
        };
      case 'many':
        return (params) => {
          statement ??= db.prepare(query.text).raw();
          const rows = statement.all(query.values(params)) as unknown[][];
          for (let i = 0; i < rows.length; i++) (rows as unknown[])[i] = query.row(rows[i] as unknown[]);
          return rows as R;
        };
    }
  }

  begin(): void {
    this.#due = false;
    this.#control(this.#begin);
  }

  /** Begins with the next query; where none comes, nothing has to be begun or ended. */
  beginWhenAsked(): void {
    this.#due = true;
  }

  commit(): void {
    this.#control(this.#commit);
  }

  /** Without effect where the engine has rolled back by itself. */
  rollback(): void {
    this.#due = false;
    if (this.db.inTransaction) this.#control(this.#rollback);
  }

  savepoint(): void {
    this.#control(this.#savepoint);
  }

  release(): void {
    this.#control(this.#release);
  }

  rollbackToSavepoint(): void {
    this.#control(this.#rollbackTo);
  }

  /** False once the engine has rolled back by itself (disk full, I/O error). */
  get inTransaction(): boolean {
    return this.db.inTransaction;
  }

  /** How often a change was asked for so far, successful or not: two equal figures mean that nothing was written in between. */
  get changes(): number {
    return this.#changes;
  }

  pragma(name: string): unknown {
    return this.db.pragma(name, { simple: true });
  }

  #control(statement: Sqlite.Statement): void {
    try {
      statement.run();
    } catch (error) {
      throw translate(error);
    }
  }
}

export interface SqliteFile {
  readonly writer: SqliteConnection;
  readonly reader: SqliteConnection;
  /** Bytes of the database and of its journal. */
  size(): { readonly database: number; readonly journal: number };
  close(): void;
}

/** 64 MB for the writer, whose indexes are hit everywhere; 16 MB for the reader. */
const WRITER_CACHE_KIB = 65_536;
const READER_CACHE_KIB = 16_384;
/** Pages of the journal after which a commit copies it back: rarer means fewer writes of the same hot pages. */
const CHECKPOINT_PAGES = 4_000;

/** Throws StoreError: `locked` where another process serves the file, `corrupt` where it is none, `refused` where it is newer. */
export function openSqlite(path: string, migrations: readonly Migration[], now: Instant): SqliteFile {
  const opened: Sqlite.Database[] = [];
  const open = (file: string, options?: Sqlite.Options): Sqlite.Database => {
    const db = new Sqlite(file, options);
    opened.push(db);
    return db;
  };
  try {
    privateFolder(dirname(path));
    const served = existsSync(`${path}.lock`);
    privateFile(`${path}.lock`);
    takeLock(open(`${path}.lock`, { timeout: 0 }), path);
    refuseDamaged(path, served);
    // The engine would open it to read, and fail at the first write.
    if (isClosed(path)) throw new StoreError('io', 'the database file cannot be written');
    privateFile(path);
    const writing = open(path, { timeout: 5_000 });
    prepareWriter(writing);
    migrate(writing, migrations, now);
    const reading = open(path, READING);
    prepareReader(reading);
    return {
      writer: new SqliteConnection(writing, 'writes'),
      reader: new SqliteConnection(reading, 'reads'),
      size: () => ({ database: sizeOf(path), journal: sizeOf(`${path}-wal`) }),
      close() {
        reading.close();
        if (writing.open) copyBack(writing);
        for (const db of opened) db.close();
      },
    };
  } catch (error) {
    for (const db of opened) db.close();
    throw explain(path, translate(error));
  }
}

/** A connection that only reads, to a file that this process has opened to write. */
export function openSqliteReader(path: string): Pick<SqliteFile, 'reader' | 'close'> {
  const reading = new Sqlite(path, READING);
  prepareReader(reading);
  return { reader: new SqliteConnection(reading, 'reads'), close: () => void reading.close() };
}

const READING: Sqlite.Options = { timeout: 5_000, readonly: true };

function prepareReader(db: Sqlite.Database): void {
  db.pragma(`cache_size = -${READER_CACHE_KIB}`);
  db.pragma('query_only = ON');
}

/** Keeps every service away from the file until the answer is called. Throws StoreError `locked` where one runs. */
export function holdFile(path: string): () => void {
  privateFile(`${path}.lock`);
  const lock = new Sqlite(`${path}.lock`, { timeout: 0 });
  try {
    takeLock(lock, path);
  } catch (error) {
    lock.close();
    throw error;
  }
  return () => void lock.close();
}

/** The lock dies with its process, however that ends; the file itself stays and says nothing. */
function takeLock(lock: Sqlite.Database, path: string): void {
  try {
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE; COMMIT');
  } catch (error) {
    const trouble = translate(error);
    if (trouble instanceof StoreError && trouble.trouble === 'busy') {
      throw new StoreError('locked', `another process already serves ${path}: stop it first, a file has one service`);
    }
    throw trouble;
  }
}

function prepareWriter(db: Sqlite.Database): void {
  db.pragma('journal_mode = WAL');
  // In WAL mode the driver's build defaults to NORMAL, which may lose acknowledged commits in a power cut.
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma('temp_store = MEMORY');
  db.pragma(`cache_size = -${WRITER_CACHE_KIB}`);
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  // What a former process left is settled, so that this one begins a round of its own.
  copyBack(db);
}

/** Empties the journal into the file. Where the disk does not take it that has time: the journal is as good as the file. */
function copyBack(db: Sqlite.Database): void {
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    const trouble = translate(error);
    if (!(trouble instanceof StoreError) || (trouble.trouble !== 'full' && trouble.trouble !== 'io')) throw trouble;
  }
}

function migrate(db: Sqlite.Database, known: readonly Migration[], now: Instant): void {
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck().all() as string[];
  if (tables.length > 0 && !tables.includes('schema_migrations')) {
    throw new StoreError('refused', 'the file is the database of another program');
  }
  db.exec(MIGRATIONS_TABLE);
  const applied = db.prepare('SELECT number, name, checksum FROM schema_migrations ORDER BY number').all() as AppliedMigration[];
  const record = db.prepare('INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)');
  for (const migration of pendingMigrations(known, applied)) {
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(migration.text);
      record.run(migration.number, migration.name, migration.checksum, now);
      db.exec('COMMIT');
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }
}

/** For whoever starts the service: which file, and where it is a matter of rights, which rights. */
function explain(path: string, error: unknown): unknown {
  if (!(error instanceof StoreError) || error.trouble === 'locked') return error;
  const closed = error.trouble === 'io' ? [dirname(path), path, `${path}-wal`, `${path}-shm`, `${path}.lock`].find(isClosed) : undefined;
  const right = closed === undefined ? '' : `: this user may not write ${closed === dirname(path) ? 'in the folder ' : ''}${closed}`;
  return new StoreError(error.trouble, `cannot open ${path}: ${error.message}${right}`);
}

function isClosed(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
