import { createHash } from 'node:crypto';
import { isRefusal, type Refusal } from '../../src/kernel/problem.js';
import type { Actor, Unit, UseCase } from '../../src/usecase/ports.js';
import type { Answer, IdempotencyKey } from '../../src/usecase/store.js';
import type { Told, Wish } from './auditor/claim.js';

/** A request as a client sends it, and as often as it sends it. */
export interface Request {
  /** One for each request: its idempotency key, and the code of its operator in the log. */
  readonly tag: string;
  readonly kind: string;
  readonly actor: Actor;
  readonly idempotency: IdempotencyKey;
  readonly run: (unit: Unit) => Promise<unknown>;
  readonly answer: (outcome: unknown) => Answer;
  readonly wish?: Wish;
  /** The key was used before, for something else. */
  readonly borrowedKey?: true;
  /** The same once more under a new key: somebody has clicked twice. */
  readonly anew: (tag: string) => Request;
}

/** What is needed to make a request of a command. */
export interface Asking<C, R> {
  readonly kind: string;
  readonly who: Actor;
  readonly useCase: UseCase<C, R>;
  readonly command: C;
  readonly tell: (result: R) => Told;
  readonly wish?: Wish;
}

export function requestOf<C, R>(tag: string, asking: Asking<C, R>): Request {
  const { kind, who, useCase, command, tell, wish } = asking;
  return {
    tag,
    kind,
    actor: { ...who, operator: { code: tag, name: '经办' } },
    idempotency: { scope: `${who.clientId} ${kind}`, key: tag, requestHash: createHash('sha256').update(JSON.stringify(command)).digest('hex') },
    run: (unit) => useCase(unit, command),
    answer: (outcome) => (isRefusal(outcome) ? refusalBody(outcome) : { status: 200, headers: {}, body: JSON.stringify({ told: tell(outcome as R) }) }),
    ...(wish ? { wish } : {}),
    anew: (next) => requestOf(next, asking),
  };
}

/** The same key with something else behind it. */
export function withOtherBody(request: Request): Request {
  return { ...request, borrowedKey: true, idempotency: { ...request.idempotency, requestHash: 'another body' } };
}

function refusalBody({ code, extra }: Refusal): Answer {
  const { conflicts = [], currentStatus = null } = extra;
  return { status: 409, headers: {}, body: JSON.stringify({ refused: code, conflicts, currentStatus }) };
}
