/**
 * A broken assumption of this program, not of its caller. Stays on in production: a service that sells
 * the last bed stops with a clear sentence rather than go on with a wrong figure.
 */
export class AssertionError extends Error {
  override name = 'AssertionError';
}

/** Throws when `condition` is false. `message` says what must hold, for whoever reads the log. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** The value, known to be there. */
export function must<T>(value: T | null | undefined, message: string): T {
  assert(value !== null && value !== undefined, message);
  return value;
}

/** For the end of an exhaustive switch: the compiler proves that nothing arrives here. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable value ${JSON.stringify(value)}`);
}
