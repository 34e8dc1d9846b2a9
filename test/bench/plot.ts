/**
 * Pictures for the report, as SVG that is readable on white and on black: what is drawn takes its colours from
 * the reader's scheme, and nothing from elsewhere.
 */
export interface Series {
  readonly name: string;
  /** One for each label of the axis below. */
  readonly values: readonly number[];
}

export interface Plot {
  /** Of the file, without ending. */
  readonly name: string;
  readonly title: string;
  /** What the axis below tells. */
  readonly across: string;
  /** What the axis at the side tells. */
  readonly up: string;
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  readonly shape: 'lines' | 'bars';
  /** Each step of the side is ten times the one below. */
  readonly tenfold?: boolean;
}

const WIDTH = 860;
const HEIGHT = 380;
const LEFT = 80;
const RIGHT = 20;
const TOP = 70;
const BOTTOM = 60;
/** Of middling lightness: they stand out from white and from black. */
const COLOURS = ['#3b82c4', '#d9822b', '#3f9b5c', '#b1559f', '#8a7a3a', '#5f6fc9'];

export function svg(plot: Plot): string {
  const scale = scaleOf(plot);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${text(plot.title)}" font-family="sans-serif" font-size="13">`,
    '<style>text{fill:#24292f}.grid{stroke:#d0d7de}@media(prefers-color-scheme:dark){text{fill:#e6edf3}.grid{stroke:#444c56}}</style>',
    `<text x="${LEFT}" y="22" font-size="16" font-weight="bold">${text(plot.title)}</text>`,
    ...legend(plot.series),
    ...grid(scale),
    ...(plot.shape === 'lines' ? lines(plot, scale) : bars(plot, scale)),
    ...plot.labels.map((label, i) => `<text x="${round(centre(plot, i))}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${text(label)}</text>`),
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 12}" text-anchor="middle">${text(plot.across)}</text>`,
    `<text transform="translate(18 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${text(plot.up)}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

interface Scale {
  readonly ticks: readonly number[];
  y(value: number): number;
}

function scaleOf({ series, tenfold }: Plot): Scale {
  const values = series.flatMap((each) => each.values);
  const most = Math.max(...values);
  const least = Math.min(...values);
  const bottom = HEIGHT - BOTTOM;
  if (tenfold === true) {
    const from = Math.floor(Math.log10(least));
    const to = Math.max(from + 1, Math.ceil(Math.log10(most)));
    return {
      ticks: Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i)),
      y: (value) => bottom - ((Math.log10(value) - from) / (to - from)) * (bottom - TOP),
    };
  }
  const rough = most / 5;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * unit).find((each) => each >= rough)!;
  const count = Math.ceil(most / step);
  return { ticks: Array.from({ length: count + 1 }, (_, i) => i * step), y: (value) => bottom - (value / (count * step)) * (bottom - TOP) };
}

function grid({ ticks, y }: Scale): string[] {
  return ticks.flatMap((tick) => [
    `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(tick))}" y2="${round(y(tick))}"/>`,
    `<text x="${LEFT - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${Number(tick.toPrecision(6)).toString().replace(/\B(?=(\d{3})+$)/g, ' ')}</text>`,
  ]);
}

function centre({ labels }: Plot, i: number): number {
  return LEFT + ((i + 0.5) * (WIDTH - LEFT - RIGHT)) / labels.length;
}

function lines(plot: Plot, { y }: Scale): string[] {
  return plot.series.flatMap(({ values }, s) => {
    const points = values.map((value, i) => [round(centre(plot, i)), round(y(value))] as const);
    return [
      `<polyline fill="none" stroke="${COLOURS[s % COLOURS.length]}" stroke-width="2.5" points="${points.map((point) => point.join()).join(' ')}"/>`,
      ...points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="4" fill="${COLOURS[s % COLOURS.length]}"/>`),
    ];
  });
}

function bars(plot: Plot, { y, ticks }: Scale): string[] {
  const width = (0.8 * (WIDTH - LEFT - RIGHT)) / plot.labels.length / plot.series.length;
  const floor = y(ticks[0]!);
  return plot.series.flatMap(({ values }, s) =>
    values.map((value, i) => {
      const x = centre(plot, i) + (s - plot.series.length / 2) * width;
      return `<rect x="${round(x)}" y="${round(y(value))}" width="${round(width - 2)}" height="${round(floor - y(value))}" fill="${COLOURS[s % COLOURS.length]}"/>`;
    }),
  );
}

function legend(series: readonly Series[]): string[] {
  let x = LEFT;
  return series.flatMap(({ name }, s) => {
    const at = x;
    x += 34 + name.length * 7;
    return [`<rect x="${at}" y="38" width="12" height="12" fill="${COLOURS[s % COLOURS.length]}"/>`, `<text x="${at + 18}" y="49">${text(name)}</text>`];
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
