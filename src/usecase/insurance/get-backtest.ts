import { refuse } from '../../kernel/problem.js';
import type { Backtest } from '../../domain/backtest.js';
import type { Query } from '../ports.js';
import { concerns } from './request-backtest.js';

/** A backtest, for the insurer and the regulator of its prefecture and the administrator: how far it is, or what it found. */
export const getBacktest: Query<{ id: string }, Backtest> = async (reads, actor, { id }) => {
  const backtest = await reads.backtest(id);
  return backtest && concerns(actor, backtest.area) ? backtest : refuse('not_found');
};
