import type { Clock } from '../kernel/calendar.js';
import { IdMaker, type RandomBytes } from '../kernel/ids.js';
import { isRefusal, refuse, type Refusal } from '../kernel/problem.js';
import type { Actor, Client, Reads, Slices, Unit } from '../usecase/ports.js';
import type { Answer, Execution, Store } from '../usecase/store.js';
import { Answers, isKept } from './answers.js';
import { sqliteKit } from './columns.js';
import { Directory } from './directory.js';
import { realFile } from './durable.js';
import { StoreError } from './errors.js';
import { LogWriter } from './log.js';
import { readMigrations } from './migrate.js';
import { bindCatalogue, catalogueOf, type Queries } from './queries/catalogue.js';
import { Reader } from './reader.js';
import { RecentReferrals } from './recent.js';
import { openSqlite, openSqliteReader, type SqliteFile } from './sqlite.js';
import { openVault, pooled, type StoreVault } from './vault.js';
import type { World } from './unit.js';
import { Writer, type CommitNews, type WriterStats } from './writer.js';

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

/** What may be asked of an open store without writing to it. */
export interface ReadingStore extends Pick<Store, 'read' | 'clientByKeyHash' | 'catchUp'> {
  /** Long work in short reads, with a turn of the event loop before each: writers go first. */
  readonly slices: Slices;
  /** The vault of this store's data key, for whoever stands outside a unit. */
  readonly vault: StoreVault;
  /** Calls after every commit, before anybody is answered. */
  onCommit(listener: () => void): void;
  /** Whether the engine answers. */
  ready(): Promise<boolean>;
}

/** The store with what operations need besides, on either engine. */
export interface WholeStore extends ReadingStore, Store {
  /** What is wrong with the end of the log as it was found; undefined: nothing. */
  readonly doubt?: string | undefined;
  writerStats(): WriterStats;
  stats(): StoreStats;
}

/** The embedded store, which others in this process may follow. */
export interface OpenStore extends WholeStore {
  /** Tells what each commit has made true to whoever reads the same file elsewhere. */
  onNews(listener: (news: CommitNews) => void): void;
}

/** A store that is written to by another thread of this process. */
export interface FollowingStore extends ReadingStore {
  /** To be told of every commit, in order, before its answers are given. */
  follow(news: CommitNews): void;
  close(): void;
}

/**
 * Opens the store: takes the file's lock, migrates, reads the directory. Throws StoreError with a
 * sentence for whoever starts the service: another process serves the file, the file or its journal is damaged,
 * another program's or a newer version's, or the data key is not the one it was written with.
 */
export async function openStore(options: StoreOptions): Promise<OpenStore> {
  const random = pooled(options.random);
  const vault = openVault(options.dataKey, options.olderDataKeys ?? [], random);
  const { clock } = options;
  const file = openSqlite(pathOf(options.url), readMigrations('sqlite'), clock.now());
  try {
    const catalogue = catalogueOf(sqliteKit);
    const queries = bindCatalogue(file.writer, catalogue);
    await checkDataKey(queries, vault);
    const directory = await readDirectory(queries);
    const log = await LogWriter.open(queries, vault);
    const recent = new RecentReferrals(RECENT_REFERRALS);
    const world = { queries, directory, vault, log, ids: new IdMaker(random), recent };
    const reader = new Reader({ connection: file.reader, queries: bindCatalogue(file.reader, catalogue), directory, recent, vault, clock });
    return new EmbeddedStore({ file, world, reader, clock, queueLimit: options.queueLimit ?? 10_000 });
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Opens a file that a writer in this process has opened already, to read beside it. */
export async function openFollower(options: Omit<StoreOptions, 'queueLimit'>): Promise<FollowingStore> {
  const vault = openVault(options.dataKey, options.olderDataKeys ?? [], pooled(options.random));
  const file = openSqliteReader(pathOf(options.url));
  const queries = bindCatalogue(file.reader, catalogueOf(sqliteKit));
  const directory = await readDirectory(queries);
  const recent = new RecentReferrals(RECENT_REFERRALS);
  const reader = new Reader({ connection: file.reader, queries, directory, recent, vault, clock: options.clock });
  return Object.assign(reader, { close: () => file.close() });
}

/** Characters: some ten thousand referrals of the usual length, about 60 MB with the answers made from them. */
const RECENT_REFERRALS = 32_000_000;

interface Parts {
  readonly file: SqliteFile;
  readonly world: World;
  readonly reader: Reader;
  readonly clock: Clock;
  readonly queueLimit: number;
}

class EmbeddedStore implements OpenStore {
  readonly slices: Slices;
  readonly vault: StoreVault;
  readonly doubt: string | undefined;
  readonly #writer: Writer;
  readonly #answers: Answers;
  /** Idempotency keys whose request is being processed right now. */
  readonly #running = new Set<string>();
  readonly #listeners: ((news: CommitNews) => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor(private readonly parts: Parts) {
    const { file, world, reader, clock, queueLimit } = parts;
    this.slices = reader.slices;
    this.vault = world.vault;
    this.doubt = world.log.doubt;
    this.#answers = new Answers(world.queries, world.vault);
    this.#writer = new Writer(file.writer, world, clock, queueLimit, (news) => {
      for (const listener of this.#listeners) listener(news);
      reader.committed();
    });
  }

  read<T>(fn: (reads: Reads) => Promise<T>): Promise<T> {
    return this.parts.reader.read(fn);
  }

  clientByKeyHash(hash: string): Client | undefined {
    return this.parts.reader.clientByKeyHash(hash);
  }

  catchUp(): Promise<void> {
    return this.parts.reader.catchUp();
  }

  onCommit(listener: () => void): void {
    this.parts.reader.onCommit(listener);
  }

  onNews(listener: (news: CommitNews) => void): void {
    this.#listeners.push(listener);
  }

  write<T>(actor: Actor, run: (unit: Unit) => Promise<T | Refusal>): Promise<T | Refusal> {
    return this.#writer.submit<T | Refusal>({ actor, run, before: async () => this.#turnedAway(actor), conclude: async (outcome) => outcome as T | Refusal });
  }

  async execute<T>(execution: Execution<T>): Promise<{ readonly answer: Answer; readonly replayed: boolean } | Refusal> {
    const { actor, idempotency, run, answer } = execution;
    const writer = this.#writer;
    const answers = this.#answers;
    if (idempotency === null) {
      return writer.submit<{ answer: Answer; replayed: boolean } | Refusal>({
        actor,
        run,
        before: async () => this.#turnedAway(actor),
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
        before: async (unit) => {
          const refused = this.#turnedAway(actor);
          if (refused) return refused;
          const given = await answers.recall(id, idempotency, unit.now);
          return given === undefined || isRefusal(given) ? given : { answer: given, replayed: true };
        },
        async conclude(outcome, unit) {
          const given = answer(outcome as T | Refusal, unit);
          if (isKept(outcome)) await answers.record(id, idempotency, given, unit.now);
          return { answer: given, replayed: false };
        },
      });
    } finally {
      this.#running.delete(id);
    }
  }

  /** Its key was revoked after the request had been let in: while its body was on the way, or it waited here. */
  #turnedAway(actor: Actor): Refusal | undefined {
    return this.parts.world.directory.isRevoked(actor.clientId) ? refuse('unauthenticated') : undefined;
  }

  async ready(): Promise<boolean> {
    return this.#closing === undefined && (await this.parts.reader.ready());
  }

  writerStats(): WriterStats {
    return this.#writer.stats;
  }

  stats(): StoreStats {
    const { file, world } = this.parts;
    const { database, journal } = file.size();
    return { ...this.#writer.stats, databaseBytes: database, journalBytes: journal, lastSeq: world.log.end.seq };
  }

  /** Finishes what waits, copies the journal back and closes the file. */
  close(): Promise<void> {
    this.#closing ??= this.#writer.close().then(() => this.parts.file.close());
    return this.#closing;
  }
}

function pathOf(url: string): string {
  const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
  if (path === undefined) throw new StoreError('refused', 'DATABASE_URL must be sqlite:./relative/path or sqlite:/absolute/path');
  return realFile(path);
}

/** A wrong data key would only show at the first patient; it must show at the start. */
export async function checkDataKey(queries: Queries, vault: StoreVault): Promise<void> {
  const known = await queries.directory.meta({ name: 'data-key' });
  if (known === undefined) await queries.directory.setMeta({ name: 'data-key', value: vault.fingerprint });
  else if (known.value !== vault.fingerprint) {
    throw new StoreError('refused', 'DATA_KEY is not the key that this database was written with: what it holds cannot be read without that key');
  }
}

export async function readDirectory(queries: Queries): Promise<Directory> {
  const directory = new Directory();
  for (const { doc } of await queries.directory.institutions({})) directory.putInstitution(doc);
  for (const { doc } of await queries.directory.consortia({})) directory.putConsortium(doc);
  for (const { doc } of await queries.directory.pools({})) directory.putPool(doc);
  for (const { doc } of await queries.directory.policies({})) directory.putPolicy(doc);
  for (const client of await queries.directory.clients({})) directory.putClient(client);
  directory.keep();
  return directory;
}
