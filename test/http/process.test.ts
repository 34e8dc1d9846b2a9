import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { ADMIN_KEY, scratch, startProgram } from '../kit/program.js';
import { ROOT } from '../kit/source.js';

/** The built program as an operator meets it. */

const MAIN = join(ROOT, 'dist/src/main.js');
const quarter = { name: '示例系统', area: '440100', roles: ['regulator'] };

function post(address: string, key: string, idempotencyKey: string, body: unknown): Promise<Response> {
  return fetch(`${address}/v1/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
    body: JSON.stringify(body),
  });
}

t.test('the first start makes a key file for its owner alone and says the key of the administrator once; the second makes neither', async (t) => {
  const folder = scratch(t);
  const settings = { DATABASE_URL: `sqlite:${folder}/data/referral.db`, ADMIN_KEY: '' };
  const first = await startProgram(t, settings);
  t.match(first.address, /^http:\/\/127\.0\.0\.1:[1-9]\d+$/, 'PORT=0 takes a free port, and the log says which');
  const keyFile = `${folder}/data/referral.db.key`;
  t.equal(statSync(keyFile).mode & 0o777, 0o600);
  const dataKey = readFileSync(keyFile, 'utf8');
  const said = [...first.output().matchAll(/^Key of the administrator, shown this once: (\S+)$/gm)].map((line) => line[1] ?? '');
  t.equal(said.length, 1);
  const [key = ''] = said;
  t.equal((await post(first.address, key, 'one', quarter)).status, 201, 'the key works');
  t.notOk(first.output().includes(dataKey.trim()), 'the data key is never said');
  t.equal(await first.stop(), 0);

  const second = await startProgram(t, settings);
  t.notMatch(second.output(), 'Key of the administrator');
  t.equal(readFileSync(keyFile, 'utf8'), dataKey);
  const again = await post(second.address, key, 'one', quarter);
  t.strictSame([again.status, again.headers.get('idempotency-replayed')], [201, 'true'], 'the key and what it did outlast the restart');
});

t.test('a second process does not start on the file of a first, and says why', async (t) => {
  const folder = scratch(t);
  const first = await startProgram(t, { DATABASE_URL: `sqlite:${folder}/referral.db` });
  symlinkSync(`${folder}/referral.db`, `${folder}/link.db`);
  for (const name of ['referral.db', 'link.db']) {
    const { status, stderr } = spawnSync(process.execPath, [MAIN], { encoding: 'utf8', env: { DATABASE_URL: `sqlite:${folder}/${name}`, PORT: '0', ADMIN_KEY } });
    t.equal(status, 1, name);
    t.match(stderr, /^referral-router cannot start: another process already serves [^\n]+\n$/, 'one sentence, no stack');
  }
  t.equal((await fetch(`${first.address}/readyz`)).status, 200, 'the first goes on');
});

t.test('SIGTERM in the middle of a request: it is finished and answered, then the program leaves with 0', async (t) => {
  const program = await startProgram(t, { DATABASE_URL: `sqlite:${scratch(t)}/referral.db` });
  const body = JSON.stringify(quarter);
  const sent = request(`${program.address}/v1/clients`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'idempotency-key': 'late', expect: '100-continue' },
  });
  const answer = once(sent, 'response');
  sent.flushHeaders();
  await once(sent, 'continue'); // the service has the head and waits for the body
  const left = program.stop();
  await refusedConnections(program.address);
  sent.end(body);
  const [response] = (await answer) as [{ statusCode: number; resume(): void }];
  response.resume();
  t.equal(response.statusCode, 201);
  t.equal(await left, 0);
});

/** Resolves once nobody listens any more. */
async function refusedConnections(address: string): Promise<void> {
  for (;;) {
    const accepted = await fetch(`${address}/livez`).then((response) => response.arrayBuffer(), () => null);
    if (accepted === null) return;
  }
}

t.test('kill -9 in a storm of POSTs: what was acknowledged is answered again, and nothing has happened twice', async (t) => {
  const DATABASE_URL = `sqlite:${scratch(t)}/referral.db`;
  const child = spawn(process.execPath, [MAIN], { env: { DATABASE_URL, PORT: '0', ADMIN_KEY, LOG_LEVEL: 'info' }, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => void child.kill('SIGKILL'));
  const gone = once(child, 'exit');
  const address = await new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('"listening"')) resolve((JSON.parse(line) as { url: string }).url);
    });
  });
  const acknowledged = new Map<string, string>();
  const storm = Array.from({ length: 200 }, async (_, i) => {
    const key = `storm-${i}`;
    const answer = await post(address, ADMIN_KEY, key, { ...quarter, name: key }).then(async (response) => ({ status: response.status, text: await response.text() }), () => null);
    if (answer?.status === 201) acknowledged.set(key, answer.text);
    if (acknowledged.size === 40) child.kill('SIGKILL');
  });
  await Promise.all(storm);
  await gone;
  t.ok(acknowledged.size >= 40 && acknowledged.size <= 200, `${acknowledged.size} were acknowledged`);

  const again = await startProgram(t, { DATABASE_URL, RATE_LIMIT: '100000' });
  const wrong: string[] = [];
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const key = `storm-${i}`;
      const response = await post(again.address, ADMIN_KEY, key, { ...quarter, name: key });
      const text = await response.text();
      const before = acknowledged.get(key);
      if (response.status !== 201) wrong.push(`${key} answered ${response.status}`);
      if (before !== undefined && (text !== before || response.headers.get('idempotency-replayed') !== 'true')) wrong.push(`${key} was acknowledged and is answered otherwise`);
    }),
  );
  t.strictSame(wrong, []);
  t.strictSame(await clientNames(again.address), Array.from({ length: 200 }, (_, i) => `storm-${i}`).sort(), 'each once');
});

async function clientNames(address: string): Promise<string[]> {
  const names: string[] = [];
  for (let cursor = ''; ; ) {
    const response = await fetch(`${address}/v1/clients?limit=100${cursor}`, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
    const page = (await response.json()) as { data: { name: string }[]; nextCursor: string | null };
    names.push(...page.data.map(({ name }) => name));
    if (page.nextCursor === null) return names.sort();
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}
