import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, copyFileSync, existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import { readPlace } from '../../src/config.js';
import { openStore, type OpenStore } from '../../src/store/open.js';
import type { InstitutionInput } from '../../src/contract/institution.js';
import { backup } from '../../src/upkeep/backup.js';
import { sentenceOf } from '../../src/upkeep/command.js';
import { restore } from '../../src/upkeep/restore.js';
import { putInstitution } from '../../src/usecase/network/put-institution.js';
import { ADMIN_KEY, scratch, startProgram, type Program } from '../kit/program.js';
import { ADMIN, accepted } from '../kit/network.js';
import { ROOT } from '../kit/source.js';
import { START, TestClock } from '../kit/store.js';

/** The commands that save and restore a database, as an operator runs them. */

const DATA_KEY = Buffer.alloc(32, 9).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 8).toString('base64');

interface Ended {
  readonly code: number;
  readonly out: string;
  /** One sentence where it failed. */
  readonly why: string;
}

async function command(name: 'backup' | 'restore', args: readonly string[], settings: Readonly<Record<string, string>> = { DATA_KEY }): Promise<Ended> {
  try {
    const lines = await { backup, restore }[name](args, (url) => readPlace(url, settings));
    return { code: 0, out: lines.map((line) => `${line}\n`).join(''), why: '' };
  } catch (error) {
    return { code: 1, out: '', why: sentenceOf(error) };
  }
}

function refuses(t: Test, ended: Ended, why: RegExp, what: string): void {
  t.equal(ended.code, 1, what);
  t.match(ended.why, why, what);
  t.equal(ended.why.split('\n').length, 1, 'one sentence');
}

const institution = (n: number): InstitutionInput => ({ name: `诊所 ${n}`, level: 'primary', kind: 'community', district: '440103', departments: [] });

async function write({ address }: Program, n: number): Promise<number> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
  return (await fetch(`${address}/v1/institutions/clinic-${n}`, { method: 'PUT', headers, body: JSON.stringify(institution(n)) })).status;
}

const openAt = (path: string): Promise<OpenStore> =>
  openStore({ url: `sqlite:${path}`, dataKey: Buffer.from(DATA_KEY, 'base64'), clock: new TestClock(START), random: randomBytes });

/** A stopped database of `count` institutions. */
async function database(t: Test, count: number): Promise<string> {
  const path = join(scratch(t), 'referral.db');
  const store = await openAt(path);
  for (let n = 0; n < count; n += 1) await accepted(store.write(ADMIN, (unit) => putInstitution(unit, { id: `clinic-${n}`, body: institution(n) })));
  await store.close();
  return path;
}

/** The institutions that a service would find there. */
async function served(path: string): Promise<string[]> {
  const store = await openAt(path);
  const ids = await store.read(async (reads) => [...reads.network.institutions()].map(({ id }) => id));
  await store.close();
  return ids.sort();
}

const clinics = (count: number): string[] => Array.from({ length: count }, (_, n) => `clinic-${n}`).sort();

/** Changes a file as no service would. */
function behindItsBack(path: string, statement: string): void {
  const db = new Sqlite(path);
  db.exec(statement);
  db.close();
}

t.test('a backup of a running service holds what was acknowledged before it, for its owner alone, and has been read to the last page', async (t) => {
  const folder = scratch(t);
  const program = await startProgram(t, { DATABASE_URL: `sqlite:${folder}/live.db`, DATA_KEY });
  for (let n = 0; n < 20; n += 1) await write(program, n);
  const during = Array.from({ length: 40 }, (_, n) => write(program, 20 + n));
  const { code, out, why } = await command('backup', ['--from', `sqlite:${folder}/live.db`, '--to', `${folder}/copy.db`]);
  t.strictSame([code, why], [0, '']);
  t.match(out, /^\S+copy\.db: \d+\.\d MB, migration \d+, every page read\n0 referrals, 0 reservations, 0 transfers, \d+ events\nthe log ends at \d+, signed .*, whole\nhead \{"seq":\d+,/);
  t.equal(statSync(`${folder}/copy.db`).mode & 0o777, 0o600);
  t.strictSame(readdirSync(folder).filter((name) => name.startsWith('copy')), ['copy.db'], 'nothing lies beside it');
  await Promise.all(during);
  await program.stop();

  const checked = await command('backup', ['--check', `${folder}/copy.db`], { DATABASE_URL: `sqlite:${folder}/live.db`, DATA_KEY });
  t.equal(checked.out, out, 'looked at again it is the same');
  const held = await served(`${folder}/copy.db`);
  t.strictSame(clinics(20).filter((id) => !held.includes(id)), []);
});

t.test('a backup overwrites nothing, and says what it misses', async (t) => {
  const path = await database(t, 1);
  const from = ['--from', `sqlite:${path}`];
  const folder = scratch(t);
  writeFileSync(`${folder}/mine`, 'mine');
  refuses(t, await command('backup', [...from, '--to', `${folder}/mine`]), /mine is there already: a backup overwrites nothing\.$/m, 'a file of that name');
  t.equal(readFileSync(`${folder}/mine`, 'utf8'), 'mine');
  writeFileSync(`${folder}/cut.db.part`, '');
  refuses(t, await command('backup', [...from, '--to', `${folder}/cut.db`]), /cut\.db\.part is there: another backup is being written, or one was cut off/, 'another at work');
  refuses(t, await command('backup', ['--from', `sqlite:${folder}/none.db`, '--to', `${folder}/a.db`]), /There is no database .*none\.db/, 'no original');
  refuses(t, await command('backup', [...from, '--to', `${folder}/nowhere/a.db`]), /nowhere\/a\.db\.part cannot be read or written \(ENOENT\)/, 'no such folder');
  refuses(t, await command('backup', []), /^npm run backup -- --to FILE/, 'no name');
  refuses(t, await command('backup', ['--onto', 'x']), /Unknown option '--onto'/, 'a misspelt option');
  refuses(t, await command('backup', ['--from', 'postgres://db/x', '--to', `${folder}/a.db`]), /pg_dump/, 'a server');
  refuses(t, await command('backup', [...from, '--to', `${folder}/a.db`], { DATA_KEY: OTHER_KEY }), /DATA_KEY is not the key/, 'another key');
  t.strictSame(readdirSync(folder).sort(), ['cut.db.part', 'mine']);
});

t.test('without the data key a backup is made all the same, and says that nobody vouches for the signatures', async (t) => {
  const path = await database(t, 1);
  const { code, out } = await command('backup', ['--from', `sqlite:${path}`, '--to', `${path}.copy`], {});
  t.equal(code, 0);
  t.match(out, /\(no data key at hand: signatures not checked\), whole/);
});

t.test('of a damaged database no backup is kept', async (t) => {
  const path = await database(t, 60);
  const bytes = readFileSync(path);
  const db = new Sqlite(path, { readonly: true });
  const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'event'").pluck().get() as number;
  db.close();
  writeFileSync(path, bytes.fill(0, root * 4_096 - 4_096, root * 4_096));
  const folder = scratch(t);
  refuses(t, await command('backup', ['--from', `sqlite:${path}`, '--to', `${folder}/a.db`]), /damaged/, 'a page of zeros');
  t.strictSame(readdirSync(folder), []);
});

t.test('a log that was tampered with is backed up as it is, and the operator is told', async (t) => {
  const path = await database(t, 5);
  behindItsBack(path, "UPDATE event SET subject = 'institution:another' WHERE seq = 3");
  refuses(t, await command('backup', ['--from', `sqlite:${path}`, '--to', `${path}.copy`]), /copy is written, but the log in it is not whole: edited at 3\.$/m, 'backup');
  refuses(t, await command('backup', ['--check', `${path}.copy`]), /is not whole: edited at 3\.$/m, 'check');
  const target = join(scratch(t), 'referral.db');
  refuses(t, await command('restore', ['--from', `${path}.copy`, '--to', `sqlite:${target}`]), /not whole: edited at 3\. An older backup may be better/, 'restore');
  t.notOk(existsSync(target));
  t.equal((await command('restore', ['--from', `${path}.copy`, '--to', `sqlite:${target}`, '--accept-faults'])).code, 0, 'unless it is all there is');
  t.strictSame(await served(target), clinics(5));
});

t.test('a restoration waits for the stop of the service, replaces nothing unasked, and moves aside what was there', async (t) => {
  const backup = `${scratch(t)}/backup.db`;
  const path = await database(t, 3);
  t.equal((await command('backup', ['--from', `sqlite:${path}`, '--to', backup])).code, 0);
  const program = await startProgram(t, { DATABASE_URL: `sqlite:${path}`, DATA_KEY });
  await write(program, 3);
  const restore = ['--from', backup, '--to', `sqlite:${path}`];
  refuses(t, await command('restore', [...restore, '--replace']), /another process already serves .*: stop it first/, 'while it runs');
  t.equal(await write(program, 4), 201, 'which is not disturbed');
  await program.stop();
  refuses(t, await command('restore', restore), /referral\.db is there already: --replace moves it aside/, 'unasked');
  refuses(t, await command('restore', [...restore, '--replace'], { DATA_KEY: OTHER_KEY }), /DATA_KEY is not the key/, 'with the key of another');
  writeFileSync(`${path}.restoring`, 'what a restoration left that was cut off');

  const { code, out } = await command('restore', [...restore, '--replace']);
  t.equal(code, 0);
  t.match(out, /^what stood there lies in .*referral\.db\.replaced-1$/m);
  t.strictSame(readdirSync(join(path, '..')).sort(), ['referral.db', 'referral.db.lock', 'referral.db.replaced-1']);
  t.strictSame(await served(path), clinics(3));
  t.strictSame(await served(`${path}.replaced-1/referral.db`), clinics(5), 'nothing is lost');
  t.equal((await command('restore', [...restore, '--replace'])).code, 0);
  t.ok(existsSync(`${path}.replaced-2/referral.db`), 'and again');
});

t.test('what a link leads to is restored and waited for, not the link', async (t) => {
  const path = await database(t, 2);
  const folder = scratch(t);
  const link = `${folder}/link.db`;
  symlinkSync(path, link);
  t.equal((await command('backup', ['--from', `sqlite:${link}`, '--to', `${folder}/backup.db`])).code, 0);
  refuses(t, await command('restore', ['--from', link, '--to', `sqlite:${path}`, '--replace']), /is where it would be restored to/, 'the same file by two names');
  const restore = ['--from', `${folder}/backup.db`, '--to', `sqlite:${link}`, '--replace'];
  const store = await openAt(path);
  refuses(t, await command('restore', restore), /another process already serves/, 'while it is served by its other name');
  await store.close();
  t.equal((await command('restore', restore)).code, 0);
  t.ok(lstatSync(link).isSymbolicLink());
  t.ok(existsSync(`${path}.replaced-1/referral.db`));
  t.strictSame(await served(path), clinics(2));
});

t.test('a backup that is damaged, of another program or of a newer version is not restored, and what was there stays', async (t) => {
  const path = await database(t, 2);
  const before = readFileSync(path);
  const folder = scratch(t);
  const sound = `${folder}/sound.db`;
  t.equal((await command('backup', ['--from', `sqlite:${path}`, '--to', sound])).code, 0);
  const bad: Readonly<Record<string, (file: string) => void>> = {
    'cut in the middle': (file) => writeFileSync(file, readFileSync(file).subarray(0, 30_000)),
    'of another program': (file) => {
      writeFileSync(file, '');
      behindItsBack(file, 'CREATE TABLE bookmarks (id INTEGER PRIMARY KEY)');
    },
    'of a newer version': (file) => behindItsBack(file, "INSERT INTO schema_migrations VALUES (999, 'future', 'x', 0)"),
    'no database': (file) => writeFileSync(file, '备份'.repeat(9_999)),
  };
  for (const [what, spoil] of Object.entries(bad)) {
    const file = `${folder}/${what.replaceAll(' ', '-')}.db`;
    copyFileSync(sound, file);
    spoil(file);
    refuses(t, await command('restore', ['--from', file, '--to', `sqlite:${path}`, '--replace']), /damaged|no SQLite database|no database of this service|does not know/, what);
  }
  refuses(t, await command('restore', ['--from', `${folder}/none.db`, '--to', `sqlite:${path}`]), /There is no file .*none\.db/, 'missing');
  refuses(t, await command('restore', ['--from', path, '--to', `sqlite:${path}`, '--replace']), /is where it would be restored to/, 'itself');
  t.strictSame(readFileSync(path), before);
  t.strictSame(readdirSync(join(path, '..')).filter((name) => !/(\.lock|-wal|-shm)$/.test(name)), ['referral.db']);
});

t.test('what is restored belongs to whose folder it is, also where root does it', async (t) => {
  const path = await database(t, 1);
  const folder = scratch(t);
  const { uid } = userInfo();
  const owner = uid === 0 ? 65_534 : uid;
  if (uid === 0) chownSync(folder, owner, owner);
  t.equal((await command('restore', ['--from', path, '--to', `sqlite:${folder}/referral.db`])).code, 0);
  for (const name of ['referral.db', 'referral.db.lock']) t.equal(statSync(join(folder, name)).uid, owner, name);
});

t.test('on the command line a failure is a sentence and the exit code 1', (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/src/upkeep/main.js'), 'restore', '--from', 'nowhere.db'], { encoding: 'utf8' });
  t.strictSame([status, stdout, stderr], [1, '', 'There is no file nowhere.db.\n']);
  t.end();
});
