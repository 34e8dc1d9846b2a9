import { copyFileSync, statSync } from 'node:fs';
import type { RecommendationInput } from '../../src/contract/routing.js';
import { scratch } from './children.js';
import { fillingClock, fillUp } from './fill.js';
import { peakMemoryOf, wallClock } from './machine.js';
import { load } from './measure.js';
import type { Work } from './requests.js';
import { openAt, seed, type Seeded } from './seed.js';
import { startService } from './service.js';
import { idsIn } from './stored.js';
import { grouped, median, perSecond, type Finding } from './table.js';

const SIZES = { full: [10_000, 100_000, 1_000_000], quick: [1_000, 2_000, 4_000] } as const;
const ROUNDS = 3;
/** Beyond those who are stored. */
const NEWCOMERS = 2_000_000;
/** The hospital of one road: half of what is stored is its own. */
const READER = 't1';
/** Written between two lines of progress. */
const STRIDE = 90_000;

const FULL = {
  submission: { warmUp: 2_000, count: 10_000 },
  read: { warmUp: 3_000, count: 15_000 },
  list: { warmUp: 500, count: 3_000 },
  availability: { warmUp: 500, count: 3_000 },
  recommendation: { warmUp: 300, count: 2_000 },
};
const QUICK: typeof FULL = { submission: few(), read: few(), list: few(), availability: few(), recommendation: few() };
type Amounts = typeof FULL;
type Name = keyof Amounts;
const NAMES = Object.keys(FULL) as Name[];

interface Visit {
  readonly rates: Record<Name, number>;
  readonly memory: number;
}

/** Of one size: the file, and what it answered in each round. */
interface Stored {
  readonly referrals: number;
  readonly path: string;
  readonly bytes: number;
  readonly visits: Visit[];
}

function few(): { warmUp: number; count: number } {
  return { warmUp: 50, count: 300 };
}

/** The same requests with few, with more and with many referrals stored. */
export async function growth(quick: boolean, say: (line: string) => void): Promise<Finding> {
  const sizes = SIZES[quick ? 'quick' : 'full'];
  const { seeded, stored } = await fillAll(sizes, say);
  for (let round = 0; round < (quick ? 1 : ROUNDS); round += 1) {
    for (const { path, visits } of stored) visits.push(await visit(path, seeded, round, quick ? QUICK : FULL, sizes[0] / 2));
    say(`round ${round + 1}: done`);
  }
  const [least, most] = [stored[0]!, stored.at(-1)!];
  const rateOf = ({ visits }: Stored, name: Name): number => median(visits, ({ rates }) => rates[name]).rates[name];
  return {
    figures: NAMES.map((name) => {
      const rounds = most.visits.map((visit, i) => ({ many: visit.rates[name], few: least.visits[i]!.rates[name] }));
      const { many, few: limit } = median(rounds, (each) => each.many / each.few);
      return { measure: `growth: ${name}`, measured: perSecond(many), limit: perSecond(limit), ratio: many / limit, target: { atLeast: 0.8 } };
    }),
    notes: [
      `growth: the limit is the same request with ${grouped(least.referrals)} referrals stored; each referral takes ${grouped(perReferral(most, least))} bytes of file ` +
        '(row, patient, place, one event, indexes); memory is the highest that the process had',
    ],
    sections: [{
      title: 'With so many referrals stored', head: ['referrals', ...NAMES.map((name) => `${name}/s`), 'file', 'bytes for each more', 'memory', 'memory for each more'],
      rows: stored.map((each, i) => {
        const before = stored[i - 1];
        const more = (of: (stored: Stored) => number): string => (before === undefined ? '' : grouped((of(each) - of(before)) / (each.referrals - before.referrals)));
        return [
          grouped(each.referrals), ...NAMES.map((name) => grouped(rateOf(each, name))), `${grouped(each.bytes / 1e6)} MB`, more(({ bytes }) => bytes),
          `${grouped(memoryOf(each))} MB`, more((size) => memoryOf(size) * 1e6),
        ];
      }),
    }],
    plots: [{
      name: 'growth', title: 'Speed as the service fills', across: 'referrals stored', up: `against ${grouped(least.referrals)}`, labels: stored.map(({ referrals }) => grouped(referrals)), shape: 'lines',
      series: NAMES.map((name) => ({ name, values: stored.map((each) => rateOf(each, name) / rateOf(least, name)) })),
    }],
  };
}

function perReferral(most: Stored, least: Stored): number {
  return (most.bytes - least.bytes) / (most.referrals - least.referrals);
}

function memoryOf({ visits }: Stored): number {
  return Math.max(...visits.map(({ memory }) => memory));
}

/** One file filled on and on, a copy kept of each size. */
async function fillAll(sizes: readonly number[], say: (line: string) => void): Promise<{ seeded: Seeded; stored: Stored[] }> {
  const until = wallClock.now();
  const clock = fillingClock(until);
  const total = sizes.at(-1)!;
  const growing = scratch('growing.db');
  const started = performance.now();
  const stored: Stored[] = [];
  let seeded: Seeded | undefined;
  let present = 0;
  for (const referrals of sizes) {
    const store = await openAt(growing, clock);
    seeded ??= await seed(store, wallClock);
    for (; present < referrals; present = Math.min(referrals, present + STRIDE)) {
      await fillUp(store, clock, { present, wanted: Math.min(referrals, present + STRIDE), total, until });
    }
    await store.close();
    say(`filling: ${grouped(referrals)} stored after ${Math.round((performance.now() - started) / 1_000)} s`);
    const path = referrals === total ? growing : scratch(`grown-${referrals}.db`);
    if (path !== growing) copyFileSync(growing, path);
    stored.push({ referrals, path, bytes: statSync(path).size, visits: [] });
  }
  return { seeded: seeded!, stored };
}

/** The same number of referrals is read of every size, each about three times: what grows is what is stored, not what is asked for. */
async function visit(path: string, seeded: Seeded, round: number, amounts: Amounts, reads: number): Promise<Visit> {
  const paths = idsIn(path, READER, reads).map((id) => `/v1/referrals/${id}`);
  const service = await startService(path);
  try {
    const rates = {} as Record<Name, number>;
    for (const name of NAMES) {
      const { key, work } = requestOf(name, seeded, round, paths);
      rates[name] = (await load(service.port, key, work, amounts[name])).perSecond;
    }
    return { rates, memory: peakMemoryOf(service.pid) ?? Number.NaN };
  } finally {
    await service.stop();
  }
}

function requestOf(name: Name, { keys, slots, asked }: Seeded, round: number, reads: readonly string[]): { key: string; work: Work } {
  const { warmUp, count } = FULL.submission;
  switch (name) {
    case 'submission':
      return { key: keys.sender, work: { kind: 'submit', firstPerson: NEWCOMERS + round * (warmUp + count), slots } };
    case 'read':
      return { key: keys.hospital, work: { kind: 'get', paths: reads } };
    case 'list':
      return { key: keys.hospital, work: { kind: 'get', paths: ['/v1/referrals?status=scheduled&limit=20'] } };
    case 'availability': {
      const path = `/v1/availability?kind=clinic&department=03.04&institutionId=s1&sourceInstitutionId=p1&from=${asked.from}&to=${asked.to}`;
      return { key: keys.sender, work: { kind: 'get', paths: [path] } };
    }
    case 'recommendation': {
      const body = { direction: 'up', category: 'outpatient', sourceInstitutionId: 'p1', targetDepartment: '03.04', from: asked.from, days: 7 } satisfies RecommendationInput;
      return { key: keys.sender, work: { kind: 'post', path: '/v1/recommendations', bodies: [JSON.stringify(body)] } };
    }
  }
}
