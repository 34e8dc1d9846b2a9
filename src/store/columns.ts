import type { Column } from 'drizzle-orm';
import * as pg from 'drizzle-orm/pg-core';
import { drizzle as pgProxy } from 'drizzle-orm/pg-proxy';
import * as sqlite from 'drizzle-orm/sqlite-core';
import { drizzle as sqliteProxy } from 'drizzle-orm/sqlite-proxy';

/**
 * The columns that tables are made of, once per engine. A table is a function of a kit, so it is
 * written once; so is a query, with the builder of the kit.
 *
 * Names are given by the key of the column, in snake case. Text is compared by bytes: SQLite's BINARY,
 * `COLLATE "C"` in the migrations of PostgreSQL. Integers are 64 bits, below 2^53.
 */
const sqliteColumns = {
  table: sqlite.sqliteTable,
  text: () => sqlite.text(),
  integer: () => sqlite.integer({ mode: 'number' }),
  /** A value of a few fields, or a document; never found by its inside. */
  json: () => sqlite.text({ mode: 'json' }),
  blob: () => sqlite.blob({ mode: 'buffer' }),
  flag: () => sqlite.integer({ mode: 'boolean' }),
  primaryKey: sqlite.primaryKey,
  index: sqlite.index,
  uniqueIndex: sqlite.uniqueIndex,
};

const bytea = pg.customType<{ data: Buffer }>({ dataType: () => 'bytea' });

const postgresColumns = {
  table: pg.pgTable,
  text: () => pg.text(),
  integer: () => pg.bigint({ mode: 'number' }),
  json: () => pg.jsonb(),
  blob: () => bytea(),
  flag: () => pg.boolean(),
  primaryKey: pg.primaryKey,
  index: pg.index,
  uniqueIndex: pg.uniqueIndex,
};

export type Kit = typeof sqliteColumns & { readonly engine: 'sqlite' | 'postgres'; readonly build: Builder };

/** Builds the text of a query; never runs it. */
export type Builder = ReturnType<typeof sqliteProxy>;

/** A builder is only asked for text and parameters; `bind` prepares and runs. */
const neverRun = (): never => {
  throw new Error('queries run through bind, never through the builder');
};

export const sqliteKit: Kit = {
  engine: 'sqlite',
  build: sqliteProxy(async () => neverRun(), undefined, { casing: 'snake_case' }),
  ...sqliteColumns,
};

/**
 * The one cast: the two engines' tables and builders have the same methods for all that the catalogue
 * uses, but types that drizzle keeps apart. The tests hold the result against a real PostgreSQL.
 */
export const postgresKit = {
  engine: 'postgres',
  build: pgProxy(async () => neverRun(), { casing: 'snake_case' }),
  ...postgresColumns,
} as unknown as Kit;

/** What a column does to a value on its way in and out; undefined where it does nothing. */
export interface Codec {
  readonly encode: ((value: unknown) => unknown) | undefined;
  readonly decode: ((value: unknown) => unknown) | undefined;
}

const NOTHING: Codec = { encode: undefined, decode: undefined };

/** Skipping the identity of most columns is a third of the cost of a row. */
export function codecOf(column: Column): Codec {
  switch (column.dataType) {
    case 'json':
    case 'boolean':
      return { encode: (value) => column.mapToDriverValue(value), decode: (value) => column.mapFromDriverValue(value) };
    case 'number':
      return column.columnType === 'SQLiteInteger' ? NOTHING : { encode: undefined, decode: (value) => column.mapFromDriverValue(value) };
    default:
      return NOTHING;
  }
}
