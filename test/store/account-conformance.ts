import type { Test } from 'tap';
import { addDays, DAY, startOfDay } from '../../src/kernel/calendar.js';
import type { Settled, Stay } from '../../src/domain/stay.js';
import type { Unit } from '../../src/usecase/ports.js';
import { START, type OpenFresh } from '../kit/store.js';
import { read, saved } from './conformance.js';
import { AREA, budgetOf, contractOf, stayOf } from './rows.js';

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
