import type { Backtest, Progress } from '../../domain/backtest.js';
import type { UseCase } from '../ports.js';
import { tellBacktest } from './request-backtest.js';

/**
 * The way of a backtest from `queued` to its end, a step at a time. Each step is saved with all that is
 * needed to go on, so whoever reckons it may die at any moment: another, or the same after a restart, goes
 * on from the last step.
 */

/**
 * The next backtest to go on with, for the one that asks alone: until `leaseMs` from now nobody else gets it.
 * null: there is none.
 *
 * @param leaseMs 0 where nobody else could be at it
 */
export const claimBacktest: UseCase<{ leaseMs: number }, Backtest | null> = async (unit, { leaseMs }) => {
  const found = await unit.lockNextBacktest();
  if (!found) return null;
  const backtest: Backtest = {
    ...found,
    state: 'running',
    version: found.version + 1,
    claimedUntil: unit.now + leaseMs,
    startedAt: found.startedAt ?? unit.now,
  };
  await unit.saveBacktest(backtest);
  if (found.state !== 'running') tellBacktest(unit, backtest);
  return backtest;
};

/**
 * Saves a step, and with the last one the end; `failed` where the reckoning cannot go on. Answers the
 * backtest as it is now, null where somebody has ended it, or another has taken it over: then the step is
 * void.
 */
export const saveBacktestStep: UseCase<{ of: Backtest; progress: Progress | 'failed'; leaseMs: number }, Backtest | null> = async (unit, { of, progress, leaseMs }) => {
  const present = await unit.lockBacktest(of.id);
  if (present?.version !== of.version) return null;
  const failed = progress === 'failed';
  const ended = failed || progress.complete;
  const backtest: Backtest = {
    ...present,
    state: failed ? 'failed' : ended ? 'done' : 'running',
    progress: failed ? present.progress : progress,
    version: present.version + 1,
    claimedUntil: unit.now + leaseMs,
    endedAt: ended ? unit.now : null,
  };
  await unit.saveBacktest(backtest);
  if (ended) tellBacktest(unit, backtest);
  return backtest;
};
