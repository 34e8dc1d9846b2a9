import t from 'tap';
import { pointers, problem, startApp, type TestApp } from '../kit/app.js';
import { insured, march, stayOf } from '../kit/ledger.js';
import { policyInput } from '../kit/insurance.js';
import { bedNights, fill, person, upReferral } from '../kit/network.js';

/** Stays and the ledger of what they bear, over HTTP. */

type Json = Record<string, unknown>;
const one = insured(1);
const AT = Date.parse(march(9, 18));

async function started(t: Parameters<typeof startApp>[0]): Promise<TestApp> {
  const app = await startApp(t, { startAt: AT });
  const written = await app.send('admin', 'PUT', '/v1/policies/employee', policyInput());
  if (written.status !== 201) throw new Error(written.text);
  return app;
}

const putting = (app: TestApp, as: string, number: string, body: object) => app.send(as, 'PUT', `/v1/institutions/${as}/stays/${number}`, body);

/** A patient who was at p1 and was referred on to t1. */
async function referred(app: TestApp): Promise<{ first: Json; second: Json }> {
  const first = await putting(app, 'p1', 'A', stayOf(one, 2, 3_000));
  const referral = await app.send('p1', 'POST', '/v1/referrals', upReferral(1, { patient: one, occurredAt: march(4), retroReason: '补录' }));
  const second = await putting(app, 't1', 'B', stayOf(one, 5, 30_000, { arrival: { via: 'referral', referralId: (referral.body as { id: string }).id } }));
  return { first: first.body as Json, second: second.body as Json };
}

t.test('each wrong value of a record is 422 with a pointer, and nothing is kept', async (t) => {
  const app = await started(t);
  await app.keyOf('p1');
  const seq = await app.store.read((reads) => reads.lastSeq());
  const money = (settlement: object) => ({ settlement });
  const rows: readonly (readonly [string, object, string])[] = [
    ['negative money', money({ totalFen: 100, eligibleFen: -1 }), '/settlement/eligibleFen'],
    ['half a fen', money({ totalFen: 100.5, eligibleFen: 1 }), '/settlement/totalFen'],
    ['absurd money', money({ totalFen: 1e308, eligibleFen: 1 }), '/settlement/totalFen'],
    ['money as text', money({ totalFen: '100', eligibleFen: 1 }), '/settlement/totalFen'],
    ['half a settlement', money({ totalFen: 100 }), '/settlement/eligibleFen'],
    ['eligible above total', money({ totalFen: 100, eligibleFen: 101 }), '/settlement/eligibleFen'],
    ['a discharge before the admission', { dischargedAt: march(1) }, '/dischargedAt'],
    ['an admission without its offset', { admittedAt: '2018-03-02T08:00:00' }, '/admittedAt'],
    ['a kind that does not exist', { kind: 'hotel' }, '/kind'],
    ['a misspelt field', { dischargeAt: march(3) }, '/dischargeAt'],
    ['a version below nought', { sourceVersion: -1 }, '/sourceVersion'],
    ['a way of coming that does not exist', { arrival: { via: 'walking' } }, '/arrival/via'],
    ['insured by nobody known', { patient: { ...one, insurance: { area: '44', scheme: 'employee', personKind: 'active' } } }, '/patient/insurance/area'],
  ];
  for (const [what, more, pointer] of rows) {
    const reply = await putting(app, 'p1', 'A', { ...stayOf(one, 2, null), ...more });
    t.equal(reply.status, 422, `${what}: ${reply.text.slice(0, 200)}`);
    t.same(pointers(reply), [pointer], what);
  }
  t.equal(await app.store.read((reads) => reads.lastSeq()), seq);
});

t.test('the answer to a record is what the stay bears, with sentences in both languages', async (t) => {
  const app = await started(t);
  const { first, second } = await referred(app);
  t.match(first, { assessment: { deductibleFen: 25_000, ratioBp: 9_000, fundFen: 247_500 }, policy: { id: 'employee', version: 1 }, unassessed: null, owedFen: 0, applied: true });
  t.match(second, { assessment: { deductibleFen: 75_000, linkedTo: first['id'] }, effect: { came: 'referred', unreferredDeductibleFen: 100_000 }, settled: { deductibleFen: 75_000 } });
  const { steps } = second['assessment'] as { steps: { code: string; text: { zh: string; en: string } }[] };
  const relief = steps.find((step) => step.code === 'relief-difference');
  t.match(relief?.text, { zh: /750\.00 元/, en: /750\.00 yuan/ });
  t.match(steps.find((step) => step.code === 'link')?.text.zh, /p1 医院 2018-03-02/, 'the stay before is called by hospital and day');

  const older = await putting(app, 't1', 'B', stayOf(one, 5, 99, { sourceVersion: 0 }));
  t.match([older.status, older.body], [200, { applied: false, version: 1, assessment: { deductibleFen: 75_000 } }]);
  const voided = await putting(app, 't1', 'B', stayOf(one, 5, null, { voided: true, sourceVersion: 2 }));
  t.match(voided.body, { voided: true, assessment: null, unassessed: 'voided', policy: null }, 'nothing is left of its figures');
});

t.test('the insurer reads the ledger in order, page by page, without a gap and without a name', async (t) => {
  const app = await started(t);
  const { second } = await referred(app);
  await putting(app, 'p1', 'A', stayOf(one, 2, null, { voided: true, sourceVersion: 2 }));
  const pages: Json[][] = [];
  let url = '/v1/deductible-entries?limit=2';
  for (;;) {
    const reply = await app.send('insurer', 'GET', url);
    const { data, nextCursor } = reply.body as { data: Json[]; nextCursor: string | null };
    for (const secret of [one.name, one.idNumber as string, one.phone as string]) t.notOk(reply.text.includes(secret));
    pages.push(data);
    if (nextCursor === null) break;
    url = `/v1/deductible-entries?limit=2&cursor=${nextCursor}`;
  }
  t.same(pages.map((page) => page.map(({ kind, deltaFen, because }) => `${kind as string} ${deltaFen as number} ${because as string}`)), [
    ['assessment 25000 stay-recorded', 'assessment 75000 stay-recorded'],
    ['adjustment 25000 stay-voided', 'reversal -25000 stay-voided'],
  ]);
  const all = pages.flat();
  t.same(all.map((entry) => entry['seq']), all.map((entry) => entry['seq'] as number).sort((a, b) => a - b));
  const after = await app.send('insurer', 'GET', `/v1/deductible-entries?after=${all[2]!['seq'] as number}`);
  t.match(after.body, { data: [{ seq: all[3]!['seq'] }], nextCursor: null });
  t.equal(problem(await app.send('insurer', 'GET', '/v1/deductible-entries?cursor=nonsense')).code, 'invalid_cursor');
  const mine = await app.send('t1', 'GET', `/v1/stays/${second['id'] as string}`);
  t.match(mine.body, { entries: [{ deltaFen: 75_000 }, { deltaFen: 25_000 }] }, 'a hospital reads those of its own stay with it');
});

t.test('a merge is carried out once, however often it is asked for', async (t) => {
  const app = await started(t);
  await putting(app, 't1', 'A', stayOf(one, 2, 3_000));
  const { idType: _type, idNumber: _number, ...nobody } = person(5);
  const came = await putting(app, 't1', 'B', stayOf({ ...nobody, name: '无名氏' }, 4, null, { arrival: { via: 'emergency' } }));
  const url = `/v1/patients/${(came.body as { patientId: string }).patientId}/merge`;
  const body = { idNumber: one.idNumber };
  const [first, again] = [await app.send('t1', 'POST', url, body, { 'idempotency-key': 'merge' }), await app.send('t1', 'POST', url, body, { 'idempotency-key': 'merge' })];
  t.same([first.status, again.text, again.headers['idempotency-replayed']], [200, first.text, 'true']);
  t.match(first.body, { applied: true, idNumber: /^\d{3}\*+\d{4}$/ });
  t.notOk(first.text.includes(one.name), 'the answer is masked');
  t.match((await app.send('t1', 'POST', url, body)).body, { applied: false });
  const episodes = await app.send('t1', 'GET', `/v1/patients/${(came.body as { patientId: string }).patientId}/episodes`);
  t.match(episodes.body, { episodes: [{}, {}], visits: [] });
  t.equal((episodes.body as { patientId: string }).patientId, (first.body as { patientId: string }).patientId);
});

t.test('a statement names its year in the path, and says what is wrong with it', async (t) => {
  const app = await started(t);
  const { first } = await referred(app);
  const url = `/v1/accumulators/${first['patientId'] as string}`;
  const statement = { stays: 1, borneFen: 50_000, paidFen: 100_000, asOf: '2018-03-08' };
  t.match((await app.send('insurer', 'PUT', `${url}/2018`, statement)).body, { year: 2018, ...statement, applied: true });
  t.equal((await app.send('insurer', 'PUT', `${url}/2018`, statement)).status, 200);
  const rows: readonly (readonly [string, object, string])[] = [
    [`${url}/1999`, statement, '{year}'],
    [`${url}/mmxviii`, statement, '{year}'],
    [`${url}/2018`, { ...statement, stays: 1.5 }, '/stays'],
    [`${url}/2018`, { ...statement, asOf: '2018-02-30' }, '/asOf'],
    [`${url}/2018`, { ...statement, stays: 0 }, '/borneFen'],
  ];
  for (const [path, body, pointer] of rows) t.same(pointers(await app.send('insurer', 'PUT', path, body)), [pointer], `${path} ${JSON.stringify(body)}`);
});

t.test('a bed over HTTP: used night by night, given back by the discharge, and nothing of how that is kept is told', async (t) => {
  const app = await startApp(t, { startAt: Date.parse('2018-03-05T09:00:00+08:00') });
  await fill(app.store, 't1-bed', ...bedNights('2018-03-05', 5, 1));
  const reserve = { items: [{ poolId: 't1-bed', startsAt: '2018-03-05T12:00:00+08:00', nights: 5 }], confirm: true };
  const made = await app.send('p1', 'POST', '/v1/referrals', upReferral(1, { patient: one, category: 'inpatient', reserve }));
  const { id, reservationIds } = made.body as { id: string; reservationIds: string[] };
  const path = `/v1/reservations/${reservationIds[0]}`;
  const nights = (body: unknown) => (body as { items: { bedNights: { state: string }[] }[] }).items[0]!.bedNights.map(({ state }) => state).join(' ');

  const used = await app.send('t1', 'POST', `${path}/fulfil`, {});
  t.equal(nights(used.body), 'fulfilled confirmed confirmed confirmed confirmed');
  t.notMatch(used.text, /ifRevoked|nextNight/);
  t.match(problem(await app.send('t1', 'POST', `${path}/fulfil`, {})), { status: 409, code: 'invalid_transition' });
  t.equal((await app.send('t1', 'POST', `/v1/referrals/${id}/arrive`, {})).status, 200);
  app.clock.set(Date.parse('2018-03-06T15:00:00+08:00'));
  const left = stayOf(one, 5, null, { arrival: { via: 'referral', referralId: id }, dischargedAt: march(6, 14) });
  t.equal((await putting(app, 't1', 'B', left)).status, 201);
  t.equal(nights((await app.send('t1', 'GET', path)).body), 'fulfilled fulfilled released released released');
});
