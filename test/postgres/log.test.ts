import t from 'tap';
import { CHECKPOINT_EVERY } from '../../src/domain/chain.js';
import { isRefusal, refuse } from '../../src/kernel/problem.js';
import { verifyChain } from '../../src/usecase/event/verify-chain.js';
import type { PostgresStore } from '../../src/store/postgres/store.js';
import { freshPostgres } from '../kit/postgres-store.js';
import { startServer } from '../kit/postgres.js';
import { START } from '../kit/store.js';
import { AREA, CLERK, eventOf, poolOf, sessionOf, transferOf } from '../store/rows.js';

/** The log as several instances write it. */
const server = await startServer(t);

async function faults(store: PostgresStore): Promise<string[]> {
  const verdict = await verifyChain(store.slices, CLERK, {});
  if (isRefusal(verdict)) throw new Error(verdict.code);
  return verdict.faults.map(({ seq, fault }) => `${seq} ${fault}`);
}

t.test('numbers have no gap, no reader ever sees one before the one below it, and units on both instances are chained', async (t) => {
  const fixture = await freshPostgres(server, t);
  const stores = [fixture.store, await fixture.another()] as const;
  let writing = true;
  const reader = async (store: PostgresStore): Promise<number> => {
    let next = 0;
    for (let last = false; !last; ) {
      last = !writing;
      const seen = await store.read((reads) => reads.eventsAfter(next, 1_000));
      for (const event of seen) if (event.seq !== (next += 1)) throw new Error(`${event.seq} was seen before ${next}`);
    }
    return next;
  };
  const readers = stores.map(reader);
  const UNITS = 300;
  await Promise.all(
    Array.from({ length: UNITS }, (_, n) =>
      stores[n % 2]!.write(CLERK, async (unit) => {
        unit.append(eventOf(`unit:${n}`));
        if (n % 7 === 0) return refuse('session_full');
        unit.append(eventOf(`unit:${n}`, { type: 'referral.arrived' }));
        unit.appendTransfer(transferOf(unit, { patientId: `${n}` }));
        return undefined;
      }),
    ),
  );
  writing = false;
  const kept = UNITS - Math.ceil(UNITS / 7);
  t.strictSame(await Promise.all(readers), [2 * kept, 2 * kept]);
  t.strictSame(await faults(stores[1]), []);
  await stores[1].read(async (reads) => {
    const events = new Map((await reads.eventsAfter(0, 1_000)).map((event) => [event.seq, event]));
    const transfers = await reads.transfersAfter(0, 1_000, AREA);
    t.equal(transfers.length, kept);
    t.ok(transfers.every(({ seq, patientId }) => events.get(seq)?.type === 'referral.arrived' && events.get(seq)?.subject === `unit:${patientId}`), 'each transfer under the number of its event');
  });
  t.strictSame((await fixture.rows())['unnumbered_event'], []);
});

t.test('what one instance has answered, the feed of the other shows at once; who waits there is woken', async (t) => {
  const fixture = await freshPostgres(server, t);
  const other = await fixture.another();
  for (let n = 1; n <= 20; n++) {
    const woken = new Promise<void>((resolve) => other.onCommit(resolve));
    await fixture.store.write(CLERK, async (unit) => unit.append(eventOf('told')));
    t.equal(await other.read((reads) => reads.lastSeq()), n);
    await woken;
  }
});

t.test('an event that knew of another comes after it, whichever instance gave the numbers', async (t) => {
  const fixture = await freshPostgres(server, t);
  const stores = [fixture.store, await fixture.another()] as const;
  const key = { poolId: 'a', startsAt: START };
  await fixture.store.write(CLERK, async (unit) => {
    await unit.savePool(poolOf('a'));
    await unit.insertSession(sessionOf('a', START, { taken: 0 }));
  });
  await Promise.all(
    Array.from({ length: 80 }, (_, n) =>
      stores[n % 2]!.write(CLERK, async (unit) => {
        const session = (await unit.lockSession(key))!;
        await unit.saveSession({ ...session, taken: session.taken + 1 });
        unit.append(eventOf(`taken:${session.taken + 1}`));
      }),
    ),
  );
  const subjects = await fixture.store.read(async (reads) => (await reads.eventsAfter(0, 100)).map((event) => event.subject));
  t.strictSame(subjects, Array.from({ length: 80 }, (_, n) => `taken:${n + 1}`));
});

t.test('a transfer is found by its id from the commit on, with its number or before it', async (t) => {
  const { store } = await freshPostgres(server, t);
  const made = (await store.write(CLERK, async (unit) => {
    const transfer = transferOf(unit);
    unit.append(eventOf('0'));
    unit.appendTransfer(transfer);
    return transfer;
  })) as { id: string };
  t.strictSame(await store.read((reads) => reads.transfer(made.id)), { ...made, seq: 1 });
});

t.test('what an instance left without a number when it died gets one from another', async (t) => {
  const fixture = await freshPostgres(server, t);
  await fixture.store.write(CLERK, async (unit) => unit.append(eventOf('numbered')));
  const client = await server.client(fixture.path);
  await client.query(
    `INSERT INTO unnumbered_event (area, id, type, at, subject, institution_ids, actor, data, transfer, entry)
     VALUES ('440100', '0161df12-b280-7000-9131-a00087fbf747', 'referral.submitted', 1, 'left', '[]', '{"clientId":"c","institutionId":null,"operator":null}', '{}', false, false)`,
  );
  const other = await fixture.another();
  t.strictSame(await other.read(async (reads) => (await reads.eventsAfter(0, 10)).map((event) => event.subject)), ['numbered', 'left']);
  t.strictSame(await faults(other), []);
});

t.test('a head is signed with every round and kept now and then', async (t) => {
  const fixture = await freshPostgres(server, t);
  const { store } = fixture;
  for (let n = 0; n < 3; n++) {
    await store.write(CLERK, async (unit) => {
      for (let i = 0; i < CHECKPOINT_EVERY / 2; i++) unit.append(eventOf(`e:${i}`));
    });
    t.equal((await store.read((reads) => reads.headsAfter(0, 10))).at(-1)?.seq, ((n + 1) * CHECKPOINT_EVERY) / 2, 'the end is signed');
  }
  t.equal((await fixture.rows())['checkpoint']?.length, 1);
  t.strictSame(await faults(store), []);
});

const attacks: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['nothing', [], []],
  ['an event edited', ["UPDATE event SET subject = 'e:9' WHERE seq = 4"], ['4 edited']],
  ['an event removed', ['DELETE FROM event WHERE seq = 4'], ['4 missing']],
  ['the tail cut off', ['DELETE FROM event WHERE seq > 8'], ['9 cut-off']],
  ['the tail cut off and the head set back', ['DELETE FROM event WHERE seq > 8', 'UPDATE tip SET seq = 8, hash = (SELECT hash FROM event WHERE seq = 8)'], ['8 bad-signature']],
];
for (const [attack, statements, found] of attacks) {
  t.test(`somebody with access to the server: ${attack}: ${found.join(', ') || 'intact'}`, async (t) => {
    const fixture = await freshPostgres(server, t);
    await Promise.all(Array.from({ length: 10 }, (_, i) => fixture.store.write(CLERK, async (unit) => unit.append(eventOf(`e:${i}`)))));
    const client = await server.client(fixture.path);
    for (const statement of statements) await client.query(statement);
    t.strictSame(await faults(fixture.store), found);
  });
}

t.test('a tail that was cut off still shows after the log has gone on', async (t) => {
  const fixture = await freshPostgres(server, t);
  for (let i = 0; i < 10; i++) await fixture.store.write(CLERK, async (unit) => unit.append(eventOf(`e:${i}`)));
  const client = await server.client(fixture.path);
  await client.query('DELETE FROM event WHERE seq > 8');
  for (let i = 0; i < 4; i++) await fixture.store.write(CLERK, async (unit) => unit.append(eventOf('later')));
  t.strictSame(await faults(fixture.store), ['10 edited'], 'the old head is kept and is not met any more');
});
