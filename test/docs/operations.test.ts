import { copyFileSync } from 'node:fs';
import t from 'tap';
import { ADMIN_KEY, scratch, scriptsOf, shell, startProgram, type Program } from '../kit/program.js';
import { read } from '../kit/source.js';

/** What the handbook tells an operator to do, done. */
const handbook = read('docs/operations.md');

function ask(program: Program, method: string, path: string, body?: object): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${ADMIN_KEY}` };
  if (body) headers['content-type'] = 'application/json';
  return fetch(program.address + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

function write(program: Program, number: number): Promise<Response> {
  return ask(program, 'PUT', `/v1/institutions/clinic-${number}`, { name: `诊所 ${number}`, level: 'primary', kind: 'community', district: '440103', departments: [] });
}

t.test('a live database is backed up while it is written, and what the backup holds can be served again', async (t) => {
  const folder = scratch(t);
  const program = await startProgram(t, { DATABASE_URL: `sqlite:${folder}/live.db` });
  for (let i = 0; i < 20; i += 1) await write(program, i);

  const scripts = scriptsOf(handbook.replace(/^ {3}/gm, ''));
  const at = (script: string): string => script.replace('FROM=sqlite:./data/referral.db', `FROM=sqlite:${folder}/live.db`).replace('BACKUP=referral-backup.db', `BACKUP=${folder}/backup.db`);
  const [saving = '', looking = '', restoring = ''] = scripts;
  t.strictSame([scripts.length, ...[saving, looking, restoring].map((script) => /-- --\w+/.exec(script)?.[0])], [3, '-- --from', '-- --check', '-- --from']);
  const settings = { DATABASE_URL: `sqlite:${folder}/live.db` };
  const [said] = await Promise.all([shell(at(saving), settings), ...Array.from({ length: 20 }, (_, i) => write(program, 20 + i))]);
  t.match(said, /every page read\n0 referrals, .* \d+ events\nthe log ends at \d+, signed .*, whole$/m, 'the backup is made');
  const names = at(saving).split('\n').slice(0, 2).join('\n');
  t.equal(await shell(`${names}\n${looking}`, settings), said, 'and can be read');
  await t.rejects(shell(`${names}\n${restoring}`, settings), /another process already serves/, 'it is not restored under a running service');
  t.equal(await program.stop(), 0);

  copyFileSync(`${folder}/backup.db`, `${folder}/elsewhere.db`);
  await t.rejects(startProgram(t, { DATABASE_URL: `sqlite:${folder}/elsewhere.db` }), /key file .* is missing/, 'without the key it is of no use, and says so');
  t.match(await shell(`${names}\n${restoring}`, settings), /^what stood there lies in .*live\.db\.replaced-1$/m);
  const restored = await startProgram(t, settings);
  t.equal((await ask(restored, 'GET', '/v1/institutions/clinic-19')).status, 200, 'what was written before the backup is there');
  t.match(await (await ask(restored, 'GET', '/v1/events/verify')).json(), { intact: true }, 'the log is whole up to the backup');
  t.equal((await write(restored, 99)).status, 201, 'and goes on from there');
});

t.test('the handbook names every setting that the program reads, and no other', async (t) => {
  const named = [...handbook.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((m) => m[1]!);
  const known = [...read('src/config.ts').matchAll(/(?:setting\(env|wholeNumber\(env|oneOf\(env), '([A-Z_]+)'/g)].map((m) => m[1]!);
  t.same([...named].sort(), [...new Set(known)].sort());
});

t.test('the handbook names the metrics that there are', async (t) => {
  const folder = scratch(t);
  const program = await startProgram(t, { DATABASE_URL: `sqlite:${folder}/referral.db` });
  const offered = await (await ask(program, 'GET', '/metrics')).text();
  const named = [...handbook.matchAll(/^\| `([a-z0-9]+(?:_[a-z0-9]+)+)`/gm)].map((m) => m[1]!);
  t.ok(named.length >= 5, 'there is a table of them');
  t.same(named.filter((name) => !offered.includes(`# HELP ${name} `)), []);
});

t.test('a wrong setting stops the start with a sentence that names it', async (t) => {
  const folder = scratch(t);
  const wrong = { PORT: '70000', LOG_LEVEL: 'loud', RATE_LIMIT: '0', DATA_KEY: 'short', DATABASE_URL: 'mysql://db', TEST_CLOCK: 'tomorrow' };
  for (const [name, value] of Object.entries(wrong)) {
    await t.rejects(startProgram(t, { DATABASE_URL: `sqlite:${folder}/referral.db`, [name]: value }), new RegExp(`cannot start: .*${name}`), `${name}=${value}`);
  }
});
