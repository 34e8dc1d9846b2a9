import { PROBLEMS, type ProblemCode } from '../kernel/problem.js';
import type { Description } from './declaration.js';

/** Every code that an operation can answer: its own, and those that follow from what it takes. */
export function problemCodesOf(spec: Description, idempotent: boolean): readonly ProblemCode[] {
  const codes = new Set<ProblemCode>(spec.problems);
  const add = (when: unknown, ...more: ProblemCode[]): void => {
    if (when) for (const code of more) codes.add(code);
  };
  // A parameter that the query does not have is refused everywhere.
  codes.add('invalid_request');
  // A body is read before it is known that none is wanted.
  add(spec.method !== 'GET', 'malformed_request', 'unsupported_media_type', 'payload_too_large');
  const reads = Object.keys((spec.query as { properties?: object } | undefined)?.properties ?? {});
  add(spec.access !== 'open', 'unauthenticated', 'forbidden', 'rate_limited', 'overloaded');
  add(spec.access !== 'open' && spec.access.asInstitution, 'act_for_required');
  add(spec.params, 'malformed_request', 'not_found');
  add(reads.includes('cursor'), 'invalid_cursor');
  add(idempotent, 'idempotency_key_required', 'idempotency_key_reused', 'idempotency_in_progress');
  add(spec.conditional, 'malformed_request', 'version_mismatch');
  add(spec.access !== 'open', 'internal', 'unavailable');
  return (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => codes.has(code));
}

/** Codes by status, in the order of the table. */
export function byStatus(codes: readonly ProblemCode[]): ReadonlyMap<number, readonly ProblemCode[]> {
  const grouped = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    grouped.set(status, [...(grouped.get(status) ?? []), code]);
  }
  return grouped;
}
