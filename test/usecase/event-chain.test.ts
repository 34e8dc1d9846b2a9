import t from 'tap';
import { chained, textsOf, type ChainFault } from '../../src/domain/chain.js';
import type { LoggedEvent, SignedHead } from '../../src/domain/event.js';
import { verifyChain, type ChainQuestion, type ChainVerdict } from '../../src/usecase/event/verify-chain.js';
import type { Reads, Slices } from '../../src/usecase/ports.js';
import { accepted, ADMIN, AREA, codeOf, pointersOf, REGULATOR } from '../kit/network.js';
import { freshStore, type Fixture } from '../kit/store.js';

/** A log of two and a half slices, with two checkpoints and a tip. */
const LENGTH = 2_500;

interface Log {
  events: LoggedEvent[];
  heads: SignedHead[];
}

/** The real log, and what a check would find were it `tampered` with. */
async function logOf(t: Parameters<typeof freshStore>[0]): Promise<{ fixture: Fixture; log: Log; verify(tampered: Log, question?: ChainQuestion): Promise<ChainVerdict> }> {
  const fixture = await freshStore(t);
  for (let written = 0; written < LENGTH; written += 100) await append(fixture, 100);
  const log = await fixture.store.read(async (reads) => ({ events: [...(await reads.eventsAfter(0, LENGTH))], heads: [...(await reads.headsAfter(0, 100))] }));
  return {
    fixture,
    log,
    verify: (tampered, question) => accepted(verifyChain(showing(fixture, tampered), REGULATOR, question)),
  };
}

async function append(fixture: Fixture, count: number): Promise<void> {
  await accepted(fixture.store.write(ADMIN, async (unit) => {
    for (let n = 0; n < count; n += 1) unit.append({ type: 'test.happened', area: AREA, subject: `test:${n}`, referralId: null, institutionIds: [], data: { n } });
    return null;
  }));
}

/** Reads of the store, with another log in it. */
function showing(fixture: Fixture, { events, heads }: Log): Slices {
  return (fn) =>
    fixture.store.slices((reads) => {
      const shown: Reads = Object.create(reads, {
        lastSeq: { value: async () => events.at(-1)?.seq ?? 0 },
        eventsAfter: { value: async (after: number, limit: number) => events.filter((e) => e.seq > after).slice(0, limit) },
        headsAfter: { value: async (after: number, limit: number) => heads.filter((h) => h.seq > after).slice(0, limit) },
      });
      return fn(shown);
    });
}

function changed(log: Log, seq: number, change: (event: LoggedEvent) => LoggedEvent): Log {
  return { ...log, events: log.events.map((e) => (e.seq === seq ? change(e) : e)) };
}

t.test('the check of a log', async (t) => {
  const { fixture, log, verify } = await logOf(t);
  const { sha256 } = fixture.store.vault;
  const rehashed = (e: LoggedEvent): LoggedEvent => ({ ...e, hash: sha256(chained(e.prevHash, e.seq, e, textsOf(e))) });
  const edited = (e: LoggedEvent): LoggedEvent => ({ ...e, data: { n: 'another' } });
  /** The whole log written anew from a number on, every hash of it right. */
  const rewritten = (from: number): LoggedEvent[] => {
    let prevHash = log.events[from - 2]!.hash;
    return log.events.map((e) => {
      if (e.seq < from) return e;
      const after = rehashed({ ...(e.seq === from ? edited(e) : e), prevHash });
      prevHash = after.hash;
      return after;
    });
  };

  t.test('finds nothing in what was written', async (t) => {
    const verdict = await verify(log);
    t.match(verdict, { intact: true, checked: LENGTH, faults: [], publicKey: fixture.store.vault.publicKey });
    t.equal(verdict.head?.seq, LENGTH);
  });

  const kept = log.heads[0]!;
  const rows: [string, Log, ChainFault[]][] = [
    ['an edited event', changed(log, 1_200, edited), [{ seq: 1_200, fault: 'edited' }]],
    ['an edited time', changed(log, 7, (e) => ({ ...e, at: e.at + 1 })), [{ seq: 7, fault: 'edited' }]],
    ['an edited event with its hash made right', changed(log, 1_500, (e) => rehashed(edited(e))), [{ seq: 1_500, fault: 'edited' }]],
    ['the last event edited with its hash made right', changed(log, LENGTH, (e) => rehashed(edited(e))), [{ seq: LENGTH, fault: 'edited' }]],
    ['a missing event', { ...log, events: log.events.filter((e) => e.seq !== 1_000) }, [{ seq: 1_000, fault: 'missing' }]],
    ['the first event missing', { ...log, events: log.events.slice(1) }, [{ seq: 1, fault: 'missing' }]],
    ['two events with their contents exchanged', { ...log, events: log.events.map((e) => (e.seq === 10 ? { ...e, data: log.events[10]!.data, id: log.events[10]!.id, subject: log.events[10]!.subject } : e.seq === 11 ? { ...e, data: log.events[9]!.data, id: log.events[9]!.id, subject: log.events[9]!.subject } : e)) }, [{ seq: 10, fault: 'swapped' }, { seq: 11, fault: 'swapped' }]],
    ['two events with their numbers exchanged', { ...log, events: [...log.events.map((e) => (e.seq === 1_000 ? { ...e, seq: 1_001 } : e.seq === 1_001 ? { ...e, seq: 1_000 } : e))].sort((a, b) => a.seq - b.seq) }, [{ seq: 1_000, fault: 'swapped' }, { seq: 1_001, fault: 'swapped' }]],
    ['a tail that was cut off', { ...log, events: log.events.slice(0, -3) }, [{ seq: LENGTH - 2, fault: 'cut-off' }]],
    ['all of it gone', { ...log, events: [] }, [{ seq: 1, fault: 'cut-off' }]],
    ['a forged head', { ...log, heads: [{ ...kept, at: kept.at + 1 }, ...log.heads.slice(1)] }, [{ seq: kept.seq, fault: 'bad-signature' }]],
    ['events that nobody signed', { ...log, heads: log.heads.slice(0, -1) }, [{ seq: log.heads.at(-2)!.seq + 1, fault: 'bad-signature' }]],
  ];
  for (const [what, tampered, faults] of rows) {
    t.test(`finds ${what}`, async (t) => {
      const verdict = await verify(tampered);
      t.same(verdict.faults, faults);
      t.notOk(verdict.intact);
    });
  }

  t.test('finds a log written anew by its signed heads', async (t) => {
    const verdict = await verify({ ...log, events: rewritten(1_500) });
    t.same(verdict.faults, log.heads.filter((h) => h.seq >= 1_500).map((h) => ({ seq: h.seq, fault: 'edited' })));
  });

  t.test('finds a log that its own service has rewritten and signed anew, by a head kept outside', async (t) => {
    const events = rewritten(1_500);
    const sign = (h: SignedHead): SignedHead => ({ ...h, hash: events[h.seq - 1]!.hash, signature: fixture.store.vault.sign(`referral-router head\n${h.seq}\n${events[h.seq - 1]!.hash}\n${h.at}`) });
    const forgery = { events, heads: log.heads.map(sign) };
    t.ok((await verify(forgery)).intact, 'from inside it cannot be seen');
    const head = log.heads.at(-1)!;
    t.same((await verify(forgery, { head })).faults, [{ seq: head.seq, fault: 'edited' }]);
    t.same((await verify({ events: events.slice(0, 2_000), heads: forgery.heads.filter((h) => h.seq <= 1_100) }, { head })).faults.at(-1), { seq: 2_001, fault: 'cut-off' });
  });

  t.test('does not believe a head from outside that the service never signed', async (t) => {
    const head = { ...log.heads.at(-1)!, seq: LENGTH + 50 };
    t.same((await verify(log, { head })).faults, [{ seq: LENGTH + 50, fault: 'bad-signature' }]);
    t.ok((await verify(log, { head: kept })).intact, 'and believes one that it did');
  });

  t.test('of a part looks at that part alone', async (t) => {
    const broken = changed(changed(log, 500, edited), 2_400, edited);
    t.match(await verify(broken, { from: 600, to: 2_000 }), { intact: true, checked: 1_401 });
    t.same((await verify(broken, { from: 400, to: 2_000 })).faults, [{ seq: 500, fault: 'edited' }]);
    t.same((await verify(broken, { from: 2_000 })).faults, [{ seq: 2_400, fault: 'edited' }]);
    t.match(await verify(broken, { from: 501 }), { checked: 2_000, faults: [{ seq: 2_400 }] });
    const torn = { ...log, events: log.events.filter((e) => e.seq < 990 || e.seq > 1_000) };
    t.same((await verify(torn, { from: 900, to: 1_000 })).faults, [{ seq: 990, fault: 'missing' }]);
    t.match(await verify(torn, { from: 1_001, to: 1_100 }), { intact: true, checked: 100 });
    t.match(await verify(log, { from: LENGTH + 10 }), { intact: true, checked: 0 });
    const refusal = await verifyChain(fixture.store.slices, REGULATOR, { from: 10, to: 9 });
    t.same([codeOf(refusal), pointersOf(refusal)], ['invalid_content', ['?to']]);
  });
});

t.test('what is written while the check runs does not disturb it', async (t) => {
  const { fixture } = await logOf(t);
  const { store } = fixture;
  const slices: Slices = async (fn) => {
    await append(fixture, 1_500);
    return store.slices(fn);
  };
  const verdict = await accepted(verifyChain(slices, REGULATOR));
  t.match(verdict, { intact: true, checked: LENGTH + 1_500 });
});

t.test('an empty log is whole', async (t) => {
  const { store } = await freshStore(t);
  t.match(await accepted(verifyChain(store.slices, REGULATOR)), { intact: true, checked: 0, head: null, faults: [] });
});
