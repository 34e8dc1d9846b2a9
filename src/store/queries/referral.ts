import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Referral } from '../../domain/referral.js';
import type { PatientRecord } from '../../usecase/ports.js';
import { locking, many, one, run } from '../bind.js';
import type { Kit } from '../columns.js';
import type { Tables } from '../tables/schema.js';
import { columns, everyColumn, p } from './placeholders.js';

export interface ById {
  readonly area: string;
  readonly id: string;
}

/**
 * SQLite rewrites the entries of every index whose columns an update names, changed or not, and an entry
 * is a page of the journal. So an update names no more than it must: what nearly every action changes,
 * what moves a referral from one list to another, and the rest.
 */
const NOTED = ['version', 'urgency', 'updatedAt', 'course'] as const;
const MOVED = [...NOTED, 'status', 'deadlineAt'] as const;
const WHOLE = [
  ...MOVED, 'direction', 'category', 'sourceInstitutionId', 'targetInstitutionId', 'targetDepartment', 'consortiumId', 'patientId',
  'diseaseKey', 'content', 'sealedPatient',
] as const;

/** The narrowest of the updates that covers what has changed. */
export function updateFor(before: Referral, after: Referral): 'note' | 'move' | 'rewrite' {
  const differs = (column: keyof Referral): boolean => before[column] !== after[column];
  const covered: readonly string[] = MOVED;
  if (WHOLE.some((column) => !covered.includes(column) && differs(column))) return 'rewrite';
  return differs('status') || differs('deadlineAt') ? 'move' : 'note';
}

export function referralQueries(k: Kit, t: Tables) {
  const at = and(eq(t.referral.area, p('area')), eq(t.referral.id, p('id')));
  /** Guarded by the version that was loaded: an update that finds another touches no row. */
  const loaded = and(at, sql`${t.referral.version} = ${p('version')} - 1`);
  const byId = one<ById>()(k.build.select().from(t.referral).where(at));
  return {
    byId,
    lock: locking(k.engine, byId),
    byNo: one<{ referralNo: string }>()(k.build.select().from(t.referral).where(eq(t.referral.referralNo, p('referralNo')))),
    ofPatient: many<{ patientId: string }>()(
      k.build
        .select()
        .from(t.referral)
        .where(
          and(
            eq(t.referral.patientId, p('patientId')),
            sql`${t.referral.status} in ('submitted', 'info-requested', 'accepted', 'scheduled', 'arrived', 'in-care')`,
          ),
        )
        .orderBy(asc(t.referral.id)),
    ),
    overdue: many<{ now: number; limit: number }>()(
      k.build
        .select({ id: t.referral.id })
        .from(t.referral)
        .where(sql`${t.referral.deadlineAt} <= ${p('now')}`)
        .orderBy(asc(t.referral.deadlineAt))
        .limit(p('limit')),
    ),
    insert: run<Referral>()(k.build.insert(t.referral).values(everyColumn(t.referral))),
    note: run<Referral>()(k.build.update(t.referral).set(columns(t.referral, ...NOTED)).where(loaded)),
    move: run<Referral>()(k.build.update(t.referral).set(columns(t.referral, ...MOVED)).where(loaded)),
    rewrite: run<Referral>()(k.build.update(t.referral).set(columns(t.referral, ...WHOLE)).where(loaded)),
    idsOfPatient: many<{ patientId: string }>()(
      k.build.select({ id: t.referral.id }).from(t.referral).where(eq(t.referral.patientId, p('patientId'))).orderBy(asc(t.referral.id)),
    ),
  };
}

export function patientQueries(k: Kit, { patient: x }: Tables) {
  const at = and(eq(x.area, p('area')), eq(x.id, p('id')));
  const { area: _area, ...record } = getTableColumns(x);
  const byId = one<ById>()(k.build.select(record).from(x).where(at));
  return {
    byId,
    lock: locking(k.engine, byId),
    byDigest: one<{ idDigest: string }>()(k.build.select(record).from(x).where(eq(x.idDigest, p('idDigest')))),
    insert: run<PatientRecord & { area: string }>()(k.build.insert(x).values(everyColumn(x))),
    update: run<PatientRecord & { area: string }>()(k.build.update(x).set(columns(x, 'idDigest', 'sealed', 'updatedAt', 'mergedInto')).where(at)),
  };
}
