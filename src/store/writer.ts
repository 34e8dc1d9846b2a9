import { AssertionError } from '../kernel/assert.js';
import type { Clock } from '../kernel/calendar.js';
import { isRefusal, refuse, type Refusal } from '../kernel/problem.js';
import type { Actor } from '../usecase/ports.js';
import { StoreError } from './errors.js';
import type { ChainEnd } from './log.js';
import type { SqliteConnection } from './sqlite.js';
import { StoreUnit, type World } from './unit.js';

/**
 * Group commit on the one writing connection. What waits is taken up to `BATCH` at a time: one
 * transaction, a savepoint per unit, one commit, and only then the answers. So what was answered is on
 * the disk, and the disk is waited for once per batch.
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

export interface WriterStats {
  /** Units that wait now. */
  readonly queued: number;
  readonly batches: number;
  readonly units: number;
  /** Units of the last batch. */
  readonly lastBatch: number;
}

/** Units of one batch: some 20 ms at most, so that reads are not kept waiting. */
const BATCH = 256;

export class Writer {
  #queue: Waiting[] = [];
  #scheduled = false;
  #closed = false;
  #idle: (() => void)[] = [];
  #batches = 0;
  #units = 0;
  #lastBatch = 0;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly world: World,
    private readonly clock: Clock,
    private readonly queueLimit: number,
  ) {}

  get stats(): WriterStats {
    return { queued: this.#queue.length, batches: this.#batches, units: this.#units, lastBatch: this.#lastBatch };
  }

  /** Refuses with `overloaded` where the queue is full. Rejects with StoreError where the engine fails. */
  submit<R>(job: Job<R>): Promise<R | Refusal> {
    if (this.#closed) return Promise.reject(new StoreError('closed', 'the store is closed'));
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
    this.#lastBatch = batch.length;
    const attempt = new Attempt(this.connection, this.world, this.clock, batch);
    const alarm = setImmediate(() => {
      attempt.abandon();
      this.#next();
    });
    void attempt.run().then((finished) => {
      if (!finished) return;
      clearImmediate(alarm);
      this.#batches += 1;
      this.#units += batch.length;
      this.#next();
    });
  }

  #next(): void {
    this.#scheduled = false;
    if (this.#queue.length > 0) this.#schedule();
    else for (const idle of this.#idle.splice(0)) idle();
  }
}

/** One batch. */
class Attempt {
  #unit: StoreUnit | undefined;
  #abandoned = false;
  readonly #settled: Settle[] = [];

  constructor(
    private readonly connection: SqliteConnection,
    private readonly world: World,
    private readonly clock: Clock,
    private readonly batch: readonly Waiting[],
  ) {}

  /** False where it was abandoned. Never rejects. */
  async run(): Promise<boolean> {
    const end = this.world.log.end;
    try {
      this.connection.begin();
      for (const waiting of this.batch) {
        this.#settled.push(await this.#one(waiting));
        if (this.#abandoned) return false;
      }
      await this.world.log.sign(this.clock.now());
      if (this.#abandoned) return false;
      this.connection.commit();
    } catch (error) {
      if (this.#abandoned) return false;
      this.#takeBack(end);
      for (const { reject } of this.batch) reject(error);
      return true;
    }
    this.world.log.committed();
    this.world.directory.keep();
    for (const settle of this.#settled) settle();
    return true;
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
    const end = world.log.end;
    const mark = world.directory.mark();
    connection.savepoint();
    const unit = (this.#unit = new StoreUnit(world, waiting.job.actor, this.clock.now()));
    try {
      const value = await this.#outcome(waiting.job, unit, mark);
      unit.end();
      if (!this.#abandoned) connection.release();
      return () => waiting.resolve(value);
    } catch (error) {
      unit.end();
      if (this.#abandoned) return () => undefined;
      // After a full disk or an I/O error the engine has rolled back the whole transaction by itself.
      if (!connection.inTransaction) throw error;
      connection.rollbackToSavepoint();
      connection.release();
      this.#restore(end, mark);
      return () => waiting.reject(error);
    }
  }

  async #outcome(job: Job<unknown>, unit: StoreUnit, mark: number): Promise<unknown> {
    const known = await job.before?.(unit);
    if (known !== undefined) return known;
    const outcome = await job.run(unit);
    // It came back after all, but its transaction is gone, and the connection may be in another.
    if (this.#abandoned) return undefined;
    if (isRefusal(outcome)) {
      this.connection.rollbackToSavepoint();
      this.world.directory.undoTo(mark);
    } else {
      await unit.writeLog();
    }
    return job.conclude(outcome, unit);
  }

  #restore(end: ChainEnd, mark: number): void {
    this.world.log.restore(end);
    this.world.directory.undoTo(mark);
  }

  #takeBack(end: ChainEnd): void {
    this.#restore(end, 0);
    try {
      this.connection.rollback();
    } catch {
      // The error that led here is told; a connection that cannot roll back fails again at the next begin.
    }
  }
}
