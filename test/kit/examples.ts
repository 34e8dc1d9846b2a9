import type { Example } from '../../src/http/examples.js';
import { apiDocument } from '../../src/http/openapi.js';
import type { Reply, TestApp } from './app.js';

/**
 * Tells the story of `openapi/examples` to an app. Its clock stands still and everything but what the
 * service makes up must be answered as printed. Ids, numbers and codes that it makes up are paired with the
 * printed ones when they first appear, and every later request and answer is read through that pairing.
 */

export interface Played {
  readonly example: Example;
  readonly reply: Reply;
  /** What was answered, in the words of the examples. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Ids (UUIDv7), numbers of referrals and their entitlements, codes of reservations. */
const MADE_UP = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|\b[RE]\d{6}[0-9A-Z]{10}\b|\b(?=\w*[A-Z])[0-9A-HJKMNP-TV-Z]{8}\b/g;
/** Names of fields whose whole value is another in every run. */
const ALWAYS_ANOTHER = new Set(['requestId', 'key', 'hash', 'prevHash', 'signature', 'publicKey', 'nextCursor']);

/** A request of the story as it goes out, with the ids of this run. */
export interface Told {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** `tell` sends a request of the story, where somebody else than the app itself shall send it. */
export async function* play(app: TestApp, examples: readonly Example[], tell?: (example: Example, told: Told) => Promise<Reply>): AsyncGenerator<Played> {
  await app.server.ready();
  const urls = urlsOf(apiDocument(app.server) as Document);
  const pairs = new Pairs();
  for (const example of examples) {
    const { as, operationId, response } = example;
    const { path = {}, query = {}, headers = {}, body } = pairs.toReal(example.request) as Example['request'];
    const { method, template } = urls.get(operationId) ?? { method: 'GET', template: `/${operationId} is no operation` };
    const url = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
    const search = new URLSearchParams(query).toString();
    // What the program does by itself in the meantime.
    await app.reckon();
    const reply = tell ? await tell(example, { path, query, headers, body }) : await app.send(as, method, search === '' ? url : `${url}?${search}`, body, headers);
    pairs.learn(response.body, reply.body);
    const shown = Object.fromEntries(Object.keys(response.headers ?? {}).map((name) => [name, String(reply.headers[name])]));
    yield { example, reply, headers: pairs.toPrinted(shown) as Record<string, string>, body: pairs.toPrinted(reply.body, response.body) };
  }
}

class Pairs {
  readonly #real = new Map<string, string>();
  readonly #printed = new Map<string, string>();

  /** Pairs what is new on both sides, in the order in which it stands. */
  learn(printed: unknown, real: unknown): void {
    if (typeof printed === 'string' && typeof real === 'string') {
      const known = printed.match(MADE_UP) ?? [];
      const seen = real.match(MADE_UP) ?? [];
      if (known.length === seen.length) known.forEach((name, i) => this.#pair(name, seen[i] ?? name));
    } else if (isObject(printed) && isObject(real)) {
      for (const [name, value] of Object.entries(printed)) this.learn(value, real[name]);
    }
  }

  #pair(printed: string, real: string): void {
    if (this.#real.has(printed) || this.#printed.has(real)) return;
    this.#real.set(printed, real);
    this.#printed.set(real, printed);
  }

  toReal(value: unknown): unknown {
    return rename(value, this.#real);
  }

  /** Values that are another in every run are taken from what is printed, where both are texts. */
  toPrinted(value: unknown, printed?: unknown): unknown {
    return steady(rename(value, this.#printed), printed);
  }
}

function rename(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return value.replace(MADE_UP, (name) => names.get(name) ?? name);
  if (Array.isArray(value)) return value.map((each) => rename(each, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rename(each, names)]));
}

function steady(value: unknown, printed: unknown): unknown {
  if (!isObject(value) || !isObject(printed)) return value;
  if (Array.isArray(value)) return value.map((each, i) => steady(each, printed[String(i)]));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const other = printed[name];
      return [name, ALWAYS_ANOTHER.has(name) && typeof each === 'string' && typeof other === 'string' ? other : steady(each, other)];
    }),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
}

function urlsOf({ paths }: Document): ReadonlyMap<string, { readonly method: string; readonly template: string }> {
  return new Map(
    Object.entries(paths).flatMap(([template, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [operationId, { method: method.toUpperCase(), template }] as const)),
  );
}
