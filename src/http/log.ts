import { pino, type DestinationStream, type Logger } from 'pino';
import { isRefusal, type Bilingual } from '../kernel/problem.js';
import { plugin } from './plugin.js';

/**
 * One line for each finished request: the pattern of its path, never the path, since a path may name a
 * patient; no query, no body. What might carry a key or a patient is blanked by name besides.
 */
const BLANKED = [
  'authorization', '*.authorization', '*.*.authorization', 'key', 'patient', '*.patient', 'idNumber', '*.idNumber',
  'phone', '*.phone', 'address', '*.address', 'body', '*.body', 'params', 'parameters', '*.params',
];

export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, redact: { paths: BLANKED, censor: '[redacted]' }, base: undefined };
  return destination ? pino(options, destination) : pino(options);
}

export const requestLog = plugin<{ logger: Logger }>('request-log', (app, { logger }) => {
  if (!logger.isLevelEnabled('info')) return;
  // Nothing in this line could need blanking, and looking for it would cost more than writing the line.
  const plain = logger.child({}, { redact: [] });
  app.addHook('onResponse', (request, reply, done) => {
    plain.info(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'unmatched',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        clientId: request.client?.id,
      },
      'request',
    );
    done();
  });
});

/** Kinds of errors whose text is about this program. Others (a driver's, a parser's) may quote what somebody sent. */
const OWN_WORDS = new Set(['AssertionError', 'TypeError', 'RangeError', 'ReferenceError', 'StoreError']);

/** An error of another thread, as far as it may be told. */
export class ToldError extends Error {
  override name = 'ToldError';
  constructor(
    readonly told: object,
    /** The problem code that a caller is told, where it carries one. */
    readonly code: string | undefined,
    readonly detail: Bilingual | undefined,
  ) {
    super('an error of another thread');
  }
}

/** What may be logged of an error: where it happened always, its words only where they cannot quote a patient. */
export function safeError(error: unknown): object {
  if (isRefusal(error)) return { refusal: error.code };
  if (error instanceof ToldError) return error.told;
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' && { code }),
    ...(OWN_WORDS.has(error.name) && { message: error.message }),
    at: (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')).slice(0, 12).map((line) => line.trim()),
    ...(error.cause !== undefined && { cause: safeError(error.cause) }),
  };
}
