import { sql } from 'drizzle-orm';
import type { PlaceState, PoolKind } from '../../contract/vocabulary.js';
import type { Kit } from '../columns.js';

/** Sessions, and who sits in them. */
export function capacityTables(k: Kit) {
  return {
    session: k.table(
      'session',
      {
        area: k.text().notNull(),
        poolId: k.text().notNull(),
        startsAt: k.integer().notNull(),
        institutionId: k.text().notNull(),
        endsAt: k.integer().notNull(),
        capacity: k.integer().notNull(),
        takenElsewhere: k.integer().notNull(),
        taken: k.integer().notNull(),
        drawn: k.json().$type<Readonly<Record<string, number>>>().notNull(),
        closedReason: k.text(),
        reportedAt: k.integer(),
        source: k.text(),
        earliestExpiry: k.integer(),
        updatedAt: k.integer().notNull(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.poolId, t.startsAt] }),
        k
          .index('session_overcommitted')
          .on(t.institutionId, t.endsAt)
          .where(sql`${t.capacity} < ${t.taken} + ${t.takenElsewhere}`),
      ],
    ),
    reservation: k.table(
      'reservation',
      {
        area: k.text().notNull(),
        id: k.text().notNull(),
        code: k.text().notNull(),
        referralId: k.text().notNull(),
        version: k.integer().notNull(),
        createdAt: k.integer().notNull(),
        ttlSeconds: k.integer().notNull(),
        expiresAt: k.integer(),
        extended: k.flag().notNull(),
        nextNightAt: k.integer(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.id] }),
        k.index('reservation_by_expiry').on(t.expiresAt).where(sql`${t.expiresAt} is not null`),
        k.index('reservation_by_night').on(t.nextNightAt).where(sql`${t.nextNightAt} is not null`),
      ],
    ),
    /** Expiry and referral stand on the reservation alone: what is written once cannot disagree. */
    place: k.table(
      'place',
      {
        area: k.text().notNull(),
        reservationId: k.text().notNull(),
        item: k.integer().notNull(),
        startsAt: k.integer().notNull(),
        poolId: k.text().notNull(),
        institutionId: k.text().notNull(),
        kind: k.text().$type<PoolKind>().notNull(),
        endsAt: k.integer().notNull(),
        allotmentId: k.text(),
        state: k.text().$type<PlaceState>().notNull(),
        ifRevoked: k.text().$type<'confirmed' | 'released'>(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.reservationId, t.item, t.startsAt] }),
        k
          .index('place_live_by_session')
          .on(t.poolId, t.startsAt)
          .where(sql`${t.state} in ('held', 'confirmed', 'fulfilled')`),
      ],
    ),
  };
}
