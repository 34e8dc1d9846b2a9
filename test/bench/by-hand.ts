import Sqlite from 'better-sqlite3';
import { answer, order } from './children.js';

/**
 * The limit of submission: the very rows that the service wrote, written again unit by unit with
 * prepared statements and nothing around them, in group commits of the same size, into a copy of the
 * database as it was before. Same file format, same durability, same indexes; no thinking.
 */
export interface ByHandOrder {
  /** The database as it was before the load; it is written to. */
  readonly target: string;
  /** The database as the service left it. */
  readonly written: string;
  readonly unitsPerCommit: number;
  /** Units that are not counted. */
  readonly warmUp: number;
}

export interface ByHand {
  readonly units: number;
  readonly perSecond: number;
  /** Bytes that the file grew by, for each unit. */
  readonly bytesPerUnit: number;
}

type Row = unknown[];

/** In the order in which a unit writes them; the nth new row of each belongs to the nth unit. */
const TABLES = ['patient', 'reservation', 'place', 'referral', 'event', 'answer'] as const;
const ORDER: Record<(typeof TABLES)[number], string> = {
  patient: 'rowid', reservation: 'id', place: 'reservation_id', referral: 'rowid', event: 'seq', answer: 'rowid',
};

const job = await order<ByHandOrder>();
const db = new Sqlite(job.target);
for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'cache_size = -65536', 'wal_autocheckpoint = 4000', 'temp_store = MEMORY']) db.pragma(pragma);
const rows = newRows(db, job.written);
const sessions = sessionUpdates(rows.place);
answer(writeAll());
db.close();

function newRows(target: Sqlite.Database, written: string): Record<(typeof TABLES)[number], Row[]> {
  const source = new Sqlite(written, { readonly: true });
  const read = (table: (typeof TABLES)[number]): Row[] => {
    const before = target.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
    return source.prepare(`SELECT * FROM ${table} ORDER BY ${ORDER[table]} LIMIT -1 OFFSET ${before}`).raw().all() as Row[];
  };
  const found = Object.fromEntries(TABLES.map((table) => [table, read(table)])) as Record<(typeof TABLES)[number], Row[]>;
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

function writeAll(): ByHand {
  const inserts = TABLES.map((table) => {
    const width = rows[table][0]?.length ?? 0;
    return { rows: rows[table], statement: db.prepare(`INSERT INTO ${table} VALUES (${Array.from({ length: width }, () => '?').join()})`) };
  });
  const session = db.prepare('UPDATE session SET taken = ?, drawn = ?, earliest_expiry = ? WHERE area = ? AND pool_id = ? AND starts_at = ?');
  const tip = db.prepare(
    'INSERT INTO tip VALUES (1, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at, signature = excluded.signature',
  );
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const signature = 'A'.repeat(88);
  const units = rows.referral.length;
  const sizeBefore = pages();

  let started = performance.now();
  let countedFrom = 0;
  for (let first = 0; first < units; first += job.unitsPerCommit) {
    if (countedFrom === 0 && first >= job.warmUp) {
      countedFrom = first;
      started = performance.now();
    }
    const next = Math.min(units, first + job.unitsPerCommit);
    begin.run();
    for (let n = first; n < next; n += 1) {
      for (const insert of inserts) insert.statement.run(insert.rows[n] as Row);
      session.run(sessions[n] as Row);
    }
    tip.run(next, signature, next, signature);
    commit.run();
  }
  const seconds = (performance.now() - started) / 1_000;
  db.pragma('wal_checkpoint(TRUNCATE)');
  const pageSize = db.pragma('page_size', { simple: true }) as number;
  return { units: units - countedFrom, perSecond: (units - countedFrom) / seconds, bytesPerUnit: ((pages() - sizeBefore) * pageSize) / units };
}

function pages(): number {
  return db.pragma('page_count', { simple: true }) as number;
}
