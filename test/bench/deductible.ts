import { must } from '../../src/kernel/assert.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { SimulationInput } from '../../src/contract/insurance.js';
import type { ChainStay } from '../../src/domain/assessment.js';
import { assess } from '../../src/domain/deductible.js';
import type { PolicyRules } from '../../src/domain/policy.js';
import { simulate } from '../../src/domain/simulation.js';
import { SHIPPED } from '../../src/policies/shipped.js';
import { chainOf, plainRules, type Leg } from '../kit/insurance.js';
import type { BareOrder } from './bare-route.js';
import { answerOf, end, scratch, start } from './children.js';
import type { Tally } from './http-client.js';
import { wallClock } from './machine.js';
import { latencies, load } from './measure.js';
import { openAt, seed } from './seed.js';
import { startService } from './service.js';
import { grouped, median, perSecond, type Figure, type Finding } from './table.js';

/** How quickly deductibles are reckoned: the pure function, a person with many stays, and the counter's question over HTTP. */

const ROUNDS = 5;
const ROUND_MS = 1_500;
const STAYS_PER_SECOND = 100_000;
const MANY_STAYS = 50;
const MILLISECONDS_FOR_MANY = 5;
const AMOUNT = { warmUp: 3_000, count: 20_000 };

const PATH = '/v1/deductibles/simulate';
const POLICY_ID = 'gz-employee-2018';
/** Different costs, so that no answer is that of the request before. */
const REQUESTS: readonly SimulationInput[] = Array.from({ length: 100 }, (_, n) => request(n));

export async function deductible(): Promise<Finding> {
  const [pure, many] = [await inMemory(), manyStays()];
  const route = await overHttp();
  return { figures: [pure.figure, many.figure, route.figure], notes: [pure.note, many.note, route.note] };
}

/** Primary care, up in two steps, and down again, as an integration asks it. */
function request(n: number): SimulationInput {
  const leg = (key: string, level: 'primary' | 'secondary' | 'tertiary', day: number, yuan: number, direction?: 'up' | 'down', from?: string): SimulationInput['stays'][number] => ({
    key, level, kind: 'inpatient', mainDiagnosis: { code: 'I20.9', system: 'ICD-10', name: '心绞痛' },
    admittedAt: `2018-03-${String(day).padStart(2, '0')}T08:00:00+08:00`, dischargedAt: `2018-03-${String(day + 4).padStart(2, '0')}T10:00:00+08:00`,
    totalFen: yuan * 100 + n, eligibleFen: yuan * 100 - n,
    arrival: direction ? { via: 'referral', direction, senderLevel: 'primary', fromStay: from, sameConsortium: true } : { via: 'none' },
  });
  return {
    policyId: POLICY_ID,
    personKind: 'active',
    stays: [
      leg('community', 'primary', 1, 2_000), leg('district', 'secondary', 6, 12_000, 'up', 'community'), leg('city', 'tertiary', 11, 40_000, 'up', 'district'),
      leg('home', 'primary', 16, 5_000, 'down', 'city'),
    ],
  };
}

/** Stays a second of a rate that is tried for a while, the best round counted: others use this machine too. */
function best(stays: number, work: () => void): number {
  const rates = Array.from({ length: ROUNDS }, () => {
    let done = 0;
    const started = performance.now();
    let now = started;
    while ((now = performance.now()) - started < ROUND_MS) {
      work();
      done += stays;
    }
    return (done * 1_000) / (now - started);
  });
  return Math.max(...rates);
}

async function inMemory(): Promise<{ figure: Figure; note: string }> {
  const policy = must(SHIPPED.get(POLICY_ID), 'the policy is shipped');
  const stays = REQUESTS.reduce((sum, each) => sum + each.stays.length, 0);
  const asked = best(stays, () => {
    for (const each of REQUESTS) if (isRefusal(simulate(each, policy, true))) throw new Error('a request of the bench is refused');
  });
  const chains = everyRule().flatMap((rules) => REQUESTS.map(() => chainOf(rules, 'active', LIFE)));
  const alone = best(chains.length * LIFE.length, () => {
    for (const chain of chains) assess(chain);
  });
  return {
    figure: { measure: 'deductible, pure', measured: perSecond(asked), limit: perSecond(STAYS_PER_SECOND), ratio: asked / STAYS_PER_SECOND, target: { atLeast: 1 } },
    note: `deductible, pure: stays of a checked request with all their steps; of chains that are there already, under ${everyRule().length} kinds of policy, ${perSecond(alone)}`,
  };
}

const LIFE: readonly Leg[] = [
  { at: 'primary', yuan: 2_000 }, { at: 'secondary', yuan: 12_000, by: 'up' }, { at: 'tertiary', yuan: 40_000, by: 'up' }, { at: 'primary', yuan: 5_000, by: 'down' },
];

function everyRule(): readonly PolicyRules[] {
  const year = { window: 'insurance-year', onUp: 'zero', sameConsortium: false } as const;
  return [
    plainRules(),
    plainRules({ referral: year }),
    plainRules({ referral: { ...year, onUp: 'difference' }, repeatStay: { kind: 'percent-off', bp: 5_000 }, annualCapFen: 3_000_000 }),
    plainRules({ referral: { linkWindowHours: 72, sameDisease: 'icd3', credit: 'standard' }, repeatStay: { kind: 'step-minus', stepFen: 10_000, floorFen: 20_000 } }),
  ];
}

/** A person with 50 stays, where every stay looks at all before it: all of them in one insurance year, under every rule at once. */
function manyStays(): { figure: Figure; note: string } {
  const rules = plainRules({ referral: { window: 'insurance-year', sameConsortium: false }, repeatStay: { kind: 'percent-off', bp: 5_000 }, annualCapFen: 100_000_000 });
  const legs = Array.from({ length: MANY_STAYS }, (_, i): Leg => ({ ...LIFE[i % LIFE.length]!, day: `2018-03-01T${String(i % 24).padStart(2, '0')}:00:00+08:00`, from: 0, until: null }));
  const chain: readonly ChainStay[] = chainOf(rules, 'active', legs);
  const milliseconds = 1_000 / best(1, () => void assess(chain));
  return {
    figure: { measure: 'deductible, 50 stays', measured: `${milliseconds.toFixed(2)} ms`, limit: `${MILLISECONDS_FOR_MANY} ms`, ratio: milliseconds / MILLISECONDS_FOR_MANY, target: { atMost: 1 } },
    note: `deductible, 50 stays: one person reassessed whole, every stay overlapping with all before it (${grouped((MANY_STAYS * (MANY_STAYS - 1)) / 2)} pairs)`,
  };
}

interface Round {
  readonly served: Tally;
  readonly bare: Tally;
}

/** The question over HTTP against a route that has the same shapes and gives one answer without thinking. */
async function overHttp(): Promise<{ figure: Figure; note: string }> {
  const path = scratch('deductible.db');
  const store = await openAt(path, wallClock);
  const { keys } = await seed(store, wallClock);
  await store.close();
  const bodies = REQUESTS.map((each) => JSON.stringify(each));
  const work = { kind: 'post', path: PATH, bodies } as const;

  const service = await startService(path);
  const example = await fetch(`http://127.0.0.1:${service.port}${PATH}`, { method: 'POST', headers: { authorization: `Bearer ${keys.sender}`, 'content-type': 'application/json' }, body: bodies[0]! });
  const order: BareOrder = { route: 'simulate', answer: (await example.json()) as object, serialiser: 'stock' };
  const rounds: Round[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    const served = await load(service.port, keys.sender, work, AMOUNT);
    const child = start('./bare-route.js', order);
    try {
      const { port } = await answerOf<{ port: number }>(child);
      rounds.push({ served, bare: await load(port, keys.sender, work, AMOUNT) });
    } finally {
      await end(child);
    }
  }
  await service.stop();

  const ratioOf = ({ served, bare }: Round) => served.perSecond / bare.perSecond;
  const middle = median(rounds, ratioOf);
  return {
    figure: { measure: 'deductible, route', measured: perSecond(middle.served.perSecond), limit: perSecond(middle.bare.perSecond), ratio: ratioOf(middle), target: { atLeast: 0.5 } },
    note:
      `deductible, route: four stays a request; ${latencies(middle.served)}; ${middle.served.bytes} bytes an answer, bare ${middle.bare.bytes}; ` +
      `ratios of all rounds ${rounds.map((round) => ratioOf(round).toFixed(2)).join(', ')}`,
  };
}
