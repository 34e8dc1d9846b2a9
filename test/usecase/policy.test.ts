import t from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { PolicyInput } from '../../src/contract/insurance.js';
import { getPolicy, listPolicies } from '../../src/usecase/insurance/get-policy.js';
import { putPolicy } from '../../src/usecase/insurance/put-policy.js';
import { simulateDeductibles } from '../../src/usecase/insurance/simulate-deductibles.js';
import type { Store } from '../../src/usecase/store.js';
import { policyInput } from '../kit/insurance.js';
import { accepted, ADMIN, codeOf, pointersOf } from '../kit/network.js';
import { freshStore } from '../kit/store.js';

const put = (store: Store, id: string, body: PolicyInput) => store.write(ADMIN, (unit) => putPolicy(unit, { id, body }));
const get = (store: Store, id: string, version?: number) => store.read((reads) => getPolicy(reads, ADMIN, { id, version }));

t.test('a policy is written, changed by versions that are all kept, and there after a restart', async (t) => {
  const fixture = await freshStore(t);
  const first = await accepted(put(fixture.store, 'gz-employee-2018', policyInput()));
  t.match(first, { created: true, policy: { id: 'gz-employee-2018', version: 1 } });
  fixture.clock.advance(DAY);
  const second = await accepted(put(fixture.store, 'gz-employee-2018', policyInput({ annualCapFen: 30_000_000 })));
  t.match(second, { created: false, policy: { version: 2, annualCapFen: 30_000_000 } });
  for (const open of [async () => fixture.store, () => fixture.reopen()]) {
    const store = await open();
    t.match(await get(store, 'gz-employee-2018'), { version: 2, annualCapFen: 30_000_000 });
    t.match(await get(store, 'gz-employee-2018', 1), { version: 1, annualCapFen: null });
    t.equal(codeOf(await get(store, 'gz-employee-2018', 3)), 'not_found');
  }
  t.match(await accepted(put(fixture.store, 'gz-employee-2018', policyInput({ annualCapFen: 1 }))), { policy: { version: 3 } }, 'the versions go on');
});

t.test('one event for each change, none for the same again', async (t) => {
  const { store } = await freshStore(t);
  await accepted(put(store, 'p', policyInput()));
  await accepted(put(store, 'p', policyInput()));
  await accepted(put(store, 'p', policyInput({ validUntil: '2018-12-31' })));
  const events = await store.read((reads) => reads.eventsAfter(0, 10));
  t.match(events, [
    { type: 'policy.written', area: '440100', subject: 'policy:p', institutionIds: [], data: { version: 1, scheme: 'employee', validFrom: '2018-01-01', validUntil: null, provenance: 'illustrative' } },
    { type: 'policy.written', subject: 'policy:p', data: { version: 2, validUntil: '2018-12-31' } },
  ]);
  t.equal(events.length, 2);
});

t.test('a refused policy changes nothing, and the one before is ended first', async (t) => {
  const { store } = await freshStore(t);
  await accepted(put(store, 'old', policyInput()));
  const overlapping = await put(store, 'new', policyInput({ validFrom: '2019-01-01' }));
  t.same([codeOf(overlapping), pointersOf(overlapping)], ['invalid_content', ['/validFrom']]);
  t.equal(codeOf(await get(store, 'new')), 'not_found');
  t.equal(await store.read((reads) => reads.lastSeq()), 1);
  await accepted(put(store, 'old', policyInput({ validUntil: '2018-12-31' })));
  t.match(await accepted(put(store, 'new', policyInput({ validFrom: '2019-01-01' }))), { created: true });
});

t.test('a shipped policy can be read and simulated, is in the way of none, and gives way to the one that is written', async (t) => {
  const { store } = await freshStore(t);
  t.match(await get(store, 'gz-employee-2018'), { version: 0, updatedAt: null });
  t.same([...(await store.read(async (reads) => reads.policies.policies()))], [], 'it is in force nowhere');
  await accepted(put(store, 'our-own', policyInput()));
  t.match(await accepted(put(store, 'gz-employee-2018', policyInput({ area: '440600' }))), { created: true, policy: { version: 1 } });
  t.match(await get(store, 'gz-employee-2018'), { version: 1, area: '440600' });
  t.match(await get(store, 'gz-employee-2018', 0), { version: 0, area: '440100' }, 'the example stands beside it');
});

t.test('the list has every policy once, in order of id, by area and scheme where asked', async (t) => {
  const { store } = await freshStore(t);
  await accepted(put(store, 'a-own', policyInput({ area: '440300' })));
  await accepted(put(store, 'gz-employee-2018', policyInput()));
  const list = async (filter: { area?: string; scheme?: 'employee' | 'resident' }, after: string | null = null, limit = 100) =>
    store.read(async (reads) => {
      const page = await listPolicies(reads, ADMIN, { ...filter, after, limit });
      if (isRefusal(page)) throw new Error(page.code);
      return { ids: page.data.map(({ id, version }) => `${id} ${version}`), next: page.next };
    });
  const all = await list({});
  t.equal(all.ids.length, 11);
  t.same(all.ids, [...all.ids].sort());
  t.same(all.ids.slice(0, 2), ['a-own 1', 'fs-employee-2017 0']);
  t.same((await list({ area: '440100' })).ids, ['gz-employee-2018 1', 'gz-resident-2018 0']);
  t.same((await list({ area: '440100', scheme: 'resident' })).ids, ['gz-resident-2018 0']);
  const page = await list({}, null, 4);
  t.same([page.ids, page.next], [all.ids.slice(0, 4), 'gz-employee-2018']);
  t.same((await list({}, page.next, 100)).ids, all.ids.slice(4));
});

t.test('a simulation goes by the latest version, and stores nothing', async (t) => {
  const { store } = await freshStore(t);
  await accepted(put(store, 'p', policyInput()));
  await accepted(put(store, 'p', policyInput({ fixed: [{ when: 'inpatient', deductibleFen: 12_345 }] })));
  const seq = await store.read((reads) => reads.lastSeq());
  const simulated = await store.read((reads) =>
    simulateDeductibles(reads, ADMIN, { policyId: 'p', personKind: 'active', stays: [{ key: 'a', level: 'tertiary', admittedAt: '2018-03-01T08:00:00+08:00', kind: 'inpatient', arrival: { via: 'none' } }] }));
  t.match(simulated, { policy: { id: 'p', version: 2 }, outcomes: [{ standardFen: 12_345, provisional: true }] });
  t.equal(await store.read((reads) => reads.lastSeq()), seq);
});
