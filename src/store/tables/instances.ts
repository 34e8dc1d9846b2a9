import { sql } from 'drizzle-orm';
import type { Kit } from '../columns.js';

/** What several instances on one PostgreSQL need besides: SQLite has one process, whose memory serves for both. */
export function instanceTables(k: Kit) {
  return {
    /** Which record of the master data was written, in order: what an instance reads to follow the others. */
    directoryChange: k.table('directory_change', {
      revision: given(k),
      kind: k.text().$type<'institution' | 'consortium' | 'pool' | 'policy' | 'client'>().notNull(),
      id: k.text().notNull(),
    }),
    /** Events that are committed and have no number yet. */
    unnumberedEvent: k.table('unnumbered_event', {
      ticket: given(k),
      area: k.text().notNull(),
      id: k.text().notNull(),
      type: k.text().notNull(),
      at: k.integer().notNull(),
      subject: k.text().notNull(),
      referralId: k.text(),
      institutionIds: k.text().notNull(),
      actor: k.text().notNull(),
      data: k.text().notNull(),
      /** It records a transfer, or an entry of the ledger of deductibles, which waits for the same number. */
      transfer: k.flag().notNull(),
      entry: k.flag().notNull(),
      /** The prefecture of the filing that it records, which need not be its own. */
      filing: k.text(),
    }),
  };
}

/** A number that the database gives, rising in the order in which it is asked. */
function given(k: Kit) {
  return k.integer().primaryKey().default(sql`default`);
}

export type InstanceTables = ReturnType<typeof instanceTables>;
