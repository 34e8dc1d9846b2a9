import { must } from '../../kernel/assert.js';
import { addDays, localDateOf, startOfDay, type Instant, type LocalDate } from '../../kernel/calendar.js';
import { refuse, type Refusal } from '../../kernel/problem.js';
import {
  budgetYear, Charges, gapsOf, outlook, ruleFor, shared, sumOf,
  type Account, type AppliedRule, type Budget, type BudgetYear, type Charge, type Outlook, type Sharing,
} from '../../domain/budget.js';
import type { BudgetGap } from '../../contract/vocabulary.js';
import { leads } from '../../domain/network.js';
import type { Actor, Reads, Slices } from '../ports.js';

export interface AccountStanding {
  readonly account: Account;
  readonly year: BudgetYear;
  readonly rule: AppliedRule | null;
  readonly charges: readonly Charge[];
  readonly spentFen: number;
  readonly missing: readonly BudgetGap[];
  /** null: the year has not begun. */
  readonly projection: (Outlook & { readonly sharing: Sharing | null }) | null;
}

export interface BudgetStanding {
  readonly budget: Budget;
  readonly asOf: Instant;
  readonly accounts: readonly AccountStanding[];
}

export interface BudgetQuestion {
  readonly consortiumId: string;
  readonly year: number;
}

/**
 * How a budget stands by what is settled now, reckoned day of admission by day of admission, each in a
 * short read of its own, so that no writer waits.
 *
 * For the administrator, insurer and regulator of its prefecture, and the coordinator of the consortium's
 * lead. Refused: `not_found` for all others.
 */
export async function getBudget(slices: Slices, actor: Actor, { consortiumId, year }: BudgetQuestion): Promise<BudgetStanding | Refusal> {
  const found = await slices(async (reads) => {
    const budget = await reads.budget(consortiumId, year);
    return budget && maySee(reads, actor, budget) ? { budget, asOf: reads.now } : undefined;
  });
  if (!found) return refuse('not_found');
  const { budget, asOf } = found;
  const accounts: AccountStanding[] = [];
  for (const account of budget.accounts) accounts.push(await standingOf(slices, budget, account, localDateOf(asOf)));
  return { budget, asOf, accounts };
}

function maySee({ network, now }: Reads, { institutionId, area, roles }: Actor, budget: Budget): boolean {
  if (institutionId === null) return area === null ? roles.includes('admin') : area === budget.area;
  const consortium = network.consortium(budget.consortiumId);
  return roles.includes('coordinator') && consortium !== undefined && leads(consortium, institutionId, localDateOf(now));
}

async function standingOf(slices: Slices, budget: Budget, account: Account, today: LocalDate): Promise<AccountStanding> {
  const { area, consortiumId } = budget;
  const { charges, year, rule } = await slices(async ({ network, policies }) => {
    const year = budgetYear(policies, area, account.scheme, budget.year);
    return { year, rule: ruleFor(account, policies, area, year), charges: new Charges(account, must(network.consortium(consortiumId), 'consortia are never deleted')) };
  });
  for (let date = year.from; date <= year.to && date <= today; date = addDays(date, 1)) {
    for (const sum of await slices((reads) => reads.charged({ insuredArea: area, scheme: account.scheme, date, ...dayOf(date), by: account.covers.by }))) charges.add(date, sum);
  }
  const all = charges.all(today);
  const expected = outlook(all, year, today);
  return {
    account,
    year,
    rule,
    charges: all,
    spentFen: sumOf(all),
    missing: gapsOf(account),
    projection: expected && { ...expected, sharing: rule && shared(account.prepaidFen, expected.spentFen, rule.rule) },
  };
}

function dayOf(date: LocalDate): { from: Instant; until: Instant } {
  return { from: startOfDay(date), until: startOfDay(addDays(date, 1)) };
}
