import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { svg, type Plot } from '../bench/plot.js';
import { reportText, writeReport, type Told } from '../bench/report.js';
import type { Figure } from '../bench/table.js';

/** The page that the bench writes: what it says, not how fast anything is. */
const figure = (ratio: number, target: Figure['target']): Figure => ({ measure: 'submission', measured: '10/s', limit: '20/s', ratio, target });

const PLOT: Plot = {
  name: 'growth', title: 'Speed & size <as it fills>', across: 'referrals', up: 'against 10 000', labels: ['10 000', '100 000', '1 000 000'], shape: 'lines',
  series: [{ name: 'list', values: [1, 0.98, 0.91] }, { name: 'read', values: [1, 1.04, 0.87] }],
};

const told = (...figures: Figure[]): Told => ({
  findings: [['submission', { figures, notes: ['seen'], sections: [{ title: 'Beside it', head: ['ids', 'rows/s'], rows: [['random', '5']] }], plots: [PLOT] }]],
  machine: '2 × a processor', versions: ['referral-router 0.1.0'], date: '2026-01-01', minutes: 12, command: 'npm run bench -- --report x', quick: false,
});

const TARGETS: readonly (readonly [ratio: number, target: Figure['target'], met: string])[] = [
  [0.5, { atLeast: 0.5 }, 'yes'],
  [0.49, { atLeast: 0.5 }, 'no'],
  [1, { atMost: 1 }, 'yes'],
  [1.01, { atMost: 1 }, 'no'],
];

for (const [ratio, target, met] of TARGETS) {
  t.test(`a ratio of ${ratio} against ${JSON.stringify(target)} is told as met: ${met}`, async (t) => {
    t.match(reportText(told(figure(ratio, target)), 'plots'), new RegExp(`^\\| submission \\|.*\\| ${ratio.toFixed(2)} \\|.*\\| ${met} \\|$`, 'm'));
  });
}

t.test('the page names machine, versions, date and command, and shows tables, pictures and notes', async (t) => {
  const text = reportText(told(figure(1, { atLeast: 0.5 })), 'plots');
  for (const part of ['2 × a processor', 'referral-router 0.1.0', '2026-01-01', '`npm run bench -- --report x`', '| random | 5 |', '](plots/growth.svg)', '- seen']) t.ok(text.includes(part), part);
});

t.test('figures that mean nothing are said to', async (t) => {
  t.match(reportText({ ...told(), quick: true }, 'plots'), /these figures mean nothing/);
  t.notMatch(reportText(told(), 'plots'), /mean nothing/);
});

t.test('the page and its pictures lie beside each other', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'referral-router-report-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeReport(join(folder, 'benchmarks.md'), told(figure(1, { atLeast: 0.5 })));
  t.match(readFileSync(join(folder, 'benchmarks.md'), 'utf8'), /^# Benchmarks\n/);
  t.match(readFileSync(join(folder, 'plots/growth.svg'), 'utf8'), /^<svg /);
});

const SHAPES: readonly (readonly [title: string, plot: Plot])[] = [
  ['lines', PLOT],
  ['bars', { ...PLOT, shape: 'bars' }],
  ['bars, tenfold', { ...PLOT, shape: 'bars', tenfold: true, series: [{ name: 'p50', values: [0.4, 12, 3_400] }] }],
  ['one flat line', { ...PLOT, labels: ['1'], series: [{ name: 'x', values: [1] }] }],
  ['tenfold and flat', { ...PLOT, labels: ['1'], tenfold: true, series: [{ name: 'x', values: [10] }] }],
];
for (const [title, plot] of SHAPES) {
  t.test(`a picture is whole and inside its frame: ${title}`, async (t) => {
    const drawn = svg(plot);
    t.notMatch(drawn, /NaN|Infinity|undefined|&(?!amp;|lt;|quot;)/);
    t.match(drawn, /prefers-color-scheme:dark/, 'readable on black');
    const heights = [...drawn.matchAll(/ (?:c?y|y1)="(-?[\d.]+)"/g)].map(([, y]) => Number(y));
    t.strictSame(heights.filter((y) => y < 0 || y > 380), []);
    t.strictSame([...drawn.matchAll(/ height="(-[\d.]+)"/g)].map(([, h]) => h), [], 'no bar is less than nothing');
    const open = [...drawn.matchAll(/<(\w+)(?: [^>]*[^/>])?>/g)].map(([, tag]) => tag!);
    const closed = [...drawn.matchAll(/<\/(\w+)>/g)].map(([, tag]) => tag!);
    t.strictSame(open.sort(), closed.sort(), 'every tag that opens is closed');
  });
}
