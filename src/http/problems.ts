import type { FastifyReply } from 'fastify';
import { formatInstant } from '../kernel/calendar.js';
import { PROBLEMS, refuse, type Bilingual, type ProblemCode, type Refusal } from '../kernel/problem.js';
import type { Problem } from '../contract/problem.js';
import type { Answer } from '../usecase/store.js';
import { encoded } from './encoded.js';
import { LANGUAGE_TAG, languageOf, say, type Language } from './language.js';
import { PROBLEM_MEDIA_TYPE } from './media-types.js';

/** The one place that turns a refusal into `application/problem+json` (RFC 9457). */

/** Headers that belong to a code, whoever refuses. */
const HEADERS: Partial<Record<ProblemCode, Readonly<Record<string, string>>>> = {
  unauthenticated: { 'www-authenticate': 'Bearer realm="referral-router"' },
  overloaded: { 'retry-after': '1' },
  unavailable: { 'retry-after': '5' },
};

/** The URI of a kind of problem: a name, not an address, so that no installation needs a public host. */
export function problemType(code: ProblemCode): string {
  return `urn:referral-router:problem:${code}`;
}

export function problemOf(refusal: Refusal, language: Language, requestId: string): Problem {
  const kind = PROBLEMS[refusal.code];
  const { detail, errors, asOf, ...extra } = refusal.extra;
  return {
    type: problemType(refusal.code),
    title: say(kind, language),
    status: kind.status,
    detail: say(detail ?? kind.detail, language),
    code: refusal.code,
    retryable: kind.retryable,
    requestId,
    ...(errors && { errors: errors.map(({ pointer, message }) => ({ pointer, message: say(message, language) })) }),
    ...(asOf !== undefined && { asOf: formatInstant(asOf) }),
    ...(extra as Pick<Problem, 'conflicts' | 'alternatives' | 'currentStatus' | 'allowedActions'>),
  };
}

/** The refusal as a finished answer, in the language of its request. */
export function problemAnswer(refusal: Refusal, language: Language, requestId: string): Answer {
  return {
    status: PROBLEMS[refusal.code].status,
    headers: {
      'content-type': PROBLEM_MEDIA_TYPE,
      'content-language': LANGUAGE_TAG[language],
      vary: 'Accept-Language',
      ...HEADERS[refusal.code],
    },
    body: JSON.stringify(problemOf(refusal, language, requestId)),
  };
}

export function sendAnswer(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).headers(answer.headers);
  return answer.status === 204 ? reply.send() : reply.send(encoded(answer.body));
}

export function sendProblem(reply: FastifyReply, refusal: Refusal, headers?: Readonly<Record<string, string>>): FastifyReply {
  if (headers) reply.headers(headers);
  const { headers: asked, id } = reply.request;
  // Not `request.language`: a request that the framework could not route is not decorated.
  return sendAnswer(reply, problemAnswer(refusal, languageOf(asked['accept-language']), id));
}

/** A refusal on its way through code that can only throw: validators and hooks of libraries. */
export class RefusedError extends Error {
  override name = 'RefusedError';
  constructor(readonly refusal: Refusal) {
    super(refusal.code);
  }
}

/** What the framework's own failures mean in the terms of the contract. */
const FRAMEWORK: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
  FST_ERR_NOT_FOUND: 'not_found',
};

/** Any error that reached the edge, as a refusal; `internal` where it is a bug of this program. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof RefusedError) return error.refusal;
  const { code, statusCode, detail } = error as { code?: unknown; statusCode?: unknown; detail?: Bilingual };
  if (typeof code === 'string') {
    const known = FRAMEWORK[code];
    if (known) return refuse(known);
    // An error of the store carries the code under which a caller is told, and where it helps the reason.
    if (Object.hasOwn(PROBLEMS, code)) return refuse(code as ProblemCode, { detail });
  }
  return refuse(typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? 'malformed_request' : 'internal');
}
