import Sqlite from 'better-sqlite3';

/**
 * The seam between the store and its engine. Every statement that the store sends to a watched file
 * passes here, so that a fault can be put before it, after it or in its place. The store knows nothing of
 * it: the methods of the driver are replaced in this process, and other files go through untouched.
 */

/** A statement on its way to the engine. */
export interface Call {
  readonly db: Sqlite.Database;
  readonly text: string;
  /** On the connection that writes. */
  readonly writes: boolean;
  proceed(): unknown;
}

/** Stands in the way of every statement while it is armed. */
export type Fault = (call: Call) => unknown;

/** The process is gone: whatever still runs of it gets nowhere. */
export class Gone extends Error {
  override name = 'Gone';
}

export interface Watch {
  /** What becomes of the text of a migration: a planted bug lifts the constraint that would hide it. */
  readonly schema?: (text: string) => string;
  /** Settings of the store that are other than in production: `wal_autocheckpoint`, so that short runs meet a checkpoint. */
  readonly pragmas?: Readonly<Record<string, string | number>>;
}

const watched = new Map<string, Seam>();
const overlooked = new WeakSet<Sqlite.Database>();
const driver = { prepare: Sqlite.prototype.prepare, exec: Sqlite.prototype.exec, pragma: Sqlite.prototype.pragma };
const VERBS = ['run', 'get', 'all'] as const;

export class Seam {
  /** Where the files were copied to when the process went. */
  fallen: string | undefined;
  #writer: Sqlite.Database | undefined;
  readonly #handles = new Set<Sqlite.Database>();
  #fault: Fault | undefined;

  private constructor(
    readonly path: string,
    readonly watch: Watch,
  ) {}

  /** From now on everything that is done to this file passes here. */
  static on(path: string, watch: Watch = {}): Seam {
    const seam = new Seam(path, watch);
    watched.set(path, seam);
    return seam;
  }

  get writer(): Sqlite.Database {
    if (!this.#writer) throw new Error('the store has not opened its file');
    return this.#writer;
  }

  arm(fault: Fault): void {
    this.#fault = fault;
  }

  disarm(): void {
    this.#fault = undefined;
  }

  /** The process ends here; what it left on the disk is in `copy`. */
  die(copy: string): never {
    this.fallen = copy;
    throw new Gone();
  }

  pass(db: Sqlite.Database, text: string, proceed: () => unknown): unknown {
    if (this.fallen !== undefined) throw new Gone();
    return this.#fault === undefined ? proceed() : this.#fault({ db, text, writes: db === this.#writer, proceed });
  }

  /** What the engine does by itself after most errors of the disk. */
  rollBack(): void {
    driver.exec.call(this.writer, 'ROLLBACK');
  }

  saw(db: Sqlite.Database): void {
    if (this.#handles.has(db)) return;
    this.#handles.add(db);
    // The lock beside the file holds nothing that could be lost.
    if (db.name !== this.path) driver.pragma.call(db, 'synchronous = OFF');
    if (!db.readonly && db.name === this.path) this.#writer ??= db;
  }

  /** Ends the watch; whatever handle the store has left open is closed. */
  close(): void {
    watched.delete(this.path);
    // Readers first: the last one to leave copies the journal back, by its own settings.
    for (const db of [...this.#handles].reverse()) if (db.open) db.close();
  }
}

/** A connection of the simulation's own, which is no business of the seam. */
export function openUnwatched(path: string, options: Sqlite.Options = {}): Sqlite.Database {
  const db = new Sqlite(path, options);
  overlooked.add(db);
  return db;
}

function seamOf(db: Sqlite.Database): Seam | undefined {
  if (overlooked.has(db)) return undefined;
  const seam = watched.get(db.name.replace(/\.lock$/, ''));
  seam?.saw(db);
  return seam;
}

Sqlite.prototype.prepare = function prepare(this: Sqlite.Database, text: string) {
  const statement = driver.prepare.call(this, text) as Sqlite.Statement;
  const seam = seamOf(this);
  if (!seam) return statement;
  for (const verb of VERBS) {
    const execute = statement[verb] as (...values: unknown[]) => unknown;
    statement[verb] = ((...values: unknown[]) => seam.pass(this, text, () => execute.apply(statement, values))) as never;
  }
  return statement;
} as typeof driver.prepare;

Sqlite.prototype.exec = function exec(this: Sqlite.Database, text: string) {
  const seam = seamOf(this);
  if (!seam) return driver.exec.call(this, text);
  const changed = seam.watch.schema?.(text) ?? text;
  return seam.pass(this, changed, () => driver.exec.call(this, changed)) as Sqlite.Database;
};

Sqlite.prototype.pragma = function pragma(this: Sqlite.Database, text: string, options?: Sqlite.PragmaOptions) {
  const name = /^(\w+) *=/.exec(text)?.[1];
  const other = name === undefined ? undefined : seamOf(this)?.watch.pragmas?.[name];
  return driver.pragma.call(this, other === undefined ? text : `${name} = ${other}`, options);
};
