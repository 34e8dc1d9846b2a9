import { toSnakeCase } from 'drizzle-orm/casing';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import t from 'tap';
import { postgresKit, sqliteKit } from '../../src/store/columns.js';
import { MIGRATIONS_TABLE, readMigrations } from '../../src/store/migrate.js';
import { instanceQueries } from '../../src/store/queries/instances.js';
import { instanceTables } from '../../src/store/tables/instances.js';
import { schemaOf } from '../../src/store/tables/schema.js';
import { startServer } from '../kit/postgres.js';
import { everyQuery } from '../store/catalogue.js';

/** The tables of a real server against those of the query builder, and every query against the server. */
const client = await (await startServer(t)).client();

const rows = async <T>(text: string): Promise<T[]> => (await client.query(text)).rows as T[];

await client.query(MIGRATIONS_TABLE);
for (const migration of readMigrations('postgres')) await client.query(`BEGIN; ${migration.text}; COMMIT`);

t.test('every query of the catalogue is understood', async (t) => {
  const wrong: string[] = [];
  const shared = everyQuery(postgresKit);
  const queries = [...shared, ...Object.entries(instanceQueries(postgresKit)).map(([name, { text }]) => ({ name, text }))];
  for (const { name, text } of queries) {
    try {
      await client.query(`PREPARE q AS ${text}`);
      await client.query('DEALLOCATE q');
    } catch (error) {
      wrong.push(`${name}: ${(error as Error).message}`);
    }
  }
  t.strictSame(wrong, []);
  t.equal(shared.length, everyQuery(sqliteKit).length, 'the two engines are asked the same');
});

t.test('what is about to change is locked', async (t) => {
  const locks = everyQuery(postgresKit).filter((q) => q.name.endsWith('.lock'));
  t.strictSame(locks.map((q) => q.name).sort(), ['backtest.lock', 'contract.lock', 'patient.lock', 'referral.lock', 'reservation.lock', 'session.lock', 'sweep.lock']);
  for (const { text } of locks) t.match(text, / for update$/);
});

t.test('every text is compared by its bytes, as on SQLite', async (t) => {
  const found = await rows<{ place: string }>(
    `SELECT c.table_name || '.' || c.column_name AS place FROM information_schema.columns c
      WHERE c.table_schema = 'public' AND c.table_name <> 'schema_migrations' AND c.data_type = 'text' AND c.collation_name IS DISTINCT FROM 'C'`,
  );
  t.strictSame(found, []);
});

t.test('tables and columns are those of the query builder, with the types it expects', async (t) => {
  const found = await rows<{ place: string; type: string; nullable: string }>(
    `SELECT table_name || '.' || column_name AS place, data_type AS type, is_nullable AS nullable FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name <> 'schema_migrations' ORDER BY 1`,
  );
  t.strictSame(found.map((c) => `${c.place} ${c.type} ${c.nullable === 'YES' ? 'null' : 'not null'}`), builtColumns());
});

t.test('indexes have the same names, columns and uniqueness as on SQLite', async (t) => {
  const found = await rows<{ name: string; unique: boolean; columns: string; partial: boolean }>(
    `SELECT i.relname AS name, x.indisunique AS unique, x.indpred IS NOT NULL AS partial,
            (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(x.indkey::int[]) WITH ORDINALITY AS k(attnum, n)
               JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum) AS columns
       FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
       JOIN pg_namespace s ON s.oid = c.relnamespace
      WHERE s.nspname = 'public' AND NOT x.indisprimary ORDER BY 1`,
  );
  t.strictSame(found.map((i) => `${i.name} ${i.columns}${i.unique ? ' unique' : ''}${i.partial ? ' partial' : ''}`), builtIndexes());
});

function builtColumns(): string[] {
  return builtTables()
    .flatMap(({ name, columns }) => columns.map((c) => `${name}.${toSnakeCase(c.name)} ${c.getSQLType()} ${c.notNull ? 'not null' : 'null'}`))
    .sort();
}

function builtIndexes(): string[] {
  return builtTables()
    .flatMap(({ indexes }) =>
      indexes.map(({ config }) => {
        const columns = config.columns.map((c) => toSnakeCase((c as { name: string }).name)).join();
        return `${config.name} ${columns}${config.unique ? ' unique' : ''}${config.where === undefined ? '' : ' partial'}`;
      }),
    )
    .sort();
}

function builtTables() {
  return (Object.values({ ...schemaOf(postgresKit), ...instanceTables(postgresKit) }) as unknown as PgTable[]).map((table) => getTableConfig(table));
}
