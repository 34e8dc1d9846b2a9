import t from 'tap';
import type { LoggedEvent } from '../../src/domain/event.js';
import { shownTo } from '../../src/domain/feed.js';
import { feed, type FeedPage } from '../../src/usecase/event/feed.js';
import type { Actor } from '../../src/usecase/ports.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import type { Store } from '../../src/usecase/store.js';
import { accepted, actorOf, ADMIN, AREA, putNetwork, REGULATOR, upReferral } from '../kit/network.js';
import { freshStore } from '../kit/store.js';

function event(more: Partial<LoggedEvent>): LoggedEvent {
  return {
    seq: 1, id: 'e', type: 'referral.submitted', at: 0, area: AREA, subject: 'referral:r', referralId: 'r', institutionIds: ['p1', 't1'],
    actor: { clientId: 'c', institutionId: 'p1', operator: null }, data: {}, prevHash: '', hash: '', ...more,
  };
}

t.test('an event is shown to those whom it concerns', async (t) => {
  const arrived = event({ type: 'referral.arrived' });
  const elsewhere = event({ type: 'referral.arrived', area: '440600' });
  const pool = event({ type: 'pool.written', referralId: null, institutionIds: ['t1'] });
  const rows: [string, Actor, LoggedEvent, boolean][] = [
    ['the sender', actorOf('p1'), event({}), true],
    ['the receiver', actorOf('t1'), event({}), true],
    ['another institution', actorOf('p2'), event({}), false],
    ['the administrator, who sees no patient', ADMIN, event({}), false],
    ['the administrator, of the directory', ADMIN, pool, true],
    ['the administrator, of a stay', ADMIN, event({ type: 'stay.recorded', subject: 'stay:1', referralId: null }), false],
    ['the administrator, of two records of one person', ADMIN, event({ type: 'patient.merged', subject: 'patient:1', referralId: null }), false],
    ['the administrator, of who is signed up with whom', ADMIN, event({ type: 'contract.written', subject: 'contract:1', referralId: null, institutionIds: ['p1'] }), false],
    ['the practice, of its own contract', actorOf('p1'), event({ type: 'contract.written', subject: 'contract:1', referralId: null, institutionIds: ['p1'] }), true],
    ['the hospital, of what its stay bears', actorOf('t1'), event({ type: 'deductible.adjusted', subject: 'stay:1', referralId: null, institutionIds: ['t1'] }), true],
    ['an institution, of its own pool', actorOf('t1'), pool, true],
    ['an institution, of another\'s pool', actorOf('p1'), pool, false],
    ['the regulator, before the patient moves', REGULATOR, event({}), false],
    ['the regulator, of an executed transfer', REGULATOR, arrived, true],
    ['the regulator, of one taken back', REGULATOR, event({ type: 'referral.arrival-revoked' }), true],
    ['the regulator of another prefecture', REGULATOR, elsewhere, false],
    ['the regulator, of the directory', REGULATOR, pool, false],
  ];
  for (const [who, actor, what, shown] of rows) t.equal(shownTo(actor, what) !== null, shown, `${who}: ${what.type}`);
});

t.test('insurer and regulator hear that a transfer was executed, and nothing of the referral', async (t) => {
  const arrived = event({ type: 'referral.arrived', data: { referralNo: 'R1', transferId: 't', status: 'arrived', fulfilled: ['x'], diagnosis: 'I20' } });
  t.same(shownTo(REGULATOR, arrived)?.data, { referralNo: 'R1', transferId: 't' });
  const revoked = event({ type: 'referral.arrival-revoked', data: { referralNo: 'R1', reverses: 't', reasonCode: 'wrong-patient' } });
  t.same(shownTo(REGULATOR, revoked)?.data, { referralNo: 'R1', reverses: 't' });
});

async function read(store: Store, actor: Actor, after: number, limit = 100, types: string[] | null = null): Promise<FeedPage> {
  return accepted(store.read((reads) => feed(reads, actor, { after, types, limit })));
}

t.test('a reader that follows `next` meets every event of its own once, in order', async (t) => {
  const { store } = await freshStore(t);
  await putNetwork(store);
  for (let n = 1; n <= 7; n += 1) await accepted(store.write(actorOf('p1'), (unit) => createReferral(unit, { body: upReferral(n) })));
  const all = await store.read((reads) => reads.eventsAfter(0, 1_000));
  for (const actor of [actorOf('p1'), actorOf('t1'), actorOf('p4'), ADMIN]) {
    const expected = all.filter((e) => shownTo(actor, e) !== null).map((e) => e.seq);
    for (const limit of [1, 3, 100]) {
      const met: number[] = [];
      let after = 0;
      for (;;) {
        const page = await read(store, actor, after, limit);
        t.ok(page.events.length <= limit);
        met.push(...page.events.map((e) => e.seq));
        if (page.next === after) break;
        after = page.next;
      }
      t.same(met, expected, `${actor.clientId}, ${limit} at a time`);
      t.equal(after, all.length, 'and ends at the end of the log');
    }
  }
});

t.test('types are sieved, and the cursor moves over what is left out', async (t) => {
  const { store } = await freshStore(t);
  await putNetwork(store);
  const end = await store.read((reads) => reads.lastSeq());
  const page = await read(store, ADMIN, 0, 100, ['consortium.written']);
  t.same([...new Set(page.events.map((e) => e.type))], ['consortium.written']);
  t.equal(page.next, end);
  t.same(await read(store, ADMIN, 0, 100, ['nothing.known']), { events: [], next: end, head: page.head });
});

t.test('an answer looks at 5 000 events at most, so that whoever is concerned by none waits for nobody', async (t) => {
  const { store } = await freshStore(t);
  const draft = { type: 'test.happened', area: AREA, subject: 'test:1', referralId: null, institutionIds: ['t1'], data: {} };
  await accepted(store.write(ADMIN, async (unit) => {
    for (let n = 0; n < 6_000; n += 1) unit.append(draft);
    return null;
  }));
  t.match(await read(store, actorOf('p1'), 0), { events: [], next: 5_000 });
  t.match(await read(store, actorOf('p1'), 5_000), { events: [], next: 6_000 });
  t.match(await read(store, actorOf('p1'), 6_000), { events: [], next: 6_000 });
});

t.test('the signed end comes with every answer', async (t) => {
  const { store } = await freshStore(t);
  t.same(await read(store, ADMIN, 0), { events: [], next: 0, head: null }, 'an empty log has none');
  await putNetwork(store);
  const end = await store.read((reads) => reads.lastSeq());
  const { head } = await read(store, ADMIN, 0, 1);
  t.equal(head?.seq, end);
});
