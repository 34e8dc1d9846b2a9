import { readdirSync } from 'node:fs';
import type { Test } from 'tap';
import { startServer, type Release } from './postgres.js';
import { freshPostgres } from './postgres-store.js';
import { storesAre } from './store.js';

/**
 * Runs every test of a folder once more, on PostgreSQL.
 * @param without files that open no store, or one of their own
 */
export async function onPostgres(t: Test, release: Release, folderName: string, without: readonly string[] = []): Promise<void> {
  const server = await startServer(t, release);
  storesAre((test, options) => freshPostgres(server, test, options));
  const folder = new URL(`../${folderName}/`, import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.js')).sort();
  for (const name of without) if (!files.includes(`${name}.test.js`)) throw new Error(`there is no ${folderName}/${name}.test`);
  const wanted = files.filter((file) => !without.includes(file.replace('.test.js', '')));
  const loading = (async () => {
    for (const file of wanted) await import(new URL(file, folder).href);
  })();
  // First in the queue: the tests of a file must not be over before the next file is there.
  t.test(`the tests of ${folderName}, on PostgreSQL ${release}`, async () => loading);
  await loading;
}
