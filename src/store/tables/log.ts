import type { Filing } from '../../domain/filing.js';
import type { Transfer } from '../../domain/transfer.js';
import type { Kit } from '../columns.js';

/** What has happened: the chained log, its signed heads, the ledger of transfers, and given answers. */
export function logTables(k: Kit) {
  return {
    event: k.table(
      'event',
      {
        /** One order for the whole service, so no prefecture leads this key: whoever numbers the log is one. */
        seq: k.integer().primaryKey(),
        area: k.text().notNull(),
        id: k.text().notNull(),
        type: k.text().notNull(),
        at: k.integer().notNull(),
        subject: k.text().notNull(),
        referralId: k.text(),
        /** The very JSON texts that were hashed: jsonb would lose their order. */
        institutionIds: k.text().notNull(),
        actor: k.text().notNull(),
        data: k.text().notNull(),
        prevHash: k.text().notNull(),
        hash: k.text().notNull(),
      },
      (t) => [k.index('event_by_referral').on(t.referralId, t.seq)],
    ),
    /** The end of the log at the last commit: one row. */
    tip: k.table('tip', {
      id: k.integer().primaryKey(),
      seq: k.integer().notNull(),
      hash: k.text().notNull(),
      at: k.integer().notNull(),
      signature: k.text().notNull(),
    }),
    /** Earlier tips, kept. */
    checkpoint: k.table('checkpoint', {
      seq: k.integer().primaryKey(),
      hash: k.text().notNull(),
      at: k.integer().notNull(),
      signature: k.text().notNull(),
    }),
    transfer: k.table(
      'transfer',
      {
        area: k.text().notNull(),
        seq: k.integer().notNull(),
        id: k.text().notNull(),
        kind: k.text().$type<Transfer['kind']>().notNull(),
        reverses: k.text(),
        referralId: k.text().notNull(),
        referralNo: k.text().notNull(),
        patientId: k.text().notNull(),
        direction: k.text().$type<Transfer['direction']>().notNull(),
        category: k.text().$type<Transfer['category']>().notNull(),
        sourceInstitutionId: k.text().notNull(),
        sourceLevel: k.text().$type<Transfer['sourceLevel']>().notNull(),
        targetInstitutionId: k.text().notNull(),
        targetLevel: k.text().$type<Transfer['targetLevel']>().notNull(),
        consortiumId: k.text(),
        ruleVersion: k.text(),
        fromStayId: k.text(),
        submittedAt: k.integer().notNull(),
        executedAt: k.integer().notNull(),
        recordedAt: k.integer().notNull(),
        because: k.text().$type<Transfer['because']>().notNull(),
        /** Local month of execution, YYYY-MM: what reports count by. */
        month: k.text().notNull(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.seq] }),
        k.uniqueIndex('transfer_by_seq').on(t.seq),
        k.uniqueIndex('transfer_by_id').on(t.area, t.id),
      ],
    ),
    /** 转院备案, as the insurer of `area` is told of them: only added to. */
    filing: k.table(
      'filing',
      {
        area: k.text().notNull(),
        seq: k.integer().notNull(),
        id: k.text().notNull(),
        kind: k.text().$type<Filing['kind']>().notNull(),
        withdraws: k.text(),
        referralId: k.text().notNull(),
        referralNo: k.text().notNull(),
        patientId: k.text().notNull(),
        sourceInstitutionId: k.text().notNull(),
        targetInstitutionId: k.text().notNull(),
        because: k.text().$type<Filing['because']>().notNull(),
        recordedAt: k.integer().notNull(),
        sealed: k.text().notNull(),
      },
      (t) => [k.primaryKey({ columns: [t.area, t.seq] }), k.uniqueIndex('filing_by_id').on(t.area, t.id)],
    ),
    /** Answers given under an idempotency key, sealed, for seven days. */
    answer: k.table(
      'answer',
      {
        id: k.text().primaryKey(),
        createdAt: k.integer().notNull(),
        sealed: k.blob().notNull(),
      },
      (t) => [k.index('answer_by_age').on(t.createdAt)],
    ),
    meta: k.table('meta', {
      name: k.text().primaryKey(),
      value: k.text().notNull(),
    }),
  };
}
