import { and, asc, desc, eq, gt, gte, lt, lte, sql } from 'drizzle-orm';
import type { Backtest } from '../../domain/backtest.js';
import type { Contract } from '../../domain/contract.js';
import { locking, many, one, run } from '../bind.js';
import type { Kit } from '../columns.js';
import type { Tables } from '../tables/schema.js';
import { columns, everyColumn, p } from './placeholders.js';
import type { ById } from './referral.js';

export function contractQueries(k: Kit, { contract: c }: Tables) {
  const at = and(eq(c.area, p('area')), eq(c.id, p('id')));
  const byId = one<ById>()(k.build.select().from(c).where(at));
  return {
    byId,
    lock: locking(k.engine, byId),
    ofPatient: many<{ patientId: string }>()(k.build.select().from(c).where(eq(c.patientId, p('patientId'))).orderBy(asc(c.from), asc(c.area), asc(c.id))),
    insert: run<Contract>()(k.build.insert(c).values(everyColumn(c))),
    update: run<Contract>()(
      k.build
        .update(c)
        .set(columns(c, 'patientId', 'team', 'from', 'until', 'tags', 'sealedPatient', 'version', 'updatedAt'))
        .where(and(at, sql`${c.version} = ${p('version')} - 1`)),
    ),
  };
}

export function budgetQueries(k: Kit, { budget: b }: Tables) {
  return {
    latest: one<{ consortiumId: string; year: number }>()(
      k.build
        .select({ doc: b.doc })
        .from(b)
        .where(and(eq(b.consortiumId, p('consortiumId')), eq(b.year, p('year'))))
        .orderBy(desc(b.version))
        .limit(1),
    ),
    ofYear: many<{ year: number }>()(k.build.select({ doc: b.doc }).from(b).where(eq(b.year, p('year'))).orderBy(asc(b.consortiumId), asc(b.version))),
    insert: run<typeof b.$inferSelect>()(k.build.insert(b).values(everyColumn(b))),
  };
}

export function backtestQueries(k: Kit, { backtest: b }: Tables) {
  const at = and(eq(b.area, p('area')), eq(b.id, p('id')));
  const unfinished = sql`${b.state} in ('queued', 'running')`;
  const byId = one<ById>()(k.build.select().from(b).where(at));
  return {
    byId,
    lock: locking(k.engine, byId),
    unfinished: many<{ limit: number }>()(k.build.select().from(b).where(unfinished).orderBy(asc(b.createdAt), asc(b.id)).limit(p('limit'))),
    lockNext: locking(
      k.engine,
      one<{ now: number }>()(k.build.select().from(b).where(and(unfinished, lte(b.claimedUntil, p('now')))).orderBy(asc(b.createdAt), asc(b.id)).limit(1)),
    ),
    insert: run<Backtest>()(k.build.insert(b).values(everyColumn(b))),
    update: run<Backtest>()(
      k.build.update(b).set(columns(b, 'state', 'progress', 'version', 'claimedUntil', 'startedAt', 'endedAt')).where(and(at, sql`${b.version} = ${p('version')} - 1`)),
    ),
    remove: run<ById>()(k.build.delete(b).where(at)),
  };
}

/** Stays of many, without what is sealed: a page of whole persons, found by the index of persons. */
export function personQueries(k: Kit, { stay: s, accumulator: a }: Tables) {
  const { id, institutionId, number, patientId, referralId, level, record, admittedAt, insuredArea, scheme, personKind, reached, policyId, policyVersion, figures } = s;
  const facts = { id, institutionId, number, patientId, referralId, level, record, admittedAt, insuredArea, scheme, personKind, reached, policyId, policyVersion, figures };
  return {
    staysAfter: many<{ after: string; limit: number }>()(
      k.build.select(facts).from(s).where(gt(s.patientId, p('after'))).orderBy(asc(s.patientId)).limit(p('limit')),
    ),
    stays: many<{ patientId: string }>()(k.build.select(facts).from(s).where(eq(s.patientId, p('patientId')))),
    count: one<object>()(k.build.select({ count: sql<number>`cast(count(*) as bigint)` }).from(s)),
    accumulators: many<{ after: string; last: string }>()(
      k.build.select().from(a).where(and(gt(a.patientId, p('after')), lte(a.patientId, p('last')))),
    ),
  };
}

/** What was settled of the admissions of one day, for those who are insured in one prefecture and scheme. */
export interface ChargedDay {
  readonly insuredArea: string;
  readonly scheme: string;
  readonly from: number;
  readonly until: number;
}

/** Sums of settled stays: of a day's index entries, never of a row. */
export function chargeQueries(k: Kit, { stay: s, contract: c }: Tables) {
  const ofDay = and(
    eq(s.insuredArea, p('insuredArea')),
    eq(s.scheme, p('scheme')),
    gte(s.admittedAt, p('from')),
    lt(s.admittedAt, p('until')),
    sql`${s.chargedFen} is not null`,
  );
  const visitType = sql<'inpatient' | 'outpatient'>`case when ${s.kind} = 'outpatient' then 'outpatient' else 'inpatient' end`;
  const sums = {
    settlements: sql<number>`cast(count(*) as integer)`,
    fundFen: sql<number>`cast(sum(${s.chargedFen}) as bigint)`,
  };
  /** Of contracts that hold on the day the one that began last. */
  const team = sql<string | null>`(${k.build
    .select({ institutionId: c.institutionId })
    .from(c)
    .where(and(eq(c.patientId, s.patientId), sql`${c.from} <= ${p('date')}`, sql`(${c.until} is null or ${c.until} >= ${p('date')})`))
    .orderBy(desc(c.from), desc(c.area), desc(c.id))
    .limit(1)})`;
  return {
    byDistrict: many<ChargedDay>()(
      k.build
        .select({ institutionId: s.institutionId, insuredDistrict: s.insuredDistrict, visitType, ...sums })
        .from(s)
        .where(ofDay)
        .groupBy(sql`1, 2, 3`),
    ),
    byContract: many<ChargedDay & { date: string }>()(
      k.build
        .select({ institutionId: s.institutionId, contractedWith: team, visitType, ...sums })
        .from(s)
        .where(ofDay)
        .groupBy(sql`1, 2, 3`),
    ),
  };
}
