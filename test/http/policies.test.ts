import t from 'tap';
import { pointers, problem, startApp, type Reply } from '../kit/app.js';
import { policyInput } from '../kit/insurance.js';

/** Policies and simulations over HTTP: the shape of both, and each wrong place with a pointer. */

const app = await startApp(t);
const POLICY = policyInput();

t.test('a policy is made with 201, replaced with 200, and read in any version', async (t) => {
  const made = await app.send('admin', 'PUT', '/v1/policies/sz-employee', { ...POLICY, id: 'sz-employee', area: '440300' });
  t.equal(made.status, 201, made.text);
  t.match(made.body, { id: 'sz-employee', version: 1, updatedAt: '2018-03-01T09:00:00.000+08:00', stacking: 'min' });
  const replaced = await app.send('admin', 'PUT', '/v1/policies/sz-employee', { ...POLICY, area: '440300', annualCapFen: 1 });
  t.same([replaced.status, (replaced.body as { version: number }).version], [200, 2]);
  t.match((await app.send('p1', 'GET', '/v1/policies/sz-employee?version=1')).body, { version: 1, annualCapFen: null });
  t.equal((await app.send('p1', 'GET', '/v1/policies/sz-employee?version=9')).status, 404);
  t.equal((await app.send('p1', 'GET', '/v1/policies/nobody')).status, 404);
  t.match((await app.send('insurer', 'GET', '/v1/policies/gz-employee-2018')).body, { version: 0, updatedAt: null, provenance: { status: 'illustrative' } });
  const written = await app.send('admin', 'PUT', '/v1/policies/sz-employee', (await app.send('admin', 'GET', '/v1/policies/yy-resident-2022')).body);
  t.same([written.status, pointers(written)], [422, ['/version', '/updatedAt']], 'what the service adds is not written');
});

t.test('all pages of policies are all policies', async (t) => {
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await app.send('regulator', 'GET', `/v1/policies?limit=4${cursor}`);
    const page = body as { data: { id: string }[]; nextCursor: string | null };
    seen.push(...page.data.map(({ id }) => id));
    if (page.nextCursor === null) break;
    cursor = `&cursor=${page.nextCursor}`;
  }
  t.equal(seen.length, 11);
  t.same(seen, [...new Set(seen)].sort());
});

t.test('a policy that cannot be is 422, with a pointer, and nothing is kept of it', async (t) => {
  const [row] = POLICY.benefits;
  const rows: readonly (readonly [why: string, change: object, pointer: string])[] = [
    ['a ratio above 100 %', { benefits: [{ ...row, ratioBp: 10_001 }] }, '/benefits/0/ratioBp'],
    ['a deductible below nothing', { benefits: [{ ...row, deductibleFen: -1 }] }, '/benefits/0/deductibleFen'],
    ['part of a fen', { benefits: [{ ...row, deductibleFen: 0.5 }] }, '/benefits/0/deductibleFen'],
    ['absurd money', { annualCapFen: 1e308 }, '/annualCapFen'],
    ['no benefit at all', { benefits: [] }, '/benefits'],
    ['a level that does not exist', { benefits: [{ ...row, level: 'quaternary' }] }, '/benefits/0/level'],
    ['a switch that does not exist', { referral: { ...POLICY.referral, onUp: 'half' } }, '/referral/onUp'],
    ['a misspelt switch', { referral: { ...POLICY.referral, onup: 'full' } }, '/referral/onup'],
    ['a figure without provenance', { provenance: undefined }, '/provenance'],
    ['a provenance that cites nothing', { provenance: { status: 'sourced', citation: ' ' } }, '/provenance/citation'],
    ['a fixed amount for outpatients, whose row stands', { fixed: [{ when: 'outpatient', deductibleFen: 0 }] }, '/fixed/0/when'],
    ['a penalty above 100 %', { unreferredPenalty: { bp: 10_001, visitTypes: ['outpatient'], senderLevels: ['primary'] } }, '/unreferredPenalty/bp'],
    ['a date that does not exist', { validFrom: '2018-02-29' }, '/validFrom'],
    ['a missing level', { benefits: [row] }, '/benefits'],
    ['an overlap', { area: '440300' }, '/validFrom'],
  ];
  const before = (await app.send('admin', 'GET', '/v1/events?limit=100')).text;
  for (const [why, change, pointer] of rows) {
    const reply = await app.send('admin', 'PUT', '/v1/policies/wrong', { ...POLICY, ...change });
    t.same([reply.status, pointers(reply).includes(pointer)], [422, true], `${why}: ${reply.text}`);
  }
  t.equal((await app.send('admin', 'GET', '/v1/policies/wrong')).status, 404);
  t.equal((await app.send('admin', 'GET', '/v1/events?limit=100')).text, before);
});

const FIRST = { key: 'first', level: 'primary', admittedAt: '2018-03-01T08:00:00+08:00', dischargedAt: '2018-03-05T10:00:00+08:00', mainDiagnosis: { code: 'I20.0', system: 'ICD-10', name: '不稳定型心绞痛' }, kind: 'inpatient', totalFen: 300_000, eligibleFen: 300_000, arrival: { via: 'none' } };
const SECOND = { ...FIRST, key: 'second', level: 'tertiary', admittedAt: '2018-03-05T14:00:00+08:00', dischargedAt: null, mainDiagnosis: 'I20.0', totalFen: 3_000_000, eligibleFen: 3_000_000, arrival: { via: 'referral', direction: 'up', senderLevel: 'primary', referredAt: '2018-03-05T09:00:00+08:00', fromStay: 'first', sameConsortium: true } };

async function simulate(change: object, stays: readonly object[] = [FIRST, SECOND]): Promise<Reply> {
  return app.send('p1', 'POST', '/v1/deductibles/simulate', { personKind: 'active', stays, ...change }, { 'idempotency-key': '' });
}

t.test('a chain is simulated by a policy of the service or by one that is sent along', async (t) => {
  for (const [change, policy] of [[{ policyId: 'gz-employee-2018' }, { id: 'gz-employee-2018', version: 0 }], [{ policy: POLICY }, { id: null, version: null }]] as const) {
    const reply = await simulate(change);
    t.equal(reply.status, 200, reply.text);
    t.match(reply.body, {
      policy: { ...policy, provenance: { status: 'illustrative' } },
      stays: [
        { key: 'first', standardFen: 25_000, deductibleFen: 25_000, ratioBp: 9_000, fundFen: 247_500, personalFen: 52_500, linkedTo: null, episode: 'first' },
        { key: 'second', standardFen: 100_000, deductibleFen: 75_000, ratioBp: 8_000, fundFen: 2_340_000, personalFen: 660_000, linkedTo: 'first', episode: 'first' },
      ],
      episodes: [{ episode: 'first', stays: ['first', 'second'], highestStandardFen: 100_000, deductibleFen: 100_000, fundFen: 2_587_500, personalFen: 712_500, provisional: false }],
    });
  }
});

t.test('every step says its rule, its clause, its stays, its numbers, and a sentence in both languages', async (t) => {
  const { body } = await simulate({ policyId: 'gz-employee-2018' });
  const { steps } = (body as { stays: { steps: { code: string }[] }[] }).stays[1]!;
  t.match(steps.find((step) => step.code === 'relief-difference'), {
    rule: 'referral', provenance: { status: 'sourced', citation: /第 39 行：按规定在医联体内各级医疗机构之间转院治疗的住院病人，累计计算住院起付标准/ }, stays: ['first'],
    numbers: { highestStandardFen: 100_000, creditFen: 25_000, resultFen: 75_000 }, facts: { direction: 'up', credit: 'paid' }, text: { zh: /750\.00 元/, en: /750\.00 yuan/ },
  });
  t.match(steps[0], { code: 'standard', provenance: { status: 'illustrative' } }, 'an amount that no document gives says so');
});

t.test('the order of the request is the order of the answer, the order of admission that of the episode', async (t) => {
  const { body } = await simulate({ policyId: 'gz-employee-2018' }, [SECOND, FIRST]);
  t.match(body, { stays: [{ key: 'second', deductibleFen: 75_000 }, { key: 'first', deductibleFen: 25_000 }], episodes: [{ stays: ['first', 'second'] }] });
});

t.test('a stay without costs is not settled, and its figures are provisional', async (t) => {
  const { totalFen: _total, eligibleFen: _eligible, ...open } = SECOND;
  for (const stay of [open, { ...open, totalFen: null, eligibleFen: null }]) {
    t.match((await simulate({ policyId: 'gz-employee-2018' }, [FIRST, stay])).body, { stays: [{ provisional: false }, { provisional: true, deductibleFen: 75_000, fundFen: null, personalFen: null }], episodes: [{ provisional: true, fundFen: 247_500 }] });
  }
});

t.test('what the insurer states of stays outside enters, and every figure names it', async (t) => {
  const outside = [{ year: 2018, stays: 1, borneFen: 60_000, paidFen: 0, asOf: '2018-02-28' }];
  const reply = await simulate({ policyId: 'fs-employee-2017', outside }, [{ ...SECOND, arrival: { ...SECOND.arrival, fromStay: null } }]);
  t.match(reply.body, { stays: [{ deductibleFen: 0, outside: { stays: 1, borneFen: 60_000, asOf: '2018-02-28' } }] });
  const wrong = await simulate({ policyId: 'fs-employee-2017', outside: [...outside, { ...outside[0], stays: 0 }] });
  t.same(pointers(wrong), ['/outside/1/year', '/outside/1/borneFen']);
});

t.test('what contradicts itself in a simulation is 422 with a pointer', async (t) => {
  const second = (change: object, arrival: object = {}) => [FIRST, { ...SECOND, ...change, arrival: { ...SECOND.arrival, ...arrival } }];
  const icd3 = { policy: policyInput({ referral: { sameDisease: 'icd3' } }) };
  const clinics = { policy: { ...POLICY, unreferredPenalty: { bp: 1_000, visitTypes: ['inpatient'], senderLevels: ['primary'] } } };
  const rows: readonly (readonly [why: string, change: object, stays: readonly object[], pointer: string, code: string])[] = [
    ['neither policy nor its id', {}, second({}), '/policyId', 'invalid_content'],
    ['both', { policyId: 'gz-employee-2018', policy: POLICY }, second({}), '/policy', 'invalid_content'],
    ['a policy that nobody knows', { policyId: 'nobody' }, second({}), '/policyId', 'invalid_content'],
    ['an inline policy that contradicts itself', { policy: { ...POLICY, validUntil: '2017-01-01' } }, second({}), '/policy/validUntil', 'invalid_content'],
    ['an inline policy with a ratio above 100 %', { policy: { ...POLICY, benefits: [{ ...POLICY.benefits[0], ratioBp: 10_001 }] } }, second({}), '/policy/benefits/0/ratioBp', 'invalid_request'],
    ['eligible above total', { policy: POLICY }, second({ eligibleFen: 3_000_001 }), '/stays/1/eligibleFen', 'invalid_content'],
    ['negative money', { policy: POLICY }, second({ totalFen: -1 }), '/stays/1/totalFen', 'invalid_request'],
    ['a fraction of a fen', { policy: POLICY }, second({ eligibleFen: 1.5 }), '/stays/1/eligibleFen', 'invalid_request'],
    ['absurd money', { policy: POLICY }, second({ totalFen: 1e17 }), '/stays/1/totalFen', 'invalid_request'],
    ['a total without its eligible part', { policy: POLICY }, second({ eligibleFen: null }), '/stays/1/eligibleFen', 'invalid_content'],
    ['an eligible part of nothing', { policy: POLICY }, second({ totalFen: null }), '/stays/1/totalFen', 'invalid_content'],
    ['discharged before admitted', { policy: POLICY }, second({ dischargedAt: '2018-03-05T13:59:59+08:00' }), '/stays/1/dischargedAt', 'invalid_content'],
    ['a naive instant', { policy: POLICY }, second({ admittedAt: '2018-03-05T14:00:00' }), '/stays/1/admittedAt', 'invalid_request'],
    ['no row for the level', { policy: POLICY }, second({ level: 'provincial' }), '/stays/1/level', 'invalid_content'],
    ['no row for the person', { policy: POLICY, personKind: 'student' }, second({}), '/stays/0/level', 'invalid_content'],
    ['no row for outpatients', { policy: POLICY }, second({ kind: 'outpatient' }), '/stays/1/level', 'invalid_content'],
    ['a stay that is called like another', { policy: POLICY }, second({ key: 'first' }), '/stays/1/key', 'invalid_content'],
    ['from a stay that is not there', { policy: POLICY }, second({}, { fromStay: 'third' }), '/stays/1/arrival/fromStay', 'invalid_content'],
    ['from itself', { policy: POLICY }, second({}, { fromStay: 'second' }), '/stays/1/arrival/fromStay', 'invalid_content'],
    ['from a later stay', { policy: POLICY }, second({ admittedAt: '2018-02-28T08:00:00+08:00' }), '/stays/1/arrival/fromStay', 'invalid_content'],
    ['from a stay of the same instant that is given later', { policy: POLICY }, [{ ...SECOND, admittedAt: FIRST.admittedAt }, FIRST], '/stays/0/arrival/fromStay', 'invalid_content'],
    ['a referral without direction', { policy: POLICY }, second({}, { direction: null }), '/stays/1/arrival/direction', 'invalid_content'],
    ['a referral that does not say whether a consortium was shared', { policy: POLICY }, second({}, { sameConsortium: null }), '/stays/1/arrival/sameConsortium', 'invalid_content'],
    ['a referral that does not say its sender, where the ratio depends on it', clinics, second({}, { senderLevel: null }), '/stays/1/arrival/senderLevel', 'invalid_content'],
    ['an emergency that continues a stay', { policy: POLICY }, second({}, { via: 'emergency', referredAt: null }), '/stays/1/arrival/fromStay', 'invalid_content'],
    ['a diagnosis that the policy compares and nobody states', icd3, second({ mainDiagnosis: null }), '/stays/1/mainDiagnosis', 'invalid_content'],
    ['a diagnosis that is no code', { policy: POLICY }, second({ mainDiagnosis: '心绞痛' }), '/stays/1/mainDiagnosis', 'invalid_request'],
    ['a misspelt field', { policy: POLICY }, second({}, { fromstay: 'first' }), '/stays/1/arrival/fromstay', 'invalid_request'],
    ['no stay', { policy: POLICY }, [], '/stays', 'invalid_request'],
    ['an admission before the policy', { policyId: 'gz-employee-2018' }, [{ ...FIRST, admittedAt: '2017-12-31T23:59:59+08:00' }], '/stays/0/admittedAt', 'no_policy'],
  ];
  for (const [why, change, stays, pointer, code] of rows) {
    const reply = await simulate(change, stays);
    t.equal(reply.status, 422, `${why}: ${reply.text}`);
    t.equal(problem(reply).code, code, why);
    t.ok(pointers(reply).includes(pointer), `${why}: ${pointers(reply).join()}`);
  }
});

t.test('what the policy does not ask need not be said, and the validity of an inline policy is not asked', async (t) => {
  const plain = { policy: policyInput({ referral: { sameConsortium: false } }) };
  const { senderLevel: _level, sameConsortium: _same, referredAt: _at, ...arrival } = SECOND.arrival;
  const { mainDiagnosis: _diagnosis, ...second } = SECOND;
  t.match((await simulate(plain, [FIRST, { ...second, arrival }])).body, { stays: [{}, { deductibleFen: 75_000 }] });
  t.equal((await simulate({ policy: POLICY }, [{ ...FIRST, admittedAt: '2015-01-01T00:00:00+08:00' }])).status, 200);
});

t.test('stays of the same instant count in the order given', async (t) => {
  const same = { ...SECOND, admittedAt: FIRST.admittedAt };
  t.match((await simulate({ policy: POLICY }, [FIRST, same])).body, { stays: [{ deductibleFen: 25_000 }, { deductibleFen: 75_000, linkedTo: 'first' }] });
});
