import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema, RouteHandlerMethod } from 'fastify';
import type { Static, TSchema } from 'typebox';
import { must } from '../kernel/assert.js';
import { isRefusal, type ProblemCode, type Refusal } from '../kernel/problem.js';
import { Closed } from '../contract/scalars.js';
import type { Operator } from '../contract/reservation.js';
import type { Actor, Reads, Unit } from '../usecase/ports.js';
import type { Answer, Store } from '../usecase/store.js';
import type { Access } from './access.js';
import { etag } from './conditions.js';
import { idempotencyKeyOf } from './idempotency.js';
import type { Language } from './language.js';
import { problemAnswer, sendAnswer, sendProblem } from './problems.js';

/**
 * An operation is declared once: its schema is validation, serialisation and documentation, its access
 * is enforced and shown, its problem codes are documented and tested. What is left for a route is to
 * name the use case and the presenter.
 */

export interface Http {
  readonly app: FastifyInstance;
  readonly store: Store;
}

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
  /** The status of success where it is one; 200 without. */
  readonly status?: 200 | 201;
  /** For master data: 201 where it was made, 200 where it was replaced. */
  readonly created?: (result: R) => boolean;
  readonly version?: (result: R) => number;
  readonly location?: (result: R) => string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Description;
    /** Statuses of success, for the API document. */
    statuses?: readonly number[];
  }
}

export const JSON_MEDIA_TYPE = 'application/json; charset=utf-8';
const NO_QUERY = Closed({});

export interface Outline {
  /** Statuses of success. */
  readonly statuses: readonly number[];
  /** Asks for an `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** Where the answer has more than one form. */
  readonly response?: FastifySchema['response'];
}

/** Registers an operation with a handler of its own, for what is neither a plain question nor a command. */
export function define(http: Http, spec: Description, { statuses, idempotent = false, response }: Outline, handler: RouteHandlerMethod): void {
  http.app.route({
    method: spec.method,
    url: spec.path,
    schema: {
      ...(spec.params && { params: spec.params }),
      querystring: spec.query ?? NO_QUERY,
      ...(spec.body && { body: spec.body }),
      ...(spec.answer && { response: response ?? Object.fromEntries(statuses.map((status) => [status, spec.answer])) }),
    },
    config: {
      operation: spec,
      statuses,
      access: spec.access,
      conditional: spec.conditional ?? false,
      idempotent,
    },
    ...(spec.bodyLimit !== undefined && { bodyLimit: spec.bodyLimit }),
    handler,
  });
}

export function question<P extends TSchema, Q extends TSchema, B extends TSchema, A extends TSchema, R>(http: Http, spec: Question<P, Q, B, A, R>): void {
  const { store } = http;
  const written = new WeakMap<object, Buffer>();
  define(http, spec, { statuses: [200] }, async (request, reply) => {
    const input = request as unknown as Input<P, Q, B>;
    const actor = actorOf(request);
    const outcome = await store.read(async (reads) => {
      const result = await spec.ask(reads, actor, input);
      if (isRefusal(result)) return result;
      if (spec.version) reply.header('etag', etag(spec.version(result)));
      const known = spec.lasting ? written.get(result as object) : undefined;
      if (known) return known;
      const text = write(reply, 200, spec.show(result, reads, input));
      if (!spec.lasting) return text;
      const bytes = ownBytes(text);
      written.set(result as object, bytes);
      return bytes;
    });
    if (isRefusal(outcome)) return sendProblem(reply, outcome);
    return reply.header('content-type', JSON_MEDIA_TYPE).send(outcome);
  });
}

/** The text in a buffer of just its length: what is kept long must not keep a shared slab alive. */
function ownBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** Writes an answer with the serialiser of its route. */
function write(reply: FastifyReply, status: number, view: unknown): string {
  const serialise = must(reply.getSerializationFunction(String(status)), `the operation has a schema for ${status}`);
  return String(serialise(view as Record<string, unknown>));
}

export function command<P extends TSchema, Q extends TSchema, B extends TSchema, A extends TSchema, R, X>(http: Http, spec: Command<P, Q, B, A, R, X>): void {
  const statuses = spec.answer === null ? [204] : spec.created ? [200, 201] : [spec.status ?? 200];
  const idempotent = spec.method === 'POST';
  define(http, spec, { statuses, idempotent }, async (request, reply) => {
    const input = request as unknown as Input<P, Q, B>;
    const prepared = spec.prepare?.(input);
    if (isRefusal(prepared)) return sendProblem(reply, prepared);
    const outcome = await http.store.execute<R>({
      actor: actorOf(request),
      idempotency: idempotent ? idempotencyKeyOf(request) : null,
      run: (unit) => spec.run(unit, input, prepared as X),
      answer: (result, reads) => (isRefusal(result) ? problemAnswer(result, request) : answerOf(spec, result, reads, input, reply)),
    });
    if (isRefusal(outcome)) return sendProblem(reply, outcome);
    if (outcome.replayed) reply.header('idempotency-replayed', 'true');
    return sendAnswer(reply, outcome.answer);
  });
}

/** The answer of success, written with the serialiser of its route: what does not fit fails before the commit. */
function answerOf<P extends TSchema, Q extends TSchema, B extends TSchema, A extends TSchema, R, X>(
  spec: Command<P, Q, B, A, R, X>, result: R, reads: Reads, input: Input<P, Q, B>, reply: FastifyReply,
): Answer {
  if (spec.answer === null || !spec.show) return { status: 204, headers: {}, body: '' };
  const status = spec.created ? (spec.created(result) ? 201 : 200) : (spec.status ?? 200);
  const headers: Record<string, string> = { 'content-type': JSON_MEDIA_TYPE };
  if (spec.version) headers['etag'] = etag(spec.version(result));
  if (spec.location) headers['location'] = spec.location(result);
  return { status, headers, body: write(reply, status, spec.show(result, reads, input)) };
}

/** The caller, with the person behind it where the body names one. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = must(request.actor, 'an operation with access runs for a known caller');
  const operator = (request.body as { operator?: Operator } | null | undefined)?.operator;
  return operator === undefined ? actor : { ...actor, operator };
}
