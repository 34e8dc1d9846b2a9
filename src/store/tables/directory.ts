import type { Pool } from '../../domain/capacity.js';
import type { EventActor } from '../../domain/event.js';
import type { Consortium, Institution } from '../../domain/network.js';
import type { Policy } from '../../domain/policy.js';
import type { Role } from '../../contract/vocabulary.js';
import type { Kit } from '../columns.js';

/**
 * Master data: whole documents, since the directory is held in memory and never asked for by its
 * inside. Small, so no prefecture leads their keys.
 */
export function directoryTables(k: Kit) {
  return {
    institution: k.table('institution', {
      id: k.text().primaryKey(),
      area: k.text().notNull(),
      doc: k.json().$type<Institution>().notNull(),
    }),
    consortium: k.table('consortium', {
      id: k.text().primaryKey(),
      doc: k.json().$type<Consortium>().notNull(),
    }),
    pool: k.table('pool', {
      id: k.text().primaryKey(),
      area: k.text().notNull(),
      institutionId: k.text().notNull(),
      doc: k.json().$type<Pool>().notNull(),
    }),
    /** Every version of every policy: a stay keeps the one by which it was first assessed. */
    policy: k.table(
      'policy',
      {
        id: k.text().notNull(),
        version: k.integer().notNull(),
        area: k.text().notNull(),
        doc: k.json().$type<Policy>().notNull(),
        at: k.integer().notNull(),
        actor: k.json().$type<EventActor>().notNull(),
      },
      (t) => [k.primaryKey({ columns: [t.id, t.version] })],
    ),
    client: k.table(
      'client',
      {
        id: k.text().primaryKey(),
        keyHash: k.text().notNull(),
        name: k.text().notNull(),
        roles: k.json().$type<readonly Role[]>().notNull(),
        institutionIds: k.json().$type<readonly string[]>().notNull(),
        area: k.text(),
        createdAt: k.integer().notNull(),
        revokedAt: k.integer(),
      },
      (t) => [k.uniqueIndex('client_by_key').on(t.keyHash)],
    ),
    /** Every version of every institution, consortium and pool: what was the rule on that day. */
    revision: k.table(
      'revision',
      {
        kind: k.text().$type<'institution' | 'consortium' | 'pool'>().notNull(),
        id: k.text().notNull(),
        version: k.integer().notNull(),
        doc: k.json().$type<Institution | Consortium | Pool>().notNull(),
        at: k.integer().notNull(),
        actor: k.json().$type<EventActor>().notNull(),
      },
      (t) => [k.primaryKey({ columns: [t.kind, t.id, t.version] })],
    ),
  };
}
