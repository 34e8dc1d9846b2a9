import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Prng } from '../../src/kernel/prng.js';
import { putNetwork } from '../kit/network.js';
import { START, TestClock } from '../kit/store.js';
import { Auditor } from './auditor/auditor.js';
import { Chance } from './chance.js';
import { openUnwatched } from './engine/seam.js';
import { Moves, type Moved } from './moves.js';
import { Failure, Service } from './service.js';

/** One run of the simulation: everything in it follows from the seed. */
export interface RunOptions {
  readonly seed: number;
  readonly steps: number;
  /** Mostly about a ward. */
  readonly ward?: boolean;
  /** Constraints of the database that are lifted in the files of this run. */
  readonly lifted?: readonly string[];
  /** Told of every step. */
  readonly trace?: (line: string) => void;
  /** Keeps the files of a run that has found something. */
  readonly keep?: boolean;
}

export interface RunResult {
  readonly seed: number;
  /** Steps that were made. */
  readonly steps: number;
  /** What the auditor has found; empty where all is well. */
  readonly findings: readonly string[];
  /** What the program itself has thrown, no fault being in its way. */
  readonly failure: string | undefined;
  /** The last hash of the chain of events: the same for the same seed. */
  readonly hash: string;
  readonly events: number;
  /** How often each thing went wrong, and how often each came of a request that is no answer to it. */
  readonly met: Readonly<Record<string, number>>;
  /** Where the files are, if they were kept. */
  readonly folder: string | undefined;
}

/** Units that may wait: few, so that bursts are turned away now and then. */
const QUEUE = 12;

export async function run({ seed, steps, ward = false, lifted = [], trace = () => undefined, keep = false }: RunOptions): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'referral-router-sim-'));
  const chance = new Chance(seed);
  const clock = new TestClock(START);
  const service = await Service.start(folder, clock, new Prng(seed + 1).bytes, {
    schema: (text) => lifted.reduce(lift, text),
    // What a process leaves when it dies does not depend on syncs; test/power/power-cut.test.ts is about those.
    pragmas: { wal_autocheckpoint: chance.pick([30, 100, 400]), synchronous: 'OFF' },
  });
  const auditor = new Auditor((path) => openUnwatched(path, { readonly: true }));
  const moves = new Moves(chance, clock, service, ward);
  let findings: readonly string[] = [];
  let failure: string | undefined;
  let step = 0;
  const met: Record<string, number> = {};
  try {
    await putNetwork(service.store);
    service.queueLimit = QUEUE;
    await service.restart();
    const claims = await moves.open();
    findings = auditor.audit({ path: service.path, now: clock.now(), claims, sightings: [], alone: false });
    while (findings.length === 0 && step < steps) {
      step += 1;
      const { move, trouble, ...seen } = await moves.next();
      for (const what of metIn({ move, trouble, ...seen })) met[what] = (met[what] ?? 0) + 1;
      trace(`${step} ${move}${trouble === undefined ? '' : `, ${trouble}`} ${seen.claims.map((c) => `${c.kind}:${c.outcome === 'answered' ? (c.refused ?? 'done') : c.outcome}`).join(' ')}`);
      findings = auditor.audit({ path: service.path, now: clock.now(), ...seen });
    }
    if (findings.length === 0) findings = auditor.finish();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failure = error.message;
  } finally {
    auditor.close();
    service.drop();
    if (!(keep && (findings.length > 0 || failure !== undefined))) rmSync(folder, { recursive: true, force: true });
  }
  return { seed, steps: step, findings, failure, hash: auditor.hash, events: auditor.events, met, folder: keep ? folder : undefined };
}

/** A move in words of what went wrong in it. */
function metIn({ move, trouble, claims }: Moved): string[] {
  const outcomes = claims.map((claim) => (claim.outcome !== 'answered' ? claim.outcome : claim.replayed ? 'answered again' : 'answered'));
  return [move.replace(/ \d{4}-.*/, ''), ...(trouble === undefined ? [] : [trouble]), ...outcomes];
}

function lift(text: string, constraint: string): string {
  return text.replaceAll(constraint, '');
}
