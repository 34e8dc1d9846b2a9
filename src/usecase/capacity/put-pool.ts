import { formatInstant } from '../../kernel/calendar.js';
import { isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import type { PoolInput } from '../../contract/capacity.js';
import { drawnFrom, mayHoldExpired, withoutExpired, type Pool } from '../../domain/capacity.js';
import { removedAllotments, writePool } from '../../domain/pool.js';
import { LONGEST_SESSION } from '../../domain/session-report.js';
import type { Unit, UseCase } from '../ports.js';
import { writesFor } from './writer.js';

/**
 * Writes a resource pool under an id that the institution chose. The same content again leaves version
 * and log as they are. A pool of somebody else does not exist.
 *
 * Refused: `not_found`, `wrong_party`, `allotment_in_use`, `invalid_content` (no such institution,
 * department or consortium, shares above the whole, an allotment with both or neither of share and
 * places, another institution or kind than before).
 */
export const putPool: UseCase<{ id: string; body: PoolInput }, { pool: Pool; created: boolean }> = async (unit, { id, body }) => {
  const before = unit.pool(id);
  if (before && !writesFor(unit.actor, before.institutionId)) return refuse('not_found');
  if (!before && !writesFor(unit.actor, body.institutionId)) return refuse('wrong_party');
  const pool = writePool(before, id, body, unit.network, unit.now);
  if (isRefusal(pool)) return pool;
  if (pool === before) return { pool, created: false };
  const inUse = before && (await refuseInUse(unit, before, removedAllotments(before, pool)));
  if (inUse) return inUse;

  await unit.savePool(pool);
  unit.append({
    type: 'pool.written',
    area: pool.area,
    subject: `pool:${id}`,
    referralId: null,
    institutionIds: [pool.institutionId],
    data: { poolId: id, version: pool.version, kind: pool.kind, department: pool.department, booking: pool.booking, allotments: pool.allotments ?? [] },
  });
  return { pool, created: before === undefined };
};

/** An allotment cannot go while somebody has a place of it in a session that is not over. */
async function refuseInUse(unit: Unit, pool: Pool, removed: readonly string[]): Promise<Refusal | undefined> {
  if (removed.length === 0) return undefined;
  const conflicts: object[] = [];
  const sessions = await unit.sessions({ poolIds: [pool.id], from: unit.now - LONGEST_SESSION, until: Number.MAX_SAFE_INTEGER });
  for (const session of sessions) {
    if (session.endsAt <= unit.now || removed.every((id) => drawnFrom(session, id) === 0)) continue;
    const net = mayHoldExpired(session, unit.now) ? withoutExpired(session, await unit.expiredHolds(session)) : session;
    for (const allotmentId of removed) {
      const places = drawnFrom(net, allotmentId);
      if (places > 0) conflicts.push({ allotmentId, poolId: pool.id, startsAt: formatInstant(session.startsAt), places });
    }
  }
  return conflicts.length > 0 ? refuse('allotment_in_use', { conflicts }) : undefined;
}
