import { refuse, type Refusal } from '../../kernel/problem.js';
import type { InsuranceScheme } from '../../contract/vocabulary.js';
import type { Policy } from '../../domain/policy.js';
import { SHIPPED } from '../../policies/shipped.js';
import type { Page, Query, Reads } from '../ports.js';

/** A policy as it was written last, or as it is shipped where nobody has written it; undefined: unknown. */
export function policyOf(reads: Reads, id: string): Policy | undefined {
  return reads.policies.policy(id) ?? SHIPPED.get(id);
}

/** One policy, in the latest version or in the one that is asked for. */
export const getPolicy: Query<{ id: string; version?: number }, Policy> = async (reads, _actor, { id, version }) => {
  if (version === undefined) return policyOf(reads, id) ?? refuse('not_found');
  return (version === 0 ? SHIPPED.get(id) : reads.policies.policyVersion(id, version)) ?? refuse('not_found');
};

export interface PolicyFilter {
  readonly area?: string;
  readonly scheme?: InsuranceScheme;
  /** Only ids behind this one. */
  readonly after: string | null;
  readonly limit: number;
}

/** All policies in order of id: those that were written, and those that are shipped and were not. */
export const listPolicies: Query<PolicyFilter, Page<Policy>> = async (reads, _actor, { area, scheme, after, limit }): Promise<Page<Policy> | Refusal> => {
  const latest = new Map([...SHIPPED, ...[...reads.policies.policies()].map((policy) => [policy.id, policy] as const)]);
  const rest = [...latest.values()]
    .filter((policy) => (area === undefined || policy.area === area) && (scheme === undefined || policy.scheme === scheme) && (after === null || policy.id > after))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const data = rest.slice(0, limit);
  return { data, next: rest.length > limit ? (data.at(-1)?.id ?? null) : null };
};
