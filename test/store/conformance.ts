import type { Test } from 'tap';
import { DAY, HOUR } from '../../src/kernel/calendar.js';
import { isRefusal, type Refusal } from '../../src/kernel/problem.js';
import type { Reads, Unit } from '../../src/usecase/ports.js';
import type { WholeStore } from '../../src/store/open.js';
import { START, type Fixture, type OpenFresh, type Teardown } from '../kit/store.js';
import {
  AREA, CLERK, clientOf, consortiumOf, institutionOf, patientOf, placeOf, policyOf, poolOf, referralOf, reservationOf, sessionOf, stayOf,
} from './rows.js';

/**
 * What every engine must do: the ports, method by method, written against nothing but the ports. An
 * engine that passes is the store; whatever else it does is its own affair.
 */

/** Saves and hands over what was saved; a refusal is a mistake of the test. */
export async function saved<T>(fixture: Fixture, run: (unit: Unit) => Promise<T | Refusal>): Promise<T> {
  const outcome = await fixture.store.write(CLERK, run);
  if (isRefusal(outcome)) throw new Error(`refused: ${outcome.code}`);
  return outcome;
}

export const read = <T>(fixture: Fixture, fn: (reads: Reads) => Promise<T>): Promise<T> => fixture.store.read(fn);

async function nowAndAfterRestart(fixture: Fixture, check: (store: WholeStore) => Promise<void>): Promise<void> {
  await check(fixture.store);
  await check(await fixture.reopen());
}

export function directoryConforms(t: Test, open: OpenFresh): void {
  t.test('institutions, consortia and pools come back whole, also after a restart', async (t) => {
    const fixture = await open(t);
    const [h1, p1] = [institutionOf('h1'), institutionOf('p1', { level: 'primary', location: { lat: 23.4, lng: 113.2 } })];
    const g1 = consortiumOf('g1', ['h1', 'p1']);
    const pool = poolOf('clinic', { allotments: [{ id: 'a', audience: { level: 'primary' }, shareBp: 2_000 }] });
    await saved(fixture, async (unit) => {
      for (const institution of [h1, p1]) await unit.saveInstitution(institution);
      await unit.saveConsortium(g1);
      await unit.savePool(pool);
      t.strictSame(unit.network.institution('h1'), h1, 'a unit sees what it has saved');
    });
    await nowAndAfterRestart(fixture, (store) =>
      store.read(async (reads) => {
        t.strictSame([...reads.network.institutions()], [h1, p1]);
        t.strictSame(reads.network.consortium('g1'), g1);
        t.strictSame(reads.network.consortiaOf('p1'), [g1]);
        t.strictSame(reads.network.consortiaOf('nobody'), []);
        t.strictSame(reads.pool('clinic'), pool);
        t.strictSame(reads.poolsOf('h1'), [pool]);
        t.strictSame([...reads.pools()], [pool]);
      }),
    );
  });

  t.test('a later version replaces the earlier, in the lists of members and pools too', async (t) => {
    const fixture = await open(t);
    await saved(fixture, async (unit) => {
      await unit.saveConsortium(consortiumOf('g1', ['h1', 'p1']));
      await unit.saveConsortium(consortiumOf('g1', ['h1', 'p2'], { version: 2 }));
      await unit.savePool(poolOf('clinic'));
      await unit.savePool(poolOf('clinic', { version: 2, institutionId: 'h2' }));
    });
    await read(fixture, async (reads) => {
      t.strictSame(reads.network.consortiaOf('p1'), []);
      t.equal(reads.network.consortiaOf('p2')[0]?.version, 2);
      t.strictSame(reads.poolsOf('h1'), []);
      t.equal(reads.poolsOf('h2')[0]?.version, 2);
    });
  });

  t.test('every version of a policy is kept, the latest is the one that is found, also after a restart', async (t) => {
    const fixture = await open(t);
    const [first, second] = [policyOf('p'), policyOf('p', { version: 2, annualCapFen: 1, validUntil: '2018-12-31' })];
    await saved(fixture, (unit) => unit.savePolicy(first));
    await saved(fixture, async (unit) => {
      await unit.savePolicy(second);
      t.strictSame(unit.policies.policy('p'), second, 'a unit sees what it has saved');
    });
    await nowAndAfterRestart(fixture, (store) =>
      store.read(async ({ policies }) => {
        t.strictSame(policies.policy('p'), second);
        t.strictSame([1, 2, 3].map((version) => policies.policyVersion('p', version)), [first, second, undefined]);
        t.strictSame([...policies.policies()], [second]);
        t.equal(policies.policy('q'), undefined);
      }),
    );
  });

  t.test('a client is found by its key until it is revoked', async (t) => {
    const fixture = await open(t);
    const client = await saved(fixture, async (unit) => {
      const made = clientOf(unit);
      await unit.insertClient(made);
      return made;
    });
    t.strictSame(fixture.store.clientByKeyHash(client.keyHash), client);
    t.equal(fixture.store.clientByKeyHash('other'), undefined);
    fixture.clock.advance(HOUR);
    await saved(fixture, (unit) => unit.revokeClient(client.id));
    await nowAndAfterRestart(fixture, async (store) => {
      t.equal(store.clientByKeyHash(client.keyHash), undefined);
      t.strictSame(await store.read((reads) => reads.client(client.id)), { ...client, revokedAt: START + HOUR });
    });
  });

  t.test('clients are listed in pages', async (t) => {
    const fixture = await open(t);
    const ids = await saved(fixture, async (unit) => {
      const made = ['a', 'b', 'c'].map((keyHash) => clientOf(unit, { keyHash }));
      for (const client of made) await unit.insertClient(client);
      return made.map((client) => client.id);
    });
    const first = await read(fixture, (reads) => reads.clients(null, 2));
    t.strictSame([first.data.map((c) => c.id), first.next], [ids.slice(0, 2), ids[1]]);
    const second = await read(fixture, (reads) => reads.clients(first.next, 2));
    t.strictSame([second.data.map((c) => c.id), second.next], [ids.slice(2), null]);
  });
}

export function capacityConforms(t: Test, open: OpenFresh): void {
  const at = START + DAY;
  const withPools = async (t: Teardown): Promise<Fixture> => {
    const fixture = await open(t);
    await saved(fixture, async (unit) => {
      for (const id of ['a', 'b']) await unit.savePool(poolOf(id));
    });
    return fixture;
  };

  t.test('sessions come back whole, in order of pool and start', async (t) => {
    const fixture = await withPools(t);
    const sessions = [sessionOf('a', at), sessionOf('a', at + DAY), sessionOf('b', at, { closedReason: '停诊', drawn: {} })];
    await saved(fixture, async (unit) => {
      for (const session of [...sessions].reverse()) await unit.insertSession(session);
      t.strictSame(await unit.lockSession({ poolId: 'a', startsAt: at }), sessions[0]);
    });
    await read(fixture, async (reads) => {
      t.strictSame(await reads.session({ poolId: 'b', startsAt: at }), sessions[2]);
      t.equal(await reads.session({ poolId: 'b', startsAt: at + 1 }), undefined);
      t.equal(await reads.session({ poolId: 'unknown', startsAt: at }), undefined);
      t.strictSame(await reads.sessions({ poolIds: ['b', 'a', 'b', 'unknown'], from: at, until: at + 2 * DAY }), sessions);
      t.strictSame(await reads.sessions({ poolIds: ['a', 'b'], from: at, until: at + DAY }), [sessions[0], sessions[2]], 'until is not included');
    });
    const changed = sessionOf('a', at, { capacity: 3, taken: 5, drawn: { urgent: 1 }, earliestExpiry: at, takenElsewhere: 0, source: null });
    await saved(fixture, (unit) => unit.saveSession(changed));
    t.strictSame(await read(fixture, (reads) => reads.session({ poolId: 'a', startsAt: at })), changed);
  });

  t.test('overcommitted are the sessions that are not over and hold more than they have', async (t) => {
    const fixture = await withPools(t);
    const over = sessionOf('a', at, { capacity: 2, taken: 2, takenElsewhere: 1 });
    await saved(fixture, async (unit) => {
      await unit.insertSession(over);
      await unit.insertSession(sessionOf('a', at + DAY, { capacity: 3, taken: 2, takenElsewhere: 1 }));
      await unit.insertSession(sessionOf('a', START - DAY, { capacity: 0 }));
      await unit.insertSession(sessionOf('b', at, { capacity: 0, institutionId: 'h2' }));
    });
    t.strictSame(await read(fixture, (reads) => reads.overcommitted('h1')), [over]);
  });

  t.test('a reservation comes back with its places; only what changed is written', async (t) => {
    const fixture = await withPools(t);
    const made = await saved(fixture, async (unit) => {
      const referral = unit.ids.next(AREA);
      const places = [placeOf('a', at), placeOf('b', at, { item: 2, kind: 'bed', allotmentId: null }), placeOf('b', at + DAY, { item: 2, kind: 'bed' })];
      const reservation = reservationOf(unit, referral, places);
      await unit.insertReservation(reservation);
      return reservation;
    });
    t.strictSame(await read(fixture, (reads) => reads.reservation(made.id)), made);
    t.equal(await read(fixture, (reads) => reads.reservation('no id of ours')), undefined);
    const [first, ...rest] = made.places;
    const after = {
      ...made, version: 2, extended: true, expiresAt: null,
      places: [{ ...first!, state: 'confirmed' as const }, ...rest, placeOf('a', at + DAY, { item: 3 })],
    };
    await saved(fixture, async (unit) => {
      const before = await unit.lockReservation(made.id);
      t.strictSame(before, made);
      await unit.saveReservation(before!, after);
    });
    t.strictSame(await read(fixture, (reads) => reads.reservation(made.id)), after);
    await t.rejects(saved(fixture, (unit) => unit.saveReservation(made, after)), /version/, 'a second save of the same version is a bug');
  });

  t.test('places of a session: the live ones, and those whose hold has run out', async (t) => {
    const fixture = await withPools(t);
    const key = { poolId: 'a', startsAt: at };
    await saved(fixture, async (unit) => {
      const referral = unit.ids.next(AREA);
      const states = ['held', 'held', 'confirmed', 'fulfilled', 'released', 'expired', 'no-show'] as const;
      const places = states.map((state, i) => placeOf('a', at, { item: i + 1, state, allotmentId: i === 0 ? null : 'x' }));
      await unit.insertReservation(reservationOf(unit, referral, places));
      await unit.insertReservation(reservationOf(unit, referral, [placeOf('a', at)], { expiresAt: START + DAY }));
    });
    const states = async () => (await read(fixture, (reads) => reads.livePlacesOf(key))).map((p) => p.state);
    t.strictSame(await states(), ['held', 'held', 'confirmed', 'fulfilled', 'held']);
    t.strictSame(await read(fixture, (reads) => reads.expiredHolds(key)), new Map(), 'before the hold ends');
    fixture.clock.advance(600_000);
    t.strictSame(await read(fixture, (reads) => reads.expiredHolds(key)), new Map([['', 1], ['x', 1]]), 'at the instant it ends');
    const overdue = await saved(fixture, (unit) => unit.overdueHoldsOf(key));
    t.strictSame(overdue.map((p) => [p.item, p.state, p.expiresAt]), [[1, 'held', START + 600_000], [2, 'held', START + 600_000]]);
    t.ok(overdue.every((p) => p.reservationId !== '' && p.referralId !== ''));
  });

  t.test('beds whose next night is due are told longest due first, and to wait for another is no new version', async (t) => {
    const fixture = await withPools(t);
    const made = await saved(fixture, async (unit) => {
      const some = [3, 1, 2, null].map((minutes) =>
        reservationOf(unit, unit.ids.next(AREA), [placeOf('a', at)], { nextNightAt: minutes === null ? null : START + minutes }));
      for (const reservation of some) await unit.insertReservation(reservation);
      return some;
    });
    fixture.clock.set(START + 2);
    const due = (limit: number) => saved(fixture, async (unit) => (await unit.dueNights(limit)).map(({ id, referralId }) => [id, referralId]));
    t.strictSame(await due(10), [made[1], made[2]].map((one) => [one!.id, one!.referralId]));
    t.strictSame((await due(1)).length, 1);
    await saved(fixture, async (unit) => {
      const before = (await unit.lockReservation(made[1]!.id))!;
      await unit.saveReservation(before, { ...before, nextNightAt: null });
    });
    t.strictSame(await read(fixture, (reads) => reads.reservation(made[1]!.id)), { ...made[1]!, nextNightAt: null });
    await saved(fixture, async (unit) => {
      const before = (await unit.lockReservation(made[2]!.id))!;
      await unit.saveReservation(before, { ...before, version: 2, nextNightAt: START + DAY });
    });
    t.match(await read(fixture, (reads) => reads.reservation(made[2]!.id)), { version: 2, nextNightAt: START + DAY });
    t.strictSame(await due(10), []);
  });

  t.test('overdue reservations are told oldest first, as many as asked for', async (t) => {
    const fixture = await withPools(t);
    const ids = await saved(fixture, async (unit) => {
      const made = [3, 1, 2, null].map((minutes) =>
        reservationOf(unit, unit.ids.next(AREA), [placeOf('a', at)], { expiresAt: minutes === null ? null : START + minutes }));
      for (const reservation of made) await unit.insertReservation(reservation);
      return made.map((reservation) => reservation.id);
    });
    fixture.clock.set(START + 2);
    t.strictSame(await saved(fixture, (unit) => unit.overdueReservations(10)), [ids[1], ids[2]]);
    t.strictSame(await saved(fixture, (unit) => unit.overdueReservations(1)), [ids[1]]);
  });
}

export function referralConforms(t: Test, open: OpenFresh): void {
  t.test('a referral comes back whole, by id and by number', async (t) => {
    const fixture = await open(t);
    const made = await saved(fixture, async (unit) => {
      const referral = referralOf(unit);
      await unit.insertReferral(referral);
      return referral;
    });
    await nowAndAfterRestart(fixture, (store) =>
      store.read(async (reads) => {
        t.strictSame(await reads.referral(made.id), made);
        t.strictSame(await reads.referralByNo(made.referralNo), made);
        t.strictSame(reads.vault.open(`referral:${made.id}`, made.sealedPatient), { name: '张三' });
        t.equal(await reads.referral('../../etc/passwd'), undefined, 'an id that this service never made');
        t.equal(await reads.referral(`${made.id.slice(0, -1)}x`), undefined);
      }),
    );
  });

  t.test('a saved referral is the locked one a version later; nobody else is in between', async (t) => {
    const fixture = await open(t);
    const made = await saved(fixture, async (unit) => {
      const referral = referralOf(unit);
      await unit.insertReferral(referral);
      return referral;
    });
    const second = { ...made, status: 'accepted' as const, version: 2, deadlineAt: null, targetDepartment: null };
    const third = { ...second, version: 3, content: { ...made.content, impression: '补充' }, sealedPatient: 'sealed again' };
    await saved(fixture, async (unit) => {
      await unit.lockReferral(made.id);
      await unit.saveReferral(second);
      await unit.saveReferral(third);
    });
    t.strictSame(await read(fixture, (reads) => reads.referral(made.id)), third);
    await t.rejects(saved(fixture, (unit) => unit.saveReferral({ ...third, version: 4 })), /locked/, 'saved without a lock');
    await t.rejects(saved(fixture, async (unit) => {
      await unit.lockReferral(made.id);
      await unit.saveReferral(third);
    }), /version/, 'saved on top of a version that is gone');
  });

  t.test('open referrals of a patient: submitted and not ended, oldest first', async (t) => {
    const fixture = await open(t);
    const states = ['draft', 'submitted', 'info-requested', 'accepted', 'scheduled', 'arrived', 'in-care', 'expired', 'completed', 'rejected', 'cancelled', 'redirected', 'closed'] as const;
    const patientId = await saved(fixture, async (unit) => {
      const patient = unit.ids.next(AREA);
      for (const status of states) await unit.insertReferral(referralOf(unit, { status, patientId: patient }));
      return patient;
    });
    const found = await read(fixture, (reads) => reads.openReferralsOf(patientId));
    t.strictSame(found.map((r) => r.status), ['submitted', 'info-requested', 'accepted', 'scheduled', 'arrived', 'in-care']);
  });

  t.test('overdue referrals are told oldest first, as many as asked for', async (t) => {
    const fixture = await open(t);
    const ids = await saved(fixture, async (unit) => {
      const made = [3, 1, 2, null].map((ms) => referralOf(unit, { deadlineAt: ms === null ? null : START + ms }));
      for (const referral of made) await unit.insertReferral(referral);
      return made.map((r) => r.id);
    });
    fixture.clock.set(START + 2);
    t.strictSame(await saved(fixture, (unit) => unit.overdueReferrals(10)), [ids[1], ids[2]]);
    t.strictSame(await saved(fixture, (unit) => unit.overdueReferrals(1)), [ids[1]]);
  });

  t.test('a patient is found by id and by digest, a number belongs to one', async (t) => {
    const fixture = await open(t);
    const [known, infant] = await saved(fixture, async (unit) => {
      const made = [patientOf(unit, '440106198001010019'), patientOf(unit, null)] as const;
      for (const patient of made) await unit.insertPatient(patient);
      return made;
    });
    await read(fixture, async (reads) => {
      t.strictSame(await reads.patient(known.id), known);
      t.strictSame(await reads.patientByDigest(reads.vault.digest('01', '440106198001010019')), known);
      t.equal(await reads.patientByDigest(reads.vault.digest('03', '440106198001010019')), undefined, 'the type is part of it');
    });
    const named = { ...infant, idDigest: 'later', sealed: 'again', updatedAt: START + 1 };
    await saved(fixture, (unit) => unit.savePatient(named));
    t.strictSame(await read(fixture, (reads) => reads.patientByDigest('later')), named);
    await t.rejects(saved(fixture, (unit) => unit.insertPatient(patientOf(unit, '440106198001010019'))), { name: 'StoreError' });
  });

  t.test('messages, documents and stays come back as they were written', async (t) => {
    const fixture = await open(t);
    const { referral, message, document, stay } = await saved(fixture, async (unit) => {
      const referral = unit.ids.next(AREA);
      const common = { referralId: referral, institutionId: 'p1', author: '李医生', at: unit.now };
      const message = { id: unit.ids.next(AREA), text: '请带上既往CT片', ...common };
      const document = {
        id: unit.ids.next(AREA), kind: 'report', title: 'CT', mediaType: 'application/pdf', bytes: 4, sha256: 'f'.repeat(64), state: 'delivered' as const, ...common,
      };
      const stay = stayOf(unit, 'ZY-1');
      await unit.insertMessage(message);
      await unit.insertDocument(document, new Uint8Array([1, 0, 255, 9]));
      await unit.insertStay(stay);
      return { referral, message, document, stay };
    });
    await read(fixture, async (reads) => {
      t.strictSame(await reads.messages(referral, null, 1), { data: [message], next: null });
      t.strictSame(await reads.messages('nobody', null, 1), { data: [], next: null });
      t.strictSame(await reads.documents(referral), [document]);
      const found = await reads.document(referral, document.id);
      t.strictSame([...found!.content], [1, 0, 255, 9]);
      t.strictSame(await reads.stay(stay.id), stay);
      t.strictSame(await reads.stayByNumber('h1', 'ZY-1'), stay);
      t.equal(await reads.stayByNumber('h2', 'ZY-1'), undefined);
    });
    const linked = { ...stay, version: 2, sourceVersion: 4, referralId: referral, executedReferral: true };
    await saved(fixture, async (unit) => {
      await unit.saveDocument({ ...document, state: 'acknowledged' });
      await unit.saveStay(linked);
    });
    t.equal((await read(fixture, (reads) => reads.documents(referral)))[0]?.state, 'acknowledged');
    t.strictSame(await read(fixture, (reads) => reads.stay(stay.id)), linked);
    await saved(fixture, (unit) => unit.deleteDocument(referral, document.id));
    t.strictSame(await read(fixture, (reads) => reads.documents(referral)), []);
    t.equal(await read(fixture, (reads) => reads.document(referral, document.id)), undefined);
  });

  t.test('follow-ups are found by id, by referral and, in pages, by institution', async (t) => {
    const fixture = await open(t);
    const { referral, all } = await saved(fixture, async (unit) => {
      const referral = unit.ids.next(AREA);
      const all = (['due', 'done', 'unreachable', 'due'] as const).map((state, i) => ({
        id: unit.ids.next(AREA), area: AREA, referralId: referral, institutionId: 'p1', state, dueOn: `2018-03-0${i + 1}`, content: '测血压',
        result: null, guidance: null, doneAt: null, doneBy: null,
      }));
      for (const followUp of all) await unit.insertFollowUp(followUp);
      await unit.insertFollowUp({ ...all[0]!, id: unit.ids.next(AREA), referralId: unit.ids.next(AREA), institutionId: 'p2' });
      return { referral, all };
    });
    const ids = all.map((f) => f.id);
    const page = async (more: object, whose: { institutionId: string } | { referralId: string } = { institutionId: 'p1' }) =>
      (await read(fixture, (reads) => reads.followUps({ ...whose, after: null, limit: 10, ...more }))).data.map((f) => f.id);
    t.strictSame(await read(fixture, (reads) => reads.followUp(ids[1]!)), all[1]);
    t.strictSame((await read(fixture, (reads) => reads.followUpsOf(referral))).map((f) => f.id), ids);
    t.strictSame(await page({}), ids);
    t.strictSame(await page({ state: 'due' }), [ids[0], ids[3]]);
    t.strictSame(await page({ state: 'due', dueBefore: '2018-03-04' }), [ids[0]], 'the day itself is not before it');
    t.strictSame(await page({ after: ids[1] }, { referralId: referral }), ids.slice(2));
    t.strictSame(await page({ state: 'due', dueBefore: '2018-03-04' }, { referralId: referral }), [ids[0]]);
    t.strictSame(await page({ after: ids[0], limit: 2 }, { referralId: referral }), [ids[1], ids[2]]);
    const first = await read(fixture, (reads) => reads.followUps({ institutionId: 'p1', after: null, limit: 3 }));
    t.strictSame([first.data.length, first.next], [3, ids[2]]);
    t.strictSame(await page({ after: first.next }), [ids[3]]);
    const done = { ...all[0]!, state: 'done' as const, result: '血压稳定', guidance: '继续', doneAt: START, doneBy: '王' };
    await saved(fixture, (unit) => unit.saveFollowUp(done));
    t.strictSame(await read(fixture, (reads) => reads.followUp(done.id)), done);
  });
}
