import type { Prng } from '../../../src/kernel/prng.js';
import { RAW, type Draft } from './request.js';

/** Spoils one thing about a sound request, and says whether the document forbids what came of it. */

const DEEP = 5000;

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

/** What careless or ill-meaning callers put into a field. */
const TEXTS: readonly string[] = [
  '', ' ', '\u0000', 'a\u0000b', '\u0001\u001f\u007f\u0085', '\ud800', 'x\udc00y', '\u202e\u200b\ufeff', '\r\nSet-Cookie: a=b', 'NaN', 'null', '-0', '1e999',
  "' OR '1'='1", "'; DROP TABLE referral; --", '%27%20--', '../../etc/passwd', '..\\..\\windows', '/', '//', '.', '..', 'file:///etc/passwd', '${jndi:ldap://x}', '{{7*7}}', '$(id)', '<script>alert(1)</script>',
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '2018-02-30', '2018-13-01T25:61:61Z', '0000-00-00', '9999-12-31T23:59:59Z', '-000001-01-01', '+275760-09-13', '2018-03-01T09:00:00+99:99',
  '😀'.repeat(50), 'é'.repeat(300), 'x'.repeat(5000), '中'.repeat(70_000), '1'.repeat(400), '١٢٣', 'ﬁ', '%', '%00', '%ff', '%E0%A4%A',
];
const NUMBERS: readonly number[] = [0, -0, -1, 1, 0.1, 1.5, -1e-7, 1e21, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 2 ** 63, 1e308, Number.MIN_VALUE];
const OTHERS: readonly unknown[] = [null, true, false, [], {}, [null], [[]], [{}], { a: { b: { c: null } } }, nested(64), nested(1000), Array.from({ length: 2000 }, (_, i) => i), { length: -1 }, { toString: 1, toJSON: 'x' }];

/** Bodies that are no JSON, or that only some parsers take for it. */
const MANGLED: readonly (readonly [string, (text: string) => string])[] = [
  ['cut off', (text) => text.slice(0, Math.ceil(text.length / 2))],
  ['without its last byte', (text) => text.slice(0, -1)],
  ['empty', () => ''],
  ['blank', () => ' \n'],
  ['no JSON', () => 'name=x&value=1'],
  ['an XML document', () => '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'],
  ['followed by more', (text) => `${text}{}`],
  ['with a comma too many', (text) => text.replace(/}$/, ',}')],
  ['with a number that is none', (text) => text.replace(/{/, '{"x":NaN,')],
  ['with a number beyond numbers', (text) => text.replace(/{/, '{"x":1e999,')],
  ['behind a byte order mark', (text) => `\ufeff${text}`],
  ['with a prototype', (text) => text.replace(/{/, '{"__proto__":{"admin":true},')],
  ['with an own constructor', (text) => text.replace(/{/, '{"constructor":{"prototype":{"admin":true}},')],
  ['with an escaped prototype', (text) => text.replace(/{/, '{"\\u005f_proto__":{"admin":true},')],
  ['nested without end', () => '['.repeat(100_000)],
  ['nested deep', () => '{"a":'.repeat(DEEP) + '1' + '}'.repeat(DEEP)],
  ['with lone surrogates', (text) => text.replace(/:"/, ':"\\ud800')],
  ['too long', (text) => text.replace(/{/, `{"x":"${'x'.repeat(1_100_000)}",`)],
  ['a value alone', () => '"text"'],
  ['null', () => 'null'],
];

/** Name, values, and which of them cannot be accepted. */
const HEADERS: readonly { readonly name: string; readonly values: readonly (string | null)[]; readonly wrong: (draft: Draft, value: string | null) => boolean }[] = [
  { name: 'authorization', values: [null, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer nobody', `Bearer ${'x'.repeat(9000)}`, 'Bearer \u00e9', 'Bearer __proto__'], wrong: ({ operation }) => operation.template.startsWith('/v1/') },
  { name: 'idempotency-key', values: [null, '', ' ', 'x'.repeat(256), 'a b', '\u00e9', '__proto__'], wrong: ({ operation }, value) => value !== '__proto__' && operation.parameters.some(({ name }) => name === 'Idempotency-Key') },
  { name: 'if-match', values: ['', '*', '"0"', '"999999999999999999999"', 'W/"1"', '1', '"1", "2"', '"\u00e9"', '"-1"', 'x'.repeat(5000), '"NaN"'], wrong: () => false },
  { name: 'act-for', values: ['', ' ', '__proto__', 'constructor', '../p1', 'x'.repeat(65), '\u00e9', "' OR 1=1 --", 'a,b'], wrong: ({ operation }, value) => value !== '' && value !== ' ' && operation.parameters.some(({ name }) => name === 'Act-For') },
  { name: 'accept', values: ['', 'application/xml', 'text/csv', '*/*;q=0', ';;;', 'x'.repeat(3000), 'application/json;q=NaN'], wrong: () => false },
  { name: 'accept-language', values: ['', '*', 'en', 'xx-YY', ';;q=,', 'en;q=NaN', 'zh;q=0, en;q=1e9', '__proto__', 'en-'.repeat(1000)], wrong: () => false },
  { name: 'content-type', values: [null, '', 'text/plain', 'application/xml', 'multipart/form-data', 'application/x-www-form-urlencoded', 'application/jsonp', ';', '\u00e9', 'application/json; charset=utf-16'], wrong: ({ body, operation }, value) => body !== undefined && operation.body !== null && value !== 'application/json; charset=utf-16' },
  { name: 'content-encoding', values: ['gzip', 'br', 'nothing'], wrong: () => false },
  { name: 'x-request-id', values: ['', 'x'.repeat(3000), '\u00e9', "'; --", '../..'], wrong: () => false },
  { name: 'x-http-method-override', values: ['DELETE', 'PUT'], wrong: () => false },
];

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE'];

type Spoil = (draft: Draft, prng: Prng) => Draft;

/** One thing about it is other than it should be. */
export function spoil(draft: Draft, prng: Prng): Draft {
  const hasBody = draft.body !== undefined;
  const hasPath = Object.keys(draft.path).length > 0;
  const ways: readonly Spoil[] = [
    ...(hasBody ? [field, field, field, field, field, extra, mangle] : []),
    ...(draft.operation.parameters.some((parameter) => parameter.in === 'query') ? [query, query] : [query]),
    ...(hasPath ? [path] : []),
    header,
    method,
  ];
  return prng.pick(ways)(draft, prng);
}

function nasty(prng: Prng): unknown {
  const kind = prng.int(10);
  return kind < 5 ? prng.pick(TEXTS) : kind < 7 ? prng.pick(NUMBERS) : prng.pick(OTHERS);
}

/** Where a value can be put: every member of every object and array in it. */
type Place = { readonly holder: Record<string, unknown>; readonly key: string; readonly pointer: string };

function places(value: unknown, pointer = ''): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => {
    const here = `${pointer}/${key}`;
    return [{ holder: value as Record<string, unknown>, key, pointer: here }, ...places(each, here)];
  });
}

const field: Spoil = (draft, prng) => {
  const body = structuredClone(draft.body);
  const all = places(body);
  if (all.length === 0 || prng.int(20) === 0) {
    const value = nasty(prng);
    return { ...draft, body: value, spoiled: `the body is ${shown(value)}` };
  }
  const { holder, key, pointer } = prng.pick(all);
  const now = holder[key];
  if (prng.int(8) === 0 && !Array.isArray(holder)) {
    delete holder[key];
    return { ...draft, body, spoiled: `${pointer} is missing` };
  }
  const turned = [typeof now === 'number' ? String(now) : [now], Array.isArray(now) ? [...now, ...now] : { value: now }, typeof now === 'string' ? `${now}\u0000` : null];
  const value = prng.int(6) === 0 ? prng.pick(turned) : nasty(prng);
  holder[key] = value;
  return { ...draft, body, spoiled: `${pointer} is ${shown(value)}` };
};

const extra: Spoil = (draft, prng) => {
  const body = structuredClone(draft.body);
  const holders = [body, ...places(body).map(({ holder, key }) => holder[key])].filter((each) => typeof each === 'object' && each !== null && !Array.isArray(each));
  if (holders.length === 0) return field(draft, prng);
  const name = prng.pick(['surplus', '', 'constructor', 'toString', 'status', 'version', 'id', '$ref', '/~', '\ud800', 'x'.repeat(3000)]);
  Object.defineProperty(prng.pick(holders), name, { value: prng.pick([1, 'x', null, {}]), enumerable: true });
  return { ...draft, body, spoiled: `the body has ${shown(name)} somewhere` };
};

const mangle: Spoil = (draft, prng) => {
  const [what, how] = prng.pick(MANGLED);
  const text = how(JSON.stringify(draft.body));
  let body: unknown;
  let wrong = false;
  try {
    body = JSON.parse(text);
  } catch {
    // A body that is optional may as well be empty.
    wrong = text.trim() !== '';
    body = undefined;
  }
  return { ...draft, body, text, wrong, spoiled: `the body is ${what}` };
};

const query: Spoil = (draft, prng) => {
  const names = draft.operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  if (names.length === 0 || prng.int(5) === 0) {
    const name = prng.pick(['surplus', '__proto__', 'constructor', 'limit[]', '', "a'b"]);
    // An empty name that says nothing is nothing.
    return { ...draft, query: [...draft.query, [name, 'x']], wrong: draft.operation.template.startsWith('/v1/') && name !== '', spoiled: `the query has ${shown(name)}` };
  }
  const name = prng.pick(names);
  const others = draft.query.filter(([each]) => each !== name);
  const twice = prng.int(6) === 0;
  const value = prng.int(3) > 0 ? prng.pick(TEXTS) : String(prng.pick([...NUMBERS, ...OTHERS.slice(0, 8).map((each) => JSON.stringify(each))]));
  const short = value.slice(0, 4000);
  return { ...draft, query: [...others, [name, short], ...(twice ? [[name, 'x'] as const] : [])], spoiled: `?${name} is ${shown(short)}${twice ? ' and more' : ''}` };
};

const path: Spoil = (draft, prng) => {
  const name = prng.pick(Object.keys(draft.path));
  const text = prng.pick(TEXTS).slice(0, 3000);
  const raw = RAW + prng.pick(['%', '%ff', '%00', '%zz', '%2e%2e%2f', '%c0%af', '..', 'a;b=c', '%25']);
  const value = prng.int(3) === 0 ? raw : text;
  return { ...draft, path: { ...draft.path, [name]: value }, spoiled: `{${name}} is ${shown(value)}` };
};

const header: Spoil = (draft, prng) => {
  const { name, values, wrong } = prng.pick(HEADERS);
  const value = prng.pick(values);
  return { ...draft, headers: { ...draft.headers, [name]: value }, wrong: wrong(draft, value), spoiled: `${name} is ${shown(value)}` };
};

const method: Spoil = (draft, prng) => {
  const value = prng.pick(METHODS.filter((each) => each !== draft.method));
  return { ...draft, method: value, spoiled: `the method is ${value}` };
};

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length})` : text;
}
