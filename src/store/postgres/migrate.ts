import pg from 'pg';
import type { Instant } from '../../kernel/calendar.js';
import { StoreError } from '../errors.js';
import { MIGRATIONS_TABLE, pendingMigrations, type AppliedMigration, type Migration } from '../migrate.js';
import { translatePostgres } from './errors.js';
import { clientConfig } from './pool.js';

const OLDEST = 150_000;

/**
 * Looks at the server and brings the database to the tables of this version, under a lock: of instances
 * that start together one migrates, the others wait. Throws StoreError with a sentence for the operator.
 */
export async function prepareDatabase(url: string, migrations: readonly Migration[], now: Instant): Promise<void> {
  const client = new pg.Client({ ...clientConfig(url), statement_timeout: 0, lock_timeout: 0 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await checkServer(client);
    await client.query("SELECT pg_advisory_lock(hashtextextended('migrate', 0))");
    await migrate(client, migrations, now);
  } catch (error) {
    throw explain(translatePostgres(error));
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string; commits: string }>(
    `SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding, current_setting('synchronous_commit') AS commits`,
  );
  const [{ version, encoding, commits }] = rows as [{ version: string; encoding: string; commits: string }];
  if (Number(version) < OLDEST) throw new StoreError('refused', 'the server is older than PostgreSQL 15');
  if (encoding !== 'UTF8') throw new StoreError('refused', `the database is kept in ${encoding}: it must be UTF8`);
  if (commits === 'off') throw new StoreError('refused', 'synchronous_commit is off: what is acknowledged could be lost. ALTER DATABASE … SET synchronous_commit = on');
}

async function migrate(client: pg.Client, known: readonly Migration[], now: Instant): Promise<void> {
  const { rows: tables } = await client.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()");
  if (tables.length > 0 && !tables.some(({ name }) => name === 'schema_migrations')) {
    throw new StoreError('refused', 'the database holds the tables of another program');
  }
  await client.query(MIGRATIONS_TABLE);
  const { rows } = await client.query<{ number: string; name: string; checksum: string }>('SELECT number, name, checksum FROM schema_migrations ORDER BY number');
  const applied: AppliedMigration[] = rows.map((row) => ({ ...row, number: Number(row.number) }));
  for (const migration of pendingMigrations(known, applied)) {
    await client.query('BEGIN');
    await client.query(migration.text);
    await client.query('INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)', [
      migration.number, migration.name, migration.checksum, now,
    ]);
    await client.query('COMMIT');
  }
}

function explain(error: unknown): unknown {
  return error instanceof StoreError ? new StoreError(error.trouble, `cannot open the database: ${error.message}`) : error;
}
