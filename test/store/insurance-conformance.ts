import type { Test } from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import type { Figures, Reached, Settled } from '../../src/domain/stay.js';
import type { LedgerEntry } from '../../src/domain/ledger.js';
import { START, type OpenFresh } from '../kit/store.js';
import { read, saved } from './conformance.js';
import { AREA, eventOf, patientOf, referralOf, stayOf } from './rows.js';

/** Stays, their ledger and who they are about: the part of the suite that every engine must pass. */

const REACHED: Reached = { direction: 'up', senderLevel: 'primary', submittedAt: START, sameConsortium: true, fromStayId: null, fromInstitutionId: 'p1', emergency: false };
const FIGURES: Figures = { standardFen: 100_000, deductibleFen: 75_000, ratioBp: 8_000, fundFen: 1, personalFen: null, provisional: false, linkedTo: 'x', episode: 'x', overlaps: ['y'] };
const SETTLED: Settled = { totalFen: 3, eligibleFen: 2, deductibleFen: 1, ratioBp: 8_000, fundFen: 1, personalFen: 2, at: START };

export function insuranceConforms(t: Test, open: OpenFresh): void {
  t.test('a stay is found by number, by person and by referral, with how it stands', async (t) => {
    const fixture = await open(t);
    const [a, b] = await saved(fixture, async (unit) => {
      const patientId = unit.ids.next(AREA);
      const referralId = unit.ids.next(AREA);
      const made = [stayOf(unit, 'A', { patientId, referralId, reached: REACHED, policyId: 'p', policyVersion: 2, figures: FIGURES, settled: SETTLED }), stayOf(unit, 'B', { patientId, insuredArea: null, scheme: null, personKind: null })] as const;
      for (const stay of [...made, stayOf(unit, 'C', { referralId })]) await unit.insertStay(stay);
      return made;
    });
    await read(fixture, async (reads) => {
      t.strictSame(await reads.stay(a.id), a);
      t.strictSame(await reads.stayByNumber('h1', 'B'), b);
      t.strictSame((await reads.staysOf(a.patientId)).map((stay) => stay.number).sort(), ['A', 'B']);
      t.strictSame((await reads.staysUnder(a.referralId!)).map((stay) => stay.number).sort(), ['A', 'C']);
      t.strictSame(await reads.staysOf('nobody'), []);
    });
  });

  t.test('how a stay stands is saved without a new version; its record without touching how it stands', async (t) => {
    const fixture = await open(t);
    const made = await saved(fixture, async (unit) => {
      const stay = stayOf(unit, 'A');
      await unit.insertStay(stay);
      return stay;
    });
    const standing = { ...made, executedReferral: true, reached: REACHED, policyId: 'p', policyVersion: 1, figures: FIGURES, settled: SETTLED };
    await saved(fixture, (unit) => unit.saveStanding(standing));
    t.strictSame(await read(fixture, (reads) => reads.stay(made.id)), standing);
    const next = { ...made, version: 2, level: 'secondary' as const, executedReferral: false, reached: null };
    await saved(fixture, (unit) => unit.saveStay(next));
    t.strictSame(await read(fixture, (reads) => reads.stay(made.id)), { ...standing, ...next, policyId: 'p', policyVersion: 1, figures: FIGURES, settled: SETTLED });
    await t.rejects(saved(fixture, (unit) => unit.saveStay(next)), /version/, 'saved on top of a version that is gone');
  });

  t.test('stays that wait for a policy come in order of admission and id, behind the last that was looked at', async (t) => {
    const fixture = await open(t);
    const ids = await saved(fixture, async (unit) => {
      // Some were assessed once and keep the version: they wait all the same.
      const at = [2, 1, 1, 3, 0, 4].map((day, i) => stayOf(unit, `W${i}`, { admittedAt: START + day * DAY, ...(day === 1 && { policyId: 'p', policyVersion: 1 }) }));
      for (const stay of at) await unit.insertStay(stay);
      await unit.insertStay(stayOf(unit, 'assessed', { admittedAt: START + DAY, policyId: 'p', policyVersion: 1, figures: FIGURES }));
      await unit.insertStay(stayOf(unit, 'elsewhere', { admittedAt: START + DAY, insuredArea: '440600' }));
      await unit.insertStay(stayOf(unit, 'resident', { admittedAt: START + DAY, scheme: 'resident' }));
      return at.map((stay) => stay.id);
    });
    const waiting = (afterAt: number, afterId: string, limit = 10) =>
      saved(fixture, async (unit) => (await unit.waitingStays({ insuredArea: AREA, scheme: 'employee', until: START + 4 * DAY, afterAt, afterId, limit })).map((stay) => stay.id));
    t.strictSame(await waiting(START, '~'), [ids[1], ids[2], ids[0], ids[3]], 'from the first day after, up to the last, not included');
    t.strictSame(await waiting(START, '~', 2), [ids[1], ids[2]]);
    t.strictSame(await waiting(START + DAY, ids[1]!), [ids[2], ids[0], ids[3]]);
  });

  t.test('a sweep goes on where it was, and ends', async (t) => {
    const fixture = await open(t);
    const sweep = { policyId: 'p', version: 1, afterAt: 0, afterId: '~' };
    t.equal(await saved(fixture, async (unit) => (await unit.lockSweep()) ?? null), null);
    await saved(fixture, (unit) => unit.startSweep(sweep));
    await saved(fixture, (unit) => unit.advanceSweep({ ...sweep, afterAt: 5, afterId: 'x' }));
    t.strictSame(await saved(fixture, async (unit) => (await unit.lockSweep()) ?? null), { ...sweep, afterAt: 5, afterId: 'x' });
    await saved(fixture, (unit) => unit.endSweep(sweep));
    t.equal(await saved(fixture, async (unit) => (await unit.lockSweep()) ?? null), null);
  });

  t.test('an entry bears the number of the event that told of it; a feed holds what one insurer pays for', async (t) => {
    const fixture = await open(t);
    const entry = (more: Partial<LedgerEntry>): LedgerEntry => ({
      area: AREA, stayId: 's', institutionId: 'h1', patientId: 'x', insuredArea: AREA, kind: 'assessment', deltaFen: 5, resultFen: 5, policyId: 'p',
      policyVersion: 1, because: 'stay-recorded', at: START, ...more,
    });
    const made = [entry({}), entry({ kind: 'adjustment', deltaFen: -2, resultFen: 3 }), entry({ insuredArea: '440600', stayId: 'other' })];
    await saved(fixture, async (unit) => {
      unit.append(eventOf('stay:s'));
      for (const each of made) {
        unit.append(eventOf('stay:s', { type: 'deductible.assessed' }));
        unit.appendEntry(each);
      }
    });
    await read(fixture, async (reads) => {
      t.strictSame(await reads.entriesAfter(0, 10, AREA), [{ ...made[0]!, seq: 2 }, { ...made[1]!, seq: 3 }]);
      t.strictSame(await reads.entriesAfter(2, 10, AREA), [{ ...made[1]!, seq: 3 }]);
      t.strictSame((await reads.entriesAfter(0, 1, AREA)).length, 1);
      t.strictSame((await reads.entriesAfter(0, 10, '440600')).map((e) => e.stayId), ['other']);
      t.strictSame((await reads.entriesOf('s')).map((e) => e.deltaFen), [5, -2]);
    });
    await t.rejects(saved(fixture, async (unit) => unit.appendEntry(made[0]!)), /event/, 'no entry without its event');
    await t.rejects(saved(fixture, async (unit) => {
      unit.append(eventOf('stay:s'));
      unit.appendEntry(made[0]!);
      unit.appendEntry(made[1]!);
    }), /event/, 'and none with that of another');
  });

  t.test('what an insurer states of a year stands in place of what it stated before', async (t) => {
    const fixture = await open(t);
    const first = { area: AREA, patientId: 'x', year: 2018, stays: 1, borneFen: 2, paidFen: 3, asOf: '2018-03-01', updatedAt: START };
    const second = { ...first, stays: 4, borneFen: 5, paidFen: 6, asOf: '2018-04-01', updatedAt: START + 1 };
    const others = [{ ...first, area: '440600' }, { ...first, year: 2017 }];
    await saved(fixture, async (unit) => {
      for (const each of [first, ...others, second, { ...first, patientId: 'y' }]) await unit.putAccumulator(each);
    });
    const stated = async () => [...(await read(fixture, (reads) => reads.accumulatorsOf('x')))].sort((a, b) => a.year - b.year || (a.area < b.area ? -1 : 1));
    t.strictSame(await stated(), [others[1], second, others[0]]);
    await saved(fixture, (unit) => unit.deleteAccumulator(second));
    t.strictSame(await stated(), [others[1], others[0]]);
  });

  t.test('a record that was merged answers as the one it went into, by id and by document, however long the way', async (t) => {
    const fixture = await open(t);
    const [a, b, c] = await saved(fixture, async (unit) => {
      const made = [patientOf(unit, '440106198001010019'), patientOf(unit, 'E1'), patientOf(unit, null)] as const;
      for (const patient of made) await unit.insertPatient(patient);
      return made;
    });
    await saved(fixture, async (unit) => {
      await unit.savePatient({ ...b, mergedInto: c.id });
      await unit.savePatient({ ...c, mergedInto: a.id });
    });
    await saved(fixture, async (unit) => {
      for (const { id } of [a, b, c]) t.equal((await unit.patient(id))?.id, a.id);
      t.equal((await unit.patientByDigest(unit.vault.digest('01', 'E1')))?.id, a.id);
      t.strictSame(await unit.lockPatient(a.id), a);
      t.equal(await unit.lockPatient(b.id), undefined, 'it stands for itself no more');
    });
  });

  t.test('every referral of a person, drafts and ended ones too, in order', async (t) => {
    const fixture = await open(t);
    const { patientId, ids } = await saved(fixture, async (unit) => {
      const patientId = unit.ids.next(AREA);
      const made = (['draft', 'submitted', 'completed', 'expired'] as const).map((status) => referralOf(unit, { status, patientId }));
      for (const referral of [...made, referralOf(unit)]) await unit.insertReferral(referral);
      return { patientId, ids: made.map((referral) => referral.id) };
    });
    t.strictSame(await read(fixture, (reads) => reads.referralIdsOf(patientId)), ids);
  });
}
