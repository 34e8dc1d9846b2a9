import { Column, Param, Placeholder, is, type SQL } from 'drizzle-orm';
import { assert } from '../kernel/assert.js';
import { codecOf } from './columns.js';

/**
 * The way from drizzle's builder to a prepared statement. The builder is asked once for text,
 * parameters and columns; per call remain an array of values and an object per row, which is what a
 * hand-written statement costs. (Drizzle's own prepared statements cost twice as much.)
 */
interface Slot {
  readonly name: string;
  readonly encode: ((value: unknown) => unknown) | undefined;
}

/** One query: what it is asked with (`P`) and what it answers (`R`). */
export interface Query<P, R> {
  readonly shape: 'one' | 'many' | 'run' | 'count';
  readonly text: string;
  /** The values to bind, in order. The array is the query's own and used again by the next call. */
  values(params: P): unknown[];
  /** A row of driver values as an object; only for `one` and `many`. */
  row(values: readonly unknown[]): unknown;
  readonly answers?: R;
}

/** How a connection runs queries. Every answer is a promise, whether or not the engine needs one. */
export interface Binder {
  bind<P, R>(query: Query<P, R>): (params: P) => Promise<R>;
}

export type Bound<G> = { readonly [K in keyof G]: G[K] extends Query<infer P, infer R> ? (params: P) => Promise<R> : never };

interface Buildable {
  toSQL(): { sql: string; params: unknown[] };
}
interface Selecting<T> extends Buildable {
  readonly _: { readonly result: readonly T[]; readonly selectedFields: unknown };
}

/** At most one row. */
export function one<P>() {
  return <T>(builder: Selecting<T>): Query<P, T | undefined> => selecting('one', builder);
}

/** All rows; the builder gives order and limit. */
export function many<P>() {
  return <T>(builder: Selecting<T>): Query<P, T[]> => selecting('many', builder);
}

/** A change of one row; answers 1, or 0 where the row is not as it was thought to be. */
export function run<P>() {
  return (builder: Buildable): Query<P, number> => changing('run', builder);
}

/** A change of any number of rows; answers how many. */
export function count<P>() {
  return (builder: Buildable): Query<P, number> => changing('count', builder);
}

/**
 * A row that is about to change. PostgreSQL keeps it from others until the unit ends; on SQLite the
 * one writer does.
 */
export function locking<P, R>(engine: 'sqlite' | 'postgres', query: Query<P, R>): Query<P, R> {
  return engine === 'sqlite' ? query : { ...query, text: `${query.text} for update` };
}

export function bindGroup<G extends object>(binder: Binder, group: G): Bound<G> {
  const entries = Object.entries(group) as [string, Query<unknown, unknown>][];
  return Object.fromEntries(entries.map(([name, query]) => [name, binder.bind(query)])) as Bound<G>;
}

function changing<P>(shape: 'run' | 'count', builder: Buildable): Query<P, number> {
  return { shape, ...textAndValues<P>(builder), row: () => assert(false, 'a change has no rows') };
}

function selecting<P, R>(shape: 'one' | 'many', builder: Selecting<unknown>): Query<P, R> {
  const fields = Object.entries(builder._.selectedFields as Record<string, Column | SQL>);
  const names = fields.map(([name]) => name);
  const decoders = fields.map(([, field]) => (is(field, Column) ? codecOf(field).decode : undefined));
  return { shape, ...textAndValues<P>(builder), row: (values) => rowOf(names, decoders, values) };
}

function rowOf(names: readonly string[], decoders: readonly (((value: unknown) => unknown) | undefined)[], values: readonly unknown[]): unknown {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < names.length; i++) {
    const value = values[i];
    const decode = decoders[i];
    row[names[i]!] = decode === undefined || value === null ? value : decode(value);
  }
  return row;
}

function textAndValues<P>(builder: Buildable): { text: string; values(params: P): unknown[] } {
  const { sql, params } = builder.toSQL();
  const values: unknown[] = params.map((param) => (is(param, Placeholder) || is(param, Param) ? null : param));
  const slots = params.map(slotOf);
  return {
    text: sql,
    values(given) {
      const source = given as Readonly<Record<string, unknown>>;
      for (let i = 0; i < slots.length; i++) {
        const slot = slots[i];
        if (slot === undefined) continue;
        const value = source[slot.name];
        assert(value !== undefined, `a query misses its parameter ${slot.name}`);
        values[i] = slot.encode === undefined || value === null ? value : slot.encode(value);
      }
      return values;
    },
  };
}

/** undefined: a constant of the query. */
function slotOf(param: unknown): Slot | undefined {
  if (is(param, Placeholder)) return { name: String(param.name), encode: undefined };
  if (!is(param, Param)) return undefined;
  assert(is(param.value, Placeholder), 'a parameter is a constant or a placeholder');
  const encoder: unknown = param.encoder;
  return { name: String(param.value.name), encode: is(encoder, Column) ? codecOf(encoder).encode : undefined };
}
