import { createHash } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { getTableColumns, getTableName, type Column, type Table } from 'drizzle-orm';
import { getTableConfig as configOf, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { toSnakeCase } from 'drizzle-orm/casing';
import pg from 'pg';
import { must } from '../../kernel/assert.js';
import { count, type Query } from '../bind.js';
import { codecOf, postgresKit, sqliteKit } from '../columns.js';
import { chainOf } from '../copy.js';
import { StoreError } from '../errors.js';
import { readMigrations } from '../migrate.js';
import { bindCatalogue, catalogueOf } from '../queries/catalogue.js';
import { everyColumn } from '../queries/placeholders.js';
import { instanceTables } from '../tables/instances.js';
import { schemaOf } from '../tables/schema.js';
import { openVault } from '../vault.js';
import { PostgresConnection } from './connection.js';
import { translatePostgres } from './errors.js';
import { prepareDatabase } from './migrate.js';
import { clientConfig } from './pool.js';

/** A table that was carried over: as many rows on both sides, with the same values. */
export interface Moved {
  readonly table: string;
  readonly rows: number;
  /** SHA-256 over all its rows in the order of their keys, the same on both sides. */
  readonly hash: string;
}

/** Something that is not the same on both sides: nothing was kept. */
export class Difference extends Error {
  override name = 'Difference';
}

const AT_ONCE = 500;

/**
 * Carries every row of an embedded database that nobody serves over to an empty database of a server, reads
 * all of them back, compares them one by one, and checks the chain of the log there. All of it is one
 * transaction: where anything differs, the server keeps nothing.
 *
 * Throws Difference; StoreError where the server does not take it, holds something, or cannot be reached.
 *
 * @param file has been looked at: it is whole and has every migration of this version
 */
export async function moveDatabase(file: string, url: string, dataKey: Uint8Array): Promise<readonly Moved[]> {
  const source = new Sqlite(file, { readonly: true, fileMustExist: true });
  const client = new pg.Client({ ...clientConfig(url), statement_timeout: 0, idle_in_transaction_session_timeout: 0 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const clock = await client.query<{ now: string }>('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now');
    await prepareDatabase(url, readMigrations('postgres'), Number(must(clock.rows[0], 'a clock says something').now));
    await client.query('BEGIN');
    await takeEmpty(client);
    const connection = new PostgresConnection(client);
    const moved: Moved[] = [];
    for (const pair of pairs(source)) moved.push(await carry(source, connection, pair));
    await checkChain(source, connection, dataKey);
    await client.query('COMMIT');
    return moved;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw translatePostgres(error);
  } finally {
    source.close();
    await client.end().catch(() => undefined);
  }
}

/** Keeps everybody else out, and sees that nothing is there. */
async function takeEmpty(client: pg.Client): Promise<void> {
  const names = [...Object.values(schemaOf(postgresKit)), ...Object.values(instanceTables(postgresKit))].map((table) => getTableName(table as unknown as Table));
  await client.query(`LOCK TABLE ${names.join()} IN ACCESS EXCLUSIVE MODE`);
  for (const name of names) {
    const { rows } = await client.query(`SELECT 1 FROM ${name} LIMIT 1`);
    if (rows.length > 0) throw new StoreError('refused', `the database is not empty: there are rows in ${name}`);
  }
}

/** One table, as each engine has it: the same columns in the same order. */
interface Pair {
  readonly name: string;
  readonly columns: readonly { readonly key: string; readonly name: string; readonly from: Column; readonly to: Column }[];
  /** Names of the columns of the primary key, in order. */
  readonly key: readonly string[];
  readonly table: Table;
}

function pairs(source: Sqlite.Database): readonly Pair[] {
  const to = schemaOf(postgresKit);
  const found = Object.entries(schemaOf(sqliteKit)).map(([name, table]): Pair => {
    const target = to[name as keyof typeof to] as unknown as Table;
    const targets = getTableColumns(target);
    const columns = Object.entries(getTableColumns(table)).map(([key, from]) => ({
      key, name: toSnakeCase(key), from: from as Column, to: must(targets[key], 'both engines have the same columns'),
    }));
    const composite = configOf(table as unknown as SQLiteTable).primaryKeys[0]?.columns.map((column) => toSnakeCase(column.name));
    const single = columns.filter((column) => column.from.primary).map((column) => column.name);
    return { name: getTableName(table), columns, key: composite ?? single, table: target };
  });
  const known = new Set([...found.map(({ name }) => name), 'schema_migrations']);
  const there = source.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").pluck().all() as string[];
  const strange = there.find((name) => !known.has(name));
  if (strange !== undefined) throw new StoreError('refused', `the file has a table that this version does not know: ${strange}`);
  return found;
}

async function carry(source: Sqlite.Database, connection: PostgresConnection, pair: Pair): Promise<Moved> {
  const insert = connection.bind(count<Record<string, unknown>>()(postgresKit.build.insert(pair.table as never).values(everyColumn(pair.table) as never)));
  for (const rows of slices(rowsOf(source, pair))) {
    // Asked for in one go, so that they travel together.
    await Promise.all(rows.map((row) => insert(Object.fromEntries(pair.columns.map(({ key }, i) => [key, row[i]])))));
  }
  return compare(rowsOf(source, pair), readBack(connection, pair), pair.name);
}

/** The rows of the file in the order of their key, each value as the service knows it. */
function* rowsOf(source: Sqlite.Database, { name, columns, key }: Pair): Generator<readonly unknown[]> {
  const decoders = columns.map(({ from }) => codecOf(from).decode);
  const statement = source.prepare(`SELECT ${listed(columns)} FROM "${name}" ORDER BY ${key.join()}`).raw();
  for (const row of statement.iterate() as IterableIterator<unknown[]>) yield decoded(row, decoders);
}

function* slices<T>(rows: Iterable<T>): Generator<readonly T[]> {
  let slice: T[] = [];
  for (const row of rows) {
    slice.push(row);
    if (slice.length < AT_ONCE) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

async function* readBack(connection: PostgresConnection, { name, columns, key }: Pair): AsyncGenerator<readonly unknown[]> {
  const decoders = columns.map(({ to }) => codecOf(to).decode);
  const cursor = `moved_${name}`;
  await connection.bind(raw<number>('count', `declare ${cursor} no scroll cursor for select ${listed(columns)} from ${name} order by ${key.join()}`))({});
  const fetch = connection.bind(raw<unknown[][]>('many', `fetch ${AT_ONCE} from ${cursor}`));
  for (let rows = await fetch({}); rows.length > 0; rows = await fetch({})) for (const row of rows) yield decoded(row, decoders);
  await connection.bind(raw<number>('count', `close ${cursor}`))({});
}

function raw<R>(shape: 'many' | 'count', text: string): Query<object, R> {
  return { shape, text, values: () => [], row: (values) => values };
}

function listed(columns: Pair['columns']): string {
  return columns.map(({ name }) => `"${name}"`).join();
}

function decoded(row: readonly unknown[], decoders: readonly (((value: unknown) => unknown) | undefined)[]): readonly unknown[] {
  return row.map((value, i) => (value === null ? null : (decoders[i]?.(value) ?? value)));
}

async function compare(before: Generator<readonly unknown[]>, after: AsyncIterable<readonly unknown[]>, table: string): Promise<Moved> {
  const sum = createHash('sha256');
  let rows = 0;
  try {
    for await (const row of after) {
      const expected = before.next();
      rows += 1;
      if (expected.done) throw new Difference(`${table}: the server has more rows than the file`);
      const [had, has] = [written(expected.value), written(row)];
      // No value is told: it may be a patient's.
      if (had !== has) throw new Difference(`${table}: row ${rows} in the order of its key is not the same on the server`);
      sum.update(has).update('\n');
    }
    if (!before.next().done) throw new Difference(`${table}: the server has only ${rows} rows, the file more`);
  } finally {
    before.return(undefined);
  }
  return { table, rows, hash: sum.digest('hex') };
}

/** A row in one spelling: bytes in hex, documents with their fields in order, since the server keeps another. */
function written(row: readonly unknown[]): string {
  return JSON.stringify(row.map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : inOrder(value))));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, inOrder(inner)]));
}

/** The log on the server is as whole as that of the file: its chain, its signatures, its end. */
async function checkChain(source: Sqlite.Database, connection: PostgresConnection, dataKey: Uint8Array): Promise<void> {
  const vault = openVault(dataKey, [], () => Buffer.alloc(0));
  const queries = bindCatalogue(connection, catalogueOf(postgresKit));
  const faults = await chainOf(queries, (text, signature) => vault.verify(text, signature));
  const first = faults[0];
  if (first) throw new Difference(`the log on the server is not whole: ${first.fault} at ${first.seq}`);
  const end = source.prepare('SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1').get() as { seq: number; hash: string } | undefined;
  const tip = await queries.log.tip({});
  if (tip?.seq !== end?.seq || tip?.hash !== end?.hash) throw new Difference('the log on the server ends elsewhere than that of the file');
}
