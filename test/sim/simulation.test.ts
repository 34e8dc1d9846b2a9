import { randomInt } from 'node:crypto';
import t from 'tap';
import { sources } from '../kit/source.js';
import { run } from './run.js';

/** Runs of the simulation: docs/simulation.md says how to replay one that fails. */

const STEPS = 250;
const FIXED = [1, 2, 3, 4, 5, 6];
const FRESH = Array.from({ length: 3 }, () => randomInt(1_000, 2 ** 31));

for (const [name, seeds] of [['fixed', FIXED], ['fresh', FRESH]] as const) {
  t.test(`${name} seeds: through crashes, lost answers, retries, jumps of the clock and a failing disk the auditor finds nothing`, { timeout: 120_000 }, async (t) => {
    for (const seed of seeds) {
      t.comment(`npm run sim -- --seed ${seed} --steps ${STEPS}`);
      const { findings, failure, steps, events } = await run({ seed, steps: STEPS });
      t.same(findings, [], `seed ${seed}: nothing found in ${steps} steps and ${events} events`);
      t.equal(failure, undefined, `seed ${seed}: the program itself has thrown nothing`);
    }
  });
}

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
