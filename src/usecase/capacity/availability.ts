import { addDays, daysBetween, localDateOf, startOfDay, type Instant, type LocalDate } from '../../kernel/calendar.js';
import { field, invalid, refuse } from '../../kernel/problem.js';
import type { PoolKind, Urgency } from '../../contract/vocabulary.js';
import { askerFor, type Asker } from '../../domain/allotment.js';
import type { FreePlaces, Pool } from '../../domain/capacity.js';
import { coversDepartment, normaliseDepartment } from '../../domain/codes.js';
import { isMemberOn } from '../../domain/network.js';
import type { Query, Reads } from '../ports.js';
import { freePlacesNow } from './free-places.js';

export interface AvailabilityQuestion {
  readonly kind?: PoolKind;
  readonly department?: string;
  /** Only pools of its present members. */
  readonly consortiumId?: string;
  readonly institutionId?: string;
  /** Local dates, both included. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  /** Whose view it is: its level, the consortia that it shares. Absent: open places only. */
  readonly sourceInstitutionId?: string;
  readonly urgency?: Urgency;
}

const WIDEST_DAYS = 31;

/**
 * The sessions that begin between two dates, with what a sender could take of each now. Left out: what
 * is closed, over, or not yet open to it. In order of pool and start.
 *
 * Refused: `invalid_content` (`?to` before `?from`, an unknown `?sourceInstitutionId`), `window_too_wide`.
 */
export const availability: Query<AvailabilityQuestion, { asOf: Instant; data: readonly FreePlaces[] }> = async (reads, _actor, question) => {
  const { from, to, sourceInstitutionId } = question;
  if (to < from) return invalid(field('?to', '止日不能早于起日', 'The window ends no earlier than it begins'));
  if (daysBetween(from, to) >= WIDEST_DAYS) return refuse('window_too_wide', { errors: [field('?to', `最多查询${WIDEST_DAYS}天`, `At most ${WIDEST_DAYS} days`)] });
  if (sourceInstitutionId !== undefined && !reads.network.institution(sourceInstitutionId)) {
    return invalid(field('?sourceInstitutionId', `机构 ${sourceInstitutionId} 不在机构目录中`, `Institution ${sourceInstitutionId} is not in the directory`));
  }
  const pools = poolsIn(reads, question);
  if (pools.size === 0) return { asOf: reads.now, data: [] };

  const sessions = await reads.sessions({ poolIds: [...pools.keys()], from: startOfDay(from), until: startOfDay(addDays(to, 1)) });
  const askerOf = askers(reads, question);
  const data: FreePlaces[] = [];
  for (const session of sessions) {
    const pool = pools.get(session.poolId) as Pool;
    const seats = await freePlacesNow(reads, pool, session, askerOf(pool.institutionId));
    if (seats) data.push(seats);
  }
  return { asOf: reads.now, data };
};

function poolsIn(reads: Reads, { kind, department, consortiumId, institutionId }: AvailabilityQuestion): Map<string, Pool> {
  const consortium = consortiumId === undefined ? undefined : reads.network.consortium(consortiumId);
  const code = department === undefined ? undefined : normaliseDepartment(department);
  const today = localDateOf(reads.now);
  const pools = new Map<string, Pool>();
  for (const pool of institutionId === undefined ? reads.pools() : reads.poolsOf(institutionId)) {
    if (kind !== undefined && pool.kind !== kind) continue;
    if (code !== undefined && !coversDepartment(pool.department, code)) continue;
    if (consortiumId !== undefined && !(consortium && isMemberOn(consortium, pool.institutionId, today))) continue;
    pools.set(pool.id, pool);
  }
  return pools;
}

/** Who asks, from the view of each institution: what both share differs. */
function askers(reads: Reads, { sourceInstitutionId, urgency = 'routine' }: AvailabilityQuestion): (institutionId: string) => Asker | null {
  const source = sourceInstitutionId === undefined ? undefined : reads.network.institution(sourceInstitutionId);
  if (!source) return () => null;
  const today = localDateOf(reads.now);
  const known = new Map<string, Asker>();
  return (institutionId) => {
    const asker = known.get(institutionId) ?? askerFor(source, reads.network, institutionId, urgency, today);
    known.set(institutionId, asker);
    return asker;
  };
}
