import { AssertionError } from '../../kernel/assert.js';
import type { After } from '../../kernel/calendar.js';
import { IdMaker } from '../../kernel/ids.js';
import { refuse, type Refusal } from '../../kernel/problem.js';
import type { Actor, Client, Reads, Slices, Unit } from '../../usecase/ports.js';
import type { Answer, Execution } from '../../usecase/store.js';
import { bindGroup } from '../bind.js';
import { postgresKit } from '../columns.js';
import { StoreError } from '../errors.js';
import { readMigrations } from '../migrate.js';
import { checkDataKey, readDirectory, type StoreOptions, type StoreStats, type WholeStore } from '../open.js';
import { bindCatalogue, catalogueOf, type Catalogue } from '../queries/catalogue.js';
import { instanceQueries, type InstanceQueries } from '../queries/instances.js';
import type { WriterStats } from '../writer.js';
import { openVault, pooled, type StoreVault } from '../vault.js';
import { Revisions } from './directory.js';
import { Listener } from './listener.js';
import { prepareDatabase } from './migrate.js';
import { inTurn } from './in-turn.js';
import { Numbering, type Asked } from './numbering.js';
import { ConnectionPool, PATIENCE, type Patience, type PoolStats } from './pool.js';
import { PostgresReads } from './reads.js';
import type { News } from './unit.js';
import { Units, type Done, type Job } from './units.js';

export interface PostgresOptions extends StoreOptions {
  readonly after: After;
  /** Connections of this instance at most, 6 at least. */
  readonly connections: number;
  /** Instead of what suits a server that may be slow. */
  readonly patience?: Patience;
  /** Trouble in the background: the work is tried again. */
  readonly report?: (error: unknown, doing: string) => void;
}

/** The store on a PostgreSQL server, which any number of instances may open. */
export interface PostgresStore extends WholeStore {
  /** Connections to the server, by what they are for. */
  pools(): Readonly<Record<'units' | 'reads', PoolStats>>;
}

/** The texts of all queries, built once for the process. */
let built: { readonly catalogue: Catalogue; readonly instance: InstanceQueries } | undefined;
/** A look a second, the size of the database once a minute: the server has to ask its disk. */
const LOOKS_PER_SIZE = 60;

/**
 * Opens the database of a server: migrates it under a lock, reads the directory, listens to the other
 * instances. Throws StoreError with a sentence for whoever starts the service.
 */
export async function openPostgres(options: PostgresOptions): Promise<PostgresStore> {
  const { url, clock, after, patience = PATIENCE } = options;
  const random = pooled(options.random);
  const vault = openVault(options.dataKey, options.olderDataKeys ?? [], random);
  await prepareDatabase(url, readMigrations('postgres'), clock.now());
  built ??= { catalogue: catalogueOf(postgresKit), instance: instanceQueries(postgresKit) };
  const { catalogue, instance } = built;
  const pool = (max: number): ConnectionPool<Asked> =>
    new ConnectionPool(url, max, { after, patience }, (connection) => ({ queries: bindCatalogue(connection, catalogue), instance: bindGroup(connection, instance) }));
  // One listens, one numbers; of the others units have the larger part.
  const connections = options.connections - 2;
  const forReads = Math.max(2, Math.floor(connections / 3));
  const pools = { units: pool(Math.max(2, connections - forReads)), reads: pool(forReads), numbering: pool(1) };
  try {
    const revisions = await begin(pools.units, vault);
    const store = new ServerStore(options, { pools, revisions, vault, random, ids: new IdMaker(random) });
    await store.start();
    return store;
  } catch (error) {
    await Promise.all(Object.values(pools).map((one) => one.close()));
    throw error;
  }
}

/** Checks the data key, and reads the directory whole. */
async function begin(pool: ConnectionPool<Asked>, vault: StoreVault): Promise<Revisions> {
  const { connection, own, give } = await pool.take();
  try {
    connection.begin('unit');
    await own.instance.lock({ name: 'data key' });
    await checkDataKey(own.queries, vault);
    await connection.commit();
    connection.begin('read');
    const revision = await own.instance.revision({});
    const directory = await readDirectory(own.queries);
    await connection.rollback();
    give();
    return new Revisions(revision?.revision ?? 0, directory);
  } catch (error) {
    give(true);
    throw error;
  }
}

interface Parts {
  readonly pools: Readonly<Record<'units' | 'reads' | 'numbering', ConnectionPool<Asked>>>;
  readonly revisions: Revisions;
  readonly vault: StoreVault;
  readonly random: StoreOptions['random'];
  readonly ids: IdMaker;
}

class ServerStore implements PostgresStore {
  readonly #units: Units;
  readonly #numbering: Numbering;
  readonly #listener: Listener;
  readonly #listeners: (() => void)[] = [];
  /** Idempotency keys whose request is being processed here. */
  readonly #running = new Set<string>();
  /** What is committed waits for its number longer than anybody waits for it. */
  #isStuck = false;
  #looking: Promise<void> | undefined;
  #databaseBytes = 0;
  #looks = 0;
  readonly #following = inTurn(() => this.read(async () => undefined));
  #closing: Promise<void> | undefined;

  constructor(
    private readonly options: PostgresOptions,
    private readonly parts: Parts,
  ) {
    const { clock, after, url } = options;
    const { pools, ...shared } = parts;
    this.#units = new Units({ ...shared, pool: pools.units, clock, after });
    this.#numbering = new Numbering(pools.numbering, parts.vault, clock);
    this.#listener = new Listener(url, after, { hear: (news) => this.#hear(news), lookAround: () => void this.#lookAround() });
  }

  get vault(): StoreVault {
    return this.parts.vault;
  }

  async start(): Promise<void> {
    await this.#listener.start();
    await this.#lookAround();
  }

  /** A view of one instant, with the directory of that instant. */
  async read<T>(fn: (reads: Reads) => Promise<T>): Promise<T> {
    const { pools, revisions, vault } = this.parts;
    this.#assertOpen();
    const { connection, own, give } = await pools.reads.take();
    let reads: PostgresReads | undefined;
    try {
      connection.begin('read');
      const revision = await own.instance.revision({});
      const directory = await revisions.at(revision?.revision ?? 0, own.instance);
      reads = new PostgresReads(this.options.clock.now(), own.queries, directory, vault);
      return await fn(reads);
    } finally {
      reads?.end();
      // Nobody waits for the end of a read.
      connection.rollback().then(() => give(), () => give(true));
    }
  }

  readonly slices: Slices = async (fn) => {
    await new Promise((resolve) => setImmediate(resolve));
    return this.read(fn);
  };

  async write<T>(actor: Actor, run: (unit: Unit) => Promise<T | Refusal>): Promise<T | Refusal> {
    const done = await this.#do<T | Refusal>({
      actor, idempotency: null, run, conclude: (outcome) => ({ result: outcome as T | Refusal, answer: null }),
      replay: () => {
        throw new AssertionError('nothing is recalled without a key');
      },
    });
    return done.kind === 'done' ? done.result : done.refusal;
  }

  async execute<T>(execution: Execution<T>): Promise<{ readonly answer: Answer; readonly replayed: boolean } | Refusal> {
    const { actor, idempotency, run, answer } = execution;
    const running = idempotency === null ? null : `${idempotency.scope}\n${idempotency.key}`;
    // What another instance is processing, its lock tells; what this one is, need not ask.
    if (running !== null && this.#running.has(running)) return refuse('idempotency_in_progress');
    if (running !== null) this.#running.add(running);
    try {
      const done = await this.#do<Answer>({
        actor, idempotency, run,
        conclude(outcome, unit) {
          const given = answer(outcome as T | Refusal, unit);
          return { result: given, answer: given };
        },
        replay: (given) => given,
      });
      return done.kind === 'done' ? { answer: done.result, replayed: done.replayed } : done.refusal;
    } finally {
      if (running !== null) this.#running.delete(running);
    }
  }

  clientByKeyHash(hash: string): Client | undefined {
    return this.parts.revisions.latest.clientByKeyHash(hash);
  }

  /** Calls whenever the log has grown, whichever instance made it grow. */
  onCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async ready(): Promise<boolean> {
    try {
      await this.read((reads) => reads.lastSeq());
      return this.#closing === undefined && !this.#isStuck;
    } catch {
      return false;
    }
  }

  /** A batch is a round of numbering. A server that fails shows in `ready`, not here: other instances may still commit. */
  writerStats(): WriterStats {
    const { units, repeated } = this.#units.stats;
    const { rounds, last } = this.#numbering.stats;
    return { queued: this.parts.pools.units.stats.waiting, batches: rounds, units, lastBatch: last, repeated, failing: null };
  }

  stats(): StoreStats {
    return { ...this.writerStats(), databaseBytes: this.#databaseBytes, journalBytes: 0, lastSeq: this.#numbering.stats.seq };
  }

  pools(): Record<'units' | 'reads', PoolStats> {
    const { units, reads } = this.parts.pools;
    return { units: units.stats, reads: reads.stats };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { units, reads, numbering } = this.parts.pools;
    // What was given out is waited for; then what it has left to be numbered. Where the server is silent each of these ends in its time.
    await Promise.all([this.#listener.close(this.#patience.closingMs), units.close(), reads.close()]);
    await this.#number();
    await numbering.close();
    await this.#looking;
  }

  get #patience(): Patience {
    return this.options.patience ?? PATIENCE;
  }

  async #do<R>(job: Job<R>): Promise<Done<R>> {
    this.#assertOpen();
    if (this.parts.pools.units.stats.waiting >= (this.options.queueLimit ?? 10_000)) return { kind: 'refused', refusal: refuse('overloaded') };
    const done = await this.#units.do(job);
    // Committed is committed: where the number or the directory comes late, the answer is no less true.
    if (done.kind === 'done' && done.changed.log) await this.#number();
    if (done.kind === 'done' && done.changed.directory) await this.#follow();
    return done;
  }

  /** What waits gets its number, or this gives up waiting: what is committed is committed, and is numbered by whichever instance can. */
  #number(): Promise<void> {
    const doing = 'numbering the log';
    return new Promise((resolve) => {
      const takeBack = this.options.after(this.#patience.numberingMs, () => {
        if (!this.#isStuck) this.#report(new StoreError('unreachable', 'what is committed has waited too long for its number'), doing);
        this.#isStuck = true;
        resolve();
      });
      void this.#numbering
        .settle()
        .then(() => void (this.#isStuck = false), (error: unknown) => this.#report(error, doing))
        .then(() => {
          takeBack();
          resolve();
        });
    });
  }

  /** One look at a time, for all who ask: a flood of unknown keys costs no more than that. */
  catchUp(): Promise<void> {
    return this.#following();
  }

  async #follow(): Promise<void> {
    await this.catchUp().catch((error: unknown) => this.#report(error, 'following the directory'));
  }

  #hear(news: News): void {
    if (this.#closing !== undefined) return;
    if (news === 'directory') void this.#follow();
    else for (const listener of this.#listeners) listener();
  }

  /** What an instance that died has left unnumbered, and what was said while nobody could hear it. */
  #lookAround(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    if (this.#looks++ % LOOKS_PER_SIZE === 0) await this.#measure().catch((error: unknown) => this.#report(error, 'measuring the database'));
    const before = this.#numbering.stats.seq;
    await this.#number();
    await this.#follow();
    if (this.#numbering.stats.seq !== before) for (const listener of this.#listeners) listener();
  }

  async #measure(): Promise<void> {
    const { own, give } = await this.parts.pools.reads.take();
    try {
      this.#databaseBytes = (await own.instance.size({}))?.value ?? 0;
    } finally {
      give();
    }
  }

  #report(error: unknown, doing: string): void {
    if (this.#closing === undefined) this.options.report?.(error, doing);
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new StoreError('closed', 'the store is closed');
  }
}
