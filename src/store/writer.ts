import { AssertionError } from '../kernel/assert.js';
import type { Clock } from '../kernel/calendar.js';
import { isRefusal, refuse, type Refusal } from '../kernel/problem.js';
import type { Actor } from '../usecase/ports.js';
import { StoreError, type StoreTrouble } from './errors.js';
import type { DirectoryChange } from './directory.js';
import type { ChainEnd } from './log.js';
import type { SqliteConnection } from './sqlite.js';
import { StoreUnit, type World } from './unit.js';

/**
 * Group commit on the one writing connection. What waits is taken up to `BATCH` at a time: one
 * transaction, one commit, and only then the answers. So what was answered is on the disk, and the disk
 * is waited for once per batch.
 *
 * Savepoints let a unit fail alone, but cost a quarter of the writing: SQLite copies every page that a
 * unit touches. Most units that fail do so before they have written (load, decide, save), so a batch is
 * first tried without. Where a unit fails that has written, the batch is taken back and tried again with
 * a savepoint for each unit, and so are some batches after it. Hence `run` may be called a second time.
 *
 * A batch must be over within one turn of the event loop. Units therefore await nothing but the ports,
 * whose promises are settled at once; an armed `setImmediate` turns anything else into a loud error,
 * since other requests would meet a half-done transaction.
 */
export interface Job<R> {
  readonly actor: Actor;
  /** Something that makes the unit unnecessary, such as an answer given before; undefined: go on. */
  before?(unit: StoreUnit): Promise<R | undefined>;
  run(unit: StoreUnit): Promise<unknown>;
  /** After the outcome stands (a refusal has been rolled back): what is answered, and written with it. */
  conclude(outcome: unknown, unit: StoreUnit): Promise<R>;
}

interface Waiting {
  readonly job: Job<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Settle = () => void;

/** What a commit has made true that is also held in memory, here and wherever else the file is read. */
export interface CommitNews {
  readonly directory: readonly DirectoryChange[];
  /** Ids of referrals that were changed. */
  readonly referrals: readonly string[];
}

export interface WriterStats {
  /** Units that wait now. */
  readonly queued: number;
  readonly batches: number;
  readonly units: number;
  /** Units of the last batch. */
  readonly lastBatch: number;
  /** Batches that were tried a second time, since a unit had failed after it had written. */
  readonly repeated: number;
  /** Why the last commit failed, where none has gone through since; null: all is well. */
  readonly failing: StoreTrouble | null;
}

/** Units of one batch: some 20 ms at most, so that reads are not kept waiting. */
const BATCH = 256;
/** Batches that are tried with savepoints at once after one that had to be repeated: refusals come in storms. */
const CAREFUL_BATCHES = 32;

/** A unit has failed after it had written, and without a savepoint. */
class Entangled extends Error {}

export class Writer {
  #queue: Waiting[] = [];
  #scheduled = false;
  #closed = false;
  #idle: (() => void)[] = [];
  #batches = 0;
  #units = 0;
  #lastBatch = 0;
  #repeated = 0;
  #failing: StoreTrouble | null = null;
  /** Batches to come that are tried with savepoints. */
  #careful = 0;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly world: World,
    private readonly clock: Clock,
    private readonly queueLimit: number,
    private readonly committed: (news: CommitNews) => void,
  ) {}

  get stats(): WriterStats {
    return {
      queued: this.#queue.length, batches: this.#batches, units: this.#units, lastBatch: this.#lastBatch, repeated: this.#repeated, failing: this.#failing,
    };
  }

  /**
   * Refuses with `overloaded` where the queue is full. Rejects with StoreError where the engine fails: a full
   * disk fails what waits for it and nothing after there is room; a damaged file is not written to any more.
   */
  submit<R>(job: Job<R>): Promise<R | Refusal> {
    if (this.#closed) return Promise.reject(new StoreError('closed', 'the store is closed'));
    if (this.#failing === 'corrupt') return Promise.reject(new StoreError('corrupt', 'the database file is damaged: nothing more is written to it'));
    if (this.#queue.length >= this.queueLimit) return Promise.resolve(refuse('overloaded'));
    return new Promise<R | Refusal>((resolve, reject) => {
      this.#queue.push({ job, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Takes nothing new; resolves when everything that waits is done. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#scheduled ? new Promise((resolve) => this.#idle.push(resolve)) : Promise.resolve();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#drain());
  }

  #drain(): void {
    const batch = this.#queue.length <= BATCH ? this.#queue : this.#queue.slice(0, BATCH);
    this.#queue = this.#queue.length <= BATCH ? [] : this.#queue.slice(BATCH);
    const attempt = new Attempt(this.connection, this.world, this.clock, batch, this.committed);
    const alarm = setImmediate(() => {
      attempt.abandon();
      this.#next();
    });
    void this.#finish(attempt, batch.length).then((finished) => {
      if (!finished) return;
      clearImmediate(alarm);
      this.#next();
    });
  }

  /** False where the batch was abandoned. */
  async #finish(attempt: Attempt, units: number): Promise<boolean> {
    if (this.#careful > 0) this.#careful -= 1;
    let end = await attempt.run(this.#careful > 0);
    if (end === 'entangled') {
      this.#careful = CAREFUL_BATCHES;
      this.#repeated += 1;
      end = await attempt.run(true);
    }
    if (end === 'abandoned') return false;
    if (end === 'failed') this.#failing = attempt.trouble;
    else if (attempt.hasWritten && this.#failing !== 'corrupt') this.#failing = null;
    this.#batches += 1;
    this.#units += units;
    this.#lastBatch = units;
    return true;
  }

  #next(): void {
    this.#scheduled = false;
    if (this.#queue.length > 0) this.#schedule();
    else for (const idle of this.#idle.splice(0)) idle();
  }
}

/** One batch, tried once or twice. */
class Attempt {
  /** What failed the whole batch. */
  trouble: StoreTrouble = 'engine';
  /** Whether anything went to the disk, which so proved that it takes something. */
  hasWritten = false;
  #unit: StoreUnit | undefined;
  #abandoned = false;
  #careful = false;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly world: World,
    private readonly clock: Clock,
    private readonly batch: readonly Waiting[],
    private readonly committed: (news: CommitNews) => void,
  ) {}

  /** Settles every unit of the batch, unless it ends `entangled`: then nothing is settled and nothing done. Never rejects. */
  async run(careful: boolean): Promise<'done' | 'failed' | 'entangled' | 'abandoned'> {
    this.#careful = careful;
    const { changes } = this.connection;
    const settle: Settle[] = [];
    const { log, directory, recent } = this.world;
    const end = log.end;
    try {
      this.connection.begin();
      for (const waiting of this.batch) {
        settle.push(await this.#one(waiting));
        if (this.#abandoned) return 'abandoned';
      }
      await log.sign(this.clock.now());
      if (this.#abandoned) return 'abandoned';
      this.connection.commit();
    } catch (error) {
      if (this.#abandoned) return 'abandoned';
      this.#takeBack(end);
      if (error instanceof Entangled) return 'entangled';
      if (error instanceof StoreError) this.trouble = error.trouble;
      for (const { reject } of this.batch) reject(error);
      return 'failed';
    }
    this.hasWritten = this.connection.changes > changes;
    log.committed();
    this.committed({ directory: directory.keep(), referrals: recent.committed() });
    for (const one of settle) one();
    return 'done';
  }

  /** The event loop has turned: some unit awaits what is no port. */
  abandon(): void {
    this.#abandoned = true;
    this.#unit?.end();
    this.#takeBack(this.world.log.committedEnd);
    const error = new AssertionError('a unit of work awaited something other than its ports; its whole batch was rolled back');
    for (const { reject } of this.batch) reject(error);
  }

  async #one(waiting: Waiting): Promise<Settle> {
    const { connection, world } = this;
    const start: Start = { end: world.log.end, mark: world.directory.mark(), changes: connection.changes };
    if (this.#careful) connection.savepoint();
    const unit = (this.#unit = new StoreUnit(world, waiting.job.actor, this.clock.now()));
    try {
      const value = await this.#outcome(waiting.job, unit, start);
      unit.end();
      if (this.#careful && !this.#abandoned) connection.release();
      return () => waiting.resolve(value);
    } catch (error) {
      unit.end();
      if (this.#abandoned) return () => undefined;
      // After a full disk or an I/O error the engine has rolled back the whole transaction by itself; on a damaged file none may commit.
      if (error instanceof Entangled || !connection.inTransaction || isDamage(error)) throw error;
      this.#undo(start);
      if (this.#careful) connection.release();
      return () => waiting.reject(error);
    }
  }

  async #outcome(job: Job<unknown>, unit: StoreUnit, start: Start): Promise<unknown> {
    const known = await job.before?.(unit);
    if (known !== undefined) return known;
    const outcome = await job.run(unit);
    // It came back after all, but its transaction is gone, and the connection may be in another.
    if (this.#abandoned) return undefined;
    if (isRefusal(outcome)) this.#undo(start);
    else await unit.writeLog();
    return job.conclude(outcome, unit);
  }

  /** Takes back what one unit has done. */
  #undo(start: Start): void {
    if (this.connection.changes === start.changes) return;
    if (!this.#careful) throw new Entangled('a unit failed after it had written');
    this.connection.rollbackToSavepoint();
    this.world.log.restore(start.end);
    this.world.directory.undoTo(start.mark);
  }

  #takeBack(end: ChainEnd): void {
    this.world.log.restore(end);
    this.world.directory.undoTo(0);
    try {
      this.connection.rollback();
    } catch {
      // The error that led here is told; a connection that cannot roll back fails again at the next begin.
    }
  }
}

/** Where things stood when a unit began. */
interface Start {
  readonly end: ChainEnd;
  readonly mark: number;
  readonly changes: number;
}

function isDamage(error: unknown): boolean {
  return error instanceof StoreError && error.trouble === 'corrupt';
}
