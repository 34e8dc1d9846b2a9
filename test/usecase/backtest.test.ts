import t from 'tap';
import type { BacktestInput } from '../../src/contract/backtest.js';
import { NOT_BEGUN, type Backtest, type Progress } from '../../src/domain/backtest.js';
import { workOff, type Backtesting, type Reckoner } from '../../src/reckoning/runner.js';
import { claimBacktest, saveBacktestStep } from '../../src/usecase/insurance/carry-on-backtest.js';
import { endBacktest } from '../../src/usecase/insurance/end-backtest.js';
import { getBacktest } from '../../src/usecase/insurance/get-backtest.js';
import { reckonBacktest } from '../../src/usecase/insurance/reckon-backtest.js';
import { MOST_BACKTESTS, requestBacktest } from '../../src/usecase/insurance/request-backtest.js';
import type { Actor } from '../../src/usecase/ports.js';
import { inThisThread } from '../kit/app.js';
import { StoreError } from '../../src/store/errors.js';
import { City } from '../kit/city.js';
import { policyInput } from '../kit/insurance.js';
import { INSURER, insured, march, put, sendUp, stayOf, under, writePolicy } from '../kit/ledger.js';
import { everything } from '../kit/life.js';
import { ADMIN, codeOf, granted, pointersOf, REGULATOR } from '../kit/network.js';

/** 政策回测: the rules of its life, and what it finds in a chain that can be checked with a pencil. */

const MARCH: BacktestInput = { from: '2018-03-01', to: '2018-03-31' };
const FULL = policyInput({ referral: { onUp: 'full', onDown: 'full', onLateral: 'full' } });

/** Worked example 1: primary 3 000, referred up, tertiary 30 000; and somebody who came by himself. */
async function found(t: Parameters<typeof City.found>[0]): Promise<City> {
  const city = await City.found(t);
  await writePolicy(city);
  city.clock.set(Date.parse(march(4, 18)));
  await put(city, 'p1', 'A', stayOf(insured(1), 2, 3_000));
  const referral = await sendUp(city, insured(1), 'p1', 't1');
  city.clock.set(Date.parse(march(12, 18)));
  await put(city, 't1', 'B', stayOf(insured(1), 5, 30_000, under(referral)));
  await put(city, 't1', 'C', stayOf(insured(2), 9, null));
  return city;
}

const ask = (city: City, body: BacktestInput = MARCH, who: Actor = REGULATOR) => city.must(who, requestBacktest, { policyId: 'employee', body });
const see = async (city: City, { id }: { readonly id: string }, who: Actor = REGULATOR): Promise<Backtest> => granted(await city.ask(who, getBacktest, { id }));
const done = async (city: City, body?: BacktestInput): Promise<Backtest> => {
  const made = await ask(city, body);
  await workOff(inThisThread(city.store));
  return see(city, made);
};

t.test('what would have been without any relief, by level, in yuan that can be checked', async (t) => {
  const city = await found(t);
  const { state, progress } = await done(city, { ...MARCH, policy: FULL });
  t.equal(state, 'done');
  t.match(progress, { persons: 2, stays: 3, ofStays: 3 });
  const same = { lighter: 0, heavier: 0, unassessed: 0, uncovered: 0 };
  t.strictSame(progress.rows, [
    { level: 'primary', ...same, stays: 1, settled: 1, same: 1, deductible: { beforeFen: 25_000, afterFen: 25_000 }, fund: { beforeFen: 247_500, afterFen: 247_500 }, personal: { beforeFen: 52_500, afterFen: 52_500 } },
    // Unlinked 1 000 in place of 750: the fund pays 23 200 in place of 23 400. The one that is not settled bears 1 000 by both.
    { level: 'tertiary', ...same, stays: 2, settled: 1, same: 1, heavier: 1, deductible: { beforeFen: 175_000, afterFen: 200_000 }, fund: { beforeFen: 2_340_000, afterFen: 2_320_000 }, personal: { beforeFen: 660_000, afterFen: 680_000 } },
  ]);
});

t.test('only admissions of the period are tried, the stays before them count as they were', async (t) => {
  const city = await found(t);
  const late = await done(city, { from: '2018-03-05', to: '2018-03-08', policy: policyInput({ referral: { credit: 'standard' } }) });
  t.match(late.progress.rows, [{ level: 'tertiary', stays: 1, deductible: { beforeFen: 75_000, afterFen: 75_000 } }]);
  t.strictSame((await done(city, { from: '2018-04-01', to: '2018-04-30', policy: FULL })).progress.rows, [], 'nobody was admitted');
});

t.test('a stay without figures, and one for which the tried policy has no benefit, are counted apart', async (t) => {
  const city = await found(t);
  await put(city, 't1', 'D', stayOf({ ...insured(3), insurance: { area: '440100', scheme: 'employee', personKind: 'retired' } }, 9, 1_000));
  const { benefits } = FULL;
  const { progress } = await done(city, { ...MARCH, policy: { ...FULL, benefits: benefits.filter((row) => row.level !== 'primary') } });
  t.match(progress.rows, [{ level: 'primary', stays: 0, uncovered: 1 }, { level: 'tertiary', stays: 2, unassessed: 1, uncovered: 1 }]);
});

t.test('stays of the other scheme, and of people insured elsewhere, are not tried', async (t) => {
  const city = await found(t);
  const { rows } = (await done(city, { ...MARCH, policy: FULL })).progress;
  await put(city, 't1', 'R', stayOf({ ...insured(3), insurance: { area: '440100', scheme: 'resident', personKind: 'resident' } }, 9, 1_000));
  await put(city, 't1', 'E', stayOf({ ...insured(4), insurance: { area: '430600', scheme: 'employee', personKind: 'active' } }, 9, 1_000));
  const { progress } = await done(city, { ...MARCH, policy: FULL });
  t.match(progress, { persons: 4, stays: 5 });
  t.strictSame(progress.rows, rows);
});

t.test('it changes nothing: neither a stay nor the ledger', async (t) => {
  const city = await found(t);
  const kept = async () => {
    const { stay, deductible_entry: entries } = await everything(city);
    return [stay, entries];
  };
  const before = await kept();
  await done(city, { ...MARCH, policy: FULL });
  t.strictSame(await kept(), before);
  t.same((await city.events(0)).filter(({ type }) => type.startsWith('backtest')).map(({ type, data }) => [type, data]), ['queued', 'running', 'done'].map((state) => [`backtest.${state}`, { policyId: 'employee', policyVersion: null, from: '2018-03-01', to: '2018-03-31' }]));
});

t.test('of the stored policy the latest version is tried, or the one that is asked for', async (t) => {
  const city = await found(t);
  await writePolicy(city, 'employee', FULL);
  t.match(await done(city), { policyVersion: 2, progress: { rows: [{}, { deductible: { beforeFen: 175_000, afterFen: 200_000 } }] } });
  t.match(await done(city, { ...MARCH, version: 1 }), { policyVersion: 1, progress: { rows: [{}, { deductible: { beforeFen: 175_000, afterFen: 175_000 } }] } });
});

/** Reckons a page of one stay at a time. */
const slowly = (city: City, steps: { count: number }): Reckoner => ({
  async step(trial, progress) {
    steps.count += 1;
    return reckonBacktest(city.store.slices, trial, progress, 1, 1);
  },
  end: async () => undefined,
});
const backtesting = (city: City, reckoner: Reckoner): Backtesting => ({ store: city.store, open: async () => reckoner, leaseMs: 0, report: () => undefined });

t.test('stopped after any step it goes on from there, and finds the same as in one go', async (t) => {
  const city = await found(t);
  const whole = await done(city, { ...MARCH, policy: FULL });
  for (const stopAfter of [1, 2, 3]) {
    const made = await ask(city, { ...MARCH, policy: FULL });
    const steps = { count: 0 };
    await workOff(backtesting(city, slowly(city, steps)), () => steps.count >= stopAfter);
    const half = await see(city, made);
    t.match(half, { state: stopAfter === 3 ? 'done' : 'running', progress: { persons: Math.min(2, stopAfter) } }, `after ${stopAfter}`);
    await workOff(inThisThread(city.store));
    t.strictSame((await see(city, made)).progress, whole.progress);
  }
});

t.test('cancelled while it runs it stays so, whatever the step under way finds; ended it is forgotten', async (t) => {
  const city = await found(t);
  const made = await ask(city);
  const reckoner = slowly(city, { count: 0 });
  await workOff(backtesting(city, { ...reckoner, step: async (trial, progress) => {
    const step = await reckoner.step(trial, progress);
    await city.do(REGULATOR, endBacktest, { id: made.id });
    return step;
  } }));
  t.match(await see(city, made), { state: 'cancelled', progress: NOT_BEGUN });
  await city.must(REGULATOR, endBacktest, { id: made.id });
  t.equal(codeOf(await city.ask(REGULATOR, getBacktest, { id: made.id })), 'not_found');
  t.equal(codeOf(await city.do(REGULATOR, endBacktest, { id: made.id })), 'not_found');
});

t.test('a reckoning that breaks ends as failed, and the next is not kept from its turn', async (t) => {
  const city = await found(t);
  const [first, second] = [await ask(city), await ask(city)];
  const reckoner = slowly(city, { count: 0 });
  const told: unknown[] = [];
  let broken = true;
  const breaking: Reckoner = { ...reckoner, step: async (trial, progress) => {
    if (broken) {
      broken = false;
      throw new Error('out of memory');
    }
    return reckoner.step(trial, progress);
  } };
  await workOff({ ...backtesting(city, breaking), report: (error) => told.push(error) });
  t.match(await see(city, first), { state: 'failed', progress: { persons: 0 }, endedAt: city.clock.now() });
  t.equal((await see(city, second)).state, 'done');
  t.equal(told.length, 1);
});

t.test('a store that is out of reach for a while fails nothing: the backtest goes on from its last step when its lease is over', async (t) => {
  const city = await found(t);
  const whole = await done(city, { ...MARCH, policy: FULL });
  const made = await ask(city, { ...MARCH, policy: FULL });
  const steps = { count: 0 };
  const reckoner = slowly(city, steps);
  const cutOff: Reckoner = { ...reckoner, step: async (trial, progress) => {
    if (steps.count === 1) throw new StoreError('busy', 'the database server has no connection left');
    return reckoner.step(trial, progress);
  } };
  await t.rejects(workOff({ ...backtesting(city, cutOff), leaseMs: 1_000 }), { code: 'unavailable' });
  t.match(await see(city, made), { state: 'running', progress: { persons: 1 } });
  await workOff(inThisThread(city.store));
  t.equal((await see(city, made)).state, 'running', 'nobody else is at it before');
  city.clock.advance(1_000);
  await workOff(inThisThread(city.store));
  const { state, progress } = await see(city, made);
  t.strictSame({ state, progress }, { state: 'done', progress: whole.progress });
});

t.test('one that another has is left to it until its time is up; a step of the former is void then', async (t) => {
  const city = await found(t);
  await ask(city);
  const mine = (await city.must(ADMIN, claimBacktest, { leaseMs: 1_000 }))!;
  t.equal(await city.must(ADMIN, claimBacktest, { leaseMs: 1_000 }), null);
  city.clock.advance(1_000);
  const theirs = (await city.must(ADMIN, claimBacktest, { leaseMs: 1_000 }))!;
  const progress: Progress = { ...NOT_BEGUN, persons: 7 };
  t.equal(await city.must(ADMIN, saveBacktestStep, { of: mine, progress, leaseMs: 1_000 }), null);
  t.match(await city.must(ADMIN, saveBacktestStep, { of: theirs, progress, leaseMs: 1_000 }), { progress: { persons: 7 }, state: 'running' });
});

t.test('insurer and regulator try policies of their own prefecture, the administrator all; another’s backtest does not exist', async (t) => {
  const city = await found(t);
  const elsewhere = { ...INSURER, area: '430600' };
  t.equal(codeOf(await city.do(elsewhere, requestBacktest, { policyId: 'employee', body: MARCH })), 'wrong_party');
  const made = await ask(city, MARCH, INSURER);
  for (const who of [INSURER, REGULATOR, ADMIN]) t.equal((await see(city, made, who)).id, made.id);
  t.equal(codeOf(await city.ask(elsewhere, getBacktest, { id: made.id })), 'not_found');
  t.equal(codeOf(await city.do(elsewhere, endBacktest, { id: made.id })), 'not_found');
});

/** what is wrong · what is asked · where */
const WRONG: readonly (readonly [string, BacktestInput, readonly string[]])[] = [
  ['it ends before it begins', { from: '2018-03-02', to: '2018-03-01' }, ['/to']],
  ['a version and a policy', { ...MARCH, version: 1, policy: FULL }, ['/policy']],
  ['a policy of another prefecture', { ...MARCH, policy: { ...FULL, area: '430600' } }, ['/policy/area']],
  ['a policy of another scheme', { ...MARCH, policy: { ...FULL, scheme: 'resident', benefits: [{ personKind: 'resident', level: 'primary', deductibleFen: 1, ratioBp: 1 }] } }, ['/policy/scheme']],
  ['a policy that contradicts itself', { ...MARCH, policy: { ...FULL, repeatStay: { kind: 'percent-off' } } }, ['/policy/repeatStay/bp']],
];

t.test('what cannot be tried is refused with a pointer, and nothing is asked for', async (t) => {
  const city = await found(t);
  const before = await everything(city);
  for (const [what, body, at] of WRONG) t.same(pointersOf(await city.do(REGULATOR, requestBacktest, { policyId: 'employee', body })), at, what);
  for (const [policyId, body] of [['nothing', MARCH], ['employee', { ...MARCH, version: 9 }]] as const) t.equal(codeOf(await city.do(REGULATOR, requestBacktest, { policyId, body })), 'not_found');
  t.strictSame(await everything(city), before);
  for (let i = 0; i < MOST_BACKTESTS; i += 1) await ask(city);
  t.equal(codeOf(await city.do(REGULATOR, requestBacktest, { policyId: 'employee', body: MARCH })), 'overloaded', 'the queue has an end');
});
