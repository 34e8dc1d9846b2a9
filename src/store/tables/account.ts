import { sql } from 'drizzle-orm';
import type { Backtest } from '../../domain/backtest.js';
import type { Budget } from '../../domain/budget.js';
import type { Contract } from '../../domain/contract.js';
import type { EventActor } from '../../domain/event.js';
import type { BacktestState } from '../../contract/vocabulary.js';
import type { Kit } from '../columns.js';

/** Whom a consortium answers for, with what money, and what another policy would have made of it. */
export function accountTables(k: Kit) {
  return {
    contract: k.table(
      'contract',
      {
        area: k.text().notNull(),
        id: k.text().notNull(),
        institutionId: k.text().notNull(),
        patientId: k.text().notNull(),
        team: k.json().$type<Contract['team']>().notNull(),
        from: k.text().notNull(),
        until: k.text(),
        tags: k.json().$type<Contract['tags']>().notNull(),
        sealedPatient: k.text().notNull(),
        version: k.integer().notNull(),
        createdAt: k.integer().notNull(),
        updatedAt: k.integer().notNull(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.id] }),
        k.index('contract_by_patient').on(t.patientId, t.from, t.area, t.id, t.until, t.institutionId),
      ],
    ),
    /** Every version of every budget. */
    budget: k.table(
      'budget',
      {
        consortiumId: k.text().notNull(),
        year: k.integer().notNull(),
        version: k.integer().notNull(),
        area: k.text().notNull(),
        doc: k.json().$type<Budget>().notNull(),
        at: k.integer().notNull(),
        actor: k.json().$type<EventActor>().notNull(),
      },
      (t) => [k.primaryKey({ columns: [t.consortiumId, t.year, t.version] }), k.index('budget_by_year').on(t.year, t.consortiumId, t.version)],
    ),
    backtest: k.table(
      'backtest',
      {
        area: k.text().notNull(),
        id: k.text().notNull(),
        state: k.text().$type<BacktestState>().notNull(),
        policyId: k.text().notNull(),
        policyVersion: k.integer(),
        trial: k.json().$type<Backtest['trial']>().notNull(),
        progress: k.json().$type<Backtest['progress']>().notNull(),
        version: k.integer().notNull(),
        claimedUntil: k.integer().notNull(),
        createdAt: k.integer().notNull(),
        startedAt: k.integer(),
        endedAt: k.integer(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.id] }),
        k.index('backtest_unfinished').on(t.createdAt, t.id).where(sql`${t.state} in ('queued', 'running')`),
      ],
    ),
  };
}
