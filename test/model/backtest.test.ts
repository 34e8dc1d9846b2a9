import fc from 'fast-check';
import t from 'tap';
import { LEVELS } from '../../src/contract/vocabulary.js';
import type { PolicyInput } from '../../src/contract/insurance.js';
import type { Pair, Row } from '../../src/domain/backtest.js';
import type { StayFacts } from '../../src/domain/stay.js';
import { workOff } from '../../src/reckoning/runner.js';
import { getBacktest } from '../../src/usecase/insurance/get-backtest.js';
import { requestBacktest } from '../../src/usecase/insurance/request-backtest.js';
import { inThisThread } from '../kit/app.js';
import { City } from '../kit/city.js';
import { policyInput } from '../kit/insurance.js';
import { writePolicy } from '../kit/ledger.js';
import { ADMIN, granted } from '../kit/network.js';
import { HEARD, INSURED_AREA, INSURERS, life, type Insurer } from '../kit/person-life.js';
import { Teller } from '../kit/person-messages.js';

/**
 * A backtest says what would have been: the same lives, told to a city in which the tried policy was in
 * force from the beginning, bear what the backtest of the other city says.
 */
type Policies = Record<Insurer, PolicyInput>;
const since = { validFrom: '2017-01-01' };
const IN_FORCE: Policies = {
  difference: policyInput(since),
  yearly: policyInput({ ...since, area: INSURED_AREA.yearly, insuranceYearStart: '04-01', annualCapFen: 3_000_000, referral: { onUp: 'zero', onDown: 'zero', window: 'insurance-year', sameConsortium: false } }),
  repeat: policyInput({ ...since, area: INSURED_AREA.repeat, repeatStay: { kind: 'percent-off', bp: 5_000, from: 2 }, referral: { onLateral: 'full', credit: 'standard' } }),
};
const TRIED: Policies = {
  difference: policyInput({ ...since, referral: { onUp: 'full', onDown: 'full', onLateral: 'full' }, repeatStay: { kind: 'step-minus', stepFen: 10_000, floorFen: 20_000 } }),
  yearly: policyInput({ ...since, area: INSURED_AREA.yearly, annualCapFen: 500_000, referral: { linkWindowHours: 48 } }),
  repeat: policyInput({ ...since, area: INSURED_AREA.repeat, referral: { window: 'insurance-year', sameConsortium: false, onLateral: 'zero' } }),
};

async function found(t: Parameters<typeof City.found>[0], policies: Policies): Promise<City> {
  const city = await City.found(t);
  city.clock.set(HEARD);
  for (const insurer of INSURERS) await writePolicy(city, insurer, policies[insurer]);
  return city;
}

async function backtest(city: City, insurer: Insurer, policy: PolicyInput): Promise<readonly Row[]> {
  const { id } = await city.must(ADMIN, requestBacktest, { policyId: insurer, body: { from: '2017-01-01', to: '2018-12-31', policy } });
  await workOff(inThisThread(city.store));
  return granted(await city.ask(ADMIN, getBacktest, { id })).progress.rows;
}

/** Every stay of a city that is insured there and not void, page by page. */
async function staysOf(city: City, insurer: Insurer): Promise<readonly StayFacts[]> {
  const stays: StayFacts[] = [];
  for (let after = ''; ; ) {
    const persons = await city.store.read((reads) => reads.personsAfter(after, 7));
    if (persons.length === 0) return stays.filter((stay) => stay.insuredArea === INSURED_AREA[insurer] && !stay.record.voided);
    for (const person of persons) stays.push(...person.stays);
    after = persons.at(-1)!.patientId;
  }
}

/** What the stays of two cities bear, by level, added up anew. Visits have no benefit in these policies: they bear nothing anywhere. */
function added(before: readonly StayFacts[], after: readonly StayFacts[]): readonly Row[] {
  const then = new Map(after.map((stay) => [`${stay.institutionId} ${stay.number}`, stay]));
  return LEVELS.flatMap((level) => {
    const pairs = before.filter((stay) => stay.level === level).map((stay) => [stay.figures, then.get(`${stay.institutionId} ${stay.number}`)!.figures] as const);
    if (pairs.length === 0) return [];
    const assessed = pairs.flatMap(([a, b]) => (a && b ? [[a, b] as const] : []));
    const settled = assessed.filter(([a]) => a.fundFen !== null);
    const pair = (of: typeof assessed, name: 'deductibleFen' | 'fundFen' | 'personalFen'): Pair => ({
      beforeFen: of.reduce((sum, [a]) => sum + a[name]!, 0), afterFen: of.reduce((sum, [, b]) => sum + b[name]!, 0),
    });
    const changes = assessed.map(([a, b]) => (a.personalFen === null ? b.deductibleFen - a.deductibleFen : b.personalFen! - a.personalFen));
    return [{
      level, stays: assessed.length, settled: settled.length,
      deductible: pair(assessed, 'deductibleFen'), fund: pair(settled, 'fundFen'), personal: pair(settled, 'personalFen'),
      lighter: changes.filter((c) => c < 0).length, heavier: changes.filter((c) => c > 0).length, same: changes.filter((c) => c === 0).length,
      unassessed: pairs.filter(([a]) => a === null).length, uncovered: pairs.filter(([, b]) => b === null).length,
    }];
  });
}

t.test('a backtest of any lives says what the same lives bear where the tried policy was in force', async (t) => {
  const [here, there] = [await found(t, IN_FORCE), await found(t, TRIED)];
  const lives = fc.sample(life, { numRuns: 60, seed: 20_180_331 });
  for (const city of [here, there]) {
    for (const [n, facts] of lives.entries()) {
      const teller = new Teller(city, facts, n);
      await teller.deliver(teller.messages().map((_, i) => i));
    }
  }
  let stays = 0;
  let changed = 0;
  for (const insurer of INSURERS) {
    const rows = await backtest(here, insurer, TRIED[insurer]);
    t.strictSame(rows, added(await staysOf(here, insurer), await staysOf(there, insurer)), insurer);
    stays += rows.reduce((sum, row) => sum + row.stays, 0);
    changed += rows.reduce((sum, row) => sum + row.lighter + row.heavier, 0);
    const again = await backtest(here, insurer, IN_FORCE[insurer]);
    t.ok(again.every((row) => row.same === row.stays && row.fund.beforeFen === row.fund.afterFen), `${insurer}: the policy in force changes nothing`);
  }
  t.ok(stays > 100 && changed > 30, `of ${stays} stays ${changed} would have borne another sum`);
});
