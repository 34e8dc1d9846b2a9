import type { Clock } from '../kernel/calendar.js';
import { IdMaker, type RandomBytes } from '../kernel/ids.js';
import { isRefusal, refuse, type Refusal } from '../kernel/problem.js';
import type { Actor, Client, Reads, Slices, Unit } from '../usecase/ports.js';
import type { Answer, Execution, Store } from '../usecase/store.js';
import { Answers } from './answers.js';
import { sqliteKit } from './columns.js';
import { Directory } from './directory.js';
import { StoreError } from './errors.js';
import { LogWriter } from './log.js';
import { readMigrations } from './migrate.js';
import { bindCatalogue, catalogueOf, type Queries } from './queries/catalogue.js';
import { CachedReads } from './cached-reads.js';
import { RecentReferrals } from './recent.js';
import { Snapshots } from './snapshots.js';
import { openSqlite, type SqliteFile } from './sqlite.js';
import { openVault, pooled, type StoreVault } from './vault.js';
import type { World } from './unit.js';
import { Writer, type WriterStats } from './writer.js';

export interface StoreOptions {
  /** `sqlite:./relative/path` or `sqlite:/absolute/path`. */
  readonly url: string;
  /** 32 bytes. */
  readonly dataKey: Uint8Array;
  /** Former data keys, newest first: they still open what they have sealed. */
  readonly olderDataKeys?: readonly Uint8Array[];
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Units that may wait before the next is refused; default 10 000. */
  readonly queueLimit?: number;
}

export interface StoreStats extends WriterStats {
  readonly databaseBytes: number;
  /** The journal that a checkpoint has not yet copied back. */
  readonly journalBytes: number;
  /** The last number of the log. */
  readonly lastSeq: number;
}

/** The store with what operations need besides. */
export interface OpenStore extends Store {
  /** Long work in short reads, with a turn of the event loop before each: writers go first. */
  readonly slices: Slices;
  /** The vault of this store's data key, for whoever stands outside a unit. */
  readonly vault: StoreVault;
  /** Whether the engine answers. */
  ready(): Promise<boolean>;
  stats(): StoreStats;
}

/**
 * Opens the store: takes the file's lock, migrates, reads the directory. Throws StoreError with a
 * sentence for whoever starts the service: another process serves the file, the file is damaged, another
 * program's or a newer version's, or the data key is not the one it was written with.
 */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  const random = pooled(options.random);
  const vault = openVault(options.dataKey, options.olderDataKeys ?? [], random);
  const file = openSqlite(pathOf(options.url), readMigrations('sqlite'), options.clock.now());
  try {
    const catalogue = catalogueOf(sqliteKit);
    const queries = bindCatalogue(file.writer, catalogue);
    await checkDataKey(queries, vault);
    const directory = await readDirectory(queries);
    const log = await LogWriter.open(queries, vault);
    const recent = new RecentReferrals(RECENT_REFERRALS);
    const world = { queries, directory, vault, log, ids: new IdMaker(random), recent };
    const snapshots = new Snapshots(file.reader);
    const writer = new Writer(file.writer, world, options.clock, options.queueLimit ?? 10_000, () => snapshots.refresh());
    const answers = new Answers(queries, vault);
    return new EmbeddedStore({ file, writer, snapshots, answers, world, reading: bindCatalogue(file.reader, catalogue), clock: options.clock });
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Characters: some ten thousand referrals of the usual length, about 60 MB with the answers made from them. */
const RECENT_REFERRALS = 32_000_000;

interface Parts {
  readonly file: SqliteFile;
  readonly writer: Writer;
  readonly snapshots: Snapshots;
  readonly answers: Answers;
  readonly world: World;
  /** The catalogue on the reading connection. */
  readonly reading: Queries;
  readonly clock: Clock;
}

class EmbeddedStore implements OpenStore {
  /** Idempotency keys whose request is being processed right now. */
  readonly #running = new Set<string>();
  #closing: Promise<void> | undefined;

  constructor(private readonly parts: Parts) {}

  get vault(): StoreVault {
    return this.parts.world.vault;
  }

  read<T>(fn: (reads: Reads) => Promise<T>): Promise<T> {
    const { snapshots, clock, reading, world } = this.parts;
    return snapshots.read(() => fn(new CachedReads(clock.now(), reading, world.directory, world.vault, world.recent)));
  }

  readonly slices: Slices = async (fn) => {
    await new Promise((resolve) => setImmediate(resolve));
    return this.read(fn);
  };

  write<T>(actor: Actor, run: (unit: Unit) => Promise<T | Refusal>): Promise<T | Refusal> {
    return this.parts.writer.submit<T | Refusal>({ actor, run, conclude: async (outcome) => outcome as T | Refusal });
  }

  async execute<T>(execution: Execution<T>): Promise<{ readonly answer: Answer; readonly replayed: boolean } | Refusal> {
    const { actor, idempotency, run, answer } = execution;
    const { answers, writer } = this.parts;
    if (idempotency === null) {
      return writer.submit({
        actor,
        run,
        conclude: async (outcome, unit) => ({ answer: answer(outcome as T | Refusal, unit), replayed: false }),
      });
    }
    const id = answers.idOf(idempotency);
    if (this.#running.has(id)) return refuse('idempotency_in_progress');
    this.#running.add(id);
    try {
      return await writer.submit<{ answer: Answer; replayed: boolean } | Refusal>({
        actor,
        run,
        async before(unit) {
          const given = await answers.recall(id, idempotency, unit.now);
          return given === undefined || isRefusal(given) ? given : { answer: given, replayed: true };
        },
        async conclude(outcome, unit) {
          const given = answer(outcome as T | Refusal, unit);
          await answers.record(id, idempotency, given, unit.now);
          return { answer: given, replayed: false };
        },
      });
    } finally {
      this.#running.delete(id);
    }
  }

  clientByKeyHash(hash: string): Client | undefined {
    return this.parts.world.directory.clientByKeyHash(hash);
  }

  async ready(): Promise<boolean> {
    try {
      await this.read((reads) => reads.lastSeq());
      return this.#closing === undefined;
    } catch {
      return false;
    }
  }

  stats(): StoreStats {
    const { file, writer, world } = this.parts;
    const { database, journal } = file.size();
    return { ...writer.stats, databaseBytes: database, journalBytes: journal, lastSeq: world.log.end.seq };
  }

  /** Finishes what waits, copies the journal back and closes the file. */
  close(): Promise<void> {
    this.#closing ??= this.parts.writer.close().then(() => this.parts.file.close());
    return this.#closing;
  }
}

function pathOf(url: string): string {
  if (/^postgres(ql)?:/.test(url)) {
    throw new StoreError('refused', 'DATABASE_URL names PostgreSQL, which this version does not serve yet: use sqlite:./data/referral.db');
  }
  const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
  if (path === undefined) throw new StoreError('refused', 'DATABASE_URL must be sqlite:./relative/path or sqlite:/absolute/path');
  return path;
}

/** A wrong data key would only show at the first patient; it must show at the start. */
async function checkDataKey(queries: Queries, vault: StoreVault): Promise<void> {
  const known = await queries.directory.meta({ name: 'data-key' });
  if (known === undefined) await queries.directory.setMeta({ name: 'data-key', value: vault.fingerprint });
  else if (known.value !== vault.fingerprint) {
    throw new StoreError('refused', 'DATA_KEY is not the key that this database was written with: what it holds cannot be read without that key');
  }
}

async function readDirectory(queries: Queries): Promise<Directory> {
  const directory = new Directory();
  for (const { doc } of await queries.directory.institutions({})) directory.putInstitution(doc);
  for (const { doc } of await queries.directory.consortia({})) directory.putConsortium(doc);
  for (const { doc } of await queries.directory.pools({})) directory.putPool(doc);
  for (const client of await queries.directory.clients({})) directory.putClient(client);
  directory.keep();
  return directory;
}
