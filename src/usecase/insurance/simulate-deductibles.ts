import { field, invalid, isRefusal, type Refusal } from '../../kernel/problem.js';
import type { Provenance, SimulationInput } from '../../contract/insurance.js';
import { rulesOf, type PolicyRules } from '../../domain/policy.js';
import { contradictions } from '../../domain/policy-check.js';
import { simulate, type Simulated } from '../../domain/simulation.js';
import type { Query, Reads } from '../ports.js';
import { policyOf } from './get-policy.js';

export interface Simulation extends Simulated {
  readonly policy: { readonly id: string | null; readonly version: number | null; readonly provenance: Provenance };
}

/**
 * What a chain of stays bears by a policy of this service, or by one that is sent along. Nothing is stored,
 * no patient is asked about. A policy that is sent along need not be complete, only free of contradictions.
 *
 * Refused: `invalid_content` with pointers, `no_policy` where the named policy is not valid on an admission.
 */
export const simulateDeductibles: Query<SimulationInput, Simulation> = async (reads, _actor, input) => {
  const policy = policyFor(reads, input);
  if (isRefusal(policy)) return policy;
  const simulated = simulate(input, policy.rules, input.policy === undefined);
  if (isRefusal(simulated)) return simulated;
  return { ...simulated, policy: { id: policy.id, version: policy.version, provenance: policy.rules.provenance } };
};

interface Applied {
  readonly rules: PolicyRules;
  readonly id: string | null;
  readonly version: number | null;
}

function policyFor(reads: Reads, { policyId, policy }: SimulationInput): Applied | Refusal {
  if (policyId !== undefined && policy !== undefined) {
    return invalid(field('/policy', 'policyId 与 policy 只能填写一项', 'Either policyId or policy, not both'));
  }
  if (policy !== undefined) {
    const rules = rulesOf(policy);
    const errors = contradictions(rules, '/policy');
    return errors.length > 0 ? invalid(...errors) : { rules, id: policy.id ?? null, version: null };
  }
  if (policyId === undefined) return invalid(field('/policyId', '须填写 policyId 或 policy', 'A policyId or a policy is needed'));
  const stored = policyOf(reads, policyId);
  return stored ? { rules: stored, id: stored.id, version: stored.version } : invalid(field('/policyId', `没有政策 ${policyId}`, `No policy is called ${policyId}`));
}
