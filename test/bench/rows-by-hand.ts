import Sqlite from 'better-sqlite3';

/**
 * The very rows that the service wrote, written again unit by unit with prepared statements and nothing around
 * them, into a copy of the database as it was before. Same file format, same durability, same indexes; no thinking.
 */

type Row = unknown[];

/** In the order in which a unit writes them; the nth new row of each belongs to the nth unit. */
const TABLES = ['patient', 'reservation', 'place', 'referral', 'event', 'answer'] as const;
type Table = (typeof TABLES)[number];
const ORDER: Record<Table, string> = {
  patient: 'rowid', reservation: 'id', place: 'reservation_id', referral: 'rowid', event: 'seq', answer: 'rowid',
};
const PRAGMAS = ['journal_mode = WAL', 'synchronous = FULL', 'cache_size = -65536', 'wal_autocheckpoint = 4000', 'temp_store = MEMORY'];
const SIGNATURE = 'A'.repeat(88);

export class RowsByHand {
  /** How many units there are to write. */
  readonly units: number;
  readonly #db: Sqlite.Database;
  readonly #inserts: readonly { readonly rows: readonly Row[]; readonly statement: Sqlite.Statement }[];
  readonly #sessions: readonly Row[];
  readonly #session: Sqlite.Statement;
  readonly #tip: Sqlite.Statement;
  readonly #begin: Sqlite.Statement;
  readonly #commit: Sqlite.Statement;
  #written = 0;

  /** @param target the database as it was before; @param written as the service left it */
  constructor(target: string, written: string) {
    const db = (this.#db = new Sqlite(target));
    for (const pragma of PRAGMAS) db.pragma(pragma);
    const rows = newRows(db, written);
    this.units = rows.referral.length;
    this.#inserts = TABLES.map((table) => {
      const width = rows[table][0]?.length ?? 0;
      return { rows: rows[table], statement: db.prepare(`INSERT INTO ${table} VALUES (${Array.from({ length: width }, () => '?').join()})`) };
    });
    this.#sessions = sessionUpdates(rows.place);
    this.#session = db.prepare('UPDATE session SET taken = ?, drawn = ?, earliest_expiry = ? WHERE area = ? AND pool_id = ? AND starts_at = ?');
    this.#tip = db.prepare(
      'INSERT INTO tip VALUES (1, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at, signature = excluded.signature',
    );
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
  }

  /** The next units, in one commit. */
  write(units: number): void {
    const next = Math.min(this.units, this.#written + units);
    this.#begin.run();
    for (; this.#written < next; this.#written += 1) {
      for (const insert of this.#inserts) insert.statement.run(insert.rows[this.#written] as Row);
      this.#session.run(this.#sessions[this.#written] as Row);
    }
    this.#tip.run(next, SIGNATURE, next, SIGNATURE);
    this.#commit.run();
  }

  /** Bytes of the file, its journal copied back. */
  size(): number {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
    const [pages, bytes] = ['page_count', 'page_size'].map((name) => this.#db.pragma(name, { simple: true }) as number) as [number, number];
    return pages * bytes;
  }

  close(): void {
    this.#db.close();
  }
}

function newRows(target: Sqlite.Database, written: string): Record<Table, Row[]> {
  const source = new Sqlite(written, { readonly: true });
  const read = (table: Table): Row[] => {
    const before = target.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
    return source.prepare(`SELECT * FROM ${table} ORDER BY ${ORDER[table]} LIMIT -1 OFFSET ${before}`).raw().all() as Row[];
  };
  const found = Object.fromEntries(TABLES.map((table) => [table, read(table)])) as Record<Table, Row[]>;
  source.close();
  const counts = new Set(Object.values(found).map((list) => list.length));
  if (counts.size !== 1) throw new Error(`a unit wrote one row into each table, but there are ${Object.entries(found).map(([t, list]) => `${t} ${list.length}`).join(', ')}`);
  return found;
}

/** What each unit made of its session: places taken, drawn from which allotment. */
function sessionUpdates(places: readonly Row[]): Row[] {
  const counts = new Map<string, { taken: number; drawn: Record<string, number> }>();
  return places.map(([area, , , startsAt, poolId, , , , allotmentId]) => {
    const key = `${String(poolId)} ${String(startsAt)}`;
    const count = counts.get(key) ?? { taken: 0, drawn: {} };
    counts.set(key, count);
    count.taken += 1;
    if (typeof allotmentId === 'string') count.drawn[allotmentId] = (count.drawn[allotmentId] ?? 0) + 1;
    return [count.taken, JSON.stringify(count.drawn), startsAt, area, poolId, startsAt];
  });
}
