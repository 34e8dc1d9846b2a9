import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import t from 'tap';
import { Prng } from '../../src/kernel/prng.js';
import { copyDatabase } from '../../src/store/copy.js';
import { readMigrations } from '../../src/store/migrate.js';
import { openStore } from '../../src/store/open.js';
import { openSqlite } from '../../src/store/sqlite.js';
import { DATA_KEY, freshFolder, freshStore, START, TestClock, type Teardown } from '../kit/store.js';
import { CLERK, eventOf, institutionOf } from './rows.js';

const openAt = (path: string, more: object = {}) =>
  openStore({ url: `sqlite:${path}`, dataKey: DATA_KEY, clock: new TestClock(START), random: new Prng(1).bytes, ...more });

/** A database with something in it, closed. */
async function filled(t: Teardown): Promise<string> {
  const { store, path } = await freshStore(t);
  await Promise.all(Array.from({ length: 200 }, (_, i) => store.write(CLERK, async (unit) => {
    await unit.saveInstitution(institutionOf(`h${i}`));
    unit.append(eventOf(`e:${i}`, { data: { text: 'x'.repeat(1_000) } }));
  })));
  await store.close();
  return path;
}

t.test('what was acknowledged survives a power cut: WAL, and the disk is waited for', async (t) => {
  const file = openSqlite(join(freshFolder(t), 'a.db'), readMigrations('sqlite'), START);
  t.teardown(() => file.close());
  const { writer, reader } = file;
  t.equal(writer.pragma('journal_mode'), 'wal');
  t.equal(writer.pragma('synchronous'), 2, '2 is FULL');
  t.equal(writer.pragma('foreign_keys'), 1);
  t.equal(writer.pragma('busy_timeout'), 5_000);
  t.equal(reader.pragma('query_only'), 1);
});

t.test('what is made is for the user of the service alone, the journal too; what is there keeps its mode', async (t) => {
  const folder = join(freshFolder(t), 'data');
  const path = join(folder, 'referral.db');
  const modes = () => ['', '.lock', '-wal', '-shm'].map((suffix) => (statSync(path + suffix).mode & 0o777).toString(8));
  const open = () => openSqlite(path, readMigrations('sqlite'), START);
  const first = open();
  t.equal((statSync(folder).mode & 0o777).toString(8), '700');
  t.strictSame(modes(), ['600', '600', '600', '600']);
  first.close();
  chmodSync(folder, 0o750);
  chmodSync(path, 0o640);
  const again = open();
  t.teardown(() => again.close());
  t.equal((statSync(folder).mode & 0o777).toString(8), '750', 'an operator who lets a group read may');
  t.strictSame(modes(), ['640', '600', '640', '640']);
});

t.test('the journal is copied back when the store closes, and nothing but the file matters then', async (t) => {
  const path = await filled(t);
  t.notOk(existsSync(`${path}-wal`));
  t.notOk(existsSync(`${path}-shm`));
});

t.test('a second service on the same file is turned away, in this process and in another', async (t) => {
  const { path, store } = await freshStore(t);
  await t.rejects(openAt(path), { name: 'StoreError', trouble: 'locked', message: /another process already serves .*referral\.db/ });
  const child = fork(join(import.meta.dirname, 'fixtures', 'opens.js'), [path], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const [message] = await once(child, 'message');
  t.match(message, /another process already serves/);
  t.equal(await store.ready(), true, 'the first is not disturbed');
  await store.close();
  await (await openAt(path)).close();
});

t.test('a file has one service whatever links lead to it, and one journal, which is looked at through each', async (t) => {
  const folder = freshFolder(t);
  mkdirSync(join(folder, 'disk'));
  const real = join(folder, 'disk', 'referral.db');
  const [link, aside] = [join(folder, 'link.db'), join(folder, 'disk', 'aside')];
  // Before there is a file, too; and by a folder that is a link.
  symlinkSync('disk/referral.db', link);
  symlinkSync(join(folder, 'disk'), aside);
  const names = [link, real, join(aside, 'referral.db')];
  for (const first of names) {
    const store = await openAt(first);
    for (const second of names) await t.rejects(openAt(second), { name: 'StoreError', trouble: 'locked' }, `${second} beside ${first}`);
    await store.write(CLERK, async (unit) => unit.append(eventOf('told')));
    await store.close();
  }
  const store = await openAt(link);
  for (let n = 0; n < 3; n += 1) await store.write(CLERK, async (unit) => unit.append(eventOf('told')));
  const files = ['', '-wal', '-shm'].map((suffix) => [suffix, readFileSync(real + suffix)] as const);
  await store.close();
  for (const [suffix, bytes] of files) writeFileSync(real + suffix, suffix === '-wal' ? bytes.with(100, bytes[100]! ^ 1) : bytes);
  for (const name of names) await t.rejects(openAt(name), { name: 'StoreError', trouble: 'corrupt', message: /journal .*disk\/referral\.db-wal is damaged/ }, name);
  t.throws(() => copyDatabase(link, join(folder, 'copy.db')), { name: 'StoreError', trouble: 'corrupt' }, 'and it is not copied');
  t.notOk(existsSync(`${link}.lock`), 'nothing stands beside a link');
});

t.test('a file that is no database, or a damaged one, is refused in a clear sentence', async (t) => {
  const folder = freshFolder(t);
  const text = join(folder, 'text.db');
  writeFileSync(text, '转诊'.repeat(2_000));
  await t.rejects(openAt(text), { name: 'StoreError', trouble: 'corrupt', message: /cannot open .*text\.db: the file is no SQLite database/ });
  t.equal(readFileSync(text, 'utf8'), '转诊'.repeat(2_000), 'and is left as it was');

  const whole = await filled(t);
  const cut = join(folder, 'cut.db');
  copyFileSync(whole, cut);
  truncateSync(cut, statSync(cut).size - 40_960);
  await t.rejects(openAt(cut), { name: 'StoreError', trouble: 'corrupt', message: /damaged/ });

  const scribbled = join(folder, 'scribbled.db');
  copyFileSync(whole, scribbled);
  const bytes = readFileSync(scribbled);
  bytes.fill(0x5a, 4_096, 8 * 4_096);
  writeFileSync(scribbled, bytes);
  await t.rejects(openAt(scribbled), { name: 'StoreError', trouble: 'corrupt' });
});

t.test('a backup taken from the running service opens and holds what was committed', async (t) => {
  const { store, path } = await freshStore(t);
  await store.write(CLERK, async (unit) => unit.append(eventOf('a')));
  const copy = join(freshFolder(t), 'copy.db');
  const source = new Sqlite(path, { readonly: true });
  await source.backup(copy);
  source.close();
  const restored = await openAt(copy);
  t.equal(await restored.read((reads) => reads.lastSeq()), 1);
  await restored.close();
});

t.test("another program's database is not touched", async (t) => {
  const path = join(freshFolder(t), 'other.db');
  const other = new Sqlite(path);
  other.exec('CREATE TABLE bookmarks (id INTEGER PRIMARY KEY)');
  other.close();
  await t.rejects(openAt(path), { trouble: 'refused', message: /database of another program/ });
});

t.test('a database of a newer version, or of an edited migration, is refused', async (t) => {
  const path = await filled(t);
  const change = (sql: string) => {
    const db = new Sqlite(path);
    db.exec(sql);
    db.close();
  };
  change("INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)");
  await t.rejects(openAt(path), { trouble: 'refused', message: /migration 9999 \(future\), which this version does not know/ });
  change("DELETE FROM schema_migrations WHERE number = 9999; UPDATE schema_migrations SET checksum = 'x' WHERE number = 1");
  await t.rejects(openAt(path), { trouble: 'refused', message: /must never be edited/ });
});

t.test('a migration that fails leaves the database as it was', async (t) => {
  const path = await filled(t);
  const known = readMigrations('sqlite');
  const broken = { number: known.length + 1, name: 'broken', checksum: 'x', text: 'CREATE TABLE half (id INTEGER); CREATE TABLE half (id INTEGER);' };
  t.throws(() => openSqlite(path, [...known, broken], START), { name: 'StoreError' });
  const db = new Sqlite(path, { readonly: true });
  t.equal(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'half'").pluck().get(), 0);
  t.equal(db.prepare('SELECT count(*) FROM schema_migrations').pluck().get(), known.length);
  db.close();
});

t.test('the wrong data key shows at the start, not at the first patient', async (t) => {
  const path = await filled(t);
  await t.rejects(openAt(path, { dataKey: new Uint8Array(32).fill(8) }), { trouble: 'refused', message: /DATA_KEY is not the key/ });
  const rotated = await openAt(path, { dataKey: new Uint8Array(32).fill(8), olderDataKeys: [DATA_KEY] });
  t.equal(await rotated.ready(), true);
  await rotated.close();
});

t.test('an address that is none of ours is refused by name', async (t) => {
  const open = (url: string) => openStore({ url, dataKey: DATA_KEY, clock: new TestClock(START), random: new Prng(1).bytes });
  for (const url of ['postgres://localhost/x', 'referral.db', 'sqlite:', 'mysql://x']) await t.rejects(open(url), { message: /DATABASE_URL must be sqlite:/ }, url);
});

t.test('what the engine says is told without a value of any row', async (t) => {
  const { store } = await freshStore(t);
  const client = { name: '张三', keyHash: 'hash', roles: [], institutionIds: [], area: null, createdAt: START, revokedAt: null };
  await store.write(CLERK, (unit) => unit.insertClient({ id: 'a', ...client }));
  await t.rejects(store.write(CLERK, (unit) => unit.insertClient({ id: 'b', ...client })), {
    name: 'StoreError', trouble: 'constraint', code: 'internal',
    message: 'the database refused a row that breaks one of its constraints: UNIQUE client.key_hash (SQLITE_CONSTRAINT_UNIQUE)',
  });
});

t.test('a full disk refuses what does not fit, keeps what was acknowledged and goes on', async (t) => {
  const { store, path } = await freshStore(t);
  await store.write(CLERK, async (unit) => unit.append(eventOf('kept')));
  const limit = new Sqlite(path);
  const pages = limit.pragma('page_count', { simple: true }) as number;
  limit.close();
  const full = await openedWithLimit(t, path, store.close.bind(store), pages + 30);
  const large = (subject: string) => full.write(CLERK, async (unit) => unit.append(eventOf(subject, { data: { text: 'x'.repeat(50_000) } })));
  const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => large(`large:${i}`)));
  t.ok(outcomes.some((o) => o.status === 'rejected'));
  for (const outcome of outcomes) if (outcome.status === 'rejected') t.match(outcome.reason, { name: 'StoreError', trouble: 'full', code: 'unavailable' });
  const kept = outcomes.filter((o) => o.status === 'fulfilled').length;
  await full.write(CLERK, async (unit) => unit.append(eventOf('small')));
  t.equal(await full.read((reads) => reads.lastSeq()), 2 + kept);
});

/** The same store with a file that may not grow beyond some pages: what a full disk is to the engine. */
async function openedWithLimit(t: Teardown, path: string, close: () => Promise<void>, pages: number) {
  await close();
  const original = Sqlite.prototype.pragma;
  Sqlite.prototype.pragma = function (this: Sqlite.Database, source, options) {
    if (source === 'synchronous = FULL') original.call(this, `max_page_count = ${pages}`);
    return original.call(this, source, options);
  };
  try {
    const store = await openAt(path);
    t.teardown(() => store.close());
    return store;
  } finally {
    Sqlite.prototype.pragma = original;
  }
}

t.test('figures for operations: what waits, what was done, how large the file is', async (t) => {
  const { store } = await freshStore(t);
  const written = Promise.all([1, 2].map(() => store.write(CLERK, async (unit) => unit.append(eventOf('a')))));
  t.match(store.stats(), { queued: 2, lastSeq: 0 });
  await written;
  const stats = store.stats();
  t.match(stats, { queued: 0, batches: 1, units: 2, lastBatch: 2, lastSeq: 2 });
  t.ok(stats.databaseBytes > 0 && stats.journalBytes > 0);
});
