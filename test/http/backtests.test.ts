import t from 'tap';
import { MOST_BACKTESTS } from '../../src/usecase/insurance/request-backtest.js';
import { pointers, problem, startApp } from '../kit/app.js';
import { policyInput } from '../kit/insurance.js';
import { insured, stayOf } from '../kit/ledger.js';

/** 政策回测 over HTTP: asked for once, followed, cancelled, forgotten; and each wrong place with a pointer. */

const app = await startApp(t, { startAt: Date.parse('2018-03-20T09:00:00+08:00') });
const YEAR = { from: '2018-01-01', to: '2018-12-31' };
const PATH = '/v1/policies/employee/backtest';
await app.send('admin', 'PUT', '/v1/policies/employee', policyInput());
await app.send('t1', 'PUT', '/v1/institutions/t1/stays/1', stayOf(insured(1), 5, 3_000));

interface Shown {
  readonly id: string;
  readonly state: string;
}
const shown = (body: unknown): Shown => body as Shown;

t.test('asked for it waits, reckoned it says what it found, and forgotten it is gone', async (t) => {
  const asked = await app.send('regulator', 'POST', PATH, YEAR);
  const { id } = shown(asked.body);
  t.match(asked, { status: 202, headers: { location: `/v1/backtests/${id}` }, body: { state: 'queued', rows: null, policy: { id: 'employee', version: 1 }, progress: { ofStays: null } } });
  await app.reckon();
  t.match((await app.send('insurer', 'GET', `/v1/backtests/${id}`)).body, {
    state: 'done', progress: { persons: 1, stays: 1, ofStays: 1 },
    rows: [{ scheme: 'employee', level: 'tertiary', stays: 1, same: 1, deductible: { changeFen: 0 }, fund: { changeFen: 0 }, personal: { changeFen: 0 } }],
  });
  t.equal((await app.send('regulator', 'DELETE', `/v1/backtests/${id}`)).status, 204);
  t.equal((await app.send('regulator', 'GET', `/v1/backtests/${id}`)).status, 404);
});

t.test('one that waits is cancelled and stays to be seen', async (t) => {
  const { id } = shown((await app.send('regulator', 'POST', PATH, YEAR)).body);
  t.equal((await app.send('insurer', 'DELETE', `/v1/backtests/${id}`)).status, 204);
  await app.reckon();
  t.match((await app.send('regulator', 'GET', `/v1/backtests/${id}`)).body, { state: 'cancelled', rows: null, startedAt: null });
});

t.test('the same request again, under its key, asks for nothing more', async (t) => {
  const key = { 'idempotency-key': 'spring' };
  const [first, again] = [await app.send('regulator', 'POST', PATH, YEAR, key), await app.send('regulator', 'POST', PATH, YEAR, key)];
  t.same([again.status, shown(again.body).id, again.headers['idempotency-replayed']], [202, shown(first.body).id, 'true']);
});

/** what is wrong · what is sent · status · where */
const WRONG: readonly (readonly [string, object, number, readonly string[]])[] = [
  ['no period', {}, 422, ['/from', '/to']],
  ['a day that is none', { ...YEAR, from: '2018-02-30' }, 422, ['/from']],
  ['an instant in place of a day', { ...YEAR, to: '2018-12-31T00:00:00+08:00' }, 422, ['/to']],
  ['the end before the beginning', { from: '2018-02-01', to: '2018-01-31' }, 422, ['/to']],
  ['a version that is no number', { ...YEAR, version: '1' }, 422, ['/version']],
  ['a version below the first', { ...YEAR, version: -1 }, 422, ['/version']],
  ['half a version', { ...YEAR, version: 1.5 }, 422, ['/version']],
  ['a ratio above 100 %', { ...YEAR, policy: policyInput({ unreferredPenalty: { bp: 10_001, visitTypes: ['inpatient'], senderLevels: [] } }) }, 422, ['/policy/unreferredPenalty/bp']],
  ['what nobody asked for', { ...YEAR, area: '440100' }, 422, ['/area']],
  ['an unknown version', { ...YEAR, version: 7 }, 404, []],
];

t.test('while too many wait the next is told to come back, and may do so under the same key', async (t) => {
  const key = { 'idempotency-key': 'patient' };
  const ids: string[] = [];
  for (let n = 0; n < MOST_BACKTESTS; n += 1) ids.push(shown((await app.send('regulator', 'POST', PATH, YEAR)).body).id);
  t.match(problem(await app.send('regulator', 'POST', PATH, YEAR, key)), { status: 503, code: 'overloaded', retryable: true });
  for (const id of ids) await app.send('regulator', 'DELETE', `/v1/backtests/${id}`);
  const again = await app.send('regulator', 'POST', PATH, YEAR, key);
  t.match(again, { status: 202, body: { state: 'queued' } });
  t.equal((await app.send('regulator', 'DELETE', `/v1/backtests/${shown(again.body).id}`)).status, 204);
});

t.test('what cannot be tried is refused with its place, and nothing waits because of it', async (t) => {
  const tip = async () => ((await app.send('admin', 'GET', '/v1/events?after=0&limit=1')).body as { head: { seq: number } }).head.seq;
  const before = await tip();
  for (const [what, body, status, at] of WRONG) {
    const refused = await app.send('regulator', 'POST', PATH, body);
    t.same([refused.status, pointers(refused)], [status, at], what);
    t.type(problem(refused).code, 'string');
  }
  t.equal((await app.send('regulator', 'POST', '/v1/policies/nobody/backtest', YEAR)).status, 404);
  t.equal(await tip(), before);
});
