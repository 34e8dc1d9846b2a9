import Sqlite from 'better-sqlite3';
import { getTableColumns } from 'drizzle-orm';
import { toSnakeCase } from 'drizzle-orm/casing';
import { getTableConfig, SQLiteSyncDialect, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import t from 'tap';
import { sqliteKit } from '../../src/store/columns.js';
import { readMigrations } from '../../src/store/migrate.js';
import { schemaOf } from '../../src/store/tables/schema.js';
import { freshStore, START } from '../kit/store.js';
import { CLERK, institutionOf, sessionOf, poolOf } from './rows.js';

/** The tables are written twice, as migrations and for the query builder: here they are held together. */

interface ColumnFacts {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  /** Place in the primary key, from 1; 0: not in it. */
  readonly key: number;
}
interface IndexFacts {
  readonly name: string;
  readonly unique: boolean;
  readonly columns: readonly string[];
  /** Its condition, in one spelling; '' for all rows. */
  readonly where: string;
}

const migrated = new Sqlite(':memory:');
for (const migration of readMigrations('sqlite')) migrated.exec(migration.text);
const tables: Record<string, SQLiteTable> = schemaOf(sqliteKit);

/** One spelling for conditions that mean the same: no quotes, no table names, no case. */
function spelled(condition: string, table: string): string {
  return condition.replaceAll('"', '').replaceAll(`${table}.`, '').replaceAll(/\s+/g, ' ').trim().toLowerCase();
}

function migratedColumns(table: string): ColumnFacts[] {
  const rows = migrated.pragma(`table_info(${table})`) as { name: string; type: string; notnull: number; pk: number }[];
  return rows.map((row) => ({ name: row.name, type: row.type.toLowerCase(), notNull: row.notnull === 1, key: row.pk }));
}

function builtColumns(table: SQLiteTable): ColumnFacts[] {
  const { primaryKeys } = getTableConfig(table);
  const key = primaryKeys[0]?.columns.map((column) => column.name) ?? [];
  return Object.values(getTableColumns(table)).map((column) => ({
    name: toSnakeCase(column.name),
    type: column.getSQLType(),
    notNull: column.notNull,
    key: column.primary ? 1 : key.indexOf(column.name) + 1,
  }));
}

function migratedIndexes(table: string): IndexFacts[] {
  const rows = migrated.pragma(`index_list(${table})`) as { name: string; unique: number; origin: string }[];
  return rows
    .filter((row) => row.origin === 'c')
    .map((row) => {
      const text = migrated.prepare('SELECT sql FROM sqlite_schema WHERE name = ?').pluck().get(row.name) as string;
      const columns = (migrated.pragma(`index_info(${row.name})`) as { name: string }[]).map((column) => column.name);
      return { name: row.name, unique: row.unique === 1, columns, where: spelled(text.split(' WHERE ')[1] ?? '', table) };
    })
    .sort(byName);
}

function builtIndexes(table: SQLiteTable): IndexFacts[] {
  const dialect = new SQLiteSyncDialect({ casing: 'snake_case' });
  const { indexes, name: tableName } = getTableConfig(table);
  return indexes
    .map(({ config }) => ({
      name: config.name,
      unique: config.unique,
      columns: config.columns.map((column) => toSnakeCase((column as { name: string }).name)),
      where: config.where === undefined ? '' : spelled(dialect.sqlToQuery(config.where).sql, tableName),
    }))
    .sort(byName);
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

t.test('the migrated database has the tables of the query builder and no other', async (t) => {
  const names = migrated.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();
  t.strictSame(names, Object.values(tables).map((table) => getTableConfig(table).name).sort());
});

for (const table of Object.values(tables)) {
  const { name } = getTableConfig(table);
  t.test(`${name}: the same columns, keys and indexes`, async (t) => {
    t.strictSame(migratedColumns(name), builtColumns(table));
    t.strictSame(migratedIndexes(name), builtIndexes(table));
    const strict = migrated.prepare('SELECT strict FROM pragma_table_list WHERE name = ?').pluck().get(name);
    t.equal(strict, 1, 'SQLite holds every value to its type');
  });
}

t.test('a row that grows is led by its prefecture; the log alone has one order for all', async (t) => {
  const grows = ['session', 'reservation', 'place', 'referral', 'patient', 'message', 'document', 'follow_up', 'stay', 'accumulator', 'deductible_entry', 'transfer', 'filing', 'contract', 'backtest'];
  for (const table of grows) t.equal(migratedColumns(table).find((column) => column.key === 1)?.name, 'area', table);
  t.equal(migratedColumns('event').find((column) => column.key === 1)?.name, 'seq');
});

t.test('the database itself refuses what must never be', async (t) => {
  const { store } = await freshStore(t);
  await store.write(CLERK, (unit) => unit.savePool(poolOf('pool')));
  const impossible = [{ taken: -1 }, { capacity: -1 }, { takenElsewhere: -1 }, { endsAt: START }];
  for (const wrong of impossible) {
    await t.rejects(store.write(CLERK, (unit) => unit.insertSession(sessionOf('pool', START, wrong))), /breaks one of its constraints: CHECK/, JSON.stringify(wrong));
  }
});

t.test('the history of the master data stands in its table', async (t) => {
  const { store, path, clock } = await freshStore(t);
  for (const version of [1, 2]) {
    await store.write(CLERK, (unit) => unit.saveInstitution(institutionOf('h1', { version, name: `名称 ${version}` })));
    clock.advance(1);
  }
  const db = new Sqlite(path, { readonly: true });
  t.teardown(() => db.close());
  const rows = db.prepare("SELECT version, json_extract(doc, '$.name') AS name, at, json_extract(actor, '$.clientId') AS actor FROM revision ORDER BY version").all();
  t.same(rows, [1, 2].map((version) => ({ version, name: `名称 ${version}`, at: START + version - 1, actor: 'client-p1' })));
});

t.test('a stay that was recorded before there was a ledger is found by its admission afterwards', async (t) => {
  const db = new Sqlite(':memory:');
  t.teardown(() => db.close());
  const [before, after] = [readMigrations('sqlite').filter((m) => m.number < 3), readMigrations('sqlite').filter((m) => m.number >= 3)];
  for (const migration of before) db.exec(migration.text);
  const insert = db.prepare("INSERT INTO stay VALUES ('440100', ?, 'h1', ?, 'x', NULL, 0, 'tertiary', 1, 1, 0, 0, ?, '')");
  const admissions = ['2018-03-01T09:00:00+08:00', '2018-03-01T01:00:00.250Z'];
  admissions.forEach((admittedAt, i) => insert.run(`s${i}`, `Z${i}`, JSON.stringify({ admittedAt, kind: 'inpatient' })));
  for (const migration of after) db.exec(migration.text);
  t.same(db.prepare('SELECT admitted_at, figures FROM stay ORDER BY id').raw().all(), admissions.map((text) => [Date.parse(text), null]));
});
