import type { Static, TSchema } from 'typebox';
import type { ProblemCode, Refusal } from '../kernel/problem.js';
import type { Actor, Reads, Unit } from '../usecase/ports.js';
import type { Access } from './access.js';
import type { Language } from './language.js';

/**
 * An operation is declared once: its schema is validation, serialisation and documentation, its access
 * is enforced and shown, its problem codes are documented and tested. What is left for a route is to
 * name the use case and the presenter.
 */

export type Tag = 'Directory' | 'Capacity' | 'Patients' | 'Referrals' | 'Reservations' | 'Routing' | 'Care' | 'Insurance' | 'Events' | 'Reports' | 'Service';

export interface Description<P extends TSchema = TSchema, Q extends TSchema = TSchema, B extends TSchema = TSchema, A extends TSchema = TSchema> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** With `:name` for each parameter. */
  readonly path: string;
  readonly id: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access | 'open';
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Bytes, where not the service's own limit. */
  readonly bodyLimit?: number;
  /** The shape of the answer; null: 204, nothing. */
  readonly answer: A | null;
  /** Takes `If-Match`. */
  readonly conditional?: boolean;
  /** Codes that it can answer beyond those that follow from the rest. */
  readonly problems?: readonly ProblemCode[];
}

/** A shape as it is given out: nothing that is presented is changed any more. */
export type Wire<T> = T extends readonly (infer Item)[] ? readonly Wire<Item>[] : T extends object ? { readonly [K in keyof T]: Wire<T[K]> } : T;

/** What has passed validation. */
export interface Input<P extends TSchema, Q extends TSchema, B extends TSchema> {
  readonly params: Static<P>;
  readonly query: Static<Q>;
  readonly body: Static<B>;
  readonly ifMatch: number | null;
  readonly language: Language;
}

/** A read: answered from one consistent view. */
export interface Question<P extends TSchema, Q extends TSchema, B extends TSchema, A extends TSchema, R> extends Description<P, Q, B, A> {
  readonly method: 'GET' | 'POST';
  readonly answer: A;
  readonly ask: (reads: Reads, actor: Actor, input: Input<P, Q, B>) => Promise<R | Refusal>;
  readonly show: (result: R, reads: Reads, input: Input<P, Q, B>) => Wire<Static<A>>;
  readonly version?: (result: R) => number;
  /** The result never changes and is all that the view depends on: its bytes are kept as long as the store keeps the result. */
  readonly lasting?: boolean;
}

/** A write: one unit of work, its answer finished inside it. */
export interface Command<P extends TSchema, Q extends TSchema, B extends TSchema, A extends TSchema, R, X> extends Description<P, Q, B, A> {
  readonly method: 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** Work that needs no transaction, done before it. */
  readonly prepare?: (input: Input<P, Q, B>) => X | Refusal;
  readonly run: (unit: Unit, input: Input<P, Q, B>, prepared: X) => Promise<R | Refusal>;
  readonly show?: (result: R, reads: Reads, input: Input<P, Q, B>) => Wire<Static<A>>;
  /** What is about an emergency is not shed when routine work is; without it nothing. */
  readonly urgent?: {
    readonly is: (reads: Reads, actor: Actor, input: Input<P, Q, B>) => Promise<boolean>;
    /** Where a body without this word is about none, which is seen without reading it; ASCII letters. */
    readonly word?: string;
  };
  /** The status of success where it is one; 200 without. */
  readonly status?: 200 | 201 | 202;
  /** For master data: 201 where it was made, 200 where it was replaced. */
  readonly created?: (result: R) => boolean;
  readonly version?: (result: R) => number;
  readonly location?: (result: R) => string;
}
