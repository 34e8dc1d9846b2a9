import { and, asc, desc, eq, getTableColumns, gt, gte, lt, lte, sql } from 'drizzle-orm';
import type { SignedHead } from '../../domain/event.js';
import { count, many, one, run } from '../bind.js';
import type { Kit } from '../columns.js';
import type { Tables } from '../tables/schema.js';
import { columns, everyColumn, p } from './placeholders.js';
import type { ById } from './referral.js';

export interface After {
  readonly after: number;
  readonly limit: number;
}

export function logQueries(k: Kit, t: Tables) {
  const { event: e, tip, checkpoint: c } = t;
  return {
    last: one<object>()(k.build.select({ seq: e.seq, hash: e.hash }).from(e).orderBy(desc(e.seq)).limit(1)),
    after: many<After>()(k.build.select().from(e).where(gt(e.seq, p('after'))).orderBy(asc(e.seq)).limit(p('limit'))),
    ofReferral: many<After & { referralId: string }>()(
      k.build
        .select()
        .from(e)
        .where(and(eq(e.referralId, p('referralId')), gt(e.seq, p('after'))))
        .orderBy(asc(e.seq))
        .limit(p('limit')),
    ),
    insert: run<typeof e.$inferSelect>()(k.build.insert(e).values(everyColumn(e))),

    tip: one<object>()(k.build.select({ seq: tip.seq, hash: tip.hash, at: tip.at, signature: tip.signature }).from(tip)),
    setTip: run<SignedHead>()(
      k.build
        .insert(tip)
        .values({ id: 1, seq: p('seq'), hash: p('hash'), at: p('at'), signature: p('signature') })
        .onConflictDoUpdate({
          target: tip.id,
          set: columns(tip, 'seq', 'hash', 'at', 'signature'),
        }),
    ),
    checkpoints: many<After>()(k.build.select().from(c).where(gt(c.seq, p('after'))).orderBy(asc(c.seq)).limit(p('limit'))),
    keepHead: count<SignedHead>()(k.build.insert(c).values(everyColumn(c)).onConflictDoNothing()),
  };
}

export function transferQueries(k: Kit, t: Tables) {
  const x = t.transfer;
  const { month: _month, ...fields } = getTableColumns(x);
  return {
    byId: one<ById>()(k.build.select(fields).from(x).where(and(eq(x.area, p('area')), eq(x.id, p('id'))))),
    after: many<After>()(k.build.select(fields).from(x).where(gt(x.seq, p('after'))).orderBy(asc(x.seq)).limit(p('limit'))),
    afterInArea: many<After & { area: string }>()(
      k.build
        .select(fields)
        .from(x)
        .where(and(eq(x.area, p('area')), gt(x.seq, p('after'))))
        .orderBy(asc(x.seq))
        .limit(p('limit')),
    ),
    count: many<{ after: number; upTo: number; from: number; until: number }>()(
      k.build.select(counted(t)).from(x).where(inSlice(t)).groupBy(x.month, x.sourceInstitutionId, x.direction, x.category),
    ),
    countInArea: many<{ after: number; upTo: number; from: number; until: number; area: string }>()(
      k.build
        .select(counted(t))
        .from(x)
        .where(and(eq(x.area, p('area')), inSlice(t)))
        .groupBy(x.month, x.sourceInstitutionId, x.direction, x.category),
    ),
    insert: run<typeof x.$inferSelect>()(k.build.insert(x).values(everyColumn(x))),
  };
}

export function filingQueries(k: Kit, { filing: f }: Tables) {
  return {
    byId: one<ById>()(k.build.select().from(f).where(and(eq(f.area, p('area')), eq(f.id, p('id'))))),
    after: many<After & { area: string }>()(
      k.build
        .select()
        .from(f)
        .where(and(eq(f.area, p('area')), gt(f.seq, p('after'))))
        .orderBy(asc(f.seq))
        .limit(p('limit')),
    ),
    insert: run<typeof f.$inferSelect>()(k.build.insert(f).values(everyColumn(f))),
  };
}

export function answerQueries(k: Kit, t: Tables) {
  const a = t.answer;
  return {
    byId: one<{ id: string }>()(k.build.select().from(a).where(eq(a.id, p('id')))),
    /** Over one that was kept for its time and not yet deleted. */
    put: run<typeof a.$inferSelect>()(
      k.build.insert(a).values(everyColumn(a)).onConflictDoUpdate({ target: a.id, set: columns(a, 'createdAt', 'sealed') }),
    ),
    deleteOld: count<{ before: number; limit: number }>()(
      k.build
        .delete(a)
        .where(
          sql`${a.id} in ${k.build
            .select({ id: a.id })
            .from(a)
            .where(lt(a.createdAt, p('before')))
            .orderBy(asc(a.createdAt))
            .limit(p('limit'))}`,
        ),
    ),
  };
}

function counted(t: Tables) {
  const x = t.transfer;
  return {
    month: x.month,
    sourceInstitutionId: x.sourceInstitutionId,
    direction: x.direction,
    category: x.category,
    count: sql<number>`cast(sum(case when ${x.kind} = 'reversed' then -1 else 1 end) as integer)`,
  };
}

function inSlice(t: Tables) {
  const x = t.transfer;
  return and(gt(x.seq, p('after')), lte(x.seq, p('upTo')), gte(x.executedAt, p('from')), lt(x.executedAt, p('until')));
}
