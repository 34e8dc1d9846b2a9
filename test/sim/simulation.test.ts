import { randomInt } from 'node:crypto';
import t from 'tap';
import { sources } from '../kit/source.js';
import { run } from './run.js';

/** Runs of the simulation: docs/trust.md says what they do, and each names the command that replays it. */

const STEPS = 250;
const FIXED = Array.from({ length: 8 }, (_, i) => i + 1);
const FRESH = Array.from({ length: 8 }, () => randomInt(1_000, 2 ** 31));

/** What has to happen in the runs of the fixed seeds: without it they would show nothing. */
const TROUBLES = [
  'crash', 'crash at a commit', 'crash in a commit', 'another program holds the lock', 'the disk is full', 'the disk fails', 'the disk fails at a commit',
  'silent', 'failed', 'turned-away', 'answered again', 'twice', 'ask again', 'another click', 'other body', 'clock back', 'days pass', 'to the end of a hold', 'follow', 'restart',
];

const met: Record<string, number> = {};

for (const [name, seeds] of [['fixed', FIXED], ['fresh', FRESH]] as const) {
  t.test(`${name} seeds: through crashes, lost answers, retries, jumps of the clock and a failing disk the auditor finds nothing`, { timeout: 120_000 }, async (t) => {
    t.comment(`seeds ${seeds.join(' ')}, ${STEPS} steps each`);
    for (const seed of seeds) {
      const replay = `npm run sim -- --seed ${seed} --steps ${STEPS}`;
      const result = await run({ seed, steps: STEPS });
      t.same(result.findings, [], `${replay} finds nothing in ${result.events} events`);
      t.equal(result.failure, undefined, `${replay}: the program itself throws nothing`);
      if (name === 'fixed') for (const [what, times] of Object.entries(result.met)) met[what] = (met[what] ?? 0) + times;
    }
  });
}

t.test('the runs of the fixed seeds meet every trouble there is', async (t) => {
  t.comment(Object.entries(met).map(([what, times]) => `${what} ${times}`).join(', '));
  t.same(TROUBLES.filter((what) => !met[what]), []);
});

t.test('on a ward: who lies in a bed keeps it until the discharge, through the same troubles', { timeout: 120_000 }, async (t) => {
  const onTheWard: Record<string, number> = {};
  for (const seed of [1, 2, 3, FRESH[0]!]) {
    const replay = `npm run sim -- --seed ${seed} --steps ${STEPS} --ward`;
    const result = await run({ seed, steps: STEPS, ward: true });
    t.same(result.findings, [], `${replay} finds nothing in ${result.events} events`);
    t.equal(result.failure, undefined, `${replay}: the program itself throws nothing`);
    for (const [what, times] of Object.entries(result.met)) onTheWard[what] = (onTheWard[what] ?? 0) + times;
  }
  t.ok(onTheWard['to the ward']! > 50 && onTheWard['a night on the ward']! > 50);
});

t.test('the same seed gives the same chain of events to its last hash, another seed another', { timeout: 60_000 }, async (t) => {
  const hashOf = async (seed: number): Promise<string> => (await run({ seed, steps: 120 })).hash;
  const first = await hashOf(11);
  t.match(first, /^[0-9a-f]{64}$/);
  t.equal(await hashOf(11), first);
  t.not(await hashOf(12), first);
});

t.test('the auditor shares no code with the program', async (t) => {
  const all = new Map(sources('test').map((file) => [file.path, file]));
  const reached = new Set([...all.keys()].filter((path) => path.startsWith('test/sim/auditor/')));
  t.ok(reached.size > 10);
  for (const path of reached) {
    for (const { file } of all.get(path)?.imports ?? []) if (file !== null) reached.add(file);
  }
  t.same([...reached].filter((path) => !path.startsWith('test/')), []);
});
