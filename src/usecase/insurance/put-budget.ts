import { isRefusal, refuse } from '../../kernel/problem.js';
import type { BudgetInput } from '../../contract/budget.js';
import type { Budget } from '../../domain/budget.js';
import { writeBudget } from '../../domain/budget-check.js';
import type { UseCase } from '../ports.js';

/**
 * Writes the budget of a consortium for one year, whole: every change is a new version, and all are kept.
 * The same content again leaves version and log as they are.
 *
 * Refused: `not_found` for an unknown consortium, `invalid_content` with a pointer to what contradicts itself
 * or another consortium's budget.
 */
export const putBudget: UseCase<{ consortiumId: string; year: number; body: BudgetInput }, { budget: Budget; created: boolean }> = async (unit, { consortiumId, year, body }) => {
  const consortium = unit.network.consortium(consortiumId);
  if (!consortium) return refuse('not_found');
  const before = await unit.budget(consortiumId, year);
  const others = await unit.budgetsOf(year);
  const { network, policies, now } = unit;
  const budget = writeBudget(before, year, body, { consortium, network, policies, others, now });
  if (isRefusal(budget)) return budget;
  if (budget === before) return { budget, created: false };

  await unit.insertBudget(budget);
  unit.append({
    type: 'budget.written',
    area: budget.area,
    subject: `budget:${consortiumId}/${year}`,
    referralId: null,
    institutionIds: [],
    data: { consortiumId, year, version: budget.version, accounts: budget.accounts.map(({ scheme, prepaidFen }) => ({ scheme, prepaidFen })) },
  });
  return { budget, created: before === undefined };
};
