import { addDays, startOfDay } from '../../kernel/calendar.js';
import { must } from '../../kernel/assert.js';
import type { Policy } from '../../domain/policy.js';
import type { PolicySweep, Unit, UseCase } from '../ports.js';
import { reassess } from './reassess.js';

/** Behind every id that this service makes. */
const LAST_ID = '~';

/** A policy has arrived: the stays that waited for one like it will be assessed, a few at a time. */
export async function startSweep(unit: Unit, { id, version, validFrom }: Policy): Promise<void> {
  await unit.startSweep({ policyId: id, version, afterAt: startOfDay(validFrom) - 1, afterId: LAST_ID });
}

/**
 * Goes on with the stays that a policy was missing for: at most `limit` of them, in order of admission.
 * Answers how many were looked at, at least one while there is a sweep to go on with or to end. For the
 * relay: a stay of which something new becomes known is assessed at once, sweep or not.
 */
export const sweepPolicies: UseCase<{ limit: number }, number> = async (unit, { limit }) => {
  const sweep = await unit.lockSweep();
  if (!sweep) return 0;
  const { area, scheme, validUntil } = must(unit.policies.policyVersion(sweep.policyId, sweep.version), 'a policy version is never deleted');
  const until = validUntil === null ? Number.MAX_SAFE_INTEGER : startOfDay(addDays(validUntil, 1));
  const stays = await unit.waitingStays({ insuredArea: area, scheme, until, afterAt: sweep.afterAt, afterId: sweep.afterId, limit });
  for (const patientId of [...new Set(stays.map((stay) => stay.patientId))].sort()) await reassess(unit, patientId, 'policy-arrived');
  const last = stays.at(-1);
  await (last && stays.length === limit ? unit.advanceSweep(behind(sweep, last)) : unit.endSweep(sweep));
  return Math.max(1, stays.length);
};

function behind(sweep: PolicySweep, last: { readonly id: string; readonly admittedAt: number }): PolicySweep {
  return { ...sweep, afterAt: last.admittedAt, afterId: last.id };
}
