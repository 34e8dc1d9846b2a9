import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { IdMaker } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import { readMigrations } from '../../src/store/migrate.js';
import { answer, order } from './children.js';

/**
 * What ids that rise with time buy: referrals written into a table that holds many already, all of them with
 * ids of the one kind, and those of their patients alike. Same rows, same indexes, same commits.
 */
export interface IdOrder {
  /** A new file. */
  readonly path: string;
  /** A database that the service wrote: one of its referrals is the model of all. */
  readonly model: string;
  readonly ids: 'rising' | 'random';
  readonly stored: number;
  readonly measured: number;
  readonly unitsPerCommit: number;
}

export interface IdFound {
  readonly perSecond: number;
  readonly journalBytesPerRow: number;
}

const job = await order<IdOrder>();
const prng = new Prng(7);
const maker = new IdMaker(prng.bytes);
const AREA = '440100';
const EVERY_MS = 250;
let now = Date.UTC(2024, 0, 1);

const db = new Sqlite(job.path);
for (const migration of readMigrations('sqlite')) db.exec(migration.text);
for (const pragma of ['journal_mode = WAL', 'synchronous = OFF', 'cache_size = -65536', 'wal_autocheckpoint = 4000', 'temp_store = MEMORY']) db.pragma(pragma);
const source = new Sqlite(job.model, { readonly: true });
const model = source.prepare('SELECT * FROM referral ORDER BY rowid LIMIT 1').get() as Record<string, unknown>;
source.close();
const columns = Object.keys(model);
const insert = db.prepare(`INSERT INTO referral (${columns.join()}) VALUES (${columns.map((name) => `@${name}`).join()})`);
const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];

write(job.stored, 5_000);
db.pragma('wal_checkpoint(TRUNCATE)');
db.pragma('synchronous = FULL');
write(Math.ceil(job.measured / 10), job.unitsPerCommit);
const started = performance.now();
write(job.measured, job.unitsPerCommit);
const seconds = (performance.now() - started) / 1_000;
answer({ perSecond: job.measured / seconds, journalBytesPerRow: journal() });
db.close();

function write(rows: number, perCommit: number): void {
  for (let done = 0; done < rows; done += perCommit) {
    begin.run();
    for (let n = done; n < Math.min(rows, done + perCommit); n += 1) {
      now += EVERY_MS;
      insert.run({ ...model, id: id(), patient_id: id(), referral_no: `R${maker.code(16)}`, source_institution_id: `p${prng.int(300)}`, target_institution_id: `t${prng.int(50)}` });
    }
    commit.run();
  }
}

function id(): string {
  if (job.ids === 'rising') return maker.next(now, AREA);
  return Buffer.from(prng.bytes(16)).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Pages that such commits put into the journal, in bytes, for each row. */
function journal(): number {
  const rows = job.unitsPerCommit * 50;
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.pragma('wal_autocheckpoint = 0');
  write(rows, job.unitsPerCommit);
  return statSync(`${job.path}-wal`).size / rows;
}
