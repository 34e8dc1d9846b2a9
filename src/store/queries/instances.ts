import { and, asc, eq, inArray, sql, type Column, type SQL } from 'drizzle-orm';
import type { Client } from '../../usecase/ports.js';
import { count, many, one, run, type Query } from '../bind.js';
import type { Kit } from '../columns.js';
import { instanceTables, type InstanceTables } from '../tables/instances.js';
import { schemaOf, type Tables } from '../tables/schema.js';
import { everyColumn, p } from './placeholders.js';

/**
 * What only an engine with several instances is asked: locks by name, which end with their transaction,
 * the changes of the master data, and the events that wait for their number. Every lock is a statement of
 * its own, so that the one after it sees what was committed before the lock was got.
 */
export function instanceQueries(k: Kit) {
  const t = schemaOf(k);
  const i = instanceTables(k);
  return { ...lockQueries(k), ...directoryFollowing(k, t, i), ...numbering(k, t, i) };
}

export interface Named {
  readonly name: string;
}

function lockQueries(k: Kit) {
  // 64 bits of a hash: two names that meet in it wait for each other without need, and are not confused.
  const key = sql`hashtextextended(${p('name')}, 0)`;
  const ask = <T>(what: SQL) => k.build.select({ value: sql<T>`${what}` }).from(sql`(values (1)) as once`);
  return {
    /** Waits until nobody else has it. */
    lock: one<Named>()(ask<null>(sql`pg_advisory_xact_lock(${key})`)),
    /** Waits until nobody has it alone. */
    lockShared: one<Named>()(ask<null>(sql`pg_advisory_xact_lock_shared(${key})`)),
    /** False where somebody else has it. */
    tryLock: one<Named>()(ask<boolean>(sql`pg_try_advisory_xact_lock(${key})`)),
    /** Told to all instances when the transaction is committed. */
    tell: one<{ channel: string; news: string }>()(ask<null>(sql`pg_notify(${p('channel')}, ${p('news')})`)),
    size: one<object>()(ask<number>(sql`pg_database_size(current_database())`)),
  };
}

function directoryFollowing(k: Kit, t: Tables, { directoryChange: d }: InstanceTables) {
  const changed = (kind: string, id: Column) =>
    inArray(id, k.build.select({ id: d.id }).from(d).where(sql`${d.kind} = ${sql.raw(`'${kind}'`)} and ${d.revision} > ${p('revision')}`));
  type Since = { readonly revision: number };
  return {
    revision: one<object>()(k.build.select({ revision: sql<number>`coalesce(max(${d.revision}), 0)` }).from(d)),
    noteChange: run<{ kind: string; id: string }>()(k.build.insert(d).values({ kind: p('kind') as never, id: p('id') as never })),
    institutionsSince: many<Since>()(k.build.select({ doc: t.institution.doc }).from(t.institution).where(changed('institution', t.institution.id)).orderBy(asc(t.institution.id))),
    consortiaSince: many<Since>()(k.build.select({ doc: t.consortium.doc }).from(t.consortium).where(changed('consortium', t.consortium.id)).orderBy(asc(t.consortium.id))),
    poolsSince: many<Since>()(k.build.select({ doc: t.pool.doc }).from(t.pool).where(changed('pool', t.pool.id)).orderBy(asc(t.pool.id))),
    /** Every version of those that have a new one: none is ever changed. */
    policiesSince: many<Since>()(k.build.select({ doc: t.policy.doc }).from(t.policy).where(changed('policy', t.policy.id)).orderBy(asc(t.policy.id), asc(t.policy.version))),
    clientsSince: many<Since>()(k.build.select().from(t.client).where(changed('client', t.client.id)).orderBy(asc(t.client.id))) as Query<Since, Client[]>,
  };
}

function numbering(k: Kit, t: Tables, { unnumberedEvent: u }: InstanceTables) {
  const { ticket: _ticket, ...facts } = everyColumn(u);
  // The ticket that this connection drew last: that of the event appended just before.
  const drawn = sql`-currval(pg_get_serial_sequence('unnumbered_event', 'ticket'))`;
  return {
    await: run<Omit<typeof u.$inferSelect, 'ticket'>>()(k.build.insert(u).values(facts)),
    unnumbered: many<{ limit: number }>()(k.build.select().from(u).orderBy(asc(u.ticket)).limit(p('limit'))),
    /** `tickets` as the literal of an array: `{1,2,3}`. */
    numbered: count<{ tickets: string }>()(k.build.delete(u).where(sql`${u.ticket} = any(${p('tickets')})`)),
    /** Under the ticket of its event, below zero, where no reader of the ledger looks. */
    insertTransfer: run<Omit<typeof t.transfer.$inferSelect, 'seq'>>()(k.build.insert(t.transfer).values({ ...everyColumn(t.transfer), seq: drawn })),
    insertEntry: run<Omit<typeof t.deductibleEntry.$inferSelect, 'seq'>>()(k.build.insert(t.deductibleEntry).values({ ...everyColumn(t.deductibleEntry), seq: drawn })),
    insertFiling: run<Omit<typeof t.filing.$inferSelect, 'seq'>>()(k.build.insert(t.filing).values({ ...everyColumn(t.filing), seq: drawn })),
    numberTransfer: run<{ seq: number; ticket: number }>()(
      k.build.update(t.transfer).set({ seq: sql`${p('seq')}` }).where(sql`${t.transfer.seq} = -cast(${p('ticket')} as bigint)`),
    ),
    numberEntry: run<{ area: string; seq: number; ticket: number }>()(
      k.build
        .update(t.deductibleEntry)
        .set({ seq: sql`${p('seq')}` })
        .where(and(eq(t.deductibleEntry.area, p('area')), sql`${t.deductibleEntry.seq} = -cast(${p('ticket')} as bigint)`)),
    ),
    numberFiling: run<{ area: string; seq: number; ticket: number }>()(
      k.build
        .update(t.filing)
        .set({ seq: sql`${p('seq')}` })
        .where(and(eq(t.filing.area, p('area')), sql`${t.filing.seq} = -cast(${p('ticket')} as bigint)`)),
    ),
  };
}

export type InstanceQueries = ReturnType<typeof instanceQueries>;
