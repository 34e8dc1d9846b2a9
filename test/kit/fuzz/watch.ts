import { createHash } from 'node:crypto';
import Sqlite from 'better-sqlite3';

/** Answers kept for whoever asks again: a refusal is kept as well, and is no change. */
const NO_CHANGE = new Set(['answer']);

/** Sees on the disk whether something has changed, by a connection of its own. */
export class Watch {
  readonly #db: Sqlite.Database;
  readonly #tables: readonly Sqlite.Statement[];
  #version: number;
  #rows: string;

  constructor(path: string) {
    this.#db = new Sqlite(path, { readonly: true });
    const names = this.#db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name").pluck().all() as string[];
    this.#tables = names.filter((name) => !NO_CHANGE.has(name)).map((name) => this.#db.prepare(`select * from "${name}"`).raw());
    this.#version = this.#commits();
    this.#rows = this.#digest();
  }

  /** Whether any row of any table is another than when this was last asked. */
  hasChanged(): boolean {
    const version = this.#commits();
    if (version === this.#version) return false;
    this.#version = version;
    const before = this.#rows;
    this.#rows = this.#digest();
    return this.#rows !== before;
  }

  end(): void {
    this.#db.close();
  }

  /** Another number after every commit of another connection. */
  #commits(): number {
    return this.#db.pragma('data_version', { simple: true }) as number;
  }

  #digest(): string {
    const hash = createHash('sha1');
    for (const table of this.#tables) for (const row of table.iterate()) hash.update(JSON.stringify(row));
    return hash.digest('hex');
  }
}
