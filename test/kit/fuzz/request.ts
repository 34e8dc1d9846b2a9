import type { Operation } from './document.js';

/** A request that can still be taken apart: what is sound and what is spoiled are made of the same parts. */
export interface Draft {
  readonly operation: Operation;
  /** Who sends it: a client of the story. */
  readonly as: string;
  readonly method: string;
  readonly path: Readonly<Record<string, string>>;
  /** Pairs, since a name may come twice. */
  readonly query: readonly (readonly [string, string])[];
  /** Beside those that every request has. */
  readonly headers: Readonly<Record<string, string | null>>;
  readonly body: unknown;
  /** The body's text, where it is none that a JSON value has; then `body` is what it says, if anything. */
  readonly text?: string;
  /** What was done to it; empty: it is sound as far as the document tells. */
  readonly spoiled: string;
  /** The document says that this cannot be accepted. */
  readonly wrong: boolean;
}

/** A request as it goes out. `null` takes away a header that would be there. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload?: string;
}

export function urlOf({ operation, path, query }: Draft): string {
  const url = operation.template.replace(/\{(\w+)\}/g, (_, name: string) => part(path[name] ?? ''));
  if (query.length === 0) return url;
  return `${url}?${query.map((pair) => pair.map(encoded).join('=')).join('&')}`;
}

/** What begins with `raw:` goes into the path as it stands. */
export const RAW = 'raw:';

function part(value: string): string {
  return value.startsWith(RAW) ? value.slice(RAW.length) : encoded(value);
}

/** A lone surrogate has no UTF-8: it goes out as the bytes that careless programs make of it. */
function encoded(value: string): string {
  return Array.from(value, (each) => (/^[\ud800-\udfff]$/.test(each) ? '%ED%A0%80' : encodeURIComponent(each))).join('');
}

/** The request with everything that it needs to get through, unless its headers say otherwise. */
export function sent(draft: Draft, key: string | undefined, number: string): Sent {
  const payload = draft.text ?? (draft.body === undefined ? undefined : JSON.stringify(draft.body));
  const headers: Record<string, string | null> = {
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    ...(payload !== undefined && { 'content-type': 'application/json' }),
    ...(draft.operation.parameters.some(({ name }) => name === 'Idempotency-Key') && { 'idempotency-key': number }),
    ...draft.headers,
  };
  return {
    method: draft.method,
    url: urlOf(draft),
    headers: Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null)),
    ...(payload !== undefined && { payload }),
  };
}
