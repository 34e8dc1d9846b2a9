import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { assert } from '../kernel/assert.js';
import { StoreError } from './errors.js';

/**
 * Migrations only go forward: files `NNNN_name.sql`, the same numbers and names on both engines, each
 * applied once, in order, in a transaction of its own, and never edited afterwards.
 */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** A row of `schema_migrations`. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

export const MIGRATIONS_TABLE =
  'CREATE TABLE IF NOT EXISTS schema_migrations (number bigint NOT NULL PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at bigint NOT NULL)';

const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/;

/** From dist/src/store up to the package's root. */
const FOLDER = new URL('../../../migrations/', import.meta.url);

export function readMigrations(engine: 'sqlite' | 'postgres', folder: URL = FOLDER): readonly Migration[] {
  const here = new URL(`${engine}/`, folder);
  const migrations = readdirSync(here)
    .sort()
    .map((file) => {
      const match = FILE.exec(file);
      assert(match !== null, `${file} is named NNNN_name.sql`);
      const text = readFileSync(new URL(file, here), 'utf8').replaceAll('\r\n', '\n');
      return { number: Number(match[1]), name: match[2] as string, text, checksum: createHash('sha256').update(text).digest('hex') };
    });
  migrations.forEach((m, i) => assert(m.number === i + 1, `migration ${i + 1} of ${engine} is there`));
  return migrations;
}

/**
 * Those still to be applied. Throws StoreError `refused` where the database was migrated by a newer
 * program, or by a migration that has been edited since: going on would be a guess.
 */
export function pendingMigrations(known: readonly Migration[], applied: readonly AppliedMigration[]): readonly Migration[] {
  for (const done of applied) {
    const migration = known[done.number - 1];
    if (migration === undefined) {
      throw new StoreError(
        'refused',
        `the database has migration ${done.number} (${done.name}), which this version does not know: start the version that made it, or a newer one`,
      );
    }
    if (migration.checksum !== done.checksum) {
      throw new StoreError(
        'refused',
        `migration ${done.number} (${done.name}) is not the one this database was migrated with: a released migration must never be edited`,
      );
    }
  }
  const count = applied.length;
  if (applied.some((done) => done.number > count)) throw new StoreError('refused', 'the database misses one of its earlier migrations');
  return known.slice(count);
}
