import { and, desc, eq, lt, sql, type Column, type SQL } from 'drizzle-orm';
import { many, type Query } from '../bind.js';
import type { Kit } from '../columns.js';
import type { Tables } from '../tables/schema.js';
import { p } from './placeholders.js';

/** The index that a list walks, from its newest end: those of a sender or a receiver one status at a time. */
export const WALKS = ['source', 'target', 'consortium', 'patient', 'area'] as const;
export type Walk = (typeof WALKS)[number];
/** What is sieved on the way; `submitted` holds back what was never sent. */
export const SIEVES = ['status', 'direction', 'source', 'target', 'consortium', 'changedSince', 'submitted'] as const;
export type Sieve = (typeof SIEVES)[number];

export interface ListParams {
  readonly before: string;
  readonly limit: number;
  /** Of the index that is walked. */
  readonly key: string;
  readonly status?: string;
  readonly direction?: string;
  readonly source?: string;
  readonly target?: string;
  readonly consortium?: string;
  readonly changedSince?: number;
}

/** Ids alone: most of what the walks of one list find is not on its page. */
export function referralList(k: Kit, t: Tables, walk: Walk, sieves: ReadonlySet<Sieve>): Query<ListParams, { id: string }[]> {
  const r = t.referral;
  const walked: Record<Walk, SQL | undefined> = {
    source: and(eq(r.sourceInstitutionId, p('key')), eq(r.status, p('status'))),
    target: and(eq(r.targetInstitutionId, p('key')), eq(r.status, p('status'))),
    consortium: eq(r.consortiumId, p('key')),
    patient: eq(r.patientId, p('key')),
    area: eq(r.area, p('key')),
  };
  // A column that is sieved must not tempt the planner away from the index that gives the order.
  const behind = (column: Column, name: Sieve): SQL => sql`coalesce(${column}, '') = ${p(name)}`;
  const sieved: Record<Sieve, SQL> = {
    status: behind(r.status, 'status'),
    direction: eq(r.direction, p('direction')),
    source: behind(r.sourceInstitutionId, 'source'),
    target: behind(r.targetInstitutionId, 'target'),
    consortium: behind(r.consortiumId, 'consortium'),
    changedSince: sql`${r.updatedAt} >= ${p('changedSince')}`,
    // What was withdrawn as a draft was never sent either; the course is looked into for no other.
    submitted: sql`(coalesce(${r.status}, '') not in ('draft', 'cancelled') or ${r.course} ->> 'submittedAt' is not null)`,
  };
  return many<ListParams>()(
    k.build
      .select({ id: r.id })
      .from(r)
      .where(and(walked[walk], lt(r.id, p('before')), ...[...sieves].map((sieve) => sieved[sieve])))
      .orderBy(desc(r.id))
      .limit(p('limit')),
  );
}
