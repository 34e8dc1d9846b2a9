import t from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import { isRefusal, refuse, type Refusal } from '../../src/kernel/problem.js';
import type { PatientRecord, SessionKey, Unit } from '../../src/usecase/ports.js';
import type { Answer } from '../../src/usecase/store.js';
import type { PostgresStore } from '../../src/store/postgres/store.js';
import { PostgresUnit } from '../../src/store/postgres/unit.js';
import { StoreReads } from '../../src/store/reads.js';
import { tick } from '../../src/relay/tick.js';
import { City, on } from '../kit/city.js';
import { fill, sessionOn } from '../kit/network.js';
import { freshPostgres } from '../kit/postgres-store.js';
import { startServer } from '../kit/postgres.js';
import { START, type Teardown } from '../kit/store.js';
import { AREA, backtestOf, CLERK, clientOf, eventOf, institutionOf, patientOf, poolOf, referralOf, reservationOf, sessionOf, stayOf } from '../store/rows.js';

/** Units of two instances on one database, at the same time. */
const server = await startServer(t);

async function two(t: Teardown) {
  const fixture = await freshPostgres(server, t);
  const { store } = fixture;
  await store.write(CLERK, async (unit) => {
    for (const id of ['a', 'b']) {
      await unit.savePool(poolOf(id));
      await unit.insertSession(sessionOf(id, START, { capacity: 7, taken: 0, takenElsewhere: 0, drawn: {} }));
    }
  });
  const stores = [store, await fixture.another()] as const;
  /** The nth of many goes to one or the other. */
  return { ...fixture, store, stores, nth: (n: number): PostgresStore => stores[n % 2]! };
}

const many = <T>(count: number, run: (n: number) => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, (_, n) => run(n)));
const tally = (outcomes: readonly (string | Refusal)[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[isRefusal(outcome) ? outcome.code : outcome] = (counts[isRefusal(outcome) ? outcome.code : outcome] ?? 0) + 1;
  return counts;
};
const take = async (unit: Unit, key: SessionKey): Promise<'taken' | Refusal> => {
  const session = (await unit.lockSession(key))!;
  if (session.taken >= session.capacity) return refuse('session_full');
  await unit.saveSession({ ...session, taken: session.taken + 1 });
  unit.append(eventOf('taken'));
  return 'taken';
};

t.test('of many who want the same places at once exactly as many get one as there are', async (t) => {
  const { nth, store } = await two(t);
  const outcomes = await many(40, (n) => nth(n).write(CLERK, (unit) => take(unit, { poolId: 'a', startsAt: START })));
  t.strictSame(tally(outcomes), { taken: 7, session_full: 33 });
  await store.read(async (reads) => {
    t.equal((await reads.session({ poolId: 'a', startsAt: START }))?.taken, 7);
    t.equal(await reads.lastSeq(), 7, 'and each is told once');
  });
});

t.test('of many who would queue a backtest at once no more do than may wait', async (t) => {
  const { nth } = await two(t);
  const outcomes = await many(12, (n) =>
    nth(n).write(CLERK, async (unit): Promise<'queued' | Refusal> => {
      if ((await unit.unfinishedBacktests(3)).length === 3) return refuse('overloaded');
      await unit.insertBacktest(backtestOf(unit));
      return 'queued';
    }),
  );
  t.strictSame(tally(outcomes), { queued: 3, overloaded: 9 });
});

t.test('units that wait for each other are told apart by the server, and both are done', async (t) => {
  const { nth, store } = await two(t);
  const keys: readonly SessionKey[] = ['a', 'b'].map((poolId) => ({ poolId, startsAt: START }));
  const outcomes = await many(6, (n) =>
    nth(n).write(CLERK, async (unit): Promise<'taken' | Refusal> => {
      for (const key of n % 2 === 0 ? keys : [...keys].reverse()) {
        const taken = await take(unit, key);
        if (isRefusal(taken)) return taken;
      }
      return 'taken';
    }),
  );
  t.strictSame(tally(outcomes), { taken: 6 });
  t.strictSame(await store.read(async (reads) => (await reads.sessions({ poolIds: ['a', 'b'], from: START, until: START + 1 })).map((s) => s.taken)), [6, 6]);
});

t.test('a row that was changed after it was read fails the saving, and the unit begins again', async (t) => {
  const { store, stores } = await two(t);
  const made = await store.write(CLERK, async (unit) => {
    const reservation = reservationOf(unit, unit.ids.next(AREA), []);
    await unit.insertReservation(reservation);
    return reservation;
  });
  if (isRefusal(made)) throw new Error(made.code);
  let tries = 0;
  await stores[0].write(CLERK, async (unit) => {
    const read = (await unit.reservation(made.id))!;
    // Read without a lock: somebody else is quicker, once.
    if ((tries += 1) === 1) await stores[1].write(CLERK, (other) => other.saveReservation(made, { ...made, version: 2, extended: true }));
    await unit.saveReservation(read, { ...read, version: read.version + 1, expiresAt: START });
  });
  t.equal(tries, 2);
  t.match(await store.read((reads) => reads.reservation(made.id)), { version: 3, extended: true, expiresAt: START });
});

t.test('a refusal takes back what the unit had written, and its answer stays under the key on every instance', async (t) => {
  const { store, stores } = await two(t);
  const ask = (on: PostgresStore) =>
    on.execute<string>({
      actor: CLERK, idempotency: { scope: 's', key: 'k', requestHash: 'h' },
      async run(unit) {
        const referral = referralOf(unit);
        await unit.insertReferral(referral);
        // A question in between: what was written has gone to the server.
        await unit.referral(referral.id);
        await take(unit, { poolId: 'a', startsAt: START });
        await unit.saveInstitution(institutionOf('h9'));
        return refuse('session_full');
      },
      answer: (outcome): Answer => ({ status: 409, headers: {}, body: isRefusal(outcome) ? outcome.code : outcome }),
    });
  t.strictSame(await ask(stores[0]), { answer: { status: 409, headers: {}, body: 'session_full' }, replayed: false });
  t.strictSame(await ask(stores[1]), { answer: { status: 409, headers: {}, body: 'session_full' }, replayed: true });
  await store.read(async (reads) => {
    t.equal(reads.network.institution('h9'), undefined);
    t.equal((await reads.session({ poolId: 'a', startsAt: START }))?.taken, 0);
    t.equal(await reads.lastSeq(), 0);
  });
});

t.test('a refusal that time may mend is kept under no key', async (t) => {
  const { nth } = await two(t);
  const ask = (n: number, run: () => Promise<string | Refusal>) =>
    nth(n).execute<string>({
      actor: CLERK, idempotency: { scope: 's', key: 'k', requestHash: 'h' }, run,
      answer: (outcome): Answer => ({ status: 200, headers: {}, body: isRefusal(outcome) ? outcome.code : outcome }),
    });
  t.match(await ask(0, async () => refuse('overloaded')), { answer: { body: 'overloaded' }, replayed: false });
  t.match(await ask(1, async () => 'there is room'), { answer: { body: 'there is room' }, replayed: false });
});

t.test('the same request on two instances at once is done once', async (t) => {
  const { stores, store, nth } = await two(t);
  for (let round = 1; round <= 5; round++) {
    const key = { scope: 's', key: `k${round}`, requestHash: 'h' };
    const ask = (on: PostgresStore) =>
      on.execute<string>({
        actor: CLERK, idempotency: key,
        run: async (unit) => {
          unit.append(eventOf(key.key));
          return unit.ids.next(AREA);
        },
        answer: (id): Answer => ({ status: 201, headers: {}, body: String(id) }),
      });
    const outcomes = await many(6, (n) => ask(nth(n)));
    const bodies = outcomes.flatMap((outcome) => (isRefusal(outcome) ? [] : [outcome.answer.body]));
    t.ok(outcomes.every((outcome) => !isRefusal(outcome) || outcome.code === 'idempotency_in_progress'));
    const again = await ask(stores[1]);
    t.equal(new Set([...bodies, isRefusal(again) ? again.code : again.answer.body]).size, 1, 'who was answered was answered the same');
    t.equal(await store.read((reads) => reads.lastSeq()), round, 'and it happened once');
  }
});

t.test('what is looked for and not there yet is made by one of two', async (t) => {
  const { nth, store } = await two(t);
  const digest = await store.read(async (reads) => reads.vault.digest('01', '440106198001010019'));
  const patients = await many(8, (n) =>
    nth(n).write(CLERK, async (unit): Promise<string> => {
      const known = await unit.patientByDigest(digest);
      if (known) return known.id;
      const patient = patientOf(unit, '440106198001010019');
      await unit.insertPatient(patient);
      return patient.id;
    }),
  );
  t.equal(new Set(patients).size, 1, 'a patient');

  const stays = await many(8, (n) =>
    nth(n).write(CLERK, async (unit): Promise<string> => {
      const known = await unit.stayByNumber('h1', 'v1');
      if (known) await unit.saveStay({ ...known, version: known.version + 1 });
      else await unit.insertStay(stayOf(unit, 'v1'));
      return 'written';
    }),
  );
  t.strictSame(tally(stays), { written: 8 });
  t.equal((await store.read((reads) => reads.stayByNumber('h1', 'v1')))?.version, 8, 'a stay, and each change on top of the one before');

  const open = await many(8, (n) =>
    nth(n).write(CLERK, async (unit): Promise<'sent' | Refusal> => {
      if ((await unit.openReferralsOf(patients[0] as string)).length > 0) return refuse('duplicate_open_referral');
      await unit.insertReferral(referralOf(unit, { patientId: patients[0] as string }));
      return 'sent';
    }),
  );
  t.strictSame(tally(open), { sent: 1, duplicate_open_referral: 7 }, 'a referral');

  const key = { poolId: 'a', startsAt: START + DAY };
  const sessions = await many(8, (n) =>
    nth(n).write(CLERK, async (unit): Promise<string> => {
      const known = await unit.lockSession(key);
      if (known) await unit.saveSession({ ...known, capacity: known.capacity + 1 });
      else await unit.insertSession(sessionOf('a', key.startsAt, { capacity: 1 }));
      return 'written';
    }),
  );
  t.strictSame(tally(sessions), { written: 8 });
  t.equal((await store.read((reads) => reads.session(key)))?.capacity, 8, 'a session');
});

t.test('what two units reckon of one person, they reckon one after the other', async (t) => {
  const { nth, store } = await two(t);
  const patientId = (await store.write(CLERK, async (unit): Promise<string> => {
    const patient = patientOf(unit, null);
    await unit.insertPatient(patient);
    for (const number of ['v1', 'v2']) await unit.insertStay(stayOf(unit, number, { patientId: patient.id, referralId: `referral of ${number}` }));
    return patient.id;
  })) as string;
  // Each adds one to the year of every stay: asked for by person, or by referral first.
  const ways: readonly ((unit: Unit) => Promise<unknown>)[] = [
    (unit) => unit.lockPatient(patientId), (unit) => unit.staysUnder('referral of v1'), (unit) => unit.patient(patientId), (unit) => unit.accumulatorsOf(patientId),
  ];
  await many(12, (n) =>
    nth(n).write(CLERK, async (unit) => {
      await ways[n % ways.length]!(unit);
      for (const stay of await unit.staysOf(patientId)) await unit.saveStanding({ ...stay, policyId: 'p', policyVersion: (stay.policyVersion ?? 0) + 1 });
    }),
  );
  const stays = await store.read((reads) => reads.staysOf(patientId));
  t.strictSame(stays.map((stay) => stay.policyVersion), [12, 12]);
});

t.test('nothing is written down under a record that is being merged into another', async (t) => {
  const { stores, store } = await two(t);
  const [here, there] = stores;
  const [gone, stays] = (await store.write(CLERK, async (unit) => {
    const made = [patientOf(unit, '440106198001010019'), patientOf(unit, null)] as const;
    for (const patient of made) await unit.insertPatient(patient);
    return made;
  })) as readonly [PatientRecord, PatientRecord];
  let late: Promise<string | Refusal> | undefined;
  await here.write(CLERK, async (unit) => {
    const record = (await unit.patient(gone.id))!;
    await unit.patient(stays.id);
    const listed = await unit.referralIdsOf(gone.id);
    // Somebody else knows the record by its number, and waits for this unit.
    late ??= there.write(CLERK, async (other): Promise<string> => {
      const known = (await other.patientByDigest(gone.idDigest!))!;
      await other.insertReferral(referralOf(other, { patientId: known.id }));
      return known.id;
    });
    t.strictSame(listed, []);
    await unit.savePatient({ ...record, mergedInto: stays.id });
  });
  t.equal(await late, stays.id, 'the one who waited writes under the record that stays');
  await store.read(async (reads) => {
    t.strictSame(await reads.referralIdsOf(gone.id), []);
    t.equal((await reads.referralIdsOf(stays.id)).length, 1);
  });
  const lingering = store.write(CLERK, async (unit) => unit.insertStay(stayOf(unit, 'v9', { patientId: gone.id })));
  await t.rejects(lingering, { name: 'StoreError', trouble: 'conflict' }, 'who still holds on to the other begins again, and again');
});

t.test('the master data of one instance are those of every other, for the next unit and the next read', async (t) => {
  const { stores } = await two(t);
  const [here, there] = stores;
  for (let version = 1; version <= 5; version++) {
    await here.write(CLERK, (unit) => unit.saveInstitution(institutionOf('h1', { version, name: `名称 ${version}` })));
    t.equal(await there.read(async (reads) => reads.network.institution('h1')?.name), `名称 ${version}`);
    t.equal(await there.write(CLERK, async (unit) => unit.network.institution('h1')?.version), version);
  }
  const changes = await many(10, (n) =>
    stores[n % 2]!.write(CLERK, async (unit): Promise<string> => {
      const before = unit.network.institution('h1')!;
      await unit.saveInstitution({ ...before, version: before.version + 1 });
      return 'written';
    }),
  );
  t.strictSame(tally(changes), { written: 10 });
  t.equal(await there.read(async (reads) => reads.network.institution('h1')?.version), 15, 'writers follow each other, wherever they are');
});

t.test('a key made here opens there, and is refused there once it is revoked', async (t) => {
  const { stores } = await two(t);
  const [here, there] = stores;
  const client = await here.write(CLERK, async (unit) => {
    const made = clientOf(unit);
    await unit.insertClient(made);
    return made;
  });
  if (isRefusal(client)) throw new Error(client.code);
  await there.catchUp();
  t.strictSame(there.clientByKeyHash(client.keyHash), client);
  const actor = { ...CLERK, clientId: client.id };
  t.equal(await there.write(actor, async () => 'let in'), 'let in');
  await here.write(CLERK, (unit) => unit.revokeClient(client.id));
  t.match(await there.write(actor, async () => 'let in'), { code: 'unauthenticated' }, 'though it was let in by what this instance knew');
  t.equal(there.clientByKeyHash(client.keyHash), undefined);
});

t.test('of the work that any instance may do, one does it at a time', async (t) => {
  const { stores } = await two(t);
  const [here, there] = stores;
  const claimed = await here.write(CLERK, async (unit) => {
    const mine = await unit.claim('sweep');
    const other = await there.write(CLERK, (second) => second.claim('sweep'));
    const else_ = await there.write(CLERK, (second) => second.claim('another'));
    return [mine, other, else_];
  });
  t.strictSame(claimed, [true, false, true]);
  t.equal(await there.write(CLERK, (unit) => unit.claim('sweep')), true, 'with its unit the claim ends');
});

t.test('of several instances one at a time does what time has made due', async (t) => {
  const fixture = await freshPostgres(server, t);
  const city = await City.on(fixture);
  const there = await fixture.another();
  await fill(city.store, 't1-clinic', sessionOn('2018-03-05', 1));
  await city.reserve(await city.refer(1), [on('t1-clinic', '2018-03-05')]);
  city.clock.advance(DAY);
  const meanwhile = await city.store.write(CLERK, async (unit) => ({ mine: await unit.claim('relay'), done: await tick(there) }));
  t.strictSame(meanwhile, { mine: true, done: 0 });
  t.equal(await tick(there), 1, 'and finds it due as before');
});

/** Questions that a unit may ask without a lock of its own, and why what it decides on them stays true. */
const WITHOUT_LOCK: Readonly<Record<string, readonly string[]>> = {
  'the directory, which the unit holds': ['network', 'policies', 'pool', 'pools', 'poolsOf', 'client', 'clients'],
  'one row by its id: whoever changes it locks it first, or saves it under its version': ['referral', 'referralByNo', 'reservation', 'withPlaces', 'session', 'followUp', 'contract', 'backtest'],
  'what changes under the lock of its session': ['expiredHolds', 'livePlacesOf'],
  'what changes under the lock of its referral': ['documents', 'document', 'followUpsOf'],
  'what is only added to': ['transfer', 'filing', 'lastSeq', 'eventsAfter', 'eventsOfReferral', 'headsAfter', 'transfersAfter', 'entriesAfter', 'entriesOf', 'filingsAfter', 'countTransfers'],
  'lists that are shown, and nothing is decided on': ['referrals', 'sessions', 'overcommitted', 'messages', 'documentsAfter', 'followUps', 'charged'],
  'what a backtest reads, outside of any unit': ['personsAfter', 'countStays'],
};

t.test('every question of the ports is behind a lock in a unit, or stands in the list of those that need none', async (t) => {
  const methods = (of: object): string[] => Object.getOwnPropertyNames(of).filter((name) => name !== 'constructor' && name !== 'q');
  const locked = new Set(methods(PostgresUnit.prototype));
  t.same(methods(StoreReads.prototype).filter((name) => !locked.has(name)).sort(), Object.values(WITHOUT_LOCK).flat().sort());
});
