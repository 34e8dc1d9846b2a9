import type { TSchema } from 'typebox';
import { assert, must } from '../kernel/assert.js';
import { isRefusal, type Refusal } from '../kernel/problem.js';
import type { Actor, Reads, Unit } from '../usecase/ports.js';
import type { Answer, IdempotencyKey, Store } from '../usecase/store.js';
import { etag } from './conditions.js';
import type { Command, Input } from './declaration.js';
import type { Language } from './language.js';
import { JSON_MEDIA_TYPE } from './media-types.js';
import { problemAnswer } from './problems.js';
import { SHARED } from './schemas.js';
import { serialiserCompiler } from './serialise.js';

/**
 * Commands, found by their operation id and told in plain data, so that they may be carried out where
 * the writer is, which need not be where the request came in.
 */

/** One command that has passed validation and access. */
export interface Call {
  /** The operation id. */
  readonly command: string;
  readonly actor: Actor;
  /** null: a command that may be repeated without harm. */
  readonly idempotency: IdempotencyKey | null;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly ifMatch: number | null;
  /** Of the problem document, should it be refused. */
  readonly language: Language;
  readonly requestId: string;
}

/** The finished answer, recalled or new. */
export interface Answered {
  readonly answer: Answer;
  readonly replayed: boolean;
}

/** A refusal where nothing was decided, such as a full queue. */
export type Outcome = Answered | Refusal;

/** Who carries out commands. */
export interface Commander {
  run(call: Call): Promise<Outcome>;
}

type AnyCommand = Command<TSchema, TSchema, TSchema, TSchema, unknown, unknown>;
type Serialise = (value: unknown) => string;

/** Every command of the service. */
export class CommandTable {
  readonly #commands = new Map<string, { readonly spec: AnyCommand; serialise: Serialise | undefined }>();
  readonly #compile = serialiserCompiler(SHARED);

  add(spec: AnyCommand): void {
    assert(!this.#commands.has(spec.id), `an operation id names one command: ${spec.id}`);
    this.#commands.set(spec.id, { spec, serialise: undefined });
  }

  /** Whether the call is about an emergency: asked only where others are turned away. */
  async isUrgent(store: Pick<Store, 'read'>, call: Call): Promise<boolean> {
    const { urgent } = must(this.#commands.get(call.command), 'a command is in the table').spec;
    if (urgent === undefined) return false;
    return store.read((reads) => urgent.is(reads, call.actor, call as Input<TSchema, TSchema, TSchema>));
  }

  async run(store: Pick<Store, 'execute'>, call: Call): Promise<Outcome> {
    const command = must(this.#commands.get(call.command), 'a command is in the table');
    const { spec } = command;
    const input = call as Input<TSchema, TSchema, TSchema>;
    const prepared = spec.prepare?.(input);
    if (isRefusal(prepared)) return prepared;
    return store.execute<unknown>({
      actor: call.actor,
      idempotency: call.idempotency,
      run: (unit: Unit) => spec.run(unit, input, prepared),
      answer: (result, reads) => {
        if (isRefusal(result)) return problemAnswer(result, call.language, call.requestId);
        if (spec.answer === null || !spec.show) return { status: 204, headers: {}, body: '' };
        command.serialise ??= this.#compile(spec.answer);
        return answerOf(spec, command.serialise, result, reads, input);
      },
    });
  }
}

/** The answer of success: what does not fit its shape fails here, before the commit. */
function answerOf(spec: AnyCommand, serialise: Serialise, result: unknown, reads: Reads, input: Input<TSchema, TSchema, TSchema>): Answer {
  const status = spec.created ? (spec.created(result) ? 201 : 200) : (spec.status ?? 200);
  const headers: Record<string, string> = { 'content-type': JSON_MEDIA_TYPE };
  if (spec.version) headers['etag'] = etag(spec.version(result));
  if (spec.location) headers['location'] = spec.location(result);
  return { status, headers, body: serialise(must(spec.show, 'an answer with a shape is shown')(result, reads, input)) };
}
