import { refuse } from '../../kernel/problem.js';
import type { Backtest } from '../../domain/backtest.js';
import type { UseCase } from '../ports.js';
import { concerns, tellBacktest } from './request-backtest.js';

/**
 * Cancels a backtest that waits or runs: it stays, as `cancelled`, and whoever reckons it stops at its next
 * word. One that has ended is forgotten.
 *
 * Refused: `not_found`, also where it concerns another prefecture.
 */
export const endBacktest: UseCase<{ id: string }, Backtest> = async (unit, { id }) => {
  const backtest = await unit.lockBacktest(id);
  if (!backtest || !concerns(unit.actor, backtest.area)) return refuse('not_found');
  if (backtest.state !== 'queued' && backtest.state !== 'running') {
    await unit.deleteBacktest(backtest);
    unit.append({ type: 'backtest.deleted', area: backtest.area, subject: `backtest:${id}`, referralId: null, institutionIds: [], data: {} });
    return backtest;
  }
  const cancelled: Backtest = { ...backtest, state: 'cancelled', version: backtest.version + 1, endedAt: unit.now };
  await unit.saveBacktest(cancelled);
  tellBacktest(unit, cancelled);
  return cancelled;
};
