import type { Static } from 'typebox';
import { formatInstant } from '../../kernel/calendar.js';
import type * as wire from '../../contract/budget.js';
import type { Provenance } from '../../contract/insurance.js';
import type { Budget } from '../../domain/budget.js';
import type { AccountStanding, BudgetStanding } from '../../usecase/insurance/get-budget.js';
import type { Wire } from '../declaration.js';

/** What no document says: how an end is guessed. */
const PACE: Provenance = { status: 'adopted', citation: '本服务的推算方法：按入院日期匀速外推 · method of this service: the pace so far, by the day of admission' };

export function writtenBudgetView({ consortiumId, year, area, accounts, version, updatedAt }: Budget): Wire<Static<typeof wire.BudgetWritten>> {
  return { consortiumId, year, area, accounts, version, updatedAt: formatInstant(updatedAt) };
}

export function budgetView({ budget, asOf, accounts }: BudgetStanding): Wire<Static<typeof wire.Budget>> {
  const { consortiumId, year, area, version, updatedAt } = budget;
  return { consortiumId, year, area, accounts: accounts.map(accountView), asOf: formatInstant(asOf), version, updatedAt: formatInstant(updatedAt) };
}

function accountView({ account, year, rule, charges, spentFen, missing, projection }: AccountStanding): Wire<Static<typeof wire.AccountView>> {
  const { prepaidFen } = account;
  return {
    ...account,
    rule: rule && { ...rule.rule, policyId: rule.policyId, policyVersion: rule.policyVersion, provenance: rule.provenance },
    from: year.from,
    to: year.to,
    charges: charges.map(({ through: _through, ...charge }) => charge),
    spentFen,
    complete: !missing.includes('outpatient'),
    missing,
    balanceFen: prepaidFen - spentFen,
    projection: projection && { ...projection, ofDays: year.days, balanceFen: prepaidFen - projection.spentFen, provenance: PACE },
  };
}
