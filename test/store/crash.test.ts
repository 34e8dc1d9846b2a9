import { fork } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import t from 'tap';
import { isRefusal } from '../../src/kernel/problem.js';
import { openStore } from '../../src/store/open.js';
import { verifyChain } from '../../src/usecase/event/verify-chain.js';
import { DATA_KEY, freshFolder, START, TestClock } from '../kit/store.js';
import { CLERK } from './rows.js';

/** Lets a writer run until it has told `count` acknowledgements, then kills it without a word. */
async function storm(path: string, count: number): Promise<string[]> {
  const child = fork(join(import.meta.dirname, 'fixtures', 'writes.js'), [path], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const acknowledged: string[] = [];
  const gone = once(child, 'exit');
  child.on('message', (message) => {
    acknowledged.push(String(message));
    if (acknowledged.length === count) child.kill('SIGKILL');
  });
  await gone;
  return acknowledged;
}

t.test('kill -9 in the middle of a storm loses nothing acknowledged and keeps nothing half-done', async (t) => {
  const path = join(freshFolder(t), 'storm.db');
  const acknowledged: string[] = [];
  for (const count of [1, 700, 1_500]) acknowledged.push(...(await storm(path, count)));
  t.ok(acknowledged.length >= 2_201);

  const store = await openStore({ url: `sqlite:${path}`, dataKey: DATA_KEY, clock: new TestClock(START), random: randomBytes });
  t.teardown(() => store.close());
  let lost = 0;
  let answeredOtherwise = 0;
  for (const line of acknowledged) {
    const [key = '', id = ''] = line.split(' ');
    if ((await store.read((reads) => reads.referral(id))) === undefined) lost += 1;
    const again = await store.execute({
      actor: CLERK, idempotency: { scope: 'storm', key, requestHash: 'h' }, run: async () => 'again', answer: () => ({ status: 500, headers: {}, body: '' }),
    });
    if (isRefusal(again) || !again.replayed || again.answer.body !== id) answeredOtherwise += 1;
  }
  t.equal(lost, 0, `of ${acknowledged.length} acknowledged units`);
  t.equal(answeredOtherwise, 0, 'and each is answered again as it was');
  const verdict = await verifyChain(store.slices, CLERK, {});
  t.match(verdict, { intact: true });

  const db = new Sqlite(path, { readonly: true });
  t.teardown(() => db.close());
  const counted = db
    .prepare(
      `SELECT (SELECT count(*) FROM referral) AS referrals, (SELECT count(*) FROM reservation) AS reservations,
              (SELECT count(*) FROM place) AS places, (SELECT taken FROM session) AS taken, (SELECT count(*) FROM event) AS events,
              (SELECT max(seq) FROM event) AS lastEvent, (SELECT count(*) FROM answer) AS answers, (SELECT seq FROM tip) AS signed`,
    )
    .get() as Record<string, number>;
  t.equal(new Set(Object.values(counted)).size, 1, `every unit is there with all its rows or not at all: ${JSON.stringify(counted)}`);
  t.equal(db.pragma('integrity_check', { simple: true }), 'ok');
});
