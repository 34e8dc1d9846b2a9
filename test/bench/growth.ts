import { copyFileSync, statSync } from 'node:fs';
import { scratch } from './children.js';
import { fillingClock, fillUp } from './fill.js';
import { peakMemoryOf, wallClock } from './machine.js';
import { load } from './measure.js';
import type { Work } from './requests.js';
import { openAt, seed, type Seeded } from './seed.js';
import { startService } from './service.js';
import { idsIn } from './stored.js';
import { grouped, median, perSecond, type Finding } from './table.js';

const FEW = 10_000;
const MANY = 1_000_000;
const ROUNDS = 3;
/** Beyond those who are stored. */
const NEWCOMERS = 2_000_000;
/** The same in both: what grows is what is stored, not what is asked for. */
const READ_IDS = FEW;

const AMOUNTS = {
  submission: { warmUp: 2_000, count: 10_000 },
  read: { warmUp: 3_000, count: 15_000 },
  list: { warmUp: 500, count: 4_000 },
  availability: { warmUp: 500, count: 4_000 },
};
type Name = keyof typeof AMOUNTS;
const NAMES = Object.keys(AMOUNTS) as Name[];

interface Visit {
  readonly rates: Record<Name, number>;
  readonly memory: number;
}

/** The same requests with few and with many referrals stored. */
export async function growth(say: (line: string) => void): Promise<Finding> {
  const [small, large] = [scratch('small.db'), scratch('large.db')];
  const until = wallClock.now();
  const clock = fillingClock(until);
  const plan = { total: MANY, until };

  const store = await openAt(small, clock);
  const seeded = await seed(store, wallClock);
  await fillUp(store, clock, { ...plan, present: 0, wanted: FEW });
  await store.close();
  copyFileSync(small, large);
  const growing = await openAt(large, clock);
  const started = performance.now();
  for (let present = FEW; present < MANY; present += 90_000) {
    await fillUp(growing, clock, { ...plan, present, wanted: Math.min(MANY, present + 90_000) });
    say(`filling: ${grouped(Math.min(MANY, present + 90_000))} stored after ${Math.round((performance.now() - started) / 1_000)} s`);
  }
  await growing.close();
  const bytes = { small: statSync(small).size, large: statSync(large).size };

  const visits: { few: Visit; many: Visit }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    visits.push({ few: await visit(small, seeded, round), many: await visit(large, seeded, round) });
  }
  const figures = NAMES.map((name) => {
    const { few, many } = median(visits, (v) => v.many.rates[name] / v.few.rates[name]);
    return {
      measure: `growth: ${name}`,
      measured: perSecond(many.rates[name]),
      limit: perSecond(few.rates[name]),
      ratio: many.rates[name] / few.rates[name],
      target: { atLeast: 0.8 },
    };
  });
  const peak = Math.max(...visits.map((v) => v.many.memory));
  return {
    figures,
    notes: [
      `growth: ${grouped(MANY)} referrals take ${(bytes.large / 2 ** 30).toFixed(2)} GiB, ${grouped((bytes.large - bytes.small) / (MANY - FEW))} bytes each ` +
        `(row, patient, place, one event, indexes); the service's peak memory ${peak.toFixed(0)} MB`,
    ],
  };
}

async function visit(path: string, seeded: Seeded, round: number): Promise<Visit> {
  const paths = idsIn(path, READ_IDS).map((id) => `/v1/referrals/${id}`);
  const service = await startService(path);
  try {
    const rates = {} as Record<Name, number>;
    for (const name of NAMES) {
      const { key, work } = requestOf(name, seeded, round, paths);
      rates[name] = (await load(service.port, key, work, AMOUNTS[name])).perSecond;
    }
    return { rates, memory: peakMemoryOf(service.pid) ?? Number.NaN };
  } finally {
    await service.stop();
  }
}

function requestOf(name: Name, { keys, slots, asked }: Seeded, round: number, reads: readonly string[]): { key: string; work: Work } {
  const { warmUp, count } = AMOUNTS.submission;
  switch (name) {
    case 'submission':
      return { key: keys.sender, work: { kind: 'submit', firstPerson: NEWCOMERS + round * (warmUp + count), slots } };
    case 'read':
      return { key: keys.sender, work: { kind: 'get', paths: reads } };
    case 'list':
      return { key: keys.hospital, work: { kind: 'get', paths: ['/v1/referrals?status=scheduled&limit=20'] } };
    case 'availability': {
      const path = `/v1/availability?kind=clinic&department=03.04&institutionId=s1&sourceInstitutionId=p1&from=${asked.from}&to=${asked.to}`;
      return { key: keys.sender, work: { kind: 'get', paths: [path] } };
    }
  }
}
