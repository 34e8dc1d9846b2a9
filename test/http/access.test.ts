import { Readable } from 'node:stream';
import t from 'tap';
import { ROLES, type Role } from '../../src/contract/vocabulary.js';
import { problem, startApp, type Reply } from '../kit/app.js';
import { policyInput } from '../kit/insurance.js';
import { INSTITUTIONS, POOLS, sessionOn, upReferral } from '../kit/network.js';

/** Who may call what, and for whom. */

const app = await startApp(t);
const NOBODY = '0161df12-b280-7fff-9131-ffffffffffff';

const clientOf = async (role: Role): Promise<string> =>
  role === 'admin' || role === 'insurer' || role === 'regulator'
    ? app.makeKey({ name: role, roles: [role], ...(role !== 'admin' && { area: '440100' }) })
    : app.makeKey({ name: role, institutionId: 't1', roles: [role] });
const KEYS = new Map(await Promise.all(ROLES.map(async (role) => [role, await clientOf(role)] as const)));

let count = 0;
const ask = (key: string, method: string, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
  app.raw({
    method: method as 'GET', url, ...(body !== undefined && { payload: JSON.stringify(body) }),
    headers: {
      authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(method === 'POST' && { 'idempotency-key': `ask-${(count += 1)}` }), ...headers,
    },
  });

const DESK: readonly Role[] = ['clerk', 'doctor', 'coordinator', 'his'];
const CAPACITY: readonly Role[] = ['coordinator', 'his'];
const ADMIN: readonly Role[] = ['admin'];
const PERSONS: readonly Role[] = [...DESK, 'insurer'];
const { patient } = upReferral(1);
const STAY = { patient, arrival: { via: 'none' }, admittedAt: '2018-03-01T08:00:00+08:00', mainDiagnosis: { code: 'I20.9', system: 'ICD-10', name: '心绞痛' }, kind: 'inpatient', sourceVersion: 1 };

const SIMULATION = { policyId: 'gz-employee-2018', personKind: 'active', stays: [{ key: 'a', level: 'primary', admittedAt: STAY.admittedAt, kind: 'inpatient', arrival: STAY.arrival }] };

/** The roles that may, by what they ask for. */
const MAY: readonly (readonly [roles: readonly Role[], method: string, url: string, body?: unknown])[] = [
  [ROLES, 'GET', '/v1/institutions'],
  [ROLES, 'GET', '/v1/consortia/g1'],
  [ROLES, 'GET', '/v1/pools/t1-expert'],
  [ROLES, 'GET', '/v1/codes/reject'],
  [ROLES, 'GET', '/v1/availability?from=2018-03-01&to=2018-03-02'],
  [ADMIN, 'PUT', '/v1/institutions/t1', INSTITUTIONS['t1']],
  [ROLES, 'GET', '/v1/policies'],
  [ROLES, 'GET', '/v1/policies/gz-employee-2018'],
  [ROLES, 'POST', '/v1/deductibles/simulate', SIMULATION],
  [ADMIN, 'PUT', '/v1/policies/own', policyInput()],
  [ADMIN, 'PUT', '/v1/consortia/g1/members/p1', { periods: [{ role: 'member', from: '2017-01-01' }] }],
  [ADMIN, 'POST', '/v1/clients', { name: '系统', institutionId: 't1', roles: ['his'] }],
  [ADMIN, 'GET', '/v1/clients'],
  [ADMIN, 'DELETE', `/v1/clients/${NOBODY}`],
  [ADMIN, 'GET', '/metrics'],
  [CAPACITY, 'PUT', '/v1/pools/t1-expert', POOLS['t1-expert']],
  [CAPACITY, 'PUT', '/v1/pools/t1-expert/sessions', { sessions: [sessionOn('2018-03-05', 1)] }],
  [CAPACITY, 'PUT', '/v1/institutions/t1/stays/Z1', STAY],
  [DESK, 'POST', '/v1/referrals', upReferral(1, { sourceInstitutionId: 't1', targetInstitutionId: 'v1', draft: true })],
  [DESK, 'GET', '/v1/referrals'],
  [DESK, 'GET', `/v1/referrals/${NOBODY}`],
  [DESK, 'POST', `/v1/referrals/${NOBODY}/accept`, {}],
  [['doctor', 'his'], 'POST', `/v1/referrals/${NOBODY}/receive`, {}],
  [DESK, 'GET', `/v1/referrals/${NOBODY}/documents`],
  [DESK, 'POST', '/v1/reservations', { referralId: NOBODY, items: [{ poolId: 't1-expert', startsAt: '2018-03-05T08:00:00+08:00' }] }],
  [DESK, 'POST', `/v1/reservations/${NOBODY}/confirm`, {}],
  [DESK, 'POST', '/v1/entitlements/E0000000/redeem', { item: 'exam', institutionId: 't1' }],
  [DESK, 'POST', '/v1/patients/lookup', { idType: '01', idNumber: patient.idNumber }],
  [DESK, 'GET', '/v1/follow-ups'],
  [DESK, 'GET', '/v1/worklist'],
  [PERSONS, 'GET', `/v1/stays/${NOBODY}`],
  [PERSONS, 'GET', `/v1/patients/${NOBODY}/episodes`],
  [PERSONS, 'POST', '/v1/deductibles/quote', { patientId: NOBODY, institutionId: 't1', admittedAt: '2018-03-01T08:00:00+08:00', arrival: { via: 'none' } }],
  [DESK, 'POST', `/v1/patients/${NOBODY}/merge`, { into: NOBODY }],
  [['insurer'], 'POST', `/v1/stays/${NOBODY}/reassess`, { reasonCode: 'audit' }],
  [['insurer'], 'PUT', `/v1/accumulators/${NOBODY}/2018`, { stays: 0, borneFen: 0, paidFen: 0, asOf: '2018-02-28' }],
  [['insurer'], 'GET', '/v1/deductible-entries'],
  [['insurer'], 'GET', '/v1/transfers'],
  [['insurer'], 'GET', '/v1/filings'],
  [CAPACITY, 'PUT', '/v1/contracts/QY-1', { institutionId: 't1', patient, team: { name: '一队', leader: { name: '陈全科' } }, from: '2018-01-01' }],
  [DESK, 'GET', '/v1/contracts/QY-1'],
  [ADMIN, 'PUT', '/v1/budgets/g1/2018', { accounts: [{ scheme: 'employee', covers: { by: 'contracts' }, prepaidFen: 100, provenance: { status: 'illustrative', citation: '示例' } }] }],
  [['coordinator', 'insurer', 'regulator', 'admin'], 'GET', '/v1/budgets/g1/2018'],
  [['insurer', 'regulator', 'admin'], 'POST', '/v1/policies/gz-employee-2018/backtest', { from: '2018-01-01', to: '2018-01-31' }],
  [['insurer', 'regulator', 'admin'], 'GET', `/v1/backtests/${NOBODY}`],
  [['insurer', 'regulator', 'admin'], 'DELETE', `/v1/backtests/${NOBODY}`],
  [['regulator', 'admin'], 'GET', '/v1/events/verify'],
  [ROLES, 'GET', '/v1/events'],
  [['coordinator', 'insurer', 'regulator', 'admin'], 'GET', '/v1/reports/transfers?from=2018-01-01&to=2018-01-31'],
  [['coordinator', 'insurer', 'regulator', 'admin'], 'GET', '/v1/reports/consortia'],
];

t.test('a hand-over is a doctor’s to acknowledge: what a desk may do never names it to a clerk', async (t) => {
  const { id } = (await app.send('p1', 'POST', '/v1/referrals', upReferral(77))).body as { id: string };
  const at = `/v1/referrals/${id}`;
  t.equal((await app.send('t1', 'POST', `${at}/arrive`, {})).status, 200);
  for (const [role, may] of [['clerk', false], ['coordinator', false], ['doctor', true], ['his', true]] as const) {
    const { actions } = (await ask(KEYS.get(role)!, 'GET', `${at}/actions`)).body as { actions: string[] };
    t.same([actions.includes('receive'), actions.includes('revoke-arrival')], [may, true], role);
    const illegal = problem(await ask(KEYS.get(role)!, 'POST', `${at}/accept`, {}));
    t.same([illegal.code, illegal.allowedActions?.includes('receive')], ['invalid_transition', may], role);
  }
  const refused = await ask(KEYS.get('clerk')!, 'POST', `${at}/receive`, {});
  t.same([refused.status, problem(refused).code], [403, 'forbidden']);
  t.equal((await ask(KEYS.get('doctor')!, 'POST', `${at}/receive`, {})).status, 200);
});

t.test('each role may do its work, and nothing of another role', async (t) => {
  for (const [roles, method, url, body] of MAY) {
    const refused: Role[] = [];
    for (const [role, key] of KEYS) {
      const reply = await ask(key, method, url, body);
      if (reply.status === 403 && problem(reply).code === 'forbidden') refused.push(role);
      else t.ok(reply.status < 300 || reply.status === 404, `${role} ${method} ${url}: ${reply.text.slice(0, 200)}`);
    }
    t.same(refused, ROLES.filter((role) => !roles.includes(role)), `${method} ${url}`);
  }
});

t.test('without a key that is valid everything but health and the API document is 401, and says which scheme', async (t) => {
  const wrong = [undefined, '', 'Bearer', 'Bearer ', 'Bearer nonsense', 'Basic YTpi', `Token ${KEYS.get('clerk')}`, `Bearer ${KEYS.get('clerk')}x`];
  for (const authorization of wrong) {
    for (const url of ['/v1/referrals', '/v1/institutions', '/v1/nowhere', '/metrics']) {
      const reply = await app.raw({ url, headers: authorization === undefined ? {} : { authorization } });
      t.equal(reply.status, 401, `${authorization} ${url}`);
      t.equal(problem(reply).code, 'unauthenticated');
      t.equal(reply.headers['www-authenticate'], 'Bearer realm="referral-router"');
    }
  }
  for (const url of ['/livez', '/readyz', '/openapi.json']) t.equal((await app.raw({ url })).status, 200, url);
});

t.test('a key is shown once, is kept nowhere in clear, and is refused from the moment it is revoked', async (t) => {
  const admin = KEYS.get('admin')!;
  const made = await ask(admin, 'POST', '/v1/clients', { name: '门诊系统', institutionId: 'p1', roles: ['clerk'] });
  t.equal(made.status, 201, made.text);
  const { id, key } = made.body as { id: string; key: string };
  t.equal((await ask(key, 'GET', '/v1/referrals')).status, 200);
  t.notOk((await ask(admin, 'GET', '/v1/clients?limit=100')).text.includes(key));
  t.notOk((await ask(admin, 'GET', '/v1/events?limit=100')).text.includes(key));
  t.equal((await ask(admin, 'DELETE', `/v1/clients/${id}`)).status, 200);
  t.equal((await ask(key, 'GET', '/v1/referrals')).status, 401);
});

const WITH_BODY: readonly (readonly [method: 'POST' | 'PUT', url: string, body: unknown])[] = [
  ['POST', '/v1/referrals', upReferral(1, { sourceInstitutionId: 't1', targetInstitutionId: 'v1', draft: true })],
  ['PUT', '/v1/institutions/t1/stays/Z9', STAY],
  ['POST', '/v1/patients/lookup', { idType: '01', idNumber: patient.idNumber }],
  ['POST', '/v1/recommendations', { direction: 'up', category: 'outpatient', sourceInstitutionId: 't1' }],
  ['POST', '/v1/deductibles/simulate', SIMULATION],
  ['POST', '/v1/deductibles/quote', { patientId: NOBODY, institutionId: 't1', admittedAt: STAY.admittedAt, arrival: { via: 'none' } }],
];

for (const [method, url, body] of WITH_BODY) {
  t.test(`a key that is revoked while the body of ${method} ${url} is on its way opens nothing more`, async (t) => {
    const made = await ask(KEYS.get('admin')!, 'POST', '/v1/clients', { name: '慢', institutionId: 't1', roles: ['clerk', 'doctor', 'coordinator', 'his'] });
    const { id, key } = made.body as { id: string; key: string };
    const text = JSON.stringify(body);
    const seq = await app.store.read((reads) => reads.lastSeq());
    const slowly = async function* () {
      yield text.slice(0, 5);
      t.equal((await ask(KEYS.get('admin')!, 'DELETE', `/v1/clients/${id}`)).status, 200);
      yield text.slice(5);
    };
    const reply = await app.raw({
      method, url, payload: Readable.from(slowly(), { objectMode: false }),
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...(method === 'POST' && { 'idempotency-key': id }) },
    });
    t.match(problem(reply), { status: 401, code: 'unauthenticated' });
    t.equal(await app.store.read((reads) => reads.lastSeq()), seq + 1, 'and nothing but the revocation has happened');
  });
}

t.test('a client of several institutions names the one it acts for, and may name no other', async (t) => {
  const several = await app.makeKey({ name: '县域系统', institutionIds: ['p1', 'p2'], roles: ['his'] });
  const one = KEYS.get('his')!;
  const rows: readonly (readonly [key: string, actFor: string | null, status: number, code: string | null])[] = [
    [several, null, 400, 'act_for_required'],
    [several, 'p1', 200, null],
    [several, 'p2', 200, null],
    [several, 't1', 403, 'forbidden'],
    [several, 'nobody', 403, 'forbidden'],
    [one, null, 200, null],
    [one, 't1', 200, null],
    [one, 'p1', 403, 'forbidden'],
    [KEYS.get('regulator')!, 'p1', 403, 'forbidden'],
  ];
  for (const [key, actFor, status, code] of rows) {
    const reply = await ask(key, 'GET', '/v1/referrals', undefined, actFor === null ? {} : { 'act-for': actFor });
    t.equal(reply.status, status, `${actFor}: ${reply.text.slice(0, 200)}`);
    if (code !== null) t.equal(problem(reply).code, code);
  }
  t.equal((await ask(several, 'GET', '/v1/institutions')).status, 200, 'where it makes no difference nobody is named');

  const sent = await ask(several, 'POST', '/v1/referrals', upReferral(7), { 'act-for': 'p1' });
  t.equal(sent.status, 201, sent.text);
  const url = `/v1/referrals/${(sent.body as { id: string }).id}`;
  t.equal((await ask(several, 'GET', url, undefined, { 'act-for': 'p1' })).status, 200);
  t.equal((await ask(several, 'GET', url, undefined, { 'act-for': 'p2' })).status, 404, 'seen as the institution that was named');
  t.equal((await ask(several, 'POST', '/v1/referrals', upReferral(8), { 'act-for': 'p2' })).status, 403, 'nobody sends in the name of another');
});

t.test('nobody writes a pool in the name of another, nor over the pool of another', async (t) => {
  const own = POOLS['t1-expert']!;
  const rows: readonly (readonly [id: string, institutionId: string, status: number, code: string])[] = [
    ['new', 'p1', 403, 'wrong_party'],
    [Object.keys(POOLS).find((id) => POOLS[id]!.institutionId !== own.institutionId)!, own.institutionId, 404, 'not_found'],
  ];
  for (const [id, institutionId, status, code] of rows) {
    const reply = await ask(KEYS.get('coordinator')!, 'PUT', `/v1/pools/${id}`, { ...own, institutionId });
    t.equal(reply.status, status, reply.text);
    t.equal(problem(reply).code, code);
  }
});
