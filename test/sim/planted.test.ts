import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { read } from '../kit/source.js';
import { BUGS, STOPPED, type Bug } from './planted/bugs.js';
import { misfits } from './planted/plant.js';
import { caught, study, type Found } from './planted/study.js';
import { run } from './run.js';

/**
 * A simulation that cannot fail is worse than none: each mistake of the list is made in the program's source,
 * alone, and the auditor must find it. `npm run sim -- --bugs` tries each on twenty seeds.
 */
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
const STEPS = 250;

/** The seed that docs/trust.md says finds a bug soonest, by the name of the bug. */
const soonest = new Map([...read('docs/trust.md').matchAll(/^\| (?<name>[^|]+) \| \d+ \| \d+ of 20 seeds \| seed (?<seed>\d+), \d+ \|/gm)].map(({ groups }) => [groups!.name!, Number(groups!.seed)]));

t.test('every planted bug still fits the source: where a line has changed, the mistake is made in the new one', async (t) => {
  t.ok(BUGS.length >= 12);
  t.equal(new Set(BUGS.map(({ name }) => name)).size, BUGS.length);
  t.same([...BUGS, ...STOPPED].flatMap(({ name, edits }) => misfits(edits).map(({ file, from }) => `${name}: ${file} has no longer, or more than once: ${from}`)), []);
});

t.test('every planted bug stands in docs/trust.md with what the study of twenty seeds has found', async (t) => {
  t.same([...soonest.keys()], BUGS.map(({ name }) => name));
});

t.test('every planted bug is found by the auditor, who finds nothing on the same seeds without it', { timeout: 900_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'referral-router-planted-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const longest = new Map<number, number>();
  const told = (found: Found): void => {
    const [verdict] = caught(found);
    const steps = found.verdicts.reduce((sum, each) => sum + each.steps, 0);
    t.ok(verdict, `${found.bug.name}: seed ${verdict?.seed ?? 'none'}, after ${steps} steps: ${verdict?.finding ?? found.verdicts.at(-1)?.failure ?? 'nothing found'}`);
    if (verdict) longest.set(verdict.seed, Math.max(verdict.steps, longest.get(verdict.seed) ?? 0));
  };
  const trialOf = ({ name }: Bug) => {
    const first = soonest.get(name) ?? 1;
    return { seeds: [first, ...SEEDS.filter((seed) => seed !== first)], steps: STEPS, first: true };
  };
  await study(BUGS.filter(({ edits }) => misfits(edits).length === 0), folder, trialOf, told, availableParallelism());
  for (const [seed, steps] of longest) t.match(await run({ seed, steps }), { findings: [], failure: undefined }, `without a bug: seed ${seed}, ${steps} steps`);
});

t.test('what an assertion or a constraint of the program stops is never counted as found by the auditor', { timeout: 300_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'referral-router-planted-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const stopped = await study(STOPPED, folder, () => ({ seeds: [1, 2, 3], steps: STEPS, first: true }), () => undefined, availableParallelism());
  t.equal(stopped.length, 2);
  for (const { bug, verdicts } of stopped) {
    for (const { seed, finding, failure } of verdicts) {
      t.equal(finding, undefined, `${bug.name}: seed ${seed}: nothing that the auditor could find`);
      t.match(failure, bug.name.includes('assertion') ? /AssertionError/ : /constraint/, `${bug.name}: seed ${seed}: told as the failure that it is`);
    }
  }
});
