import type { Test } from 'tap';
import { addDays, DAY, startOfDay } from '../../src/kernel/calendar.js';
import type { Settled, Stay } from '../../src/domain/stay.js';
import type { Unit } from '../../src/usecase/ports.js';
import { START, type OpenFresh } from '../kit/store.js';
import { read, saved } from './conformance.js';
import { AREA, backtestOf, budgetOf, contractOf, stayOf } from './rows.js';

/** Contracts, budgets, and the sums that a budget is charged with: the part of the suite that every engine must pass. */

const settledAt = (fundFen: number): Settled => ({ totalFen: fundFen, eligibleFen: fundFen, deductibleFen: 0, ratioBp: 10_000, fundFen, personalFen: 0, at: START });

export function accountsConform(t: Test, open: OpenFresh): void {
  t.test('a contract is found by prefecture and id, and by its person; the same id elsewhere is another', async (t) => {
    const fixture = await open(t);
    const [first, second, elsewhere] = await saved(fixture, async (unit) => {
      const patientId = unit.ids.next(AREA);
      const made = [contractOf(unit, 'A', { patientId, from: '2018-02-01', until: '2018-12-31' }), contractOf(unit, 'B', { patientId }), contractOf(unit, 'A', { area: '440600' })] as const;
      for (const contract of made) await unit.insertContract(contract);
      return made;
    });
    await read(fixture, async (reads) => {
      t.strictSame(await reads.contract(AREA, 'A'), first);
      t.strictSame(await reads.contract('440600', 'A'), elsewhere);
      t.equal(await reads.contract(AREA, 'C'), undefined);
      t.strictSame(await reads.contractsOf(first.patientId), [second, first], 'in order of their beginning');
    });
    const changed = { ...first, until: null, tags: [], version: 2, updatedAt: START + DAY };
    await saved(fixture, async (unit) => {
      t.strictSame(await unit.lockContract(AREA, 'A'), first);
      await unit.saveContract(changed);
    });
    t.strictSame(await read(fixture, (reads) => reads.contract(AREA, 'A')), changed);
    await t.rejects(saved(fixture, (unit) => unit.saveContract(changed)), /version/, 'saved on top of a version that is gone');
  });

  t.test('a budget is its latest version, all of a year are told, and sums keep every fen', async (t) => {
    const fixture = await open(t);
    const latest = budgetOf('g1', { version: 2, area: '440600' });
    await saved(fixture, async (unit) => {
      for (const budget of [budgetOf('g1'), latest, budgetOf('g2'), budgetOf('g1', { year: 2019 })]) await unit.insertBudget(budget);
    });
    await read(fixture, async (reads) => {
      t.strictSame(await reads.budget('g1', 2018), latest);
      t.equal(await reads.budget('g1', 2020), undefined);
      t.strictSame(await reads.budgetsOf(2018), [latest, budgetOf('g2')]);
    });
  });

  t.test('persons come in order, whole, each with every stay and statement, however short the page', async (t) => {
    const fixture = await open(t);
    const ids = await saved(fixture, async (unit) => {
      const made = [1, 3, 2].map((count) => ({ id: unit.ids.next(AREA), count }));
      for (const { id: patientId, count } of made) {
        for (let i = 0; i < count; i += 1) await unit.insertStay(stayOf(unit, `${patientId} ${i}`, { patientId, record: { ...stayOf(unit, 'x').record, voided: i === 1 } }));
      }
      await unit.putAccumulator({ area: AREA, patientId: made[1]!.id, year: 2018, stays: 1, borneFen: 2, paidFen: 3, asOf: '2018-02-28', updatedAt: START });
      return made.map(({ id }) => id);
    });
    for (const limit of [1, 2, 3, 4, 100]) {
      const told: (readonly [string, number, number])[] = [];
      for (let after = ''; ; ) {
        const persons = await read(fixture, (reads) => reads.personsAfter(after, limit));
        if (persons.length === 0) break;
        told.push(...persons.map((person) => [person.patientId, person.stays.length, person.accumulators.length] as const));
        after = persons.at(-1)!.patientId;
      }
      t.strictSame(told, [[ids[0], 1, 0], [ids[1], 3, 1], [ids[2], 2, 0]], `${limit} stays at a time`);
    }
    t.equal(await read(fixture, (reads) => reads.countStays()), 6);
    const [stay] = (await read(fixture, (reads) => reads.personsAfter('', 1)))[0]!.stays;
    t.notOk(stay && 'sealedPatient' in stay, 'without what is sealed');
  });

  t.test('a backtest is kept step by step; the oldest that waits or is nobody’s is the next', async (t) => {
    const fixture = await open(t);
    const [first, second] = await saved(fixture, async (unit) => {
      const made = [backtestOf(unit), backtestOf(unit, { createdAt: START + 1, policyVersion: 3 })] as const;
      for (const backtest of [...made, backtestOf(unit, { state: 'done' }), backtestOf(unit, { state: 'cancelled' })]) await unit.insertBacktest(backtest);
      return made;
    });
    await read(fixture, async (reads) => {
      t.strictSame(await reads.backtest(second.id), second);
      t.equal(await reads.backtest('no id of ours'), undefined);
      t.strictSame((await reads.unfinishedBacktests(10)).map(({ id }) => id), [first.id, second.id]);
      t.equal((await reads.unfinishedBacktests(1)).length, 1);
    });
    const row = { level: 'primary', stays: 1, settled: 0, deductible: { beforeFen: 9_007_199_254_740_991, afterFen: 0 }, fund: { beforeFen: 0, afterFen: 0 }, personal: { beforeFen: 0, afterFen: 0 }, lighter: 1, heavier: 0, same: 0, unassessed: 0, uncovered: 0 } as const;
    const taken = { ...first, state: 'running', version: 2, claimedUntil: START + 1, startedAt: START, progress: { after: 'x', persons: 1, stays: 1, ofStays: 9, rows: [row], complete: false } } as const;
    const next = () => saved(fixture, async (unit) => (await unit.lockNextBacktest())?.id ?? null);
    t.equal(await next(), first.id);
    await saved(fixture, async (unit) => {
      t.strictSame(await unit.lockBacktest(first.id), first);
      await unit.saveBacktest(taken);
    });
    t.strictSame(await read(fixture, (reads) => reads.backtest(first.id)), taken);
    t.equal(await next(), second.id, 'the first is somebody’s');
    fixture.clock.advance(1);
    t.equal(await next(), first.id, 'and nobody’s at that instant');
    await t.rejects(saved(fixture, (unit) => unit.saveBacktest(taken)), /version/, 'saved on top of a version that is gone');
    await saved(fixture, (unit) => unit.deleteBacktest(taken));
    t.equal(await read(fixture, (reads) => reads.backtest(first.id)), undefined);
  });

  t.test('what was settled of a day is summed by house, coverage and kind of visit; nothing else is in it', async (t) => {
    const fixture = await open(t);
    const date = '2018-03-01';
    const day = { insuredArea: AREA, scheme: 'employee', date, from: startOfDay(date), until: startOfDay(addDays(date, 1)) };
    await saved(fixture, async (unit) => {
      const [one, two, three] = [unit.ids.next(AREA), unit.ids.next(AREA), unit.ids.next(AREA)];
      const settle = settler(unit);
      await settle(7_000_000_000_000, { patientId: one, admittedAt: day.from });
      await settle(5, { patientId: one, admittedAt: day.until - 1 });
      await settle(3, { patientId: two, institutionId: 'h2' });
      await settle(2, { patientId: three, insuredDistrict: null });
      await settle(1, { patientId: two, record: { ...stayOf(unit, 'x').record, kind: 'outpatient' } });
      await settle(100, { patientId: one, admittedAt: day.until });
      await settle(100, { patientId: one, admittedAt: day.from - 1 });
      await settle(100, { patientId: one, scheme: 'resident' });
      await settle(100, { patientId: one, insuredArea: '440600' });
      await unit.insertStay(stayOf(unit, 'not settled', { patientId: one }));
      const taken = stayOf(unit, 'taken back', { patientId: one, settled: settledAt(100) });
      await unit.insertStay(taken);
      await unit.saveStanding({ ...taken, settled: null });
      await unit.insertContract(contractOf(unit, 'A', { patientId: one, from: '2018-01-01', until: date }));
      await unit.insertContract(contractOf(unit, 'B', { patientId: two, institutionId: 'p2' }));
      await unit.insertContract(contractOf(unit, 'C', { patientId: two, institutionId: 'p3', from: date }));
      await unit.insertContract(contractOf(unit, 'D', { patientId: two, institutionId: 'p4', from: '2018-03-02' }));
      await unit.insertContract(contractOf(unit, 'E', { patientId: three, until: '2018-02-28' }));
    });
    const charged = async (by: 'districts' | 'contracts') => {
      const sums = await read(fixture, (reads) => reads.charged({ ...day, by }));
      return sums.map((s) => `${s.institutionId} ${s.insuredDistrict ?? '-'} ${s.contractedWith ?? '-'} ${s.visitType} ${s.settlements} ${s.fundFen}`).sort();
    };
    t.strictSame(await charged('districts'), ['h1 - - inpatient 1 2', 'h1 440114 - inpatient 2 7000000000005', 'h1 440114 - outpatient 1 1', 'h2 440114 - inpatient 1 3']);
    t.strictSame(await charged('contracts'), ['h1 - - inpatient 1 2', 'h1 - p1 inpatient 2 7000000000005', 'h1 - p3 outpatient 1 1', 'h2 - p3 inpatient 1 3']);
  });
}

function settler(unit: Unit): (fundFen: number, more: Partial<Stay>) => Promise<void> {
  let count = 0;
  return async (fundFen, more) => unit.insertStay(stayOf(unit, `S${(count += 1)}`, { settled: settledAt(fundFen), ...more }));
}
