import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import { Prng } from '../../src/kernel/prng.js';
import { openStore, type WholeStore } from '../../src/store/open.js';
import { DATA_KEY, freshFolder, freshStore, START, TestClock, type Fixture, type Teardown } from '../kit/store.js';
import { AREA, CLERK, eventOf } from './rows.js';

/** What is left after an accident: never served where something acknowledged would be missing, never touched where it is not served. */

const FILES = ['', '-wal', '-shm', '.lock'] as const;
type Files = Partial<Record<(typeof FILES)[number], Buffer>>;

const openAt = (path: string): Promise<WholeStore> => openStore({ url: `sqlite:${path}`, dataKey: DATA_KEY, clock: new TestClock(START), random: new Prng(1).bytes });

/** The files as they stand this instant, as after a kill. */
function filesOf(path: string): Files {
  return Object.fromEntries(FILES.flatMap((suffix) => (existsSync(path + suffix) ? [[suffix, readFileSync(path + suffix)]] : [])));
}

/** Those files in a folder of their own. */
function laid(t: Teardown, files: Files): string {
  const path = join(freshFolder(t), 'referral.db');
  for (const suffix of FILES) {
    const bytes = files[suffix];
    if (bytes) writeFileSync(path + suffix, bytes);
  }
  return path;
}

const write = (store: WholeStore, subject: string, characters = 10) => store.write(CLERK, async (unit) => unit.append(eventOf(subject, { data: { text: 'x'.repeat(characters) } })));

/** A store in the middle of its work: `count` commits, all of them still in the journal alone or in what a checkpoint left. */
async function working(t: Teardown, count: number): Promise<Fixture> {
  const fixture = await freshStore(t);
  for (let i = 1; i <= count; i += 1) await write(fixture.store, `commit:${i}`, 3_000);
  return fixture;
}

const { store, path } = await working(t, 9);
const nine = filesOf(path);
await write(store, 'commit:10', 9_000);
const ten = filesOf(path);

const FRAME = 24 + 4_096;
const frames = (files: Files): number => (files['-wal']!.length - 32) / FRAME;

function cut(files: Files, length: number): Buffer {
  return files['-wal']!.subarray(0, length);
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at]! ^= 0x10;
  return changed;
}

const endOf = (files: Files): number => files['-wal']!.length;
const IN_FRAME_3 = 32 + 2 * FRAME + 200;
const IN_THE_LAST_COMMIT = endOf(nine) + 24 + 100;

/** A journal that was begun anew: what is left of the longer round before stands behind it. */
async function begunAnew(t: Teardown): Promise<Files> {
  const fixture = await working(t, 12);
  const other = new Sqlite(fixture.path);
  other.pragma('wal_checkpoint(RESTART)');
  other.close();
  await write(fixture.store, 'commit:13');
  return filesOf(fixture.path);
}

const again = await begunAnew(t);

/** A journal that was copied back to its last frame and is still there: the next commit begins it anew. */
async function copiedBack(t: Teardown): Promise<Files> {
  const fixture = await working(t, 9);
  const other = new Sqlite(fixture.path);
  other.pragma('wal_checkpoint(PASSIVE)');
  other.close();
  return filesOf(fixture.path);
}

const copied = await copiedBack(t);

/** The journal copied back: a file whose pages are all in their places. */
async function stopped(t: Teardown): Promise<Buffer> {
  const fixture = await working(t, 60);
  await fixture.store.close();
  return readFileSync(fixture.path);
}

const whole = await stopped(t);
const pages = whole.length / 4_096;

interface Accident {
  readonly what: string;
  readonly files: Files;
  /** Events that are served; or why none is. */
  readonly then: number | RegExp;
}

const ACCIDENTS: readonly Accident[] = [
  { what: 'a kill', files: ten, then: 10 },
  { what: 'a power cut: the index of the journal is gone', files: { ...ten, '-shm': undefined }, then: 10 },
  { what: 'a power cut while commit 10 was being written', files: { ...nine, '-wal': cut(ten, endOf(nine) + FRAME + 700) }, then: 9 },
  { what: 'the same, with what was acknowledged behind a tear of its first frame', files: { ...nine, '-wal': flipped(ten['-wal']!, IN_THE_LAST_COMMIT) }, then: 9 },
  { what: 'a journal begun anew over a longer one', files: again, then: 13 },
  { what: 'the same after a power cut', files: { ...again, '-shm': undefined }, then: 13 },
  { what: 'a power cut while a journal that was copied back was begun anew: its head is torn', files: { ...copied, '-wal': flipped(copied['-wal']!, 14), '-shm': undefined }, then: 9 },
  { what: 'a journal cut in the middle', files: { ...ten, '-wal': cut(ten, 32 + 4 * FRAME + 99) }, then: /journal .*-wal is damaged, .*: it ends at frame 4 of at least \d+\. Keep both files/ },
  { what: 'a journal cut at the end of a commit', files: { ...ten, '-wal': cut(ten, endOf(nine)) }, then: new RegExp(`it ends at frame ${frames(nine)} of at least ${frames(ten)}`) },
  { what: 'a bit of a page in the journal', files: { ...ten, '-wal': flipped(ten['-wal']!, IN_FRAME_3) }, then: /it ends at frame 2 of at least/ },
  { what: 'a bit of a page in the journal, seen after a power cut', files: { ...ten, '-wal': flipped(ten['-wal']!, IN_FRAME_3), '-shm': undefined }, then: /it is damaged at frame 3, and commits stand behind that/ },
  { what: 'a bit of a salt in the journal', files: { ...ten, '-wal': flipped(ten['-wal']!, 32 + FRAME + 9), '-shm': undefined }, then: /it is damaged at frame 2,/ },
  { what: 'the head of the journal', files: { ...ten, '-wal': flipped(ten['-wal']!, 20), '-shm': undefined }, then: /it is damaged at its head,/ },
  { what: 'the journal without its file', files: { ...ten, '': undefined }, then: /the file is missing, though its journal .* is there/ },
  { what: 'the file emptied', files: { ...ten, '': Buffer.alloc(0) }, then: /the file is empty, though its journal .* is there/ },
  { what: 'the file emptied, long after a clean stop', files: { '.lock': ten['.lock']!, '': Buffer.alloc(0) }, then: /the file is empty, though it was served before/ },
];

for (const { what, files, then } of ACCIDENTS) {
  t.test(`${what}: ${typeof then === 'number' ? `${then} commits are served` : 'no start, and nothing is touched'}`, (t) => holds(t, files, then));
}

/** Bytes of a page overwritten, as by a disk that mixed up two blocks. */
function scribbled(page: number): Buffer {
  return Buffer.concat([whole.subarray(0, page * 4_096), Buffer.alloc(4_096, 0x5a), whole.subarray((page + 1) * 4_096)]);
}

/** Where a page of the tree of events begins: an inner or leaf page of a table, by its first byte. */
const leaf = Array.from({ length: pages }, (_, i) => i).filter((i) => whole[i * 4_096] === 0x0d).at(-1)!;

const DAMAGES: readonly (readonly [string, Buffer])[] = [
  ['a file cut in the middle of a page', whole.subarray(0, 20 * 4_096 + 1_000)],
  ['a file cut by its last page', whole.subarray(0, whole.length - 4_096)],
  ['a head of zeros', Buffer.concat([Buffer.alloc(100), whole.subarray(100)])],
  ['a page overwritten', scribbled(leaf)],
  ['a page of zeros', Buffer.concat([whole.subarray(0, leaf * 4_096), Buffer.alloc(4_096), whole.subarray((leaf + 1) * 4_096)])],
  ['a bit of the count of cells of a page', flipped(whole, leaf * 4_096 + 3)],
  ['a bit of a pointer within a page', flipped(whole, leaf * 4_096 + 8)],
];

for (const [what, file] of DAMAGES) {
  t.test(`${what}: no start, and nothing is touched`, (t) => holds(t, { '': file }, /cannot open .*referral\.db: .*(damaged|no SQLite database)/));
}

async function holds(t: Test, files: Files, then: number | RegExp): Promise<void> {
  const path = laid(t, files);
  if (typeof then === 'number') {
    const store = await openAt(path);
    t.equal(await store.read((reads) => reads.lastSeq()), then);
    await write(store, 'later');
    t.equal(await store.read((reads) => reads.lastSeq()), then + 1, 'and the log goes on');
    await store.close();
    return;
  }
  await t.rejects(openAt(path), { name: 'StoreError', trouble: 'corrupt', message: then });
  const after = filesOf(path);
  t.strictSame(after[''], files[''], 'the file is as it was');
  t.strictSame(after['-wal'] ?? Buffer.alloc(0), files['-wal'] ?? Buffer.alloc(0), 'and so is its journal');
}

t.test('an accident of the past is settled at the start: the next one is judged by itself', async (t) => {
  const path = laid(t, { ...nine, '-wal': cut(ten, endOf(nine) + FRAME + 700) });
  const store = await openAt(path);
  t.equal(readFileSync(`${path}-wal`).length, 0, 'what the journal held is in the file');
  await store.close();
});

t.test('pages that break while the service runs: 503 with the reason, and nothing more goes into the file', async (t) => {
  const fixture = await freshStore(t);
  await write(fixture.store, 'before');
  const path = laid(t, await closed(fixture));
  const running = await openAt(path);
  const bytes = readFileSync(path);
  for (const page of pagesOf(path, 'referral')) bytes.fill(0x5a, page * 4_096, (page + 1) * 4_096);
  writeFileSync(path, bytes);
  const into = running.write(CLERK, async (unit) => void (await unit.referral(unit.ids.next(AREA))));
  await t.rejects(into, { name: 'StoreError', trouble: 'corrupt', code: 'unavailable', detail: { en: /damaged and must be restored/ } });
  await t.rejects(write(running, 'elsewhere'), { trouble: 'corrupt', message: /nothing more is written/ });
  t.equal(running.writerStats().failing, 'corrupt');
  await running.close();
});

/** The pages, counted from 0, at which a table and its indexes begin. */
function pagesOf(path: string, table: string): number[] {
  const db = new Sqlite(path, { readonly: true });
  const roots = db.prepare('SELECT rootpage - 1 FROM sqlite_schema WHERE tbl_name = ? AND rootpage > 0').pluck().all(table) as number[];
  db.close();
  return roots;
}

t.test('a log whose end is not what was signed is served, and the operator is told', async (t) => {
  const fixture = await freshStore(t);
  t.equal(fixture.store.doubt, undefined, 'an empty log');
  for (let i = 0; i < 3; i += 1) await write(fixture.store, `commit:${i}`);
  t.equal((await fixture.reopen()).doubt, undefined, 'a sound one');
  for (const change of ["UPDATE event SET subject = 'another' WHERE seq = 3", 'DELETE FROM event WHERE seq = 3', 'DELETE FROM tip']) {
    const files = await closed(fixture);
    const path = laid(t, files);
    const db = new Sqlite(path);
    db.exec(change);
    db.close();
    const store = await openAt(path);
    t.match(store.doubt, /^the log ends at [23] otherwise than it was signed/, change);
    await store.close();
  }
});

async function closed(fixture: Fixture): Promise<Files> {
  await fixture.store.close();
  const { '': file } = filesOf(fixture.path);
  return { '': file! };
}
