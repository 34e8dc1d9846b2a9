import type { After, Clock } from '../../kernel/calendar.js';
import type { IdMaker, RandomBytes } from '../../kernel/ids.js';
import { isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import type { Actor, Unit } from '../../usecase/ports.js';
import type { Answer, IdempotencyKey } from '../../usecase/store.js';
import { Answers, isKept } from '../answers.js';
import { StoreError } from '../errors.js';
import type { StoreVault } from '../vault.js';
import type { Revisions } from './directory.js';
import { WaitingLog } from './log.js';
import type { Asked } from './numbering.js';
import type { ConnectionPool, Taken } from './pool.js';
import { CHANNEL, LOCKS, PostgresUnit, WantsDirectory } from './unit.js';

/** One unit of work, as the store is asked for it. */
export interface Job<R> {
  readonly actor: Actor;
  /** null: nothing is recalled or recorded. */
  readonly idempotency: IdempotencyKey | null;
  run(unit: Unit): Promise<unknown>;
  /** What comes of the outcome, which stands: a refusal has been taken back. */
  conclude(outcome: unknown, unit: Unit): { readonly result: R; readonly answer: Answer | null };
  /** What comes of an answer that was given before. */
  replay(answer: Answer): R;
}

export type Done<R> =
  | { readonly kind: 'done'; readonly result: R; readonly replayed: boolean; readonly changed: Changed }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** What a committed unit has made to follow. */
interface Changed {
  readonly log: boolean;
  readonly directory: boolean;
}

const NOTHING: Changed = { log: false, directory: false };

export interface UnitsParts {
  readonly pool: ConnectionPool<Asked>;
  readonly revisions: Revisions;
  readonly vault: StoreVault;
  readonly ids: IdMaker;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly after: After;
}

/** How often a unit is begun again that met another; each time after up to so long, times the attempt. */
const ATTEMPTS = 8;
const PAUSE_MS = 12;

const KEEPS_NOTHING = { changed: () => undefined };

/**
 * Units of work on PostgreSQL, each a transaction of its own on a connection of its own: READ COMMITTED,
 * what it decides on locked. One that met another (a deadlock, a row that was changed in between) is begun
 * again after a random pause, a few times; nothing else is.
 */
export class Units {
  #units = 0;
  #repeated = 0;

  constructor(private readonly parts: UnitsParts) {}

  get stats(): { readonly units: number; readonly repeated: number } {
    return { units: this.#units, repeated: this.#repeated };
  }

  /** Rejects with StoreError where the server fails, with what `run` throws where that is a bug. */
  async do<R>(job: Job<R>): Promise<Done<R>> {
    let mode: 'shared' | 'alone' = 'shared';
    for (let attempt = 1; ; attempt++) {
      try {
        const done = await this.#attempt(job, mode);
        this.#units += 1;
        return done;
      } catch (error) {
        if (error instanceof WantsDirectory) mode = 'alone';
        else if (attempt < ATTEMPTS && error instanceof StoreError && error.trouble === 'conflict') await this.#pause(attempt);
        else throw error;
        this.#repeated += 1;
      }
    }
  }

  async #attempt<R>(job: Job<R>, mode: 'shared' | 'alone'): Promise<Done<R>> {
    const taken = await this.parts.pool.take();
    let unit: PostgresUnit | undefined;
    try {
      const begun = await this.#begin(taken, job, mode);
      if (begun.kind !== 'unit') {
        await taken.connection.rollback();
        taken.give();
        return begun;
      }
      unit = begun.unit;
      const done = await this.#finish(taken, job, begun);
      taken.give();
      return done;
    } catch (error) {
      await taken.connection.rollback().then(() => taken.give(), () => taken.give(true));
      throw error;
    } finally {
      unit?.end();
    }
  }

  /** The transaction, its locks, the directory as it is, and the answer that may have been given: one round trip where nothing has changed. */
  async #begin<R>({ connection, own }: Taken<Asked>, job: Job<R>, mode: 'shared' | 'alone'): Promise<Begun | Done<R>> {
    const { revisions, vault, ids, clock } = this.parts;
    const { queries, instance } = own;
    const now = clock.now();
    const answers = new Answers(queries, vault);
    const id = job.idempotency === null ? null : answers.idOf(job.idempotency);
    connection.begin('unit');
    const directoryLock = { name: LOCKS.directory };
    const [, revision, free, given] = await Promise.all([
      mode === 'alone' ? instance.lock(directoryLock) : instance.lockShared(directoryLock),
      instance.revision({}),
      id === null ? null : instance.tryLock({ name: `answer ${id}` }),
      id === null || job.idempotency === null ? undefined : answers.recall(id, job.idempotency, now),
    ]);
    if (free?.value === false) return { kind: 'refused', refusal: refuse('idempotency_in_progress') };
    const current = await revisions.at(revision?.revision ?? 0, instance);
    // Who was let in on an older directory may have been turned away since.
    if (current.isRevoked(job.actor.clientId)) return { kind: 'refused', refusal: refuse('unauthenticated') };
    if (isRefusal(given)) return { kind: 'refused', refusal: given };
    if (given !== undefined) return { kind: 'done', result: job.replay(given), replayed: true, changed: NOTHING };
    const directory = mode === 'alone' ? current.copy() : current;
    const world = { queries, directory, vault, log: new WaitingLog(instance), ids, recent: KEEPS_NOTHING };
    return { kind: 'unit', unit: new PostgresUnit(world, job.actor, now, instance, mode), answers, id };
  }

  async #finish<R>({ connection, own }: Taken<Asked>, job: Job<R>, { unit, answers, id }: Begun): Promise<Done<R>> {
    const outcome = await job.run(unit);
    const refused = isRefusal(outcome);
    if (refused) await connection.undo();
    else await unit.writeLog();
    const { result, answer } = job.conclude(outcome, unit);
    if (id !== null && job.idempotency !== null && answer !== null && isKept(outcome)) await answers.record(id, job.idempotency, answer, unit.now);
    const directory = !refused && unit.changedDirectory;
    await Promise.all([directory ? own.instance.tell({ channel: CHANNEL, news: 'directory' }) : undefined, connection.commit()]);
    return { kind: 'done', result, replayed: false, changed: { log: !refused && unit.isLogged, directory } };
  }

  #pause(attempt: number): Promise<void> {
    const [byte = 0] = this.parts.random(1);
    return new Promise((resolve) => this.parts.after(Math.ceil((byte / 255) * PAUSE_MS * attempt), resolve));
  }
}

interface Begun {
  readonly kind: 'unit';
  readonly unit: PostgresUnit;
  readonly answers: Answers;
  /** Of the answer; null without a key. */
  readonly id: string | null;
}
