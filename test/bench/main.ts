import { backtest } from './backtest.js';
import { cleanUp, endAll } from './children.js';
import { deductible } from './deductible.js';
import { growth } from './growth.js';
import { describeMachine } from './machine.js';
import { overload } from './overload.js';
import { postgres } from './postgres.js';
import { read } from './read.js';
import { reassessment } from './reassess.js';
import { scaleTables } from './scale.js';
import { replay } from './replay.js';
import { submission } from './submission.js';
import { table, type Finding } from './table.js';
import { unit } from './unit.js';

/**
 * `npm run bench [-- name …]`: ratios against limits that are measured in the same run, so that they
 * say something on any machine. A figure below its target is shown, not punished: this is no test.
 */
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const MEASURES: Record<string, () => Promise<Finding>> = {
  submission,
  read,
  growth: () => growth(say),
  deductible,
  reassessment,
  backtest: () => backtest(say),
  replay,
  overload,
  postgres,
};
/** Asked for by name only. */
const STUDIES: Record<string, () => Promise<void>> = { unit: () => unit(say) };

const asked = process.argv.slice(2);
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
  say(describeMachine());
  const findings: Finding[] = [];
  for (const name of names) {
    say(`\n${name} …`);
    const finding = await MEASURES[name]?.();
    if (finding) findings.push(finding);
    else await STUDIES[name]?.();
  }
  if (findings.length === 0) return;
  say(`\n${table(findings.flatMap((finding) => finding.figures))}\n`);
  for (const note of findings.flatMap((finding) => finding.notes)) say(note);
}
