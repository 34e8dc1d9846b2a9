import { and, desc, eq, lt, sql, type SQL } from 'drizzle-orm';
import { many, type Query } from '../bind.js';
import type { Kit } from '../columns.js';
import type { Tables } from '../tables/schema.js';
import { p } from './placeholders.js';

/** Filters that are laid over a list; each list walks one index from its newest end. */
export const SIEVES = ['status', 'direction', 'source', 'target', 'consortium', 'changedSince', 'submitted'] as const;
export type Sieve = (typeof SIEVES)[number];
export const WALKS = ['source', 'source-status', 'target', 'target-status', 'consortium', 'patient', 'area'] as const;
/** The index a list walks. */
export type Walk = (typeof WALKS)[number];

export interface ListParams {
  readonly before: string;
  readonly limit: number;
  /** The value of the index that is walked. */
  readonly key: string;
  readonly status?: string;
  readonly direction?: string;
  readonly source?: string;
  readonly target?: string;
  readonly consortium?: string;
  readonly changedSince?: number;
}

export function referralList(k: Kit, t: Tables, walk: Walk, sieves: ReadonlySet<Sieve>): Query<ListParams, (typeof t.referral.$inferSelect)[]> {
  const r = t.referral;
  const walked: Record<Walk, SQL | undefined> = {
    source: eq(r.sourceInstitutionId, p('key')),
    'source-status': and(eq(r.sourceInstitutionId, p('key')), eq(r.status, p('status'))),
    target: eq(r.targetInstitutionId, p('key')),
    'target-status': and(eq(r.targetInstitutionId, p('key')), eq(r.status, p('status'))),
    consortium: eq(r.consortiumId, p('key')),
    patient: eq(r.patientId, p('key')),
    area: eq(r.area, p('key')),
  };
  const sieved: Record<Sieve, SQL> = {
    status: behind(r.status, 'status'),
    direction: behind(r.direction, 'direction'),
    source: behind(r.sourceInstitutionId, 'source'),
    target: behind(r.targetInstitutionId, 'target'),
    consortium: behind(r.consortiumId, 'consortium'),
    changedSince: sql`${r.updatedAt} >= ${p('changedSince')}`,
    submitted: sql`coalesce(${r.status}, '') <> 'draft'`,
  };
  return many<ListParams>()(
    k.build
      .select()
      .from(r)
      .where(and(walked[walk], lt(r.id, p('before')), ...[...sieves].map((sieve) => sieved[sieve])))
      .orderBy(desc(r.id))
      .limit(p('limit')),
  );
}

/** A column that is compared but must not tempt the planner away from the index that gives the order. */
function behind(column: SQL.Aliased | SQL | Tables['referral']['status' | 'targetInstitutionId' | 'sourceInstitutionId' | 'direction' | 'consortiumId'], name: string): SQL {
  return sql`coalesce(${column}, '') = ${p(name)}`;
}
