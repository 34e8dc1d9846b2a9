import t from 'tap';
import { policyInput } from '../kit/insurance.js';
import { insured, stayOf } from '../kit/ledger.js';
import { INSTITUTIONS } from '../kit/network.js';
import { startServer } from '../kit/postgres.js';
import { ADMIN_KEY, caller, scratch, startProgram, type Program } from '../kit/program.js';
import { DATA_KEY } from '../kit/store.js';

/** The program reckons backtests in a thread of its own, or in its only one: what was asked for is found, whatever happens in between. */

const call = (program: Program, ...asked: Parameters<ReturnType<typeof caller>>) => caller(program)(...asked);

const DEAR = policyInput({ benefits: policyInput().benefits.map((row) => ({ ...row, deductibleFen: 2 * row.deductibleFen })) });

/** A hospital, a policy, and three settled stays of the hospital. */
async function furnish(program: Program): Promise<void> {
  await call(program, ADMIN_KEY, 'PUT', '/v1/institutions/t1', INSTITUTIONS['t1']);
  await call(program, ADMIN_KEY, 'PUT', '/v1/policies/employee', policyInput());
  const key = String((await call(program, ADMIN_KEY, 'POST', '/v1/clients', { name: 't1', institutionId: 't1', roles: ['his'] })).body['key']);
  for (const n of [1, 2, 3]) t.equal((await call(program, key, 'PUT', `/v1/institutions/t1/stays/${n}`, stayOf(insured(n), n, 3_000))).status, 201);
}

async function request(program: Program): Promise<string> {
  const asked = await call(program, ADMIN_KEY, 'POST', '/v1/policies/employee/backtest', { from: '2018-01-01', to: '2018-12-31', policy: DEAR });
  t.match(asked, { status: 202, body: { state: 'queued', rows: null, policy: { id: 'employee', version: null } } });
  return String(asked.body['id']);
}

/** Waits for news of its end rather than asking again and again. */
async function ended(program: Program, id: string): Promise<Record<string, unknown>> {
  for (let after = '0'; ; ) {
    const { body } = await call(program, ADMIN_KEY, 'GET', `/v1/events?types=backtest.done,backtest.failed&wait=30&after=${after}`);
    const { data, nextCursor } = body as { data: { subject: string }[]; nextCursor: string };
    if (data.some(({ subject }) => subject === `backtest:${id}`)) return (await call(program, ADMIN_KEY, 'GET', `/v1/backtests/${id}`)).body;
    after = nextCursor;
  }
}

const FOUND = {
  state: 'done', area: '440100', scheme: 'employee',
  progress: { persons: 3, stays: 3, ofStays: 3 },
  rows: [{
    scheme: 'employee', level: 'tertiary', stays: 3, settled: 3, heavier: 3, lighter: 0,
    deductible: { beforeFen: 300_000, afterFen: 600_000, changeFen: 300_000 },
    fund: { beforeFen: 480_000, afterFen: 240_000, changeFen: -240_000 },
    personal: { beforeFen: 420_000, afterFen: 660_000, changeFen: 240_000 },
  }],
};

for (const [how, settings] of [['beside the counter', {}], ['in the only thread, on a clock that stands still', { TEST_CLOCK: '2018-04-01T08:00:00+08:00' }]] as const) {
  t.test(`a backtest is reckoned ${how}, and its end is news`, async (t) => {
    const program = await startProgram(t, { DATABASE_URL: `sqlite:${scratch(t)}/referral.db`, ...settings });
    await furnish(program);
    t.match(await ended(program, await request(program)), FOUND);
    await call(program, ADMIN_KEY, 'PUT', '/v1/policies/employee', { ...DEAR, annualCapFen: 1 });
    t.match(await ended(program, await request(program)), FOUND, 'another, after a change of the policy: stays keep theirs');
    t.equal(await program.stop(), 0, 'and it leaves as it should');
  });
}

t.test('of two instances on one server one reckons it, whichever was asked', async (t) => {
  const server = await startServer(t);
  const settings = { DATABASE_URL: server.url(await server.freshDatabase(t)), DATA_KEY: Buffer.from(DATA_KEY).toString('base64') };
  const [first, second] = [await startProgram(t, settings), await startProgram(t, settings)];
  await furnish(first);
  const ids = [await request(first), await request(second), await request(first)];
  for (const id of ids) t.match(await ended(second, id), FOUND);
  const { data } = (await call(first, ADMIN_KEY, 'GET', '/v1/events?types=backtest.done,backtest.running')).body as { data: { type: string }[] };
  t.same(data.map(({ type }) => type).sort(), ['backtest.done', 'backtest.done', 'backtest.done', 'backtest.running', 'backtest.running', 'backtest.running']);
});

t.test('what was asked for before a crash is found after it', async (t) => {
  const settings = { DATABASE_URL: `sqlite:${scratch(t)}/referral.db` };
  const first = await startProgram(t, settings);
  await furnish(first);
  const id = await request(first);
  await first.kill();
  t.match(await ended(await startProgram(t, settings), id), FOUND);
});

t.test('one that is stopped in the middle of a reckoning goes on when it is started again', async (t) => {
  const settings = { DATABASE_URL: `sqlite:${scratch(t)}/referral.db` };
  const first = await startProgram(t, settings);
  await furnish(first);
  const ids = [await request(first), await request(first), await request(first)];
  await call(first, ADMIN_KEY, 'GET', '/v1/events?types=backtest.running&wait=30');
  t.equal(await first.stop(), 0);
  const second = await startProgram(t, settings);
  for (const id of ids) t.match(await ended(second, id), FOUND);
});
