import fc from 'fast-check';
import t from 'tap';
import { addDays, daysBetween } from '../../src/kernel/calendar.js';
import type { AccountInput, BudgetInput } from '../../src/contract/budget.js';
import type { BudgetRule } from '../../src/contract/insurance.js';
import { atPace, budgetYear, Charges, gapsOf, outlook, ruleFor, shared, shareOf, sumOf, type Account, type Budget, type ChargedSum } from '../../src/domain/budget.js';
import { writeBudget, type Surroundings } from '../../src/domain/budget-check.js';
import type { Policies, Policy } from '../../src/domain/policy.js';
import { policyInput } from '../kit/insurance.js';
import { rulesOf } from '../../src/domain/policy.js';
import { networkOf, NOON } from '../kit/referral.js';
import { pointersOf } from '../kit/network.js';

/** 总额预付: tables that the finance office of a consortium can check. Money in yuan. */

const CITED = { status: 'sourced', citation: '医保经办机构与医共体协议' } as const;
const KEPT_AND_SHARED: BudgetRule = { surplusKeptBp: 10_000, overspend: { kind: 'share', bp: 5_000, capBp: 500 } };
const KEPT_AND_ALONE: BudgetRule = { surplusKeptBp: 10_000, overspend: { kind: 'none' } };
const HALF_KEPT: BudgetRule = { surplusKeptBp: 5_000, overspend: { kind: 'share', bp: 7_000, capBp: 1_000 } };

/** rule · prepaid · spent · kept · back to the fund · borne by the fund · by the consortium · above the cap */
const SHARINGS: readonly (readonly [string, BudgetRule, ...(readonly number[])])[] = [
  ['结余留用 (Guangzhou 2018, line 17)', KEPT_AND_SHARED, 1_000_000, 940_000, 60_000, 0, 0, 0, 0],
  ['spent to the fen', KEPT_AND_SHARED, 1_000_000, 1_000_000, 0, 0, 0, 0, 0],
  ['合理超支分担 (Guangzhou 2018, line 67; Yueyang 2022, line 49): half and half', KEPT_AND_SHARED, 1_000_000, 1_030_000, 0, 0, 15_000, 15_000, 0],
  ['an overrun above the cap of 5 %: what is beyond is the consortium’s', KEPT_AND_SHARED, 1_000_000, 1_080_000, 0, 0, 25_000, 55_000, 30_000],
  ['超支不补 (Yueyang 2022, line 51): the consortium bears it all', KEPT_AND_ALONE, 1_000_000, 1_080_000, 0, 0, 0, 80_000, 0],
  ['a surplus of which half is kept', HALF_KEPT, 1_000_000, 900_000, 50_000, 50_000, 0, 0, 0],
  ['an overrun of which the fund bears 70 %', HALF_KEPT, 1_000_000, 1_040_000, 0, 0, 28_000, 12_000, 0],
  ['nothing prepaid: nothing is shared', KEPT_AND_SHARED, 0, 5_000, 0, 0, 0, 5_000, 5_000],
];

t.test('a surplus is kept, an overrun shared or not, as the rule says (Yueyang 2022, lines 49 and 51)', async (t) => {
  for (const [what, rule, prepaid, spent, kept, back, fund, consortium, beyond] of SHARINGS) {
    const result = shared(prepaid! * 100, spent! * 100, rule);
    const yuan = [result.keptFen, result.returnedFen, result.fundBearsFen, result.consortiumBearsFen, result.beyondCapFen].map((fen) => fen / 100);
    t.same(yuan, [kept, back, fund, consortium, beyond], what);
  }
});

t.test('whatever the rule, the two sides bear the difference between them, none of it twice and nothing below zero', async () => {
  const bp = fc.integer({ min: 0, max: 10_000 });
  const rule: fc.Arbitrary<BudgetRule> = fc.record({
    surplusKeptBp: bp,
    overspend: fc.oneof(fc.constant({ kind: 'none' as const }), fc.record({ kind: fc.constant('share' as const), bp, capBp: bp })),
  });
  const money = fc.integer({ min: 0, max: 10_000_000_000_000 });
  fc.assert(fc.property(money, money, rule, (prepaid, spent, rule) => {
    const { surplusFen, keptFen, returnedFen, overrunFen, fundBearsFen, consortiumBearsFen, beyondCapFen } = shared(prepaid, spent, rule);
    return (
      surplusFen - overrunFen === prepaid - spent && Math.min(surplusFen, overrunFen) === 0 &&
      keptFen + returnedFen === surplusFen && fundBearsFen + consortiumBearsFen === overrunFen &&
      [keptFen, returnedFen, fundBearsFen, consortiumBearsFen, beyondCapFen].every((fen) => Number.isSafeInteger(fen) && fen >= 0) &&
      fundBearsFen <= overrunFen - beyondCapFen
    );
  }));
});

t.test('shares and paces are exact to the fen, rounded half up, at any sum a budget can have', async () => {
  const half = (product: bigint, by: bigint): number => Number((2n * product + by) / (2n * by));
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 43 }), fc.integer({ min: 0, max: 10_000 }), (fen, bp) => shareOf(fen, bp) === half(BigInt(fen) * BigInt(bp), 10_000n)));
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 43 }), fc.integer({ min: 1, max: 366 }), (fen, days) => atPace(fen, days, 366) === half(BigInt(fen) * 366n, BigInt(days))));
});

const YEAR = { from: '2018-01-01', to: '2018-12-31', days: 365 } as const;
const charge = (fundFen: number, through: string) => ({ where: 'inside', visitType: 'inpatient', settlements: 1, fundFen, through }) as const;

t.test('the end of the year is the pace so far, each charge by its own date, and after the year what was spent', async (t) => {
  /** today · charges · method · days · spent at the end */
  const rows = [
    ['2017-12-31', [charge(100, '2017-12-31')], null, 0, 0],
    ['2018-01-01', [charge(100, '2018-01-01')], 'linear', 1, 36_500],
    ['2018-03-14', [charge(73_000, '2018-03-14')], 'linear', 73, 365_000],
    ['2018-07-19', [charge(200_000, '2018-07-19'), charge(10_000, '2018-03-14')], 'linear', 200, 365_000 + 50_000],
    ['2018-12-31', [charge(123, '2018-12-31')], 'linear', 365, 123],
    ['2019-02-01', [charge(123, '2019-02-01'), charge(10, '2018-06-30')], 'year-over', 365, 133],
  ] as const;
  for (const [today, charges, method, days, spentFen] of rows) t.same(outlook(charges, YEAR, today), method && { method, days, spentFen }, today);
});

const network = networkOf();
const g1 = network.consortium('g1')!;
const account = (more: Partial<Account> = {}): Account => ({
  scheme: 'employee', covers: { by: 'contracts' }, prepaidFen: 100, outpatient: null, elsewhere: null, rule: null, provenance: CITED, ...more,
});
const sum = (more: Partial<ChargedSum> = {}): ChargedSum => ({
  institutionId: 't1', insuredDistrict: null, contractedWith: 'p1', visitType: 'inpatient', settlements: 1, fundFen: 100, ...more,
});

/** who · how the account covers · the settlement · where it is charged; null: not at all */
const COVERED: readonly (readonly [string, Partial<Account>, Partial<ChargedSum>, string | null])[] = [
  ['contract with a member, treated by a member', {}, {}, 'inside'],
  ['contract with a member, treated outside: charged all the same', {}, { institutionId: 't2' }, 'outside'],
  ['contract with another consortium, treated here', {}, { contractedWith: 'p3' }, null],
  ['no contract', {}, { contractedWith: null }, null],
  ['insured in a covered district', { covers: { by: 'districts', districts: ['440114'] } }, { insuredDistrict: '440114' }, 'inside'],
  ['insured in another', { covers: { by: 'districts', districts: ['440114'] } }, { insuredDistrict: '440106' }, null],
  ['the prefecture covers its districts', { covers: { by: 'districts', districts: ['440100'] } }, { insuredDistrict: '440106', institutionId: 'p0' }, 'outside'],
  ['a district does not cover who states the prefecture alone', { covers: { by: 'districts', districts: ['440114'] } }, { insuredDistrict: '440100' }, null],
  ['no district stated', { covers: { by: 'districts', districts: ['440100'] } }, { insuredDistrict: null }, null],
];

t.test('an account is charged with what its people cost, in and outside the consortium, and with nobody else (Guangzhou 2018, line 17: 全部门诊和住院医疗总费用)', async (t) => {
  for (const [what, covering, settled, where] of COVERED) {
    const charges = new Charges(account(covering), g1);
    charges.add('2018-03-01', sum(settled));
    t.same(charges.all('2018-03-05').map((c) => c.where), where === null ? [] : [where], what);
  }
});

t.test('who was no member on the day of the admission counts as outside, as a team and as a hospital', async (t) => {
  const left = { ...g1, members: g1.members.map((m) => (m.institutionId === 'p1' ? { ...m, periods: [{ role: 'member' as const, from: '2017-01-01', until: '2018-02-28' }] } : m)) };
  const on = (date: string, more: Partial<ChargedSum>) => {
    const charges = new Charges(account(), left);
    charges.add(date, sum(more));
    return charges.all(date).map((c) => c.where)[0];
  };
  t.equal(on('2018-02-28', {}), 'inside');
  t.equal(on('2018-03-01', {}), undefined, 'its patients are covered no more');
  t.equal(on('2018-03-01', { contractedWith: 'p2', institutionId: 'p1' }), 'outside');
});

/** how outpatient charges come · what the account then holds · what is missing */
const FED: readonly (readonly [string, Partial<Account>, readonly string[], readonly string[]])[] = [
  ['not at all: visits that happen to be sent are charged, and it stays incomplete', {}, ['inside outpatient 7'], ['outpatient', 'elsewhere']],
  ['visit by visit', { outpatient: { fed: 'visits' } }, ['inside outpatient 7'], ['elsewhere']],
  ['as a statement: it stands for the visits', { outpatient: { fed: 'statement', fundFen: 500, asOf: '2018-02-28' } }, ['anywhere outpatient 500'], ['elsewhere']],
  ['with what the insurer states of elsewhere', { outpatient: { fed: 'visits' }, elsewhere: { fundFen: 30, asOf: '2018-02-28' } }, ['inside outpatient 7', 'elsewhere inpatient 30'], []],
];

t.test('an account is complete once outpatient charges are fed, and a visit is never charged beside the statement that holds it', async (t) => {
  for (const [what, more, held, missing] of FED) {
    const charges = new Charges(account(more), g1);
    charges.add('2018-03-01', sum({ visitType: 'outpatient', fundFen: 7 }));
    const all = charges.all('2018-03-05');
    t.same(all.map((c) => `${c.where} ${c.visitType} ${c.fundFen}`), held, what);
    t.equal(sumOf(all), held.reduce((s, line) => s + Number(line.split(' ')[2]), 0));
    t.same(gapsOf(account(more)), missing, what);
  }
});

function policiesOf(...some: readonly Partial<Policy>[]): Policies {
  const all = some.map((more, i): Policy => ({ ...rulesOf(policyInput()), id: `p${i}`, version: 3, updatedAt: NOON, ...more }));
  return { policy: (id) => all.find((p) => p.id === id), policyVersion: () => undefined, policies: () => all };
}

t.test('the rule is the account’s own, else that of the policy in force, with its clause; where nobody has said, nothing is shared', async (t) => {
  const policies = policiesOf({ area: '440100', validFrom: '2018-01-01', budget: KEPT_AND_ALONE, clauses: { budget: { status: 'sourced', citation: '第 51 行：超支不补' } } });
  t.match(ruleFor(account(), policies, '440100', YEAR), { rule: KEPT_AND_ALONE, policyId: 'p0', policyVersion: 3, provenance: { citation: '第 51 行：超支不补' } });
  t.strictSame(ruleFor(account({ rule: HALF_KEPT }), policies, '440100', YEAR), { rule: HALF_KEPT, policyId: null, policyVersion: null, provenance: CITED });
  t.equal(ruleFor(account(), policiesOf({ area: '440100', budget: null }), '440100', YEAR), null);
  t.equal(ruleFor(account(), policies, '430600', YEAR), null);
});

t.test('every day is of one budget year: also before the first policy, and where a policy moves the start of the year', async (t) => {
  const of = (more: Partial<Policy>) => ({ area: '440100', validUntil: null, ...more });
  /** policies · the years 2017 to 2020, each with its first and its last day */
  const rows = [
    ['none', [], ['2017-01-01', '2018-01-01', '2019-01-01', '2020-01-01']],
    ['the first from 1 March 2018, of years from 1 July', [of({ validFrom: '2018-03-01', insuranceYearStart: '07-01' })], ['2017-07-01', '2018-07-01', '2019-07-01', '2020-07-01']],
    ['from January to July', [of({ validFrom: '2016-01-01', validUntil: '2018-12-31', insuranceYearStart: '01-01' }), of({ validFrom: '2019-01-01', insuranceYearStart: '07-01' })], ['2017-01-01', '2018-01-01', '2019-07-01', '2020-07-01']],
    ['from July to January', [of({ validFrom: '2019-01-01', insuranceYearStart: '01-01' }), of({ validFrom: '2016-01-01', validUntil: '2018-12-31', insuranceYearStart: '07-01' })], ['2017-07-01', '2018-07-01', '2019-01-01', '2020-01-01']],
    ['of another scheme', [of({ scheme: 'resident', validFrom: '2018-03-01', insuranceYearStart: '07-01' })], ['2017-01-01', '2018-01-01', '2019-01-01', '2020-01-01']],
  ] as const;
  for (const [what, policies, begins] of rows) {
    const years = [2017, 2018, 2019, 2020].map((year) => budgetYear(policiesOf(...policies), '440100', 'employee', year));
    t.same(years.map(({ from }) => from), begins, what);
    for (const [i, { from, to, days }] of years.entries()) {
      t.equal(addDays(to, 1), years[i + 1]?.from ?? addDays(to, 1), `${what}: no day between`);
      t.equal(days, daysBetween(from, to) + 1);
    }
  }
});

t.test('a year is the insurance year of the policy, else the calendar’s', async (t) => {
  t.same(budgetYear(policiesOf(), '440100', 'employee', 2018), YEAR);
  const july = policiesOf({ area: '440100', validFrom: '2016-01-01', validUntil: null, insuranceYearStart: '07-01' });
  t.same(budgetYear(july, '440100', 'employee', 2019), { from: '2019-07-01', to: '2020-06-30', days: 366 });
});

const first: AccountInput = { scheme: 'employee', covers: { by: 'districts', districts: ['440114'] }, prepaidFen: 100, provenance: CITED };
const other: Budget = { consortiumId: 'g2', year: 2018, area: '440100', version: 1, updatedAt: NOON, accounts: [account({ covers: { by: 'districts', districts: ['440106'] } })] };
const around: Surroundings = { consortium: g1, network, policies: policiesOf(), others: [other], now: NOON };
const write = (body: BudgetInput) => writeBudget(undefined, 2018, body, around);

/** what is wrong · the budget · where */
const WRONG: readonly (readonly [string, BudgetInput, readonly string[]])[] = [
  ['a scheme twice', { accounts: [first, first] }, ['/accounts/1/scheme']],
  ['by districts, but which', { accounts: [{ ...first, covers: { by: 'districts' } }] }, ['/accounts/0/covers/districts']],
  ['districts beside contracts', { accounts: [{ ...first, scheme: 'resident', covers: { by: 'contracts', districts: ['440114'] } }] }, ['/accounts/0/covers/districts']],
  ['by contracts, where another covers by districts', { accounts: [{ ...first, covers: { by: 'contracts' } }] }, ['/accounts/0/covers/by']],
  ['a district twice', { accounts: [{ ...first, covers: { by: 'districts', districts: ['440114', '440114'] } }] }, ['/accounts/0/covers/districts/1']],
  ['a district of another prefecture', { accounts: [{ ...first, covers: { by: 'districts', districts: ['430602'] } }] }, ['/accounts/0/covers/districts/0']],
  ['a district of another budget', { accounts: [{ ...first, covers: { by: 'districts', districts: ['440114', '440106'] } }] }, ['/accounts/0/covers/districts/1']],
  ['the prefecture of it', { accounts: [{ ...first, covers: { by: 'districts', districts: ['440100'] } }] }, ['/accounts/0/covers/districts/0']],
  ['a statement without sum and date', { accounts: [{ ...first, outpatient: { fed: 'statement' } }] }, ['/accounts/0/outpatient/fundFen', '/accounts/0/outpatient/asOf']],
  ['a sum where visits are sent', { accounts: [{ ...first, outpatient: { fed: 'visits', fundFen: 1 } }] }, ['/accounts/0/outpatient/fundFen']],
  ['a statement of tomorrow', { accounts: [{ ...first, elsewhere: { fundFen: 1, asOf: '2018-03-06' } }] }, ['/accounts/0/elsewhere/asOf']],
  ['a statement of the year before', { accounts: [{ ...first, outpatient: { fed: 'statement', fundFen: 1, asOf: '2017-12-31' } }] }, ['/accounts/0/outpatient/asOf']],
  ['a share without its cap', { accounts: [{ ...first, rule: { surplusKeptBp: 0, overspend: { kind: 'share', bp: 1 } } }] }, ['/accounts/0/rule/overspend/capBp']],
];

t.test('a budget that contradicts itself, or covers what another covers, is refused with a pointer', async (t) => {
  for (const [what, body, at] of WRONG) t.same(pointersOf(write(body)), at, what);
});

t.test('a budget lies in the prefecture of the lead unless another is named; the same content again is no new version', async (t) => {
  const made = write({ accounts: [first] }) as Budget;
  t.match(made, { area: '440100', version: 1, accounts: [{ outpatient: null, elsewhere: null, rule: null }] });
  t.match(write({ area: '430602', accounts: [{ ...first, covers: { by: 'contracts' } }] }), { area: '430600' });
  t.equal(writeBudget(made, 2018, { accounts: [{ ...first, rule: null }] }, around), made);
  t.match(writeBudget(made, 2018, { accounts: [{ ...first, prepaidFen: 101 }] }, around), { version: 2 });
});
