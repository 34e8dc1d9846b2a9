import { and, asc, eq, gt, gte, lt, sql } from 'drizzle-orm';
import type { Session } from '../../domain/capacity.js';
import type { Place, Reservation } from '../../domain/reservation.js';
import { locking, many, one, run } from '../bind.js';
import type { Kit } from '../columns.js';
import type { Tables } from '../tables/schema.js';
import { columns, everyColumn, p } from './placeholders.js';
import type { ById } from './referral.js';

export interface ByStart {
  readonly area: string;
  readonly poolId: string;
  readonly startsAt: number;
}
export interface OfSession {
  readonly poolId: string;
  readonly startsAt: number;
}
type PlaceRow = Place & { readonly area: string; readonly reservationId: string };

export function sessionQueries(k: Kit, t: Tables) {
  const s = t.session;
  const at = and(eq(s.area, p('area')), eq(s.poolId, p('poolId')), eq(s.startsAt, p('startsAt')));
  const byStart = one<ByStart>()(k.build.select().from(s).where(at));
  return {
    byStart,
    lock: locking(k.engine, byStart),
    ofPool: many<{ area: string; poolId: string; from: number; until: number }>()(
      k.build
        .select()
        .from(s)
        .where(and(eq(s.area, p('area')), eq(s.poolId, p('poolId')), gte(s.startsAt, p('from')), lt(s.startsAt, p('until'))))
        .orderBy(asc(s.startsAt)),
    ),
    overcommitted: many<{ institutionId: string; now: number }>()(
      k.build
        .select()
        .from(s)
        .where(
          and(eq(s.institutionId, p('institutionId')), gt(s.endsAt, p('now')), sql`${s.capacity} < ${s.taken} + ${s.takenElsewhere}`),
        )
        .orderBy(asc(s.endsAt)),
    ),
    insert: run<Session>()(k.build.insert(s).values(everyColumn(s))),
    update: run<Session>()(
      k.build
        .update(s)
        .set(
          columns(
            s, 'endsAt', 'capacity', 'takenElsewhere', 'taken', 'drawn', 'closedReason', 'reportedAt', 'source', 'earliestExpiry',
            'updatedAt',
          ),
        )
        .where(at),
    ),
  };
}

export function reservationQueries(k: Kit, t: Tables) {
  const r = t.reservation;
  const at = and(eq(r.area, p('area')), eq(r.id, p('id')));
  const byId = one<ById>()(k.build.select().from(r).where(at));
  return {
    byId,
    lock: locking(k.engine, byId),
    overdue: many<{ now: number; limit: number }>()(
      k.build
        .select({ id: r.id })
        .from(r)
        .where(sql`${r.expiresAt} <= ${p('now')}`)
        .orderBy(asc(r.expiresAt))
        .limit(p('limit')),
    ),
    dueNights: many<{ now: number; limit: number }>()(
      k.build
        .select({ id: r.id, referralId: r.referralId })
        .from(r)
        .where(sql`${r.nextNightAt} <= ${p('now')}`)
        .orderBy(asc(r.nextNightAt))
        .limit(p('limit')),
    ),
    /** What it waits for is part of no version: nobody sees it. */
    wait: run<Omit<Reservation, 'places'>>()(k.build.update(r).set(columns(r, 'nextNightAt')).where(at)),
    insert: run<Omit<Reservation, 'places'>>()(k.build.insert(r).values(everyColumn(r))),
    update: run<Omit<Reservation, 'places'>>()(
      k.build
        .update(r)
        .set(columns(r, 'version', 'expiresAt', 'extended'))
        .where(and(at, sql`${r.version} = ${p('version')} - 1`)),
    ),
  };
}

export function placeQueries(k: Kit, t: Tables) {
  const { place: pl, reservation: r } = t;
  const place = {
    item: pl.item,
    poolId: pl.poolId,
    institutionId: pl.institutionId,
    kind: pl.kind,
    startsAt: pl.startsAt,
    endsAt: pl.endsAt,
    allotmentId: pl.allotmentId,
    state: pl.state,
    ifRevoked: pl.ifRevoked,
  };
  const stored = { ...place, reservationId: pl.reservationId, referralId: r.referralId, expiresAt: r.expiresAt };
  const inSession = and(
    eq(pl.poolId, p('poolId')),
    eq(pl.startsAt, p('startsAt')),
    sql`${pl.state} in ('held', 'confirmed', 'fulfilled')`,
  );
  const ofItsReservation = and(eq(r.area, pl.area), eq(r.id, pl.reservationId));
  return {
    ofReservation: many<{ area: string; reservationId: string }>()(
      k.build
        .select(place)
        .from(pl)
        .where(and(eq(pl.area, p('area')), eq(pl.reservationId, p('reservationId'))))
        .orderBy(asc(pl.item), asc(pl.startsAt)),
    ),
    live: many<OfSession>()(
      k.build
        .select(stored)
        .from(pl)
        .innerJoin(r, ofItsReservation)
        .where(inSession)
        .orderBy(asc(pl.reservationId), asc(pl.item)),
    ),
    overdue: many<OfSession & { now: number }>()(
      k.build
        .select(stored)
        .from(pl)
        .innerJoin(r, ofItsReservation)
        .where(and(inSession, sql`${pl.state} = 'held'`, sql`${r.expiresAt} <= ${p('now')}`))
        .orderBy(asc(pl.reservationId), asc(pl.item)),
    ),
    insert: run<PlaceRow>()(k.build.insert(pl).values(everyColumn(pl))),
    update: run<PlaceRow>()(
      k.build
        .update(pl)
        .set(columns(pl, 'poolId', 'institutionId', 'kind', 'endsAt', 'allotmentId', 'state', 'ifRevoked'))
        .where(
          and(
            eq(pl.area, p('area')),
            eq(pl.reservationId, p('reservationId')),
            eq(pl.item, p('item')),
            eq(pl.startsAt, p('startsAt')),
          ),
        ),
    ),
  };
}
