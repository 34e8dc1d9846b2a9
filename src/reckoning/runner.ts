import type { After } from '../kernel/calendar.js';
import { isRefusal, type ProblemCode } from '../kernel/problem.js';
import type { Backtest, Progress, Trial } from '../domain/backtest.js';
import { claimBacktest, saveBacktestStep } from '../usecase/insurance/carry-on-backtest.js';
import { reckonBacktest } from '../usecase/insurance/reckon-backtest.js';
import type { Actor, Slices } from '../usecase/ports.js';
import type { Store } from '../usecase/store.js';

/** Carries out the backtests that were asked for, one after the other, oldest first. */

/** Who reckons: a thread of its own, or whoever has the store. */
export interface Reckoner {
  /** The next stretch, a fraction of a second of work. */
  step(trial: Trial, progress: Progress): Promise<Progress>;
  end(): Promise<void>;
}

export interface Backtesting {
  readonly store: Pick<Store, 'read' | 'write'>;
  /** Starts who reckons, when there is something to reckon. */
  readonly open: () => Promise<Reckoner>;
  /** How long a step may take before another instance takes the backtest over; 0 where there is no other. */
  readonly leaseMs: number;
  readonly report: (error: unknown) => void;
}

const RECKONER: Actor = { clientId: 'backtest', roles: [], institutionId: null, area: null, operator: null };
const EVERY_MS = 1_000;
/** Pages of one step. */
const PAGES = 20;

/** Reckons in the thread that asks. */
export function reckonHere(slices: Slices): Reckoner {
  return { step: (trial, progress) => reckonBacktest(slices, trial, progress, PAGES), end: async () => undefined };
}

/** Everything that waits, until nothing does. Rejects where the store cannot be reached, and leaves what is under way to its lease. @param stopped asked between two steps: what is under way then goes on from its last step some other time */
export async function workOff({ store, open, leaseMs, report }: Backtesting, stopped: () => boolean = () => false): Promise<void> {
  if (!(await store.read(async (reads) => (await reads.unfinishedBacktests(1)).length > 0))) return;
  const reckoner = await open();
  try {
    for (let next = await claim(); next !== null && !stopped(); next = await claim()) {
      for (let present: Backtest | null = next; present?.state === 'running' && !stopped(); ) present = await step(present);
    }
  } finally {
    await reckoner.end();
  }

  async function claim(): Promise<Backtest | null> {
    const claimed = await store.write(RECKONER, (unit) => claimBacktest(unit, { leaseMs }));
    return isRefusal(claimed) ? null : claimed;
  }

  async function step(of: Backtest): Promise<Backtest | null> {
    let progress: Progress | 'failed';
    try {
      progress = await reckoner.step(of.trial, of.progress);
    } catch (error) {
      // Whoever reckons was ended in the middle: nothing is wrong with what it reckoned.
      if (stopped()) return null;
      // The store was out of reach for a while: nothing is wrong with that either. It goes on from its last step when its lease is over.
      if ((error as { code?: unknown } | undefined)?.code === ('unavailable' satisfies ProblemCode)) throw error;
      report(error);
      progress = 'failed';
    }
    const saved = await store.write(RECKONER, (unit) => saveBacktestStep(unit, { of, progress, leaseMs }));
    return isRefusal(saved) ? null : saved;
  }
}

export interface Runner {
  /** Resolves when nothing is reckoned any more. */
  stop(): Promise<void>;
}

/** Looks once a second whether there is something to reckon. Trouble is told, and tried again. */
export function runBacktests(backtesting: Backtesting, after: After): Runner {
  let stopped = false;
  let reckoner: Reckoner | null = null;
  let round: Promise<void> = Promise.resolve();
  let cancel = after(EVERY_MS, run);
  const watched: Backtesting = {
    ...backtesting,
    open: async () => (reckoner = await backtesting.open()),
  };

  function run(): void {
    round = workOff(watched, () => stopped)
      .catch((error: unknown) => backtesting.report(error))
      .then(() => {
        reckoner = null;
        if (!stopped) cancel = after(EVERY_MS, run);
      });
  }
  return {
    async stop() {
      stopped = true;
      cancel();
      await reckoner?.end();
      await round;
    },
  };
}
