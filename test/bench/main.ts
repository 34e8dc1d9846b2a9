import { parseArgs } from 'node:util';
import { ablation } from './ablation.js';
import { backtest } from './backtest.js';
import { cleanUp, endAll } from './children.js';
import { contention } from './contention.js';
import { deductible } from './deductible.js';
import { growth } from './growth.js';
import { describeMachine, wallClock } from './machine.js';
import { overload } from './overload.js';
import { postgres } from './postgres.js';
import { read } from './read.js';
import { reassessment } from './reassess.js';
import { replay } from './replay.js';
import { versionsOf, writeReport } from './report.js';
import { scaleTables } from './scale.js';
import { submission } from './submission.js';
import { aligned, table, type Finding } from './table.js';
import { unit } from './unit.js';

/**
 * `npm run bench [-- name …] [--report docs/benchmarks.md] [--quick]`: ratios against limits that are measured in
 * the same run, so that they say something on any machine. A figure below its target is shown, not punished:
 * this is no test. `--report` writes a page with pictures beside it; `--quick` tries the long measures with
 * little, to see that they run: its figures mean nothing.
 */
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const { values: options, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { report: { type: 'string' }, quick: { type: 'boolean', default: false } },
});

const MEASURES: Record<string, () => Promise<Finding>> = {
  submission,
  read,
  deductible,
  reassessment,
  backtest: () => backtest(say),
  ablation: () => ablation(options.quick, say),
  growth: () => growth(options.quick, say),
  contention: () => contention(options.quick),
  postgres: () => postgres(options.quick),
  replay,
  overload,
};
/** Asked for by name only. */
const STUDIES: Record<string, () => void | Promise<void>> = {
  unit: () => unit(say),
  scale: () => Object.entries(scaleTables()).forEach(([name, text]) => say(`<!-- scale: ${name} -->\n${text}\n<!-- end -->\n`)),
};

const unknown = asked.find((name) => !(name in MEASURES) && !(name in STUDIES));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    cleanUp();
    process.exit(1);
  });
}
try {
  if (unknown !== undefined) throw new Error(`no measure is called ${unknown}: there are ${[...Object.keys(MEASURES), ...Object.keys(STUDIES)].join(', ')}`);
  await runAll(asked.length > 0 ? asked : Object.keys(MEASURES));
} finally {
  await endAll();
  cleanUp();
}

async function runAll(names: readonly string[]): Promise<void> {
  const machine = describeMachine();
  const started = wallClock.now();
  say(machine);
  const findings: (readonly [string, Finding])[] = [];
  for (const name of names) {
    say(`\n${name} …`);
    const finding = await MEASURES[name]?.();
    // Servers that a measure started go before the next begins.
    await endAll();
    if (finding) {
      findings.push([name, finding]);
      tell([finding]);
      // After each: whoever stops a long run, or meets a fault in it, keeps what was measured.
      report();
    } else await STUDIES[name]?.();
  }
  if (findings.length > 1) tell(findings.map(([, finding]) => finding));

  function report(): void {
    if (options.report === undefined) return;
    const minutes = (wallClock.now() - started) / 60_000;
    const command = `npm run bench --${options.quick ? ' --quick' : ''}${asked.map((name) => ` ${name}`).join('')} --report ${options.report}`;
    writeReport(options.report, { findings, machine, versions: versionsOf(), date: new Date(started).toISOString().slice(0, 10), minutes, command, quick: options.quick });
  }
}

function tell(findings: readonly Finding[]): void {
  const figures = findings.flatMap((finding) => finding.figures);
  if (figures.length > 0) say(`\n${table(figures)}`);
  for (const { title, head, rows } of findings.flatMap((finding) => finding.sections ?? [])) say(`\n${title}:\n${aligned(head, rows)}`);
  say('');
  for (const note of findings.flatMap((finding) => finding.notes)) say(note);
}
