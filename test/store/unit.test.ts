import { setImmediate as turn } from 'node:timers/promises';
import t from 'tap';
import { isRefusal, refuse, type Refusal } from '../../src/kernel/problem.js';
import type { Unit } from '../../src/usecase/ports.js';
import { freshSqlite, freshStore, START, type Fixture } from '../kit/store.js';
import { AREA, CLERK, clientOf, consortiumOf, eventOf, institutionOf, patientOf, placeOf, policyOf, poolOf, referralOf, reservationOf, sessionOf, transferOf } from './rows.js';

/** Saves something of every kind, and tells under which ids. */
async function everything(unit: Unit) {
  const referral = referralOf(unit);
  const pool = poolOf('pool');
  const client = clientOf(unit);
  const patient = patientOf(unit, '1');
  const reservation = reservationOf(unit, referral.id, [placeOf('pool', START)]);
  await unit.saveInstitution(institutionOf('h1'));
  await unit.saveConsortium(consortiumOf('g1', ['h1']));
  await unit.savePool(pool);
  await unit.savePolicy(policyOf('p'));
  await unit.insertClient(client);
  await unit.insertSession(sessionOf('pool', START));
  await unit.insertPatient(patient);
  await unit.insertReferral(referral);
  await unit.insertReservation(reservation);
  unit.append(eventOf(`referral:${referral.id}`, { referralId: referral.id }));
  unit.appendTransfer(transferOf(unit));
  return { referral: referral.id, reservation: reservation.id, patient: patient.id, client: client.id, keyHash: client.keyHash };
}

/** Everything that a trace of `everything` could be seen in. */
async function traces({ store }: Fixture, ids: Awaited<ReturnType<typeof everything>>) {
  return store.read(async (reads) => ({
    institutions: [...reads.network.institutions()].length,
    consortium: reads.network.consortium('g1'),
    consortiaOf: reads.network.consortiaOf('h1').length,
    pools: [...reads.pools()].length + reads.poolsOf('h1').length,
    policies: [...reads.policies.policies()].length,
    policyVersion: reads.policies.policyVersion('p', 1),
    client: await reads.client(ids.client),
    key: store.clientByKeyHash(ids.keyHash),
    session: (await reads.sessions({ poolIds: ['pool'], from: 0, until: START * 2 })).length,
    patient: await reads.patient(ids.patient),
    referral: await reads.referral(ids.referral),
    reservation: await reads.reservation(ids.reservation),
    places: (await reads.livePlacesOf({ poolId: 'pool', startsAt: START })).length,
    events: await reads.lastSeq(),
    transfers: (await reads.transfersAfter(0, 10, null)).length,
    heads: (await reads.headsAfter(0, 10)).length,
  }));
}

const NOTHING = {
  institutions: 0, consortium: undefined, consortiaOf: 0, pools: 0, policies: 0, policyVersion: undefined, client: undefined, key: undefined, session: 0, patient: undefined,
  referral: undefined, reservation: undefined, places: 0, events: 0, transfers: 0, heads: 0,
};

t.test('a refusal leaves nothing behind, in the file and in memory', async (t) => {
  const fixture = await freshStore(t);
  let ids: Awaited<ReturnType<typeof everything>> | undefined;
  const outcome = await fixture.store.write(CLERK, async (unit) => {
    ids = await everything(unit);
    return refuse('session_full', { asOf: START });
  });
  t.ok(isRefusal(outcome) && outcome.code === 'session_full', 'the refusal itself comes back');
  t.strictSame(await traces(fixture, ids!), NOTHING);
  await fixture.reopen();
  t.strictSame(await traces(fixture, ids!), NOTHING);
});

t.test('an exception leaves nothing behind, and reaches whoever asked', async (t) => {
  const fixture = await freshStore(t);
  let ids: Awaited<ReturnType<typeof everything>> | undefined;
  await t.rejects(
    fixture.store.write(CLERK, async (unit) => {
      ids = await everything(unit);
      throw new TypeError('a bug');
    }),
    { name: 'TypeError', message: 'a bug' },
  );
  t.strictSame(await traces(fixture, ids!), NOTHING);
});

t.test('in a mixed batch each unit has its own fate, and the log has no gap', async (t) => {
  const fixture = await freshStore(t);
  const fates = Array.from({ length: 30 }, (_, i) => (['well', 'refused', 'bug'] as const)[i % 3]!);
  const before = fixture.store.stats();
  const outcomes = await Promise.allSettled(
    fates.map((fate, i) =>
      fixture.store.write(CLERK, async (unit): Promise<string | Refusal> => {
        await unit.saveInstitution(institutionOf(`h${i}`));
        const referral = referralOf(unit);
        await unit.insertReferral(referral);
        unit.append(eventOf(`unit:${i}`));
        if (fate === 'refused') return refuse('session_closed');
        if (fate === 'bug') throw new Error('a bug');
        return referral.id;
      }),
    ),
  );
  t.equal(fixture.store.stats().batches - before.batches, 1, 'all in one transaction');
  t.strictSame(
    outcomes.map((o) => (o.status === 'rejected' ? 'bug' : isRefusal(o.value) ? 'refused' : 'well')),
    fates,
  );
  const well = fates.flatMap((fate, i) => (fate === 'well' ? [i] : []));
  await fixture.store.read(async (reads) => {
    t.strictSame([...reads.network.institutions()].map((h) => h.id), well.map((i) => `h${i}`));
    t.strictSame((await reads.eventsAfter(0, 100)).map((e) => [e.seq, e.subject]), well.map((i, n) => [n + 1, `unit:${i}`]));
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled' && !isRefusal(outcome.value)) t.ok(await reads.referral(outcome.value));
    }
  });
});

t.test('who refuses before writing costs nobody anything; who refuses after it has the batch tried again', async (t) => {
  const { store } = await freshStore(t);
  const tried = { early: 0, late: 0, well: 0 };
  const early = () => store.write(CLERK, async () => ((tried.early += 1), refuse('session_full')));
  const well = () => store.write(CLERK, async (unit) => ((tried.well += 1), unit.append(eventOf('well'))));
  const late = () =>
    store.write(CLERK, async (unit) => {
      tried.late += 1;
      await unit.insertReferral(referralOf(unit));
      unit.append(eventOf('late'));
      return refuse('session_full');
    });
  await Promise.all([well(), early(), well()]);
  t.match(store.stats(), { batches: 1, repeated: 0 });
  await Promise.all([well(), late(), well(), early()]);
  t.match(store.stats(), { batches: 2, repeated: 1, units: 7 });
  t.strictSame(tried, { early: 2, late: 2, well: 5 }, 'the units before the late one were tried twice as well');
  await Promise.all([late(), well()]);
  t.match(store.stats(), { batches: 3, repeated: 1 }, 'refusals come in storms: the next batches are tried with savepoints at once');
  t.strictSame(await store.read(async (reads) => (await reads.eventsAfter(0, 20)).map((e) => e.subject)), Array(5).fill('well'));
});

t.test('units see each other in the order in which they came', async (t) => {
  const { store } = await freshStore(t);
  await store.write(CLERK, async (unit) => {
    await unit.savePool(poolOf('pool'));
    await unit.insertSession(sessionOf('pool', START, { capacity: 1, taken: 0 }));
  });
  const sold = await Promise.all(
    Array.from({ length: 20 }, () =>
      store.write(CLERK, async (unit) => {
        const session = (await unit.lockSession({ poolId: 'pool', startsAt: START }))!;
        if (session.taken >= session.capacity) return refuse('session_full');
        await unit.saveSession({ ...session, taken: session.taken + 1 });
        return 'sold';
      }),
    ),
  );
  t.strictSame(sold.map((s) => (isRefusal(s) ? s.code : s)), ['sold', ...Array.from({ length: 19 }, () => 'session_full')]);
});

t.test('a unit that awaits anything but its ports is stopped loudly, with its whole batch', async (t) => {
  const fixture = await freshStore(t);
  const { store } = fixture;
  let late: Promise<unknown> | undefined;
  const outcomes = await Promise.allSettled([
    store.write(CLERK, (unit) => unit.saveInstitution(institutionOf('innocent'))),
    store.write(CLERK, (unit) => {
      late = (async () => {
        await unit.saveInstitution(institutionOf('h1'));
        await turn();
        await unit.saveInstitution(institutionOf('h2'));
      })();
      return late as Promise<void>;
    }),
    store.write(CLERK, (unit) => unit.saveInstitution(institutionOf('never tried'))),
  ]);
  for (const outcome of outcomes) t.match(outcome, { status: 'rejected', reason: { name: 'AssertionError', message: /awaited something other/ } });
  await t.rejects(late!, /has ended/, 'what it does later goes nowhere');
  await store.write(CLERK, (unit) => unit.saveInstitution(institutionOf('h3')));
  t.strictSame(await store.read(async (reads) => [...reads.network.institutions()].map((h) => h.id)), ['h3'], 'the store goes on');
  await fixture.reopen();
  t.strictSame(await fixture.store.read(async (reads) => [...reads.network.institutions()].map((h) => h.id)), ['h3']);
});

t.test('a unit that comes back late and well cannot write into the next transaction', async (t) => {
  const { store } = await freshStore(t);
  const late = store.write(CLERK, async (unit) => {
    unit.append(eventOf('too late'));
    await turn();
    return 'done';
  });
  await t.rejects(late, /awaited something other/);
  await Promise.all(Array.from({ length: 5 }, (_, i) => store.write(CLERK, async (unit) => unit.append(eventOf(`next:${i}`)))));
  await turn();
  t.strictSame(
    await store.read(async (reads) => (await reads.eventsAfter(0, 10)).map((e) => e.subject)),
    ['next:0', 'next:1', 'next:2', 'next:3', 'next:4'],
  );
});

t.test('a unit kept beyond its end cannot be used', async (t) => {
  const { store } = await freshStore(t);
  const kept: Unit[] = [];
  await store.write(CLERK, async (unit) => void kept.push(unit));
  await t.rejects(kept[0]!.saveInstitution(institutionOf('h1')), /has ended/);
});

t.test('a read that awaits anything but its ports is told so, and holds no old view for others', async (t) => {
  const { store } = await freshStore(t);
  await t.rejects(
    store.read(async (reads) => {
      await reads.lastSeq();
      await turn();
      return reads.lastSeq();
    }),
    /awaited something other/,
  );
  await store.write(CLERK, async (unit) => unit.append(eventOf('a')));
  t.equal(await store.read((reads) => reads.lastSeq()), 1);
});

t.test('a read that should be over does not hold back what was committed since', async (t) => {
  const { store } = await freshStore(t);
  const lingering = store.read(async (reads) => {
    await reads.lastSeq();
    await turn();
    return reads.lastSeq();
  });
  const seen = store.write(CLERK, async (unit) => unit.append(eventOf('a'))).then(() => store.read((reads) => reads.lastSeq()));
  t.equal(await seen, 1);
  await t.rejects(lingering, /awaited something other/);
});

t.test('reads that overlap share one view, and a read after an answer sees what was answered', async (t) => {
  const { store } = await freshStore(t);
  for (let i = 1; i <= 3; i++) {
    const written = store.write(CLERK, async (unit) => unit.append(eventOf(`e:${i}`)));
    const during = await Promise.all([store.read((reads) => reads.lastSeq()), store.read((reads) => reads.lastSeq())]);
    t.strictSame(during, [i - 1, i - 1], 'not yet committed, not yet seen');
    await written;
    t.equal(await store.read((reads) => reads.lastSeq()), i);
  }
});

t.test('beyond its limit the queue refuses, and what waits is still done', async (t) => {
  const { store } = await freshStore(t, { queueLimit: 3 });
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, (_, i) => store.write(CLERK, (unit) => unit.saveInstitution(institutionOf(`h${i}`)))),
  );
  t.strictSame(outcomes.map((o) => (isRefusal(o) ? o.code : 'done')), ['done', 'done', 'done', 'overloaded', 'overloaded']);
  t.equal(await store.read(async (reads) => [...reads.network.institutions()].length), 3);
});

t.test('closing finishes what waits and takes nothing new', async (t) => {
  const fixture = await freshStore(t);
  const written = Promise.all(Array.from({ length: 600 }, (_, i) => fixture.store.write(CLERK, async (unit) => unit.append(eventOf(`e:${i}`)))));
  const { store } = fixture;
  const closed = store.close();
  await t.rejects(store.write(CLERK, async () => undefined), { name: 'StoreError', trouble: 'closed' });
  t.equal(await store.ready(), false);
  await written;
  await closed;
  await t.rejects(store.read((reads) => reads.lastSeq()), { name: 'StoreError', trouble: 'closed' });
  await fixture.reopen();
  t.equal(await fixture.store.read((reads) => reads.lastSeq()), 600);
  t.equal(await fixture.store.ready(), true);
});

t.test('every unit has the time at which it began, and ids that rise', async (t) => {
  const { store, clock } = await freshStore(t);
  const ids: string[] = [];
  for (const at of [START, START, START + 1]) {
    clock.set(at);
    await store.write(CLERK, async (unit) => {
      t.equal(unit.now, at);
      ids.push(unit.ids.next(AREA), unit.ids.next('440600'));
      t.match(unit.ids.code(6), /^[0-9A-HJKMNP-TV-Z]{6}$/);
    });
  }
  t.strictSame(ids, [...new Set(ids)].sort());
});

t.test('long work is cut into short reads: a write gets in between', async (t) => {
  const { store } = await freshStore(t);
  const first = await store.slices((reads) => reads.lastSeq());
  const written = store.write(CLERK, async (unit) => unit.append(eventOf('between')));
  const second = await store.slices((reads) => reads.lastSeq());
  await written;
  t.strictSame([first, second], [0, 1]);
});

t.test('every version of the master data is kept', async (t) => {
  const fixture = await freshStore(t);
  await fixture.store.write(CLERK, async (unit) => {
    await unit.saveInstitution(institutionOf('h1'));
    await unit.saveInstitution(institutionOf('h1', { version: 2, name: '改名' }));
  });
  await t.rejects(
    fixture.store.write(CLERK, (unit) => unit.saveInstitution(institutionOf('h1', { version: 2 }))),
    /next version/,
    'a change decided on an old version',
  );
  t.throws(() => Object.assign([...fixtureNetwork(fixture)][0]!, { name: 'x' }), TypeError, 'what everybody shares cannot be changed');
});

function fixtureNetwork({ store }: Fixture) {
  let all: Iterable<object> = [];
  void store.read(async (reads) => void (all = reads.network.institutions()));
  return all;
}

t.test('what a commit makes true is told to whoever reads elsewhere, what was taken back is not', async (t) => {
  const { store } = await freshSqlite(t);
  const told: unknown[] = [];
  store.onNews(({ directory, referrals }) => told.push([directory.map(({ kind, doc }) => `${kind} ${doc.id}`), referrals.length]));
  await store.write(CLERK, async (unit) => unit.saveInstitution(institutionOf('h1')));
  await Promise.all([
    store.write(CLERK, async (unit) => {
      await unit.saveInstitution(institutionOf('h2'));
      await unit.saveConsortium(consortiumOf('g1', ['h1', 'h2']));
      return refuse('session_full');
    }),
    store.write(CLERK, async (unit) => unit.saveInstitution(institutionOf('h3'))),
  ]);
  const { id } = await store.write(CLERK, async (unit) => {
    const referral = referralOf(unit);
    await unit.insertReferral(referral);
    return referral;
  }) as { id: string };
  await store.write(CLERK, async (unit) => {
    const referral = await unit.lockReferral(id);
    if (referral) await unit.saveReferral({ ...referral, version: 2 });
  });
  t.strictSame(told, [[['institution h1'], 0], [['institution h3'], 0], [[], 0], [[], 1]]);
});
