import { field, invalid, isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import type { BacktestInput } from '../../contract/backtest.js';
import { NOT_BEGUN, type Backtest, type Trial } from '../../domain/backtest.js';
import { contradictions } from '../../domain/policy-check.js';
import { rulesOf, type Policy, type PolicyRules } from '../../domain/policy.js';
import type { Actor, Unit, UseCase } from '../ports.js';
import { getPolicy, policyOf } from './get-policy.js';

/** Backtests that may wait or run at a time. */
export const MOST_BACKTESTS = 20;

/**
 * Asks for a backtest: it is reckoned in the background, one after the other.
 *
 * Refused: `not_found` for an unknown policy or version, `wrong_party` for another prefecture's insurer or
 * regulator, `invalid_content` with pointers, `overloaded` while too many wait.
 */
export const requestBacktest: UseCase<{ policyId: string; body: BacktestInput }, Backtest> = async (unit, { policyId, body }) => {
  const named = policyOf(unit, policyId);
  if (!named) return refuse('not_found');
  if (!concerns(unit.actor, named.area)) return refuse('wrong_party');
  const tried = await triedPolicy(unit, named, body);
  if (isRefusal(tried)) return tried;
  const { from, to } = body;
  if (to < from) return invalid(field('/to', '止日不能早于起日', 'The period ends before it begins'));
  if ((await unit.unfinishedBacktests(MOST_BACKTESTS)).length === MOST_BACKTESTS) return refuse('overloaded');

  const { area, scheme } = named;
  const trial: Trial = { area, scheme, from, to, rules: tried.rules };
  const backtest: Backtest = {
    id: unit.ids.next(area),
    area,
    trial,
    policyId,
    policyVersion: tried.version,
    state: 'queued',
    progress: NOT_BEGUN,
    version: 1,
    claimedUntil: unit.now,
    createdAt: unit.now,
    startedAt: null,
    endedAt: null,
  };
  await unit.insertBacktest(backtest);
  tellBacktest(unit, backtest);
  return backtest;
};

/** The administrator sees all, insurer and regulator their prefecture. */
export function concerns({ area }: Actor, ofBacktest: string): boolean {
  return area === null || area === ofBacktest;
}

interface Tried {
  readonly rules: PolicyRules;
  readonly version: number | null;
}

async function triedPolicy(unit: Unit, named: Policy, { version, policy }: BacktestInput): Promise<Tried | Refusal> {
  if (policy === undefined) {
    const stored = version === undefined ? named : await getPolicy(unit, unit.actor, { id: named.id, version });
    return isRefusal(stored) ? stored : { rules: stored, version: stored.version };
  }
  if (version !== undefined) return invalid(field('/policy', 'version 与 policy 只能填写一项', 'Either version or policy, not both'));
  const rules = rulesOf(policy);
  const errors = [
    ...contradictions(rules, '/policy'),
    ...(rules.area === named.area ? [] : [field('/policy/area', '须与路径中政策的统筹区相同', 'Must be that of the policy in the path')]),
    ...(rules.scheme === named.scheme ? [] : [field('/policy/scheme', '须与路径中政策的险种相同', 'Must be that of the policy in the path')]),
  ];
  return errors.length > 0 ? invalid(...errors) : { rules, version: null };
}

export function tellBacktest(unit: Unit, { id, area, policyId, policyVersion, state, trial }: Backtest): void {
  unit.append({
    type: `backtest.${state}`,
    area,
    subject: `backtest:${id}`,
    referralId: null,
    institutionIds: [],
    data: { policyId, policyVersion, from: trial.from, to: trial.to },
  });
}
