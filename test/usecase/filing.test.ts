import t from 'tap';
import { DAY, HOUR } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { Patient, ReferralInput } from '../../src/contract/referral.js';
import type { StayInput } from '../../src/contract/stay.js';
import type { Referral } from '../../src/domain/referral.js';
import type { Actor } from '../../src/usecase/ports.js';
import { listFilings, type OpenFiling } from '../../src/usecase/insurance/list-filings.js';
import { putStay } from '../../src/usecase/insurance/put-stay.js';
import { expireReferrals } from '../../src/usecase/referral/lapse.js';
import { confirm } from '../../src/usecase/reservation/confirm.js';
import { release } from '../../src/usecase/reservation/release.js';
import { City, on } from '../kit/city.js';
import { march, put, stayOf, under, writePolicy } from '../kit/ledger.js';
import { everything, must, send, successorOf, take, tryAct } from '../kit/life.js';
import { ADMIN, at, codeOf, fill, person, sessionOn, upReferral } from '../kit/network.js';

const insurer = (area: string): Actor => ({ clientId: `insurer-${area}`, roles: ['insurer'], institutionId: null, area, operator: null });
const insured = (n: number, area = '440100'): Patient => ({ ...person(n), insurance: { area, scheme: 'employee', personKind: 'active', memberNo: `M${n}` } });
const ours = (n: number, more: Partial<ReferralInput> = {}): ReferralInput => upReferral(n, { patient: insured(n), ...more });

async function filings(city: City, area = '440100'): Promise<readonly OpenFiling[]> {
  const page = await city.ask(insurer(area), listFilings, { after: 0, limit: 100 });
  if (isRefusal(page)) throw new Error(page.code);
  return page.data;
}
const lines = async (city: City) => (await filings(city)).map(({ kind, because }) => `${kind} ${because}`);

const DAY_OF_CT = '2018-03-05';
type Way = (city: City) => Promise<unknown>;
const booked = (city: City, n: number) => send(city, ours(n, { reserve: { items: [on('t1-ct', DAY_OF_CT)], confirm: true } }));

/** how a referral comes to be accepted · what is done · what the insurer hears */
const ACCEPTED: readonly (readonly [string, Way, readonly string[]])[] = [
  ['by the receiver', async (city) => take(city, await send(city, ours(1)), 'accept'), ['filed receiver']],
  ['a booking that is sent along', (city) => booked(city, 1), ['filed standing-rule']],
  ['a booking that is made afterwards, in one step', async (city) => {
    await city.reserve(await send(city, ours(1)), [on('t1-ct', DAY_OF_CT)], { confirm: true });
  }, ['filed standing-rule']],
  ['a hold that the sender confirms', async (city) => {
    const reservation = await city.reserve(await send(city, ours(1)), [on('t1-ct', DAY_OF_CT)]);
    await city.must('p1', confirm, { id: reservation.id, ifMatch: null });
  }, ['filed standing-rule']],
  ['an emergency', (city) => send(city, ours(1, { urgency: 'emergency' })), ['filed green-channel']],
  ['an emergency that was a draft', async (city) => take(city, await send(city, ours(1, { urgency: 'emergency', draft: true })), 'submit'), ['filed green-channel']],
  ['an arrival before any answer', async (city) => take(city, await send(city, ours(1)), 'arrive'), ['filed arrival']],
  ['accepted, booked, booking given up, arrived, received', async (city) => {
    const referral = await take(city, await send(city, ours(1)), 'accept');
    const { id } = await city.reserve(referral, [on('t1-ct', DAY_OF_CT)], { confirm: true });
    await city.must('p1', release, { id, ifMatch: null });
    await take(city, referral, 'arrive', 'receive');
  }, ['filed receiver']],
  ['not yet answered, or asked back', async (city) => take(city, await send(city, ours(1)), 'request-info'), []],
];

t.test('a referral is filed once, with the change that accepts it', async (t) => {
  for (const [how, way, told] of ACCEPTED) {
    await t.test(how, async (t) => {
      const city = await City.found(t);
      await fill(city.store, 't1-ct', sessionOn(DAY_OF_CT, 3));
      await way(city);
      t.strictSame(await lines(city), told);
    });
  }
});

/** how it comes to nothing · what is done with an accepted referral · what the insurer hears then */
const ENDED: readonly (readonly [string, (city: City, referral: Referral) => Promise<unknown>, readonly string[]])[] = [
  ['cancelled', (city, referral) => take(city, referral, 'cancel'), ['withdrawn cancelled']],
  ['closed before arrival', (city, referral) => must(city, referral, 'close', { by: 'p1' }), ['withdrawn closed']],
  ['closed after it', (city, referral) => take(city, referral, 'arrive', 'close'), []],
  ['redirected: the next is filed when it is accepted', async (city, referral) => take(city, await successorOf(city, await take(city, referral, 'redirect')), 'accept'), ['withdrawn redirected', 'filed receiver']],
  ['expired', async (city) => {
    city.clock.advance(30 * DAY);
    await city.must(ADMIN, expireReferrals, { limit: 10 });
  }, ['withdrawn expired']],
  ['expired, then taken up again', async (city, referral) => {
    city.clock.advance(31 * DAY);
    await city.must(ADMIN, expireReferrals, { limit: 10 });
    await take(city, await city.referral(referral.id), 'reinstate');
  }, ['withdrawn expired', 'filed receiver']],
  ['an arrival revoked: it was accepted before', (city, referral) => take(city, referral, 'arrive', 'revoke-arrival'), []],
];

t.test('its filing is withdrawn with it, by a line that names the first', async (t) => {
  for (const [how, way, told] of ENDED) {
    await t.test(how, async (t) => {
      const city = await City.found(t);
      const referral = await take(city, await send(city, ours(1)), 'accept');
      await way(city, referral);
      t.strictSame(await lines(city), ['filed receiver', ...told]);
      const [filed, ...others] = await filings(city);
      const withdrawn = others.find((line) => line.kind === 'withdrawn');
      if (withdrawn === undefined) return;
      const { id, seq, kind, withdraws, because, recordedAt, ...same } = withdrawn;
      t.match(filed, same, 'it repeats what it withdraws');
      t.strictSame([withdraws, kind], [filed!.id, 'withdrawn']);
      t.ok(seq > filed!.seq && id !== filed!.id && recordedAt >= filed!.recordedAt && because !== filed!.because);
    });
  }
});

t.test('an arrival that had accepted is taken back with its filing; the rejection after it withdraws nothing twice', async (t) => {
  const city = await City.found(t);
  await take(city, await send(city, ours(1)), 'arrive', 'revoke-arrival', 'reject');
  t.strictSame(await lines(city), ['filed arrival', 'withdrawn arrival-revoked']);
});

t.test('an emergency that is redirected: the next is filed before the first is withdrawn, each under its own event', async (t) => {
  const city = await City.found(t);
  const first = await send(city, ours(1, { urgency: 'emergency' }));
  const second = await successorOf(city, await take(city, first, 'redirect'));
  const told = await filings(city);
  t.strictSame(told.map(({ kind, referralId, targetInstitutionId }) => [kind, referralId, targetInstitutionId]), [
    ['filed', first.id, 't1'], ['filed', second.id, 's1'], ['withdrawn', first.id, 't1'],
  ]);
  const events = await city.events(0, 'referral.submitted', 'referral.redirected');
  t.strictSame(told.map(({ seq }) => seq), events.map(({ seq }) => seq));
  t.strictSame(events.map(({ data }) => data['filing']), told.map(({ id, kind }) => ({ id, kind })), 'the chained event names its filing');
  t.equal((await city.referral(second.id)).course.filingId, told[1]!.id);
  t.equal((await city.referral(first.id)).course.filingId, null);
});

t.test('the stay before is the one that the referral names, else the patient’s latest admission with the sender', async (t) => {
  const city = await City.found(t);
  city.clock.advance(3 * HOUR);
  const stay = async (n: number, number: string, more: Partial<StayInput> = {}, by = 'p1') => (await city.must(by, putStay, {
    institutionId: by, number, body: {
      patient: insured(n), arrival: { via: 'none' }, admittedAt: '2018-03-01T10:00:00+08:00', kind: 'inpatient', sourceVersion: 1,
      mainDiagnosis: { code: 'I20.9', system: 'ICD-10', name: '心绞痛' }, ...more,
    },
  })).stay.id;
  const earlier = await stay(1, 'ZY1', { admittedAt: '2018-02-01T10:00:00+08:00' });
  const later = await stay(1, 'ZY2');
  await stay(1, 'MZ1', { kind: 'outpatient', admittedAt: '2018-03-01T11:00:00+08:00' });
  await stay(1, 'ZY3', { voided: true, admittedAt: '2018-03-01T11:00:00+08:00' });
  await stay(1, 'ZY4', { admittedAt: '2018-03-01T11:00:00+08:00' }, 's1');
  await stay(2, 'ZY5', {}, 's1');
  for (const [n, fromStayId] of [[1, earlier], [1, undefined], [2, undefined]] as const) {
    await take(city, await send(city, ours(n, fromStayId === undefined ? {} : { fromStayId })), 'accept', 'cancel');
  }
  const filed = (await filings(city)).filter(({ kind }) => kind === 'filed');
  t.strictSame(filed.map(({ record }) => record.refl_old_mdtrt_id), [earlier, later, null]);
});

/** what is special · the stays at the sender, by day of March, first to last · which is named · which is voided before the acceptance · which is the stay before */
const BEFORE: readonly (readonly [string, readonly number[], number | null, number | null, number | null])[] = [
  ['the latest there', [2, 4], null, null, 1],
  ['one that began after the transfer is none', [2, 9], null, null, 0],
  ['nor is one that is named', [2, 9], 1, null, null],
  ['one that was voided since leaves the one before', [2, 4], null, 1, 0],
  ['one that is named and was voided leaves none', [2, 4], 1, 1, null],
];

t.test('the filing names the stay before that the ledger links to', async (t) => {
  const city = await City.found(t);
  await writePolicy(city);
  for (const [i, [what, days, named, voided, chosen]] of BEFORE.entries()) {
    const patient = insured(10 + i);
    city.clock.set(Math.max(city.clock.now(), Date.parse(march(10, 12))));
    const stays: string[] = [];
    for (const [k, day] of days.entries()) stays.push((await put(city, 'p1', `V${i}-${k}`, stayOf(patient, day, 3_000))).stay.id);
    // It happened on the 5th, in the evening, and is entered five days later.
    const referral = await send(city, ours(10 + i, { category: 'inpatient', occurredAt: march(5, 20), retroReason: '系统故障', ...(named !== null && { fromStayId: stays[named]! }) }));
    if (voided !== null) await put(city, 'p1', `V${i}-${voided}`, stayOf(patient, days[voided]!, 3_000, { voided: true, sourceVersion: 2 }));
    await take(city, referral, 'accept');
    const { standing } = await put(city, 't1', `W${i}`, stayOf(patient, 6, 30_000, under(referral)));
    const expected = chosen === null ? null : stays[chosen]!;
    t.strictSame([(await filings(city)).at(-1)!.record.refl_old_mdtrt_id, standing?.outcome.linkedTo], [expected, expected], what);
  }
});

t.test('each insurer hears of its own insured, in the order of the log, page by page', async (t) => {
  const city = await City.found(t);
  for (const [n, area] of [[1, '440100'], [2, '430600'], [3, '440114'], [4, '440100']] as const) {
    await take(city, await send(city, upReferral(n, { patient: insured(n, area) })), 'accept');
  }
  t.strictSame((await filings(city)).map(({ record }) => record.psn_no), ['M1', 'M3', 'M4']);
  t.match(await filings(city, '430600'), [{ area: '430600', record: { psn_no: 'M2', refl_type: '3' } }]);
  const pages: (string | null)[][] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: Awaited<ReturnType<typeof listFilings>> = await city.ask(insurer('440100'), listFilings, { after, limit: 2 });
    if (isRefusal(page)) throw new Error(page.code);
    pages.push(page.data.map(({ record }) => record.psn_no));
    after = page.next;
  }
  t.strictSame(pages, [['M1', 'M3'], ['M4']]);
  t.equal(codeOf(await city.ask(ADMIN, listFilings, { after: 0, limit: 1 })), 'forbidden');
});

t.test('a refused action files nothing; what identifies the patient stands nowhere in the clear', async (t) => {
  const city = await City.found(t);
  const referral = await take(city, await send(city, ours(1)), 'accept');
  const before = await everything(city);
  t.equal(codeOf(await tryAct(city, referral, 'accept')), 'invalid_transition');
  t.strictSame(await everything(city), before);
  const rows = JSON.stringify(before['filing']);
  for (const secret of ['M1', insured(1).phone!, insured(1).address!, '活动后胸闷']) t.notOk(rows.includes(secret), secret);
});

t.test('a filing lies where its insurer is, and its referral where the patient goes', async (t) => {
  const city = await City.found(t);
  const referral = await take(city, await send(city, upReferral(1, { patient: insured(1, '430602') })), 'accept');
  const [filing] = await filings(city, '430600');
  t.strictSame([filing!.area, filing!.id.slice(19, 23)], ['430600', (0x8000 | 4306).toString(16)]);
  t.equal(referral.area, '440100');
  t.ok(at(DAY_OF_CT, 0) > filing!.recordedAt);
});
