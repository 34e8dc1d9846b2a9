import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { MovableClock } from '../../src/demo/clock.js';
import { auditDeductibles } from '../../src/demo/replay/deductibles.js';
import { DAYS, scaled } from '../../src/demo/replay/figures.js';
import { DATA_KEY } from '../../src/demo/replay/identity.js';
import { replayNetwork } from '../../src/demo/replay/network.js';
import { Plan } from '../../src/demo/replay/plan.js';
import { Progress } from '../../src/demo/replay/progress.js';
import { Replay } from '../../src/demo/replay/run.js';
import { sendersSettlement } from '../../src/demo/replay/stays.js';
import { timeline } from '../../src/demo/replay/timeline.js';
import type { Clock } from '../../src/kernel/calendar.js';
import { Prng } from '../../src/kernel/prng.js';
import { openStore, type WholeStore } from '../../src/store/open.js';
import type { Store } from '../../src/usecase/store.js';
import { personOpinion, type PersonOpinion } from '../kit/replay-opinion.js';

const PROGRAM = fileURLToPath(new URL('../../src/demo/replay.js', import.meta.url));

// Seconds where nothing else runs, minutes on a machine that does everything at once.
t.setTimeout(300_000);

/** A file system in memory where there is one: a killed process loses nothing that it has given to the system. */
function database(t: Test): string {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'replay-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'replay.db');
}

function start(path: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, 'guangzhou', '--db', path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function ended(child: ChildProcess): Promise<{ code: number | null; output: string; errors: string }> {
  let output = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, errors };
}

/** Kills without warning as soon as a line fits. */
async function killAt(child: ChildProcess, line: RegExp): Promise<void> {
  for await (const text of createInterface({ input: child.stdout! })) if (line.test(text)) break;
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await gone;
}

t.test('at a hundredth the ledger shows the figures of the letter, though the run was killed twice on its way', async (t) => {
  const path = database(t);
  await killAt(start(path, '--scale', '0.01'), /^2014-12 /);
  await killAt(start(path, '--scale', '0.01'), /^2016-05 /);
  const { code, output, errors } = await ended(start(path, '--scale', '0.01'));
  t.equal(errors, '');
  t.equal(code, 0, output.slice(-2_000));
  t.notMatch(output, /^2015-/m, 'what was done is not done again');
  for (const [label, figure] of [
    ['门诊上转', '2 606'], ['门诊下转', '779'], ['住院上转', '80'], ['住院下转', '281'],
    ['医疗集团', '14'], ['医疗共同体', '14'], ['专科联盟', '65'], ['远程医疗协作网', '11'], ['其他', '40'],
  ] as const) t.match(output, new RegExp(`^ +${figure} +${figure}  ✓  ${label}`, 'm'), `${label} ${figure}`);
  t.match(output, /✓ {2}无超额占用、无重复占用/);
  t.match(output, /✓ {2}占位全部履约/);
  t.match(output, /✓ {2}事件链完整/);
  t.match(output, /✓ {2}起付线台账与从头计算一致 .*: \d+ entries of 722 stays/);
  await t.test('every sum of its deductible entries is what the second opinion says, for all persons', (t) => holdsAgainstOpinion(t, path, output));
  await t.test('an entry that is another than it should be is told', (t) => tellsTampering(t, path));

  const again = await ended(start(path, '--scale', '0.01'));
  t.equal(again.code, 0, 'a finished replay is examined again, and nothing is added');
  t.match(again.output, / 2 606 +2 606 {2}✓/);

  const other = await ended(start(path, '--scale', '0.02'));
  t.equal(other.code, 1, 'a file goes on only with the plan that it was begun with');
  t.match(other.errors, /the file holds something else/);
});

async function opened(t: Test, path: string): Promise<WholeStore> {
  const store = await openStore({ url: `sqlite:${path}`, dataKey: DATA_KEY, clock: new MovableClock(0), random: new Prng(1).bytes });
  t.teardown(() => store.close());
  return store;
}

/** What the feed of the insurer adds up to, by stay, and what the naive reckoning makes of every person in it. */
async function ledgerOf(store: WholeStore): Promise<{ sums: Map<string, number>; kinds: Set<string>; opinions: PersonOpinion[] }> {
  return store.read(async (reads) => {
    const entries = await reads.entriesAfter(0, 100_000, '440100');
    const sums = new Map<string, number>();
    for (const { stayId, deltaFen } of entries) sums.set(stayId, (sums.get(stayId) ?? 0) + deltaFen);
    const opinions: PersonOpinion[] = [];
    for (const patientId of new Set(entries.map((entry) => entry.patientId))) opinions.push(...(await personOpinion(reads, patientId)));
    return { sums, kinds: new Set(entries.map((entry) => entry.kind)), opinions };
  });
}

async function holdsAgainstOpinion(t: Test, path: string, output: string): Promise<void> {
  const store = await opened(t, path);
  const { sums, kinds, opinions } = await ledgerOf(store);
  t.equal(opinions.length, 722, 'both stays of 361 inpatients');
  t.same(opinions.filter(({ key, deductibleFen }) => sums.get(key) !== deductibleFen).map(({ number, key, deductibleFen }) => `${number}: ${sums.get(key)}, ${deductibleFen} by the opinion`), []);
  t.equal(sums.size, opinions.length, 'and no entry of anything else');
  t.same([...kinds].sort(), ['adjustment', 'assessment'], 'a late settlement has changed what the next stay bears');
  t.same([...new Set(opinions.map((o) => o.policyId))].sort(), ['gz-employee-2018', 'gz-employee-replay', 'gz-resident-2018', 'gz-resident-replay']);
  const yuan = (of: (o: PersonOpinion) => number): string => `${opinions.reduce((sum, o) => sum + of(o), 0) / 100}`;
  const said = /deductibles are ([\d .]+) yuan lower and patients pay ([\d .]+) yuan less/.exec(output)?.slice(1).map((text) => String(Number(text.replaceAll(' ', ''))));
  t.same(said, [yuan((o) => o.everyStay.deductibleFen - o.deductibleFen), yuan((o) => o.everyStay.personalFen - o.personalFen)], 'the saving is what the opinion says');

  const plan = new Plan(replayNetwork(), scaled(0.01), 1);
  const missing: string[] = [];
  await store.read(async (reads) => {
    for (let day = 0; day < DAYS; day += 1) {
      for (const planned of plan.arrivalsOn(day).filter((p) => p.nights > 0)) {
        const { institutionId, number, body } = sendersSettlement(planned);
        const { patient: _patient, ...record } = body;
        const stay = await reads.stayByNumber(institutionId, number);
        if (JSON.stringify(stay?.record.settlement) !== JSON.stringify(record.settlement) || stay?.record.dischargedAt !== record.dischargedAt) missing.push(number);
      }
    }
  });
  t.same(missing, [], 'what the plan tells of the senders was told');
}

async function tellsTampering(t: Test, path: string): Promise<void> {
  const store = await opened(t, path);
  const audit = (delta: number, limit = Infinity) =>
    auditDeductibles((fn) => store.slices((reads) => fn(Object.create(reads, {
      entriesAfter: { value: async (...[after, count, area]: Parameters<typeof reads.entriesAfter>) => (await reads.entriesAfter(after, Math.min(count, limit), area)).map((e, i) => (i === 7 ? { ...e, deltaFen: e.deltaFen + delta } : e)) },
    }) as typeof reads)), scaled(0.01));
  t.same((await audit(0)).faults, []);
  t.match((await audit(1)).faults, [/^stay ZY\d{4}-\d+: the entries add up to \d+, it bears \d+$/]);
  t.match((await audit(0, 40)).faults[0], /stays have entries, the plan asked for 722$/, 'entries that the feed leaves out');
}

class Stopped extends Error {}
/** Goes on from process to process: no two make the same ids. */
const random = new Prng(3).bytes;

/**
 * A store whose process seems to end after some writes: some of a moment are done, one is not, or is and
 * nobody was answered. The directory, which is more than that in one moment, is left in peace.
 */
function stopping(store: Store, clock: Clock, prng: Prng): Store {
  const begun = timeline().next().value!.at;
  let left = 60 + prng.int(150);
  const before = prng.int(2) === 0;
  return Object.create(store, {
    read: { value: store.read.bind(store) },
    write: {
      value: async (...call: Parameters<Store['write']>) => {
        const last = clock.now() > begun && (left -= 1) === 0;
        if (last && before) throw new Stopped();
        const outcome = await store.write(...call);
        if (last) throw new Stopped();
        return outcome;
      },
    },
  }) as Store;
}

/** One process: answers whether it came to its end. */
async function lived(path: string, plan: Plan, prng: Prng | null): Promise<boolean> {
  const clock = new MovableClock(timeline().next().value!.at);
  const store = await openStore({ url: `sqlite:${path}`, dataKey: DATA_KEY, clock, random });
  try {
    const progress = new Progress(plan.total, { write: () => undefined, interactive: false }, () => 0, () => 0);
    await new Replay(prng ? stopping(store, clock, prng) : store, plan, clock, progress).run();
    return true;
  } catch (fault) {
    if (fault instanceof Stopped) return false;
    throw fault;
  } finally {
    await store.close();
  }
}

t.test('stopped again and again in the middle of a moment, it comes to the ledger of a run that was never stopped', async (t) => {
  const plan = new Plan(replayNetwork(), scaled(0.003), 1);
  const ledgers: (readonly [string, number | undefined])[][] = [];
  for (const prng of [new Prng(5), null]) {
    const path = database(t);
    let stops = 0;
    while (!(await lived(path, plan, prng))) stops += 1;
    t.equal(stops > 20, prng !== null, `stopped ${stops} times`);
    const store = await opened(t, path);
    t.same((await auditDeductibles(store.slices, plan.streams)).faults, []);
    const { sums, opinions } = await ledgerOf(store);
    t.same(opinions.filter(({ key, deductibleFen }) => sums.get(key) !== deductibleFen), []);
    ledgers.push(opinions.map(({ number, key }) => [number, sums.get(key)] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  t.same(ledgers[0], ledgers[1]);
});

t.test('a wrong argument is told in one sentence', async (t) => {
  for (const args of [['--scale', '0'], ['--seed', 'x'], ['--unknown']]) {
    const { code, errors } = await ended(start(database(t), ...args));
    t.equal(code, 1);
    t.equal(errors.trim().split('\n').length, 1, errors);
  }
});
