import fc from 'fast-check';
import t from 'tap';
import { isRefusal } from '../../src/kernel/problem.js';
import type { AccountInput, BudgetInput } from '../../src/contract/budget.js';
import type { Patient } from '../../src/contract/referral.js';
import { getBudget, type BudgetStanding } from '../../src/usecase/insurance/get-budget.js';
import { putBudget } from '../../src/usecase/insurance/put-budget.js';
import { putStay } from '../../src/usecase/insurance/put-stay.js';
import { putContract } from '../../src/usecase/network/put-contract.js';
import { mergePatients } from '../../src/usecase/network/merge-patients.js';
import type { Actor } from '../../src/usecase/ports.js';
import { City } from '../kit/city.js';
import { policyInput } from '../kit/insurance.js';
import { EMPLOYEE, INSURER, insured, march, put, stayOf, writePolicy } from '../kit/ledger.js';
import { everything } from '../kit/life.js';
import { actorOf, ADMIN, codeOf, pointersOf, putMembership, REGULATOR } from '../kit/network.js';

/** 总额预付 on the real store: charged by settlements, right after whatever becomes of them. */

const CITED = { status: 'sourced', citation: '示例协议' } as const;
const account = (more: Partial<AccountInput> = {}): AccountInput => ({ scheme: 'employee', covers: { by: 'contracts' }, prepaidFen: 10_000_000, provenance: CITED, ...more });
const BY_DISTRICT = { covers: { by: 'districts', districts: ['440100'] } } as const satisfies Partial<AccountInput>;

/** The test city on 31 March 2018, with a policy whose fund pays 90, 85 and 80 per cent above 250, 500 and 1 000 yuan. */
async function found(t: Parameters<typeof City.found>[0], ...accounts: readonly AccountInput[]): Promise<City> {
  const city = await City.found(t);
  city.clock.set(Date.parse(march(31, 18)));
  await writePolicy(city, 'employee', policyInput({ budget: { surplusKeptBp: 10_000, overspend: { kind: 'share', bp: 5_000, capBp: 500 } } }));
  await write(city, { accounts: accounts.length > 0 ? [...accounts] : [account()] });
  return city;
}

const write = (city: City, body: BudgetInput, consortiumId = 'g1') => city.must(ADMIN, putBudget, { consortiumId, year: 2018, body });
const sign = (city: City, id: string, patient: Patient, institutionId = 'p1', from = '2018-01-01') =>
  city.must(institutionId, putContract, { id, body: { institutionId, patient, team: { name: '一队', leader: { name: '陈全科' } }, from } });
const ask = (city: City, who: Actor = INSURER, consortiumId = 'g1') => getBudget(city.store.slices, who, { consortiumId, year: 2018 });

async function standing(city: City, consortiumId?: string): Promise<BudgetStanding['accounts'][number]> {
  const found = await ask(city, INSURER, consortiumId);
  if (isRefusal(found)) throw new Error(found.code);
  return found.accounts[0]!;
}
/** Yuan charged, by where and what. */
async function charged(city: City): Promise<Record<string, number>> {
  return Object.fromEntries((await standing(city)).charges.map((c) => [`${c.where} ${c.visitType}`, c.fundFen / 100]));
}

t.test('settlements in and outside the consortium are charged for whom it covers by contract (Guangzhou 2018, line 17: 签订一体化协议的参保人)', async (t) => {
  const city = await found(t);
  await sign(city, 'A', insured(1));
  await put(city, 'p1', '1', stayOf(insured(1), 2, 1_250));
  await put(city, 't2', '2', stayOf(insured(1), 9, 3_000));
  await put(city, 'p1', '3', stayOf(insured(2), 2, 1_250));
  await put(city, 't1', '4', stayOf(insured(1), 20, null));
  t.same(await charged(city), { 'inside inpatient': 900, 'outside inpatient': 1_600 }, 'nobody else’s, and nothing that is not settled');
  t.match(await standing(city), { spentFen: 250_000, missing: ['outpatient', 'elsewhere'] });
});

t.test('a correction, a void and a late contract are in the account at once', async (t) => {
  const city = await found(t);
  await put(city, 'p1', '1', stayOf(insured(1), 2, 1_250));
  t.same(await charged(city), {}, 'no contract yet');
  await sign(city, 'A', insured(1));
  t.same(await charged(city), { 'inside inpatient': 900 });
  await put(city, 'p1', '1', stayOf(insured(1), 2, 2_250, { sourceVersion: 2 }));
  t.same(await charged(city), { 'inside inpatient': 1_800 });
  await put(city, 'p1', '1', stayOf(insured(1), 2, 2_250, { sourceVersion: 3, voided: true }));
  t.same(await charged(city), {});
});

t.test('what was settled is charged, not what a later fact would have made of it', async (t) => {
  const city = await found(t, account(BY_DISTRICT));
  await put(city, 't1', '1', stayOf(insured(1), 20, 3_000));
  t.same(await charged(city), { 'inside inpatient': 1_600 });
  await put(city, 'p1', '2', stayOf(insured(1), 2, 1_250));
  t.same(await charged(city), { 'inside inpatient': 2_500 });
});

t.test('of two contracts that hold the one that began last counts, and none before it begins', async (t) => {
  const city = await found(t);
  await sign(city, 'A', insured(1), 'p1');
  await sign(city, 'B', insured(1), 'p3', '2018-03-10');
  await put(city, 'p1', '1', stayOf(insured(1), 9, 1_250));
  await put(city, 'p1', '2', stayOf(insured(1), 12, 1_250));
  t.same(await charged(city), { 'inside inpatient': 900 });
  await write(city, { accounts: [account()] }, 'g2');
  t.same((await standing(city, 'g2')).charges.map((c) => [c.where, c.fundFen]), [['outside', 90_000]], 'the other is the other consortium’s');
});

t.test('the contracts of two records that are merged are one person’s', async (t) => {
  const city = await found(t);
  const unknown = { ...insured(1), idType: undefined, idNumber: undefined } as Patient;
  const stay = await put(city, 'p1', '1', stayOf(unknown, 2, 1_250, { arrival: { via: 'emergency' } }));
  await sign(city, 'A', insured(1));
  await put(city, 'p1', '2', stayOf(insured(1), 9, 1_250));
  t.same(await charged(city), { 'inside inpatient': 900 });
  await city.must('p1', mergePatients, { id: stay.stay.patientId, body: { idNumber: insured(1).idNumber! } });
  t.same(await charged(city), { 'inside inpatient': 1_800 });
});

t.test('by district: who states to be insured there, wherever the treatment was', async (t) => {
  const city = await found(t, account({ covers: { by: 'districts', districts: ['440114'] } }));
  await put(city, 'p1', '1', stayOf(insured(1, { ...EMPLOYEE, area: '440114' }), 2, 1_250));
  await put(city, 'f1', '2', stayOf(insured(2, { ...EMPLOYEE, area: '440114' }), 2, 3_000));
  await put(city, 'p1', '3', stayOf(insured(3, { ...EMPLOYEE, area: '440106' }), 2, 1_250));
  t.same(await charged(city), { 'inside inpatient': 900, 'outside inpatient': 1_600 });
});

t.test('balance, pace and sharing follow from the charges, with the rule of the policy and its clause (Guangzhou 2018, line 67)', async (t) => {
  const city = await found(t, account({ ...BY_DISTRICT, prepaidFen: 300_000 }));
  await put(city, 'p1', '1', stayOf(insured(1), 2, 1_250));
  t.match(await standing(city), {
    spentFen: 90_000,
    rule: { policyId: 'employee', policyVersion: 1, provenance: { status: 'illustrative' } },
    // 90 of 365 days: 900 × 365 / 90 = 3 650; an overrun of 650, shared by halves up to 5 % of 3 000.
    projection: { method: 'linear', days: 90, spentFen: 365_000, sharing: { overrunFen: 65_000, fundBearsFen: 7_500, consortiumBearsFen: 57_500, beyondCapFen: 50_000 } },
  });
});

t.test('a member that leaves takes its patients with it, from the day after', async (t) => {
  const city = await found(t);
  await sign(city, 'A', insured(1));
  await put(city, 'p1', '1', stayOf(insured(1), 9, 1_250));
  await put(city, 'p1', '2', stayOf(insured(1), 12, 1_250));
  await putMembership(city.store, 'g1', 'p1', { role: 'member', from: '2017-01-01', until: '2018-03-09' });
  t.same(await charged(city), { 'inside inpatient': 900 });
});

t.test('insurer and regulator of the prefecture, the lead’s coordinator and who wrote it see it; for all others there is none', async (t) => {
  const city = await found(t);
  const code = async (who: Actor, consortiumId?: string) => codeOf(await ask(city, who, consortiumId)) ?? 'seen';
  for (const who of [INSURER, REGULATOR, ADMIN, actorOf('t1', 'coordinator')]) t.equal(await code(who), 'seen', who.clientId);
  for (const who of [{ ...INSURER, area: '430600' }, actorOf('p1', 'coordinator'), actorOf('t2', 'coordinator'), actorOf('t1', 'his')]) t.equal(await code(who), 'not_found', who.clientId);
  t.equal(await code(INSURER, 'g2'), 'not_found', 'none is written');
});

t.test('each change of a budget is a version and an event; the same again, an unknown consortium and a contradiction change nothing', async (t) => {
  const city = await found(t);
  const before = await everything(city);
  t.match(await write(city, { accounts: [account()] }), { created: false, budget: { version: 1 } });
  t.equal(codeOf(await city.do(ADMIN, putBudget, { consortiumId: 'g9', year: 2018, body: { accounts: [account()] } })), 'not_found');
  t.same(pointersOf(await city.do(ADMIN, putBudget, { consortiumId: 'g1', year: 2018, body: { accounts: [account(), account()] } })), ['/accounts/1/scheme']);
  t.strictSame(await everything(city), before);
  t.match(await write(city, { accounts: [account({ prepaidFen: 1 })] }), { budget: { version: 2 } });
  t.same((await city.events(0, 'budget.written')).map(({ data }) => data['version']), [1, 2]);
});

/** One thing that a hospital, or a team, tells. */
const told = fc.record({
  what: fc.constantFrom('settle', 'void', 'sign', 'visit'),
  person: fc.integer({ min: 1, max: 3 }),
  house: fc.constantFrom('p1', 't1', 't2', 'p3'),
  day: fc.integer({ min: 1, max: 28 }),
  yuan: fc.integer({ min: 0, max: 5_000 }),
});

t.test('after any course of settlements, corrections, voids and contracts an account is what a count of all stays gives', async (t) => {
  await fc.assert(fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 12 }), async (course) => {
    const city = await found(t);
    const contracts: { readonly person: number; readonly house: string; readonly from: string }[] = [];
    let version = 0;
    for (const { what, person, house, day, yuan } of course) {
      version += 1;
      const from = march(day).slice(0, 10);
      if (what === 'sign') {
        contracts.push({ person, house, from });
        await sign(city, `C${String(version).padStart(2, '0')}`, insured(person), house, from);
      } else {
        const kind = what === 'visit' ? { kind: 'outpatient' as const } : {};
        await city.do(house, putStay, {
          institutionId: house, number: `${person}`, body: stayOf(insured(person), day, yuan, { sourceVersion: version, voided: what === 'void', ...kind }),
        });
      }
    }
    const fen = Object.fromEntries((await standing(city)).charges.map((c) => [`${c.where} ${c.visitType}`, c.fundFen]));
    t.same(fen, await counted(city, contracts), JSON.stringify(course));
  }), { numRuns: 20 });
});

/** The same figures by walking through everything that there is. */
async function counted(city: City, contracts: readonly { readonly person: number; readonly house: string; readonly from: string }[]): Promise<Record<string, number>> {
  const members = ['t1', 's1', 'p1', 'p2', 'r1', 'n1'];
  const sums: Record<string, number> = {};
  for (const person of [1, 2, 3]) {
    const record = await city.store.read((reads) => reads.patientByDigest(reads.vault.digest('01', insured(person).idNumber!)));
    if (!record) continue;
    for (const stay of await city.store.read((reads) => reads.staysOf(record.id))) {
      const day = stay.record.admittedAt.slice(0, 10);
      const team = contracts.map((c, i) => ({ ...c, id: i })).filter((c) => c.person === person && c.from <= day).sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.id - b.id)).at(-1);
      if (stay.record.voided || stay.settled === null || !team || !members.includes(team.house)) continue;
      const key = `${members.includes(stay.institutionId) ? 'inside' : 'outside'} ${stay.record.kind === 'outpatient' ? 'outpatient' : 'inpatient'}`;
      sums[key] = (sums[key] ?? 0) + stay.settled.fundFen;
    }
  }
  return sums;
}
