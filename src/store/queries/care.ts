import { and, asc, eq, getTableColumns, gt, lt, type SQL } from 'drizzle-orm';
import type { DocumentRecord, FollowUp, Message } from '../../usecase/ports.js';
import { many, one, run } from '../bind.js';
import type { Kit } from '../columns.js';
import type { Tables } from '../tables/schema.js';
import { columns, everyColumn, p } from './placeholders.js';
import type { ById } from './referral.js';

export interface OfReferral {
  readonly area: string;
  readonly referralId: string;
}

/** A page of them: those behind an id, in its order. */
export interface PageOfReferral extends OfReferral {
  readonly after: string;
  readonly limit: number;
}

export interface PageOfFollowUps {
  readonly state: string;
  readonly dueBefore: string;
  readonly after: string;
  readonly limit: number;
}

/** Messages, documents and follow-ups of a referral. */
export function careQueries(k: Kit, t: Tables) {
  const { message: m, document: d, followUp: f } = t;
  const { area: _area, sealedContent, ...facts } = getTableColumns(d);
  const theDocument = and(eq(d.area, p('area')), eq(d.referralId, p('referralId')), eq(d.id, p('id')));
  const theFollowUp = and(eq(f.area, p('area')), eq(f.id, p('id')));
  const inState = (whose: SQL) =>
    k.build
      .select()
      .from(f)
      .where(and(whose, eq(f.state, p('state')), gt(f.id, p('after')), lt(f.dueOn, p('dueBefore'))))
      .orderBy(asc(f.id))
      .limit(p('limit'));
  return {
    messages: many<PageOfReferral>()(
      k.build.select().from(m).where(and(eq(m.area, p('area')), eq(m.referralId, p('referralId')), gt(m.id, p('after')))).orderBy(asc(m.id)).limit(p('limit')),
    ),
    insertMessage: run<Omit<Message, 'text'> & { area: string; sealedText: string }>()(k.build.insert(m).values(everyColumn(m))),

    documents: many<OfReferral>()(
      k.build.select(facts).from(d).where(and(eq(d.area, p('area')), eq(d.referralId, p('referralId')))).orderBy(asc(d.id)),
    ),
    documentsAfter: many<PageOfReferral>()(
      k.build.select(facts).from(d).where(and(eq(d.area, p('area')), eq(d.referralId, p('referralId')), gt(d.id, p('after')))).orderBy(asc(d.id)).limit(p('limit')),
    ),
    document: one<OfReferral & { id: string }>()(k.build.select({ ...facts, sealedContent }).from(d).where(theDocument)),
    insertDocument: run<DocumentRecord & { area: string; sealedContent: Uint8Array }>()(k.build.insert(d).values(everyColumn(d))),
    updateDocument: run<DocumentRecord & { area: string }>()(
      k.build.update(d).set(columns(d, 'kind', 'title', 'state')).where(theDocument),
    ),
    deleteDocument: run<OfReferral & { id: string }>()(k.build.delete(d).where(theDocument)),

    followUp: one<ById>()(k.build.select().from(f).where(theFollowUp)),
    followUpsOf: many<{ referralId: string }>()(
      k.build.select().from(f).where(eq(f.referralId, p('referralId'))).orderBy(asc(f.id)),
    ),
    followUpsInState: many<PageOfFollowUps & { institutionId: string }>()(inState(eq(f.institutionId, p('institutionId')))),
    followUpsOfInState: many<PageOfFollowUps & { referralId: string }>()(inState(eq(f.referralId, p('referralId')))),
    insertFollowUp: run<FollowUp>()(k.build.insert(f).values(everyColumn(f))),
    updateFollowUp: run<FollowUp>()(
      k.build
        .update(f)
        .set(columns(f, 'institutionId', 'state', 'dueOn', 'content', 'result', 'guidance', 'doneAt', 'doneBy'))
        .where(theFollowUp),
    ),
  };
}
