import type { Asker } from '../../domain/allotment.js';
import { freePlacesIn, mayHoldExpired, withoutExpired, type FreePlaces, type Pool, type Session } from '../../domain/capacity.js';
import type { Reads } from '../ports.js';

/**
 * What a sender (null: nobody in particular) could take of a session now; null where it sees nothing of
 * it. A hold that has expired unnoticed counts as free: asked of the store only where there may be one.
 */
export async function freePlacesNow(reads: Reads, pool: Pool, session: Session, asker: Asker | null): Promise<FreePlaces | null> {
  const net = mayHoldExpired(session, reads.now) ? withoutExpired(session, await reads.expiredHolds(session)) : session;
  return freePlacesIn(pool, net, asker, reads.now);
}
