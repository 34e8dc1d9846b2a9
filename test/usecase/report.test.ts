import t from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import type { ReferralInput } from '../../src/contract/referral.js';
import type { Grouping } from '../../src/domain/report.js';
import { reportConsortia } from '../../src/usecase/report/report-consortia.js';
import { reportTransfers } from '../../src/usecase/report/report-transfers.js';
import type { Actor } from '../../src/usecase/ports.js';
import { act } from '../../src/usecase/referral/act.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import { accepted, actorOf, ADMIN, at, codeOf, downReferral, pointersOf, putMembership, putNetwork, REGULATOR, SINCE, upReferral } from '../kit/network.js';
import { freshStore, type Fixture } from '../kit/store.js';

const ALL: Grouping = { period: null, institution: false };
const YEAR = { from: '2018-01-01', to: '2018-12-31' };

/** A referral whose patient arrives now; its id. */
async function transfer({ store }: Fixture, body: ReferralInput): Promise<string> {
  const sender = actorOf(body.sourceInstitutionId);
  const { id } = await accepted(store.write(sender, (unit) => createReferral(unit, { body })));
  await accepted(store.write(actorOf(body.targetInstitutionId!), (unit) => act(unit, { id, action: 'arrive', ifMatch: null, body: {} })));
  return id;
}

async function figures({ store }: Fixture, actor: Actor, groupBy: Grouping = ALL, range = YEAR) {
  return accepted(reportTransfers(store.slices, actor, { ...range, groupBy }));
}

/** Two up and one down in March, one up in April, from two institutions; one of them taken back. */
async function story(t: Parameters<typeof freshStore>[0]): Promise<Fixture> {
  const fixture = await freshStore(t, { startAt: at('2018-03-30', 9) });
  await putNetwork(fixture.store);
  await transfer(fixture, upReferral(1));
  await transfer(fixture, downReferral(2));
  const mistaken = await transfer(fixture, upReferral(3));
  fixture.clock.advance(3 * DAY);
  await transfer(fixture, upReferral(4, { sourceInstitutionId: 'p2', category: 'inpatient' }));
  await accepted(fixture.store.write(actorOf('t1'), (unit) => act(unit, { id: mistaken, action: 'revoke-arrival', ifMatch: null, body: { reasonCode: 'not-arrived' } })));
  return fixture;
}

t.test('transfers are counted from the ledger; an arrival taken back is no transfer', async (t) => {
  const fixture = await story(t);
  const report = await figures(fixture, ADMIN);
  t.same(report.rows.map((r) => [r.direction, r.category, r.count]), [['up', 'outpatient', 1], ['up', 'inpatient', 1], ['down', 'outpatient', 0], ['down', 'inpatient', 1]]);
  t.equal(report.total, 3);
  t.equal(report.asOf, fixture.clock.now());
});

t.test('a transfer belongs to the local date on which the patient arrived', async (t) => {
  const fixture = await story(t);
  const months = await figures(fixture, ADMIN, { period: 'month', institution: false }, { from: '2018-03-01', to: '2018-04-30' });
  t.same(months.rows.filter((r) => r.count > 0).map((r) => [r.period, r.direction, r.count]), [['2018-03', 'up', 1], ['2018-03', 'down', 1], ['2018-04', 'up', 1]]);
  const days: [string, string, number][] = [['2018-03-30', '2018-03-30', 2], ['2018-03-31', '2018-04-01', 0], ['2018-04-02', '2018-04-02', 1], ['2018-03-30', '2018-04-02', 3]];
  for (const [from, to, total] of days) t.equal((await figures(fixture, ADMIN, ALL, { from, to })).total, total, `${from} to ${to}, both included`);
});

t.test('everybody sees what is theirs: all, a prefecture, what the institution sent', async (t) => {
  const fixture = await story(t);
  const elsewhere: Actor = { ...REGULATOR, area: '440600' };
  const rows: [string, Actor, number][] = [['administrator', ADMIN, 3], ['regulator', REGULATOR, 3], ['regulator of another prefecture', elsewhere, 0], ['t1', actorOf('t1'), 1], ['p1', actorOf('p1'), 1], ['p2', actorOf('p2'), 1], ['s1', actorOf('s1'), 0]];
  for (const [who, actor, total] of rows) t.equal((await figures(fixture, actor)).total, total, who);
  const byInstitution = await figures(fixture, ADMIN, { period: null, institution: true });
  t.same(byInstitution.rows.filter((r) => r.count > 0).map((r) => [r.institutionId, r.count]), [['p1', 1], ['p2', 1], ['t1', 1]]);
});

t.test('a range that ends before it begins is refused', async (t) => {
  const { store } = await freshStore(t);
  const refusal = await reportTransfers(store.slices, ADMIN, { from: '2018-02-01', to: '2018-01-31', groupBy: ALL });
  t.same([codeOf(refusal), pointersOf(refusal)], ['invalid_content', ['?to']]);
});

t.test('consortia are counted on a date: before the first member there is none, after the last there is none', async (t) => {
  const { store, clock } = await freshStore(t);
  await putNetwork(store);
  for (const id of ['v1', 't1', 't2', 's1']) await putMembership(store, 'a1', id, { role: 'member', from: SINCE, until: '2018-06-30' });
  const count = async (on?: string) => accepted(store.read((reads) => reportConsortia(reads, REGULATOR, { on })));
  const rows: [string, number][] = [['2016-12-31', 0], [SINCE, 3], ['2018-06-30', 3], ['2018-07-01', 2]];
  for (const [on, total] of rows) t.equal((await count(on)).total, total, on);
  t.match(await count(), { on: '2018-03-01', asOf: clock.now(), total: 3 }, 'today where no date is said');
  t.same((await count()).rows.map((r) => [r.type, r.count]), [['medical-group', 1], ['medical-community', 1], ['specialty-alliance', 1], ['telemedicine-network', 0], ['other', 0]]);
});
