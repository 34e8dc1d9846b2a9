import Sqlite from 'better-sqlite3';
import t from 'tap';
import { isRefusal } from '../../src/kernel/problem.js';
import { CHECKPOINT_EVERY } from '../../src/domain/chain.js';
import type { WholeStore } from '../../src/store/open.js';
import { verifyChain } from '../../src/usecase/event/verify-chain.js';
import { freshStore, type Fixture } from '../kit/store.js';
import { CLERK, eventOf, transferOf } from './rows.js';

/** Somebody with access to the file changes the log; the check of the running service must tell. */

async function faults(store: WholeStore): Promise<string[]> {
  const verdict = await verifyChain(store.slices, CLERK, {});
  if (isRefusal(verdict)) throw new Error(verdict.code);
  return verdict.faults.map(({ seq, fault }) => `${seq} ${fault}`);
}

/** A log of ten events, written in three batches. */
async function tenEvents(t: { teardown(fn: () => void | Promise<void>): void }): Promise<Fixture> {
  const fixture = await freshStore(t);
  for (const size of [3, 3, 4]) {
    await Promise.all(Array.from({ length: size }, (_, i) => fixture.store.write(CLERK, async (unit) => unit.append(eventOf(`e:${i}`)))));
  }
  return fixture;
}

/** While the service runs, as another program would. */
function behindItsBack(fixture: Fixture, ...statements: string[]): void {
  const db = new Sqlite(fixture.path);
  for (const statement of statements) db.exec(statement);
  db.close();
}

const attacks: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['nothing', [], []],
  ['an event edited', ["UPDATE event SET subject = 'e:9' WHERE seq = 4"], ['4 edited']],
  ['what it says edited', [`UPDATE event SET data = '{"to":"accepted"}' WHERE seq = 4`], ['4 edited']],
  ['what it says damaged beyond reading', [`UPDATE event SET data = '{"to":"acc' WHERE seq = 4`], ['4 edited']],
  ['an event removed', ['DELETE FROM event WHERE seq = 4'], ['4 missing']],
  ['an event removed and the rest moved up', ['DELETE FROM event WHERE seq = 4', 'UPDATE event SET seq = seq - 1 WHERE seq > 4'], ['4 swapped', '5 swapped', '6 swapped', '7 swapped', '8 swapped', '9 swapped', '10 cut-off']],
  ['two events swapped', ['UPDATE event SET seq = 999 WHERE seq = 4', 'UPDATE event SET seq = 4 WHERE seq = 7', 'UPDATE event SET seq = 7 WHERE seq = 999'], ['4 swapped', '7 swapped']],
  ['the tail cut off', ['DELETE FROM event WHERE seq > 8'], ['9 cut-off']],
  ['the tail and its head cut off', ['DELETE FROM event WHERE seq > 8', 'DELETE FROM tip'], ['1 bad-signature']],
  ['the tail cut off and the head set back', ['DELETE FROM event WHERE seq > 8', 'UPDATE tip SET seq = 8, hash = (SELECT hash FROM event WHERE seq = 8)'], ['8 bad-signature']],
];

for (const [attack, statements, found] of attacks) {
  t.test(`${attack}: ${found.join(', ') || 'intact'}`, async (t) => {
    const fixture = await tenEvents(t);
    behindItsBack(fixture, ...statements);
    t.strictSame(await faults(fixture.store), found);
  });
}

t.test('a tail cut off while the service was down still shows after it has gone on', async (t) => {
  const fixture = await tenEvents(t);
  await fixture.store.close();
  behindItsBack(fixture, 'DELETE FROM event WHERE seq > 8');
  await fixture.reopen();
  t.strictSame(await faults(fixture.store), ['9 cut-off']);
  for (let i = 0; i < 4; i++) await fixture.store.write(CLERK, async (unit) => unit.append(eventOf('later')));
  t.strictSame(await faults(fixture.store), ['10 edited'], 'the old head is kept and is not met any more');
});

t.test('a head is kept every so many events, so that a tail written anew shows where it begins', async (t) => {
  const { store } = await freshStore(t);
  for (let batch = 0; batch < 9; batch++) {
    await Promise.all(Array.from({ length: 250 }, () => store.write(CLERK, async (unit) => unit.append(eventOf('e')))));
  }
  const heads = await store.read((reads) => reads.headsAfter(0, 10));
  t.strictSame(heads.map((head) => head.seq), [1_250, 2_250], `the batch that passed ${CHECKPOINT_EVERY}, the one that passed twice that`);
  t.strictSame(await store.read((reads) => reads.headsAfter(0, 1)), heads.slice(0, 1));
  t.strictSame(await faults(store), []);
});

t.test('a unit whose saving fails at the very end gives its numbers back', async (t) => {
  const { store } = await freshStore(t);
  const failing = store.write(CLERK, async (unit) => {
    unit.append(eventOf('a'));
    unit.appendTransfer(transferOf(unit, { id: 'no id of ours' }));
  });
  await t.rejects(failing, /prefecture/);
  await store.write(CLERK, async (unit) => unit.append(eventOf('b')));
  t.strictSame(await store.read(async (reads) => (await reads.eventsAfter(0, 9)).map((e) => [e.seq, e.subject])), [[1, 'b']]);
  t.strictSame(await faults(store), []);
});
