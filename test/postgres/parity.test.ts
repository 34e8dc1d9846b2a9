import Sqlite from 'better-sqlite3';
import { getTableName, type Table } from 'drizzle-orm';
import t from 'tap';
import { postgresKit } from '../../src/store/columns.js';
import { readMigrations } from '../../src/store/migrate.js';
import { instanceTables } from '../../src/store/tables/instances.js';
import { releases, startServer } from '../kit/postgres.js';

/** What the migrations have made of the two engines, as each tells it of itself, compared. */

interface Facts {
  /** `name type null|not null`, in order. */
  readonly columns: readonly string[];
  readonly primaryKey: string;
  /** `name columns [unique] [where condition]`, by name. */
  readonly indexes: readonly string[];
  /** In one spelling, sorted. */
  readonly checks: readonly string[];
}
type Schema = Record<string, Facts>;

/** What the same column is called on each. */
const TYPES: Readonly<Record<string, string>> = { text: 'text', integer: 'number', bigint: 'number', blob: 'bytes', bytea: 'bytes', jsonb: 'text', boolean: 'number' };

/** One spelling for conditions that mean the same: without types, brackets, quotes of names and blanks; a list of values as SQLite writes it. */
function spelled(condition: string): string {
  return condition
    .toLowerCase()
    .replaceAll(/::(text|bigint|integer)(\[\])?/g, '')
    .replaceAll(/\s*=\s*any\s*\(\s*\(?array\[/g, ' in (')
    .replaceAll(/[()"\]\s]/g, '');
}

/** The text between the bracket that opens at `from` and the one that closes it. */
function bracketed(text: string, from: number): string {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '(') depth += 1;
    if (text[i] === ')' && --depth === 0) return text.slice(from + 1, i);
  }
  throw new Error(`a bracket is not closed in ${text}`);
}

function sqliteSchema(): Schema {
  const db = new Sqlite(':memory:');
  for (const migration of readMigrations('sqlite')) db.exec(migration.text);
  const texts = db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all() as { name: string; sql: string }[];
  const schema: Schema = {};
  for (const { name, sql } of texts) {
    const columns = db.pragma(`table_info(${name})`) as { name: string; type: string; notnull: number; pk: number }[];
    const indexes = (db.pragma(`index_list(${name})`) as { name: string; unique: number; origin: string }[]).filter((index) => index.origin === 'c');
    // A flag is a number here, and says so in a check that a boolean does not need.
    const checks = [...sql.matchAll(/\bCHECK\s*\(/gi)].map((m) => spelled(bracketed(sql, m.index + m[0].length - 1))).filter((check) => !/^\w+in0,1$/.test(check));
    schema[name] = {
      columns: columns.map((c) => `${c.name} ${TYPES[c.type.toLowerCase()]} ${c.notnull ? 'not null' : 'null'}`),
      primaryKey: columns.filter((c) => c.pk > 0).sort((a, b) => a.pk - b.pk).map((c) => c.name).join(),
      indexes: indexes
        .map((index) => {
          const named = (db.pragma(`index_info(${index.name})`) as { name: string }[]).map((c) => c.name).join();
          const text = db.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(index.name) as string;
          return indexed(index.name, named, index.unique === 1, text.split(/ WHERE /i)[1] ?? '');
        })
        .sort(),
      checks: checks.sort(),
    };
  }
  db.close();
  return schema;
}

function indexed(name: string, columns: string, unique: boolean, condition: string): string {
  return `${name} ${columns}${unique ? ' unique' : ''}${condition === '' ? '' : ` where ${spelled(condition)}`}`;
}

async function postgresSchema(server: Awaited<ReturnType<typeof startServer>>): Promise<Schema> {
  const client = await server.client(await server.freshDatabase(t));
  const all = async <R>(text: string): Promise<R[]> => (await client.query(text)).rows as R[];
  const columns = await all<{ table: string; name: string; type: string; nullable: string }>(
    `SELECT table_name AS table, column_name AS name, data_type AS type, is_nullable AS nullable FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name <> 'schema_migrations' ORDER BY table_name, ordinal_position`,
  );
  const indexes = await all<{ table: string; name: string; unique: boolean; primary: boolean; columns: string; condition: string | null }>(
    `SELECT c.relname AS table, i.relname AS name, x.indisunique AS unique, x.indisprimary AS primary, pg_get_expr(x.indpred, x.indrelid) AS condition,
            (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(x.indkey::int[]) WITH ORDINALITY AS k(attnum, n)
               JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum) AS columns
       FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid JOIN pg_namespace s ON s.oid = c.relnamespace
      WHERE s.nspname = 'public'`,
  );
  const checks = await all<{ table: string; text: string }>(
    `SELECT conrelid::regclass::text AS table, pg_get_expr(conbin, conrelid) AS text FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace`,
  );
  const of = <T extends { table: string }>(rows: readonly T[], table: string): T[] => rows.filter((row) => row.table === table);
  return Object.fromEntries(
    [...new Set(columns.map((c) => c.table))].map((table) => [
      table,
      {
        columns: of(columns, table).map((c) => `${c.name} ${TYPES[c.type]} ${c.nullable === 'YES' ? 'null' : 'not null'}`),
        primaryKey: of(indexes, table).find((i) => i.primary)?.columns ?? '',
        indexes: of(indexes, table).filter((i) => !i.primary).map((i) => indexed(i.name, i.columns, i.unique, i.condition ?? '')).sort(),
        checks: of(checks, table).map((c) => spelled(c.text)).sort(),
      },
    ]),
  );
}

const sqlite = sqliteSchema();
/** Tables that one process, whose memory serves for them, does not need. */
const ofInstances = (Object.values(instanceTables(postgresKit)) as unknown as Table[]).map((table) => getTableName(table)).sort();

const servers = await Promise.all(releases().map(async (release) => ({ release, postgres: await postgresSchema(await startServer(t, release)) })));

for (const { release, postgres } of servers) {
  t.test(`PostgreSQL ${release} has the tables of SQLite, and those by which several instances know of each other`, async (t) => {
    t.strictSame(Object.keys(postgres).sort(), [...Object.keys(sqlite), ...ofInstances].sort());
  });
  t.test(`PostgreSQL ${release}: the same columns, keys, indexes and checks`, async (t) => {
    for (const [table, facts] of Object.entries(sqlite)) t.strictSame(postgres[table], facts, table);
  });
}
