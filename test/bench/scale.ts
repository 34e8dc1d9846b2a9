import { assert } from '../../src/kernel/assert.js';
import { Prng } from '../../src/kernel/prng.js';
import { DAYS, REFERRALS } from '../../src/demo/replay/figures.js';
import { markdown } from './markdown.js';
import { grouped } from './table.js';

/**
 * What the figures of the Guangzhou letter come to for a province and for the country, and a simulation of the
 * busiest minutes on a cluster whose rows are spread by prefecture. Everything is reckoned from the constants
 * below, so that docs/scale.md can be made again: `npm run bench -- scale`.
 */

/** 483 万 residents have signed, which is 34.42 % of them (Guangzhou 2018, line 41): that many there are. */
const CITY = { name: '广州 Guangzhou', population: Math.round(4_830_000 / 0.3442), areas: 1, flattening: 0 };
/** Census of 2020: communiqués no. 3 (广东) and no. 2 (31 provinces, 现役军人 among them); prefectures as of then. */
const PROVINCE = { name: '广东 Guangdong', population: 126_012_510, areas: 21, flattening: 4 };
const COUNTRY = { name: '全国 the country', population: 1_411_778_724, areas: 337, flattening: 15 };
type Region = typeof CITY;
const REGIONS: readonly Region[] = [CITY, PROVINCE, COUNTRY];

/** Once as in the letter, whose consortia were young; then for those who believe in them. */
const MULTIPLES = [1, 10, 100] as const;

/** Assumed: the letter counts years, not hours. */
const WORKING_DAYS = 250;
const MONDAY = 1.3;
const BUSIEST_HOUR = 0.2;

/** Measured on the replay (docs/operations.md, "Capacity planning"). */
const WRITES_PER_REFERRAL = 7;
const BYTES_PER_REFERRAL = 11_000;
const BYTES_PER_STAY = 4_500;
const BYTES_PER_ANSWER = 3_000;
const ANSWER_DAYS = 7;
/** Of every hundred referrals of the letter so many are inpatients, each with a stay on both sides. */
const INPATIENT = REFERRALS.filter(({ category }) => category === 'inpatient').reduce((sum, { count }) => sum + count, 0);
const TOTAL = REFERRALS.reduce((sum, { count }) => sum + count, 0);

/** What one database is trusted with: a fraction of what docs/benchmarks.md shows on two cores. */
const TRUSTED_WRITES_PER_SECOND = 500;

interface Load {
  readonly region: Region;
  readonly multiple: number;
  readonly referralsPerYear: number;
  /** In the busiest hour of a Monday. */
  readonly writesPerSecond: number;
}

function loadOf(region: Region, multiple: number): Load {
  const perPersonYear = (TOTAL / CITY.population / DAYS) * 365.25;
  const referralsPerYear = perPersonYear * region.population * multiple;
  const busiestHour = (referralsPerYear / WORKING_DAYS) * MONDAY * BUSIEST_HOUR;
  return { region, multiple, referralsPerYear, writesPerSecond: (busiestHour * WRITES_PER_REFERRAL) / 3_600 };
}

const LOADS: readonly Load[] = REGIONS.flatMap((region) => MULTIPLES.map((multiple) => loadOf(region, multiple)));

/** The tables of docs/scale.md, by the names under which they stand in it. */
export function scaleTables(): Readonly<Record<'rates' | 'storage' | 'simulation', string>> {
  return { rates: rates(), storage: storage(), simulation: simulation() };
}

function rates(): string {
  return markdown(
    ['Region', 'Residents', 'Times the letter', 'Referrals a year', 'a day', 'writes/s in the busiest hour', `of one database (${TRUSTED_WRITES_PER_SECOND}/s)`],
    LOADS.map(({ region, multiple, referralsPerYear, writesPerSecond }) => [
      region.name, grouped(region.population), `× ${multiple}`, grouped(referralsPerYear), grouped(referralsPerYear / 365.25),
      writesPerSecond < 10 ? writesPerSecond.toFixed(1) : grouped(writesPerSecond), percent(writesPerSecond / TRUSTED_WRITES_PER_SECOND),
    ]),
  );
}

function storage(): string {
  const perReferral = BYTES_PER_REFERRAL + (2 * INPATIENT * BYTES_PER_STAY) / TOTAL;
  return markdown(
    ['Region', 'Times the letter', 'Rows of a year', 'Answers kept for seven days', 'Largest prefecture in ten years'],
    LOADS.map(({ region, multiple, referralsPerYear }) => {
      const largest = Math.max(...shares(region));
      const answers = ((referralsPerYear * WRITES_PER_REFERRAL) / 365.25) * ANSWER_DAYS * BYTES_PER_ANSWER;
      return [region.name, `× ${multiple}`, bytes(referralsPerYear * perReferral), bytes(answers), bytes(referralsPerYear * perReferral * largest * 10)];
    }),
  );
}

/** Prefectures from the largest down: a smooth law, in which Guangdong's first has an eighth and the country's a fiftieth. */
function shares({ areas, flattening }: Region): readonly number[] {
  const weights = Array.from({ length: areas }, (_, rank) => 1 / (rank + 1 + flattening));
  const sum = weights.reduce((all, each) => all + each, 0);
  return weights.map((weight) => weight / sum);
}

const SIMULATED_SECONDS = 600;
const SHARDS = 32;

interface Simulated {
  /** Of all writes, on the node with the most. */
  readonly busiest: number;
  readonly utilisation: number;
  readonly p99Milliseconds: number;
}

function simulation(): string {
  const cases: readonly (readonly [Load, number])[] = [
    [loadOf(PROVINCE, 100), 1], [loadOf(PROVINCE, 100), 3], [loadOf(COUNTRY, 10), 1], [loadOf(COUNTRY, 10), 3], [loadOf(COUNTRY, 100), 4],
    [loadOf(COUNTRY, 100), 8], [loadOf(COUNTRY, 100), 16],
  ];
  return markdown(
    ['Region', 'Times the letter', 'Nodes', 'writes/s in all', "the busiest node's share", 'its load', 'a write waits, p99'],
    cases.map(([load, nodes]) => {
      const { busiest, utilisation, p99Milliseconds } = simulate(load, nodes);
      const waits = utilisation >= 1 ? 'grows without end' : `${p99Milliseconds.toFixed(1)} ms`;
      return [load.region.name, `× ${load.multiple}`, String(nodes), grouped(load.writesPerSecond), percent(busiest), percent(utilisation), waits];
    }),
  );
}

/**
 * Ten of the busiest minutes: writes arrive at random, each goes to the node of its prefecture and waits there for
 * those before it. A prefecture is one shard value, so it cannot be split: the largest one decides.
 */
function simulate({ region, writesPerSecond }: Load, nodes: number): Simulated {
  const prng = new Prng(2018);
  const perNode = new Float64Array(nodes);
  shares(region).forEach((share, rank) => (perNode[nodeOf(rank, nodes)]! += share));
  const busiest = Math.max(...perNode);
  const rate = busiest * writesPerSecond;
  const waits: number[] = [];
  let free = 0;
  for (let now = next(prng, rate); now < SIMULATED_SECONDS; now += next(prng, rate)) {
    waits.push(Math.max(0, free - now));
    free = Math.max(free, now) + 1 / TRUSTED_WRITES_PER_SECOND;
  }
  waits.sort((a, b) => a - b);
  return { busiest, utilisation: rate / TRUSTED_WRITES_PER_SECOND, p99Milliseconds: (waits[Math.floor(waits.length * 0.99)] ?? 0) * 1_000 };
}

/** As a cluster does it: the hash of the prefecture picks a shard, shards are dealt out to the nodes in turn. */
function nodeOf(rank: number, nodes: number): number {
  let hash = 0x811c9dc5;
  for (const char of String(rank)) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash ^= hash >>> 15;
  return ((hash >>> 0) % SHARDS) % nodes;
}

/** Seconds to the next arrival. */
function next(prng: Prng, perSecond: number): number {
  assert(perSecond > 0, 'something arrives');
  return -Math.log((prng.int(1_000_000) + 1) / 1_000_001) / perSecond;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function bytes(count: number): string {
  return count < 1e9 ? `${grouped(count / 1e6)} MB` : count < 1e12 ? `${(count / 1e9).toFixed(1)} GB` : `${(count / 1e12).toFixed(1)} TB`;
}
