import { eq } from 'drizzle-orm';
import type { Client } from '../../usecase/ports.js';
import { many, one, run } from '../bind.js';
import type { Kit } from '../columns.js';
import type { Tables } from '../tables/schema.js';
import { columns, everyColumn, p } from './placeholders.js';

/** Read whole when the store opens, written one by one. */
export function directoryQueries(k: Kit, t: Tables) {
  return {
    institutions: many<object>()(k.build.select({ doc: t.institution.doc }).from(t.institution).orderBy(t.institution.id)),
    consortia: many<object>()(k.build.select({ doc: t.consortium.doc }).from(t.consortium).orderBy(t.consortium.id)),
    pools: many<object>()(k.build.select({ doc: t.pool.doc }).from(t.pool).orderBy(t.pool.id)),
    policies: many<object>()(k.build.select({ doc: t.policy.doc }).from(t.policy).orderBy(t.policy.id, t.policy.version)),
    clients: many<object>()(k.build.select().from(t.client).orderBy(t.client.id)),

    putInstitution: run<typeof t.institution.$inferSelect>()(
      k.build
        .insert(t.institution)
        .values(everyColumn(t.institution))
        .onConflictDoUpdate({ target: t.institution.id, set: columns(t.institution, 'area', 'doc') }),
    ),
    putConsortium: run<typeof t.consortium.$inferSelect>()(
      k.build
        .insert(t.consortium)
        .values(everyColumn(t.consortium))
        .onConflictDoUpdate({ target: t.consortium.id, set: columns(t.consortium, 'doc') }),
    ),
    putPool: run<typeof t.pool.$inferSelect>()(
      k.build
        .insert(t.pool)
        .values(everyColumn(t.pool))
        .onConflictDoUpdate({ target: t.pool.id, set: columns(t.pool, 'area', 'institutionId', 'doc') }),
    ),
    insertPolicy: run<typeof t.policy.$inferSelect>()(k.build.insert(t.policy).values(everyColumn(t.policy))),
    insertRevision: run<typeof t.revision.$inferSelect>()(k.build.insert(t.revision).values(everyColumn(t.revision))),
    insertClient: run<Client>()(k.build.insert(t.client).values(everyColumn(t.client))),
    revokeClient: run<{ id: string; revokedAt: number }>()(
      k.build.update(t.client).set(columns(t.client, 'revokedAt')).where(eq(t.client.id, p('id'))),
    ),

    meta: one<{ name: string }>()(k.build.select({ value: t.meta.value }).from(t.meta).where(eq(t.meta.name, p('name')))),
    setMeta: run<{ name: string; value: string }>()(k.build.insert(t.meta).values(everyColumn(t.meta))),
  };
}
