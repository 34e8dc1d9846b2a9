import { isRefusal } from '../../kernel/problem.js';
import type { PolicyInput } from '../../contract/insurance.js';
import type { Policy } from '../../domain/policy.js';
import { writePolicy } from '../../domain/policy-check.js';
import type { UseCase } from '../ports.js';
import { startSweep } from './sweep-policies.js';

/**
 * Writes a policy. Every change is a new version; stays keep the version of their first assessment. Those that
 * waited for a policy are assessed in the background.
 *
 * Refused: `invalid_content` where it contradicts itself or overlaps with another policy of the same area
 * and scheme: one ends the other by `validUntil` first.
 */
export const putPolicy: UseCase<{ id: string; body: PolicyInput }, { policy: Policy; created: boolean }> = async (unit, { id, body }) => {
  const before = unit.policies.policy(id);
  const policy = writePolicy(before, id, body, unit.policies, unit.now);
  if (isRefusal(policy)) return policy;
  if (policy === before) return { policy, created: false };

  await unit.savePolicy(policy);
  await startSweep(unit, policy);
  const { version, area, scheme, validFrom, validUntil, provenance } = policy;
  unit.append({
    type: 'policy.written',
    area,
    subject: `policy:${id}`,
    referralId: null,
    institutionIds: [],
    data: { version, scheme, validFrom, validUntil, provenance: provenance.status },
  });
  return { policy, created: before === undefined };
};
