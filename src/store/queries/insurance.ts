import { and, asc, eq, getTableColumns, gt, sql } from 'drizzle-orm';
import type { LedgerEntry } from '../../domain/ledger.js';
import type { Stay } from '../../domain/stay.js';
import type { Accumulator, PolicySweep, WaitingFilter } from '../../usecase/ports.js';
import { locking, many, one, run } from '../bind.js';
import type { Kit } from '../columns.js';
import type { Tables } from '../tables/schema.js';
import type { After } from './log.js';
import { columns, everyColumn, p } from './placeholders.js';
import type { ById } from './referral.js';

/** A stay as it is stored: with what only the database asks for. */
export type StayRow = Stay & { readonly kind: string; readonly chargedFen: number | null };

export function stayQueries(k: Kit, { stay: s }: Tables) {
  const { kind: _kind, chargedFen: _charged, ...fields } = getTableColumns(s);
  const at = and(eq(s.area, p('area')), eq(s.id, p('id')));
  return {
    byId: one<ById>()(k.build.select(fields).from(s).where(at)),
    byNumber: one<{ institutionId: string; number: string }>()(
      k.build.select(fields).from(s).where(and(eq(s.institutionId, p('institutionId')), eq(s.number, p('number')))),
    ),
    ofPatient: many<{ patientId: string }>()(k.build.select(fields).from(s).where(eq(s.patientId, p('patientId')))),
    underReferral: many<{ referralId: string }>()(k.build.select(fields).from(s).where(eq(s.referralId, p('referralId')))),
    waiting: many<WaitingFilter>()(
      k.build
        .select({ id: s.id, patientId: s.patientId, admittedAt: s.admittedAt })
        .from(s)
        .where(
          and(
            eq(s.insuredArea, p('insuredArea')),
            eq(s.scheme, p('scheme')),
            sql`${s.figures} is null`,
            sql`(${s.admittedAt}, ${s.id}) > (${p('afterAt')}, ${p('afterId')})`,
            sql`${s.admittedAt} < ${p('until')}`,
          ),
        )
        .orderBy(asc(s.admittedAt), asc(s.id))
        .limit(p('limit')),
    ),
    insert: run<StayRow>()(k.build.insert(s).values(everyColumn(s))),
    update: run<StayRow>()(
      k.build
        .update(s)
        .set(
          columns(
            s, 'patientId', 'referralId', 'executedReferral', 'level', 'sourceVersion', 'version', 'updatedAt', 'record', 'sealedPatient', 'admittedAt',
            'insuredArea', 'insuredDistrict', 'scheme', 'personKind', 'reached', 'kind', 'chargedFen',
          ),
        )
        .where(and(at, sql`${s.version} = ${p('version')} - 1`)),
    ),
    stand: run<StayRow>()(
      k.build.update(s).set(columns(s, 'executedReferral', 'reached', 'policyId', 'policyVersion', 'figures', 'settled', 'chargedFen')).where(at),
    ),
  };
}

export function accumulatorQueries(k: Kit, { accumulator: a }: Tables) {
  return {
    ofPatient: many<{ patientId: string }>()(k.build.select().from(a).where(eq(a.patientId, p('patientId')))),
    put: run<Accumulator>()(
      k.build
        .insert(a)
        .values(everyColumn(a))
        .onConflictDoUpdate({ target: [a.area, a.patientId, a.year], set: columns(a, 'stays', 'borneFen', 'paidFen', 'asOf', 'updatedAt') }),
    ),
    remove: run<Accumulator>()(k.build.delete(a).where(and(eq(a.area, p('area')), eq(a.patientId, p('patientId')), eq(a.year, p('year'))))),
  };
}

/** The ledger of deductibles. Nothing in it is ever updated or deleted. */
export function entryQueries(k: Kit, { deductibleEntry: e }: Tables) {
  return {
    after: many<After & { insuredArea: string }>()(
      k.build
        .select()
        .from(e)
        .where(and(eq(e.insuredArea, p('insuredArea')), gt(e.seq, p('after'))))
        .orderBy(asc(e.seq))
        .limit(p('limit')),
    ),
    /** What has its number: below zero waits for it. */
    ofStay: many<{ stayId: string }>()(k.build.select().from(e).where(and(eq(e.stayId, p('stayId')), gt(e.seq, 0))).orderBy(asc(e.seq))),
    insert: run<LedgerEntry & { seq: number }>()(k.build.insert(e).values(everyColumn(e))),
  };
}

export function sweepQueries(k: Kit, { policySweep: w }: Tables) {
  const at = and(eq(w.policyId, p('policyId')), eq(w.version, p('version')));
  return {
    lock: locking(k.engine, one<object>()(k.build.select().from(w).orderBy(asc(w.policyId), asc(w.version)).limit(1))),
    insert: run<PolicySweep>()(k.build.insert(w).values(everyColumn(w))),
    update: run<PolicySweep>()(k.build.update(w).set(columns(w, 'afterAt', 'afterId')).where(at)),
    remove: run<PolicySweep>()(k.build.delete(w).where(at)),
  };
}
