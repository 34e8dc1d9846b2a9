import { chmodSync, mkdirSync, truncateSync } from 'node:fs';
import t, { type Test } from 'tap';
import { smallDisk, withoutPrivilege } from '../kit/disk.js';
import { ADMIN_KEY, scratch, startProgram, type Program } from '../kit/program.js';

/** The program on a disk that fills up, and where it may not write. */

const DATA_KEY = Buffer.alloc(32, 5).toString('base64');

interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function ask({ address }: Program, method: string, path: string, body?: object, key?: string): Promise<Said> {
  const response = await fetch(address + path, {
    method,
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`, 'accept-language': 'en',
      ...(body && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: /json/.test(String(response.headers.get('content-type'))) ? JSON.parse(text) : text };
}

/** Some 100 KB of master data. */
const large = (name: string) => ({
  name, level: 'primary', kind: 'community', district: '440103', departments: [], formulary: Array.from({ length: 350 }, (_, i) => `${i} ${'药'.repeat(95)}`),
});

const put = (program: Program, i: number): Promise<Said> => ask(program, 'PUT', `/v1/institutions/clinic-${i}`, large(`诊所 ${i}`));
const client = { name: '示例系统', area: '440100', roles: ['regulator'] };

/** Writes until nothing more goes in; how many did. */
async function writeUntilFull(program: Program, from: number): Promise<{ written: number; refused: Said }> {
  for (let i = from; ; i += 1) {
    const said = await put(program, i);
    if (said.status !== 201) return { written: i, refused: said };
  }
}

async function missing(program: Program, written: number): Promise<number[]> {
  const found = await Promise.all(Array.from({ length: written }, async (_, i) => ((await ask(program, 'GET', `/v1/institutions/clinic-${i}`)).status === 200 ? [] : [i])));
  return found.flat();
}

t.test('a full disk: 503 with the reason, reading goes on; with room again the same request is carried out, and nothing acknowledged is lost', async (t) => {
  const disk = await smallDisk(t);
  t.comment(`the disk is limited by a ${disk.kind}`);
  const program = await startProgram(t, { DATABASE_URL: `sqlite:${disk.folder}/referral.db`, DATA_KEY, RATE_LIMIT: '100000' }, disk.launcher);
  for (let i = 0; i < 10; i += 1) t.equal((await put(program, i)).status, 201);

  disk.fill(program.pid, 1_000_000);
  const { written, refused } = await writeUntilFull(program, 10);
  t.ok(written > 10 && written < 100, `${written} were written before it was full`);
  t.equal(refused.status, 503);
  t.match(refused.body, { code: 'unavailable', retryable: true, detail: disk.kind === 'limit' ? /cannot be read or written/ : /^The disk is full and nothing of this request was written/ });
  t.equal(refused.headers.get('retry-after'), '5');
  t.match((await ask(program, 'GET', '/metrics')).body, /^store_failing 1$/m);

  disk.fill(program.pid, 0);
  const posted = await ask(program, 'POST', '/v1/clients', { ...client, name: 'x'.repeat(60) }, 'kept-over-the-outage');
  if (posted.status !== 503) t.comment('the journal still had room for a small one');
  t.equal((await put(program, 0)).status, 200, 'what changes nothing needs no room');
  t.equal((await ask(program, 'GET', '/readyz')).status, 200, 'it serves what it has');
  t.strictSame(await missing(program, written), [], 'everything acknowledged is read');

  disk.makeRoom(program.pid);
  const again = await put(program, written);
  t.equal(again.status, 201, 'the very request that was refused');
  const repeated = await ask(program, 'POST', '/v1/clients', { ...client, name: 'x'.repeat(60) }, 'kept-over-the-outage');
  t.strictSame([repeated.status, repeated.headers.get('idempotency-replayed')], [201, posted.status === 201 ? 'true' : null]);
  t.match((await ask(program, 'GET', '/metrics')).body, /^store_failing 0$/m);
  t.match((await ask(program, 'GET', '/v1/events/verify')).body, { intact: true });
  t.strictSame(await missing(program, written + 1), []);
  t.equal(await program.stop(), 0);
});

t.test('a stop on a full disk is a stop in peace, and with room the service starts where it was', async (t) => {
  const disk = await smallDisk(t);
  const settings = { DATABASE_URL: `sqlite:${disk.folder}/referral.db`, DATA_KEY, RATE_LIMIT: '100000' };
  const program = await startProgram(t, settings, disk.launcher);
  disk.fill(program.pid, 1_000_000);
  const { written } = await writeUntilFull(program, 0);
  disk.fill(program.pid, 0);
  t.equal(await program.stop(), 0);
  if (disk.kind === 'file system') {
    disk.fill(0, 0);
    const crowded = await startProgram(t, settings, disk.launcher).then((program) => program.stop(), (error: Error) => error.message);
    t.match(String(crowded), /^0$|cannot start: cannot open .*referral\.db: the disk is full/, 'with no room at all it starts, or says why not');
    disk.makeRoom(0);
  }
  const restarted = await startProgram(t, settings, disk.launcher);
  t.strictSame(await missing(restarted, written), [], `all of ${written}`);
  t.match((await ask(restarted, 'GET', '/v1/events/verify')).body, { intact: true });
});

t.test('where the folder or the file may not be written, it does not start, and says which', async (t) => {
  const folder = scratch(t);
  t.teardown(() => chmodSync(folder, 0o755));
  const settings = { DATABASE_URL: `sqlite:${folder}/data/referral.db`, DATA_KEY };
  chmodSync(folder, 0o555);
  await refuses(t, settings, /cannot start: DATABASE_URL leads to .*data, which cannot be written \(EACCES\)/, 'a folder that cannot be made');
  chmodSync(folder, 0o755);
  mkdirSync(`${folder}/data`);
  chmodSync(`${folder}/data`, 0o555);
  await refuses(t, settings, /cannot start: cannot open .*referral\.db: .*this user may not write in the folder .*data$/m, 'a folder without files');
  await refuses(t, { ...settings, DATA_KEY: '' }, /cannot start: DATABASE_URL leads to .*referral\.db\.key, which cannot be written \(EACCES\)/, 'nor can the key be kept');
  chmodSync(`${folder}/data`, 0o755);
  await (await startProgram(t, settings)).stop();
  chmodSync(`${folder}/data`, 0o555);
  await refuses(t, settings, /this user may not write in the folder .*data$/m, 'a folder with files');
  chmodSync(`${folder}/data`, 0o755);
  chmodSync(`${folder}/data/referral.db`, 0o444);
  await refuses(t, settings, /cannot open .*referral\.db: .*this user may not write .*referral\.db$/m, 'a file');
  chmodSync(`${folder}/data/referral.db`, 0o644);
  t.equal((await ask(await startProgram(t, settings), 'GET', '/readyz')).status, 200, 'with the rights back it starts');
});

async function refuses(t: Test, settings: Readonly<Record<string, string>>, why: RegExp, what: string): Promise<void> {
  await t.rejects(startProgram(t, settings, withoutPrivilege()), why, what);
}

t.test('a damaged file does not start, in one sentence that names it and the way out', async (t) => {
  const DATABASE_URL = `sqlite:${scratch(t)}/referral.db`;
  const path = DATABASE_URL.slice('sqlite:'.length);
  await (await startProgram(t, { DATABASE_URL, DATA_KEY })).stop();
  truncateSync(path, 60_000);
  await t.rejects(startProgram(t, { DATABASE_URL, DATA_KEY }), /^the program ended with 1: referral-router cannot start: cannot open .*referral\.db: the database file is damaged: restore it from a backup .*\n$/);
});
