import { mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Prng } from '../../src/kernel/prng.js';
import { scratch, shell, startProgram } from '../kit/program.js';
import { plant, type Edit } from '../sim/planted/plant.js';
import { afterCuts, changesOf, countCommits, keyIsNamedFirst, located, lostAtAnswers, type Recorded } from './cuts.js';
import { Disk } from './disk.js';
import { buildRecorder, readRecord } from './recorder.js';
import { DATABASE } from './restart.js';
import { Clients } from './served.js';

/**
 * That a process was killed proves nothing about power: the system still has what it wrote. So the program runs
 * with everything it does to its folder written down, and the folder is made as it would be if power had failed
 * at any moment: what was synced is there, of the rest nothing, all, or any sectors of it.
 */
const folder = realpathSync(scratch(t));
const left = join(folder, 'left');
const recording = buildRecorder(folder);

interface Course {
  readonly referrals: number;
  readonly bug?: readonly Edit[];
  /** Stopped in peace, started again, and a third as much again. */
  readonly again?: boolean;
}

/** The program from its very first start: settled, at work, and killed in the end. */
async function record(t: Test, name: string, { referrals, bug, again = false }: Course): Promise<Recorded> {
  const served = join(folder, name);
  mkdirSync(served);
  const path = join(folder, `${name}.record`);
  const planted = bug && plant(bug, join(folder, `${name}.json`));
  const settings = {
    DATABASE_URL: `sqlite:${join(served, DATABASE)}`, RATE_LIMIT: '1000000', ...recording(served, path),
    ...(planted && { NODE_OPTIONS: planted.execArgv.join('='), ...planted.env }),
  };
  let program = await startProgram(t, settings);
  const clients = new Clients(program.address);
  await clients.settle();
  await clients.work(0, referrals);
  if (again) {
    await program.stop();
    program = await startProgram(t, settings);
    clients.address = program.address;
    await clients.work(referrals, Math.ceil(referrals / 3));
  }
  await program.kill();
  const entries = readRecord(path);
  return { entries, answers: located(entries, clients.acknowledged) };
}

/** What a program does to its folder before it listens, roughly. */
const STARTING = 150;

t.test('power that fails at any moment takes nothing that was acknowledged', { timeout: 280_000 }, async (t) => {
  const run = await record(t, 'whole', { referrals: 90, again: true });
  const chance = new Prng(1);
  const some = (moments: readonly number[]): number[] => Array.from({ length: 5 }, () => chance.pick(moments));

  t.same(lostAtAnswers(run, left), [], `the moment each of ${run.answers.length} answers leaves, what it tells of is synced`);

  t.ok(keyIsNamedFirst(run), 'the name of the data key is on the disk before another file is made');
  const copying = changesOf(run, DATABASE);
  t.ok(copying.length > 50, 'the journal was copied back into the database meanwhile');
  const everywhere = run.entries.map((_, i) => i);
  const starts = run.entries.flatMap(({ kind }, i) => (kind === 'P' ? everywhere.slice(i, i + STARTING) : []));
  const moments = new Set([...some(everywhere), ...some(starts), ...some(copying), ...some(run.answers.map(({ at }) => at)), run.entries.length - 1]);
  t.same(await afterCuts(run, moments, ['nothing', chance], left), [], `after ${2 * moments.size} cuts the service starts, its log is whole, and who asks again is answered as before`);
  t.same(await afterCuts(run, new Set([run.answers.at(-1)!.at]), ['everything'], left), []);

  const { commits, syncs, overtaken } = countCommits(run);
  t.comment(`${run.answers.length} answers, ${commits} commits, ${syncs} syncs of the journal`);
  t.ok(commits < run.answers.length, 'several answers share a commit');
  t.ok(syncs >= commits, `${commits} commits were synced ${syncs} times`);
  t.equal(overtaken, 0, 'no commit is written before the one before it is synced');
});

const FULL = "db.pragma('synchronous = FULL');";
const PLANTED: Readonly<Record<string, Edit>> = {
  'commits are not waited for': { file: 'src/store/sqlite.ts', from: FULL, to: "db.pragma('synchronous = NORMAL');" },
  'commits are synced once a second': {
    file: 'src/store/sqlite.ts', from: FULL, to: "db.pragma('synchronous = NORMAL');\n  setInterval(() => db.open && db.pragma('wal_checkpoint(PASSIVE)'), 1_000).unref();",
  },
  'nothing is waited for': { file: 'src/store/sqlite.ts', from: FULL, to: "db.pragma('synchronous = OFF');" },
};

for (const [name, edit] of Object.entries(PLANTED)) {
  t.test(`planted, ${name}: power takes what was acknowledged, so this test can fail`, { timeout: 200_000 }, async (t) => {
    const run = await record(t, name.replaceAll(' ', '-'), { referrals: 18, bug: [edit] });
    const lost = lostAtAnswers(run, left);
    t.ok(lost.length > 0, `${lost.length} acknowledged referrals of 18 would be gone`);
  });
}

t.test('planted, the data key is not synced: nobody could read what power has left', { timeout: 200_000 }, async (t) => {
  const file = 'src/compose.ts';
  const edits = [
    { file, from: "import { statSync } from 'node:fs';", to: "import { statSync, writeFileSync } from 'node:fs';" },
    { file, from: "createDurably(path, `${key.toString('base64')}\\n`, 0o600);", to: "writeFileSync(path, `${key.toString('base64')}\\n`, { mode: 0o600 });" },
  ];
  const run = await record(t, 'key', { referrals: 6, bug: edits });
  t.match(await afterCuts(run, new Set([run.answers.at(-1)!.at]), ['nothing'], left), [/DATA_KEY is not set and the key file/]);
});

t.test('a backup that was said to be written is there after a power cut, under its name', { timeout: 200_000 }, async (t) => {
  const program = await startProgram(t, { DATABASE_URL: `sqlite:${folder}/saved.db` });
  await program.stop();
  const served = join(folder, 'backups');
  mkdirSync(served);
  const path = join(folder, 'backup.record');
  await shell(`node dist/src/upkeep/main.js backup --from sqlite:${folder}/saved.db --to ${served}/copy.db`, recording(served, path));
  const disk = new Disk();
  for (const entry of readRecord(path)) disk.apply(entry);
  const found = join(folder, 'found');
  disk.leave(found, 'nothing');
  t.same(readdirSync(found).filter((name) => !name.endsWith('.part')), ['copy.db']);
  t.same(readFileSync(join(found, 'copy.db')), readFileSync(join(served, 'copy.db')));
});
