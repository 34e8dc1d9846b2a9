import type { Refusal } from '../kernel/problem.js';
import type { Actor, Client, Reads, Unit } from './ports.js';

/** The store as the edges see it: who calls, one consistent read, one unit of work. */

/** A finished answer: the very bytes that go out, and come out again on a replay. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What makes a repeated request the same request: kept with its answer in the transaction of its effect. */
export interface IdempotencyKey {
  /** Client, method and path: the same key elsewhere is another key. */
  readonly scope: string;
  readonly key: string;
  /** SHA-256 of the body as it arrived. */
  readonly requestHash: string;
}

export interface Execution<T> {
  readonly actor: Actor;
  /** null: nothing is recalled or recorded. */
  readonly idempotency: IdempotencyKey | null;
  readonly run: (unit: Unit) => Promise<T | Refusal>;
  /** Called inside the unit, before the commit: what throws here leaves nothing behind. */
  readonly answer: (outcome: T | Refusal, reads: Reads) => Answer;
}

export interface Store {
  /** A short consistent read. */
  read<T>(fn: (reads: Reads) => Promise<T>): Promise<T>;
  /** One unit of work. A refusal or an exception leaves nothing behind. `run` may be tried a second time from its beginning, so it changes nothing but through its unit. */
  write<T>(actor: Actor, run: (unit: Unit) => Promise<T | Refusal>): Promise<T | Refusal>;
  /** The same with a finished answer, recalled or recorded under the idempotency key. Refuses itself with `idempotency_key_reused`, `idempotency_in_progress` or `overloaded`. */
  execute<T>(execution: Execution<T>): Promise<{ readonly answer: Answer; readonly replayed: boolean } | Refusal>;
  /** In memory: a client that this instance has revoked is gone with the commit; one that another has, as soon as that is heard. */
  clientByKeyHash(hash: string): Client | undefined;
  /** Learns what other instances have committed of the master data before the call; at once where there is no other. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}
