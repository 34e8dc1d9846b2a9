import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BUGS, type Bug } from './planted/bugs.js';
import { caught, medianSteps, study, type Found } from './planted/study.js';
import { run } from './run.js';

/**
 *     npm run sim -- --seed 7 --steps 500 [--trace] [--ward]    replays one run; with --seeds 10 it and the nine after it
 *     npm run sim -- --bugs [word] [--seeds 20]         plants each bug, or those whose name has the word, and
 *                                                       prints the table of docs/trust.md
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string' },
    steps: { type: 'string' },
    trace: { type: 'boolean', default: false },
    ward: { type: 'boolean', default: false },
    bugs: { type: 'boolean', default: false },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (values.bugs) await plantAll(positionals[0] ?? '');
else for (let i = 0; i < Number(values.seeds ?? '1'); i++) await replay(Number(values.seed) + i);

async function replay(seed: number): Promise<void> {
  const trace = values.trace ? say : undefined;
  const result = await run({ seed, steps: Number(values.steps ?? '500'), ward: values.ward, keep: true, ...(trace ? { trace } : {}) });
  const wrong = [...result.findings, ...(result.failure === undefined ? [] : [`the program failed: ${result.failure}`])];
  say(`seed ${result.seed}, ${result.steps} steps, ${result.events} events, last hash ${result.hash}`);
  for (const line of wrong) say(`  ${line}`);
  if (wrong.length === 0) return;
  say(`The database as it was then: ${result.folder}`);
  process.exitCode = 1;
}

async function plantAll(word: string): Promise<void> {
  const seeds = Array.from({ length: Number(values.seeds ?? '20') }, (_, i) => i + 1);
  const folder = mkdtempSync(join(tmpdir(), 'referral-router-planted-'));
  try {
    const bugs = BUGS.filter(({ name }) => name.includes(word));
    const told = (one: Found): void => void process.stderr.write(`${one.bug.name}: caught in ${caught(one).length}${failuresOf(one)}\n`);
    const found = await study(bugs, folder, () => ({ seeds, steps: Number(values.steps ?? '2000'), first: false }), told);
    say(tableOf(bugs, found));
    if (found.some((one) => medianSteps(one) === undefined)) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Left out of the table: they say nothing to a reader. */
const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** As it stands in docs/trust.md. */
function tableOf(bugs: readonly Bug[], found: readonly Found[]): string {
  const rows = bugs.map((bug) => found.find((one) => one.bug === bug)!).map((one) => {
    const all = caught(one).sort((a, b) => a.steps - b.steps);
    const [quickest] = all;
    const cells = [one.bug.name, medianSteps(one) ?? 'none', `${all.length} of ${one.verdicts.length} seeds`, quickest ? `seed ${quickest.seed}, ${quickest.steps}` : 'none', (quickest?.finding ?? '').replaceAll(ID, '…')];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| Planted bug | Median steps | Found by | Soonest, steps | What the auditor said |', '|---|---:|---:|---:|---|', ...rows].join('\n');
}

/** Runs that the program itself ended: none of them counts. */
function failuresOf({ verdicts }: Found): string {
  const failed = verdicts.filter(({ failure }) => failure !== undefined);
  return failed.length === 0 ? '' : `; the program itself failed in ${failed.length}: ${failed[0]!.failure}`;
}
