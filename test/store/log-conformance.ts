import type { Test } from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import { refuse } from '../../src/kernel/problem.js';
import type { OpenFresh } from '../kit/store.js';
import { read, saved } from './conformance.js';
import { AREA, CLERK, eventOf, filingOf, transferOf } from './rows.js';

/** The log and the ledger of transfers: the part of the suite that every engine must pass in order and without gaps. */
export function logConforms(t: Test, open: OpenFresh): void {
  t.test('events are numbered without a gap, in the order of their units', async (t) => {
    const fixture = await open(t);
    t.equal(await read(fixture, (reads) => reads.lastSeq()), 0);
    const referralId = await saved(fixture, async (unit) => {
      const id = unit.ids.next(AREA);
      unit.append(eventOf('referral:1', { referralId: id, data: { b: 1, a: [null, '中文', 1.5] } }));
      unit.append(eventOf('session:1'));
      return id;
    });
    await fixture.store.write(CLERK, async (unit) => {
      unit.append(eventOf('lost'));
      return refuse('session_full');
    });
    await saved(fixture, async (unit) => unit.append(eventOf('referral:1', { referralId })));
    await read(fixture, async (reads) => {
      t.equal(await reads.lastSeq(), 3);
      const events = await reads.eventsAfter(0, 10);
      t.strictSame(events.map((e) => [e.seq, e.subject]), [[1, 'referral:1'], [2, 'session:1'], [3, 'referral:1']]);
      t.strictSame(events[0]?.data, { b: 1, a: [null, '中文', 1.5] });
      t.strictSame(events[0]?.actor, { clientId: 'client-p1', institutionId: 'p1', operator: { code: '007', name: '李医生' } });
      t.equal(events[1]?.prevHash, events[0]?.hash);
      t.strictSame((await reads.eventsAfter(1, 1)).map((e) => e.seq), [2]);
      t.strictSame((await reads.eventsOfReferral(referralId, 0, 10)).map((e) => e.seq), [1, 3]);
      t.strictSame((await reads.eventsOfReferral(referralId, 1, 10)).map((e) => e.seq), [3]);
      const heads = await reads.headsAfter(0, 10);
      t.strictSame(heads.map((h) => [h.seq, h.hash]), [[3, events[2]?.hash]]);
      t.strictSame(await reads.headsAfter(3, 10), []);
    });
  });

  t.test('a transfer bears the number of the event that recorded it', async (t) => {
    const fixture = await open(t);
    const [first, second] = await saved(fixture, async (unit) => {
      const made = [transferOf(unit), transferOf(unit, { area: '440600' })] as const;
      unit.append(eventOf('referral:1'));
      unit.append(eventOf('referral:1', { type: 'referral.arrived' }));
      unit.appendTransfer(made[0]);
      unit.append(eventOf('referral:2', { type: 'referral.arrived' }));
      unit.appendTransfer(made[1]);
      unit.append(eventOf('session:1'));
      return made;
    });
    await read(fixture, async (reads) => {
      t.strictSame(await reads.transfer(first.id), { ...first, seq: 2 });
      t.strictSame(await reads.transfersAfter(0, 10, null), [{ ...first, seq: 2 }, { ...second, seq: 3 }]);
      t.strictSame(await reads.transfersAfter(2, 10, null), [{ ...second, seq: 3 }]);
      t.strictSame((await reads.transfersAfter(0, 1, null)).length, 1);
      t.strictSame(await reads.transfersAfter(0, 10, '440600'), [{ ...second, seq: 3 }]);
    });
    await t.rejects(saved(fixture, async (unit) => unit.appendTransfer(transferOf(unit))), /event/, 'no transfer without its event');
  });

  t.test('a filing bears the number of its event, beside the transfer of the same, and is told to one prefecture', async (t) => {
    const fixture = await open(t);
    const [first, other, withdrawal] = await saved(fixture, async (unit) => {
      const made = filingOf(unit);
      const lines = [made, filingOf(unit, { area: '440600' }), filingOf(unit, { kind: 'withdrawn', withdraws: made.id, because: 'cancelled' })] as const;
      unit.append(eventOf('referral:1', { type: 'referral.arrived' }));
      unit.appendTransfer(transferOf(unit));
      unit.appendFiling(lines[0]);
      unit.append(eventOf('referral:2', { type: 'referral.accepted' }));
      unit.appendFiling(lines[1]);
      unit.append(eventOf('referral:1', { type: 'referral.cancelled' }));
      unit.appendFiling(lines[2]);
      return lines;
    });
    await read(fixture, async (reads) => {
      t.strictSame(await reads.filing(first.id), { ...first, seq: 1 });
      t.strictSame(await reads.filingsAfter(0, 10, AREA), [{ ...first, seq: 1 }, { ...withdrawal, seq: 3 }]);
      t.strictSame(await reads.filingsAfter(1, 10, AREA), [{ ...withdrawal, seq: 3 }]);
      t.strictSame((await reads.filingsAfter(0, 1, AREA)).length, 1);
      t.strictSame(await reads.filingsAfter(0, 10, '440600'), [{ ...other, seq: 2 }]);
      t.equal(await reads.filing('no id of ours'), undefined);
    });
    await t.rejects(saved(fixture, async (unit) => unit.appendFiling(filingOf(unit))), /event/, 'no filing without its event');
    await t.rejects(saved(fixture, async (unit) => {
      unit.append(eventOf('referral:3'));
      unit.appendFiling(filingOf(unit));
      unit.appendFiling(filingOf(unit));
    }), /one filing/, 'its number names one line');
  });

  t.test('transfers are counted by month, sender, direction and category; a reversal counts −1', async (t) => {
    const fixture = await open(t);
    const march = Date.UTC(2018, 1, 28, 16); // 1 March, 00:00 in Guangzhou
    await saved(fixture, async (unit) => {
      const record = (more: object) => {
        unit.append(eventOf('referral:1'));
        unit.appendTransfer(transferOf(unit, more));
      };
      record({ executedAt: march - 1 });
      record({ executedAt: march });
      record({ executedAt: march, direction: 'down', category: 'inpatient' });
      record({ executedAt: march + DAY });
      record({ executedAt: march + DAY, kind: 'reversed', reverses: 'x', because: 'revoked' });
      record({ executedAt: march, area: '440600', sourceInstitutionId: 'q1' });
    });
    const count = async (more: object) => {
      const slice = { after: 0, upTo: 100, from: 0, until: march + 30 * DAY, area: null, ...more };
      const rows = await read(fixture, (reads) => reads.countTransfers(slice));
      return rows.map((r) => `${r.month} ${r.sourceInstitutionId} ${r.direction} ${r.category} ${r.count}`).sort();
    };
    t.strictSame(await count({}), ['2018-02 p1 up outpatient 1', '2018-03 p1 down inpatient 1', '2018-03 p1 up outpatient 1', '2018-03 q1 up outpatient 1']);
    t.strictSame(await count({ area: '440600' }), ['2018-03 q1 up outpatient 1']);
    t.strictSame(await count({ from: march, until: march + DAY, area: AREA }), ['2018-03 p1 down inpatient 1', '2018-03 p1 up outpatient 1']);
    t.strictSame(await count({ after: 1, upTo: 2 }), ['2018-03 p1 up outpatient 1']);
  });
}
