import type { FastifyReply, FastifyRequest, FastifySchema, RouteHandlerMethod, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import { must } from '../kernel/assert.js';
import { isRefusal, refuse } from '../kernel/problem.js';
import { Closed } from '../contract/scalars.js';
import type { Operator } from '../contract/operator.js';
import type { Actor, Reads } from '../usecase/ports.js';
import type { Store } from '../usecase/store.js';
import type { CommandTable, Commander } from './commands.js';
import { etag } from './conditions.js';
import type { Command, Description, Input, Question } from './declaration.js';
import { encoded, ownBytes } from './encoded.js';
import { idempotencyKeyOf } from './idempotency.js';
import { JSON_MEDIA_TYPE } from './media-types.js';
import { sendAnswer, sendProblem } from './problems.js';
import type { Work } from './shedding.js';

/** How a declared operation is registered: a question asks the store, a command is told to whoever writes. */

export interface Http {
  readonly app: { route(options: RouteOptions): unknown };
  /** What questions are asked of. */
  readonly store: Pick<Store, 'read'>;
  /** Where commands are told, and who carries them out. */
  readonly commands: CommandTable;
  readonly commander: Commander;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Description;
    /** Statuses of success, for the API document. */
    statuses?: readonly number[];
  }
}

const NO_QUERY = Closed({});

export interface Outline {
  /** Statuses of success. */
  readonly statuses: readonly number[];
  /** Asks for an `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** Answered whatever the load. */
  readonly vital?: boolean;
  /** For commands: see {@link shedding}. */
  readonly work?: Work;
  /** Where the answer has more than one form. */
  readonly response?: FastifySchema['response'];
}

/** Registers an operation with a handler of its own, for what is neither a plain question nor a command. */
export function define(http: Http, spec: Description, { statuses, idempotent = false, vital = false, work, response }: Outline, handler: RouteHandlerMethod): void {
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
      vital,
      ...(work && { work }),
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
      // A body takes its time: the key that was good at its beginning may have been revoked by its end. Commands ask in their unit.
      if (spec.body && (await isRevoked(reads, actor))) return refuse('unauthenticated');
      const result = await spec.ask(reads, actor, input);
      if (isRefusal(result)) return result;
      if (spec.version) reply.header('etag', etag(spec.version(result)));
      const known = spec.lasting ? written.get(result as object) : undefined;
      if (known) return known;
      const text = write(reply, 200, spec.show(result, reads, input));
      if (!spec.lasting) return encoded(text);
      const bytes = ownBytes(text);
      written.set(result as object, bytes);
      return bytes;
    });
    if (isRefusal(outcome)) return sendProblem(reply, outcome);
    return reply.header('content-type', JSON_MEDIA_TYPE).send(outcome);
  });
}

async function isRevoked(reads: Reads, { clientId }: Actor): Promise<boolean> {
  return typeof (await reads.client(clientId))?.revokedAt === 'number';
}

/** Writes an answer with the serialiser of its route. */
function write(reply: FastifyReply, status: number, view: unknown): string {
  const serialise = must(reply.getSerializationFunction(String(status)), `the operation has a schema for ${status}`);
  return String(serialise(view as Record<string, unknown>));
}

export function command<P extends TSchema, Q extends TSchema, B extends TSchema, A extends TSchema, R, X>(http: Http, spec: Command<P, Q, B, A, R, X>): void {
  const statuses = spec.answer === null ? [204] : spec.created ? [200, 201] : [spec.status ?? 200];
  const idempotent = spec.method === 'POST';
  http.commands.add(spec as unknown as Command<TSchema, TSchema, TSchema, TSchema, unknown, unknown>);
  define(http, spec, { statuses, idempotent, work: spec.urgent ? { urgent: true, word: spec.urgent.word ?? null } : { urgent: false } }, async (request, reply) => {
    const outcome = await http.commander.run({
      command: spec.id,
      actor: actorOf(request),
      idempotency: idempotent ? idempotencyKeyOf(request) : null,
      params: request.params,
      query: request.query,
      body: unsigned(request.body),
      ifMatch: request.ifMatch,
      language: request.language,
      requestId: request.id,
    });
    if (isRefusal(outcome)) return sendProblem(reply, outcome);
    if (outcome.replayed) reply.header('idempotency-replayed', 'true');
    return sendAnswer(reply, outcome.answer);
  });
}

/** The caller, with the person behind it where the body names one. */
export function actorOf(request: FastifyRequest): Actor {
  const actor = must(request.actor, 'an operation with access runs for a known caller');
  const operator = (request.body as { operator?: Operator } | null | undefined)?.operator;
  return operator === undefined ? actor : { ...actor, operator };
}

/** What a body states, apart from the person who sends it: a name that must not be written into what it is about. */
function unsigned(body: unknown): unknown {
  if (body === null || typeof body !== 'object' || !('operator' in body)) return body;
  const { operator: _operator, ...stated } = body;
  return stated;
}
