import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { Type } from 'typebox';
import { Closed, Nullable, OneOf, Shared } from '../../src/contract/scalars.js';
import { serialiserCompiler } from '../../src/http/serialise.js';

/** Answers are written by code that is made from their schemas. JSON.stringify is the second opinion. */

const Inner = Closed({ name: Type.String(), note: Type.Optional(Type.String()) }, { $id: 'Inner' });
const Outer = Closed({
  id: Type.String(),
  count: Type.Integer(),
  share: Type.Number(),
  open: Type.Boolean(),
  level: OneOf(['primary', '三级"医院']),
  inner: Shared(Inner),
  maybe: Nullable(Shared(Inner)),
  text: Nullable(Type.String()),
  list: Type.Array(Type.Union([Type.String(), Closed({ notNeeded: Type.Literal(true) })])),
  free: Type.Object({}, { additionalProperties: true }),
  some: Type.Optional(Type.Array(Type.Integer())),
});
const AllOptional = Closed({ a: Type.Optional(Type.String()), b: Type.Optional(Type.Integer()), c: Type.Optional(Type.Boolean()) });

const compile = serialiserCompiler([Inner]);
const write = compile(Outer);

const text = fc.string({ unit: 'binary' });
const inner = fc.record({ name: text, note: text }, { requiredKeys: ['name'] });
const outer = fc.record(
  {
    id: text,
    count: fc.maxSafeInteger(),
    share: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    open: fc.boolean(),
    level: fc.constantFrom('primary' as const, '三级"医院' as const),
    inner,
    maybe: fc.option(inner),
    text: fc.option(text),
    list: fc.array(fc.oneof(text, fc.constant({ notNeeded: true as const }))),
    free: fc.dictionary(text, fc.jsonValue()),
    some: fc.array(fc.integer()),
  },
  { requiredKeys: ['id', 'count', 'share', 'open', 'level', 'inner', 'maybe', 'text', 'list', 'free'] },
);

const FITS = {
  id: 'a\u2028"\\\n\ud83d\ude00', count: 1, share: 0.5, open: true, level: 'primary', inner: { name: '张三' }, maybe: null, text: null,
  list: ['x', { notNeeded: true }], free: { any: [1, null] },
};

t.test('whatever fits the schema is written as the JSON of the same value', async (t) => {
  fc.assert(fc.property(outer, (value) => isDeepStrictEqual(JSON.parse(write(value)), JSON.parse(JSON.stringify(value)))), { numRuns: 1_000 });
  t.equal(write(FITS), JSON.stringify(FITS), 'in the order of the schema');
});

t.test('any of the fields may be absent where none is required', async (t) => {
  const writeOptional = compile(AllOptional);
  for (const value of [{}, { a: 'x' }, { b: 1 }, { a: 'x', c: true }, { b: 1, c: false }]) t.equal(writeOptional(value), JSON.stringify(value));
});

t.test('of many fields that may be there only those are looked at that are, and each is held to its shape', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
  const writeSparse = compile(Closed(Object.fromEntries(names.map((name) => [name, Type.Optional(Type.Integer())]))));
  for (const value of [{}, { i: 1 }, { c: 3, a: 1, h: 8 }, { b: undefined, g: 7 }]) t.equal(writeSparse(value), JSON.stringify(value));
  t.equal(writeSparse({ a: 1, secret: 2 }), '{"a":1}', 'what is not named is never written');
  t.throws(() => writeSparse({ d: 'x' }), { name: 'AssertionError', message: /answer\.d/ });
  t.throws(() => writeSparse(null), { name: 'AssertionError' });
});

t.test('what is frozen is written once, what may change is written each time', async (t) => {
  const writeInner = compile(Shared(Inner));
  const still = Object.freeze({ name: '张三' });
  t.equal(writeInner(still), writeInner(still));
  t.equal(writeInner(still), JSON.stringify(still));
  const moving = { name: '张三' };
  writeInner(moving);
  moving.name = '李四';
  t.equal(writeInner(moving), JSON.stringify(moving));
  for (const wrong of [null, 7, 'text']) t.throws(() => writeInner(wrong), { name: 'AssertionError' }, String(wrong));
});

/** What a bug of a presenter would look like. Fastify's own writer lets most of these pass. */
const MISFITS: readonly (readonly [why: string, change: object, where: RegExp])[] = [
  ['null for a text', { id: null }, /answer\.id/],
  ['a number for a text', { id: 7 }, /answer\.id/],
  ['a missing field', { count: undefined }, /answer\.count/],
  ['a fraction for an integer', { count: 1.5 }, /answer\.count/],
  ['an integer beyond what a client can hold', { count: 2 ** 53 }, /answer\.count/],
  ['not a number', { share: Number.NaN }, /answer\.share/],
  ['a text for a boolean', { open: 'true' }, /answer\.open/],
  ['a value that is not listed', { level: 'Primary' }, /answer\.level/],
  ['null for an object', { inner: null }, /Inner/],
  ['a field of a field', { inner: { name: undefined } }, /Inner\.name/],
  ['undefined where null is meant', { text: undefined }, /answer\.text/],
  ['an item of another kind', { list: [3] }, /answer\.list/],
  ['an object for a list', { list: {} }, /answer\.list/],
  ['null for an open object', { free: null }, /answer\.free/],
];

t.test('what does not fit is no answer: it throws and says where', async (t) => {
  for (const [why, change, where] of MISFITS) t.throws(() => write({ ...FITS, ...change }), { name: 'AssertionError', message: where }, why);
});

t.test('what a closed schema does not name is never written', async (t) => {
  t.equal(write({ ...FITS, sealedPatient: 'secret', inner: { name: '张三', idNumber: 'secret' } }), JSON.stringify(FITS));
});
