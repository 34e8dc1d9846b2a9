import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { isRefusal, type Refusal } from '../kernel/problem.js';
import { MovableClock } from './clock.js';
import { openStore, type WholeStore } from '../store/open.js';
import type { Actor } from '../usecase/ports.js';
import { verifyChain } from '../usecase/event/verify-chain.js';
import { reportConsortia } from '../usecase/report/report-consortia.js';
import { reportTransfers } from '../usecase/report/report-transfers.js';
import { CITY_AREA } from './city/districts.js';
import { auditPlaces } from './replay/audit.js';
import { auditDeductibles } from './replay/deductibles.js';
import { FROM, scaled, TO } from './replay/figures.js';
import { differences, tables, type Findings } from './replay/findings.js';
import { claim, DATA_KEY } from './replay/identity.js';
import { replayNetwork } from './replay/network.js';
import { Plan } from './replay/plan.js';
import { grouped, Progress } from './replay/progress.js';
import { Replay } from './replay/run.js';
import { timeline } from './replay/timeline.js';

/**
 * `npm run replay -- guangzhou [--scale 0.01] [--seed 1] [--db path]`: the figures of the Guangzhou
 * letter as load, through the same use cases as HTTP, in process. Killed at any moment and started
 * again, it goes on where it was. Exit code 1 where the ledger does not show the letter's figures, or where
 * a second reckoning finds something else.
 */
interface Settings {
  readonly scale: number;
  readonly seed: number;
  readonly path: string;
}

const USAGE = 'npm run replay -- guangzhou [--scale 0.01] [--seed 1] [--db data/replay.db]';

/** A wrong argument: told in one sentence, without a trace. */
class UsageError extends Error {}

function readSettings(args: string[]): Settings {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { scale: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' }, db: { type: 'string' } },
  });
  if (positionals.length !== 1 || positionals[0] !== 'guangzhou') throw new UsageError(`the only replay there is, is guangzhou: ${USAGE}`);
  const scale = Number(values.scale);
  const seed = Number(values.seed);
  if (!(scale > 0 && scale <= 10)) throw new UsageError('--scale is a number above 0, at most 10');
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffff_ffff) throw new UsageError('--seed is an integer from 0 to 4294967295');
  return { scale, seed, path: values.db ?? `data/replay-guangzhou-x${scale}-s${seed}.db` };
}

const REGULATOR: Actor = { clientId: 'guangzhou-replay', roles: ['regulator'], institutionId: null, area: CITY_AREA, operator: null };

async function main(args: string[]): Promise<number> {
  const { scale, seed, path } = readSettings(args);
  const streams = scaled(scale);
  const plan = new Plan(replayNetwork(), streams, seed);
  const start = timeline().next().value;
  const clock = new MovableClock(start?.at ?? 0);
  const progress = new Progress(plan.total, { write: (text) => void process.stdout.write(text), interactive: process.stdout.isTTY }, () => performance.now(), () => process.memoryUsage.rss());
  say(`广州答复回放 Replay of the Guangzhou letter: ${grouped(plan.total)} referrals, ${plan.network.consortia.length} consortia, ${plan.network.institutions.length} institutions → ${path}`);

  const store = await openStore({ url: `sqlite:${path}`, dataKey: DATA_KEY, clock, random: randomBytes });
  try {
    await claim(store, { scale, seed });
    await new Replay(store, plan, clock, progress).run();
    const { seconds, perSecond } = progress.pace;
    say(`转诊回放完成 Referrals done in ${seconds.toFixed(1)} s, ${Math.round(perSecond)} a second; 核对中 checking …\n`);
    const findings = await examine(store, plan);
    say(tables(findings, streams, scale));
    const peakMb = Math.max(progress.peakBytes / 1_048_576, process.resourceUsage().maxRSS / 1_024);
    say(`\n  ${((performance.now()) / 1_000).toFixed(1)} s 总用时 in all; 内存峰值 peak memory ${Math.round(peakMb)} MB; ${grouped(Math.round(store.stats().databaseBytes / 1_048_576))} MB on disk`);
    const wrong = differences(findings, streams);
    for (const sentence of wrong) process.stderr.write(`✗ ${sentence}\n`);
    if (wrong.length === 0) say(`\n数据与广州答复一致 The ledger shows the letter's figures.\n浏览 Look at it: DATA_KEY=${DATA_KEY.toString('base64')} DATABASE_URL=sqlite:${path} ADMIN_KEY=change-me-please npm start`);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await store.close();
  }
}

/** The figures out of the ledger, the places counted and the deductibles reckoned again, the chain recomputed. */
async function examine(store: WholeStore, plan: Plan): Promise<Findings> {
  const transfers = given(await reportTransfers(store.slices, REGULATOR, { from: FROM, to: TO, groupBy: { period: null, institution: false } }));
  const consortia = given(await store.read((reads) => reportConsortia(reads, REGULATOR, { on: TO })));
  const places = await auditPlaces(store, plan);
  const deductibles = await auditDeductibles(store.slices, plan.streams);
  const chain = given(await verifyChain(store.slices, REGULATOR, {}));
  return { transfers, consortia, places, deductibles, chain };
}

function given<T>(outcome: T | Refusal): T {
  if (isRefusal(outcome)) throw new Error(`refused with ${outcome.code}`);
  return outcome;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (fault) {
  const usage = fault instanceof UsageError || (fault instanceof Error && 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS'));
  process.stderr.write(`${usage ? (fault as Error).message : fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`);
  process.exitCode = 1;
}
