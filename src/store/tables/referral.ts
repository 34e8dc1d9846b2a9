import { sql } from 'drizzle-orm';
import type { Category, Direction, FollowUpState, ReferralStatus, Urgency } from '../../contract/vocabulary.js';
import type { ReferralContent, ReferralCourse } from '../../domain/referral.js';
import type { Kit } from '../columns.js';

/** 转诊, whom it is about, and what was said and sent with it. */
export function referralTables(k: Kit) {
  return {
    referral: k.table(
      'referral',
      {
        area: k.text().notNull(),
        id: k.text().notNull(),
        referralNo: k.text().notNull(),
        status: k.text().$type<ReferralStatus>().notNull(),
        version: k.integer().notNull(),
        direction: k.text().$type<Direction>().notNull(),
        category: k.text().$type<Category>().notNull(),
        urgency: k.text().$type<Urgency>().notNull(),
        sourceInstitutionId: k.text().notNull(),
        targetInstitutionId: k.text(),
        targetDepartment: k.text(),
        consortiumId: k.text(),
        patientId: k.text().notNull(),
        diseaseKey: k.text(),
        deadlineAt: k.integer(),
        createdAt: k.integer().notNull(),
        updatedAt: k.integer().notNull(),
        course: k.json().$type<ReferralCourse>().notNull(),
        content: k.json().$type<ReferralContent>().notNull(),
        sealedPatient: k.text().notNull(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.id] }),
        k.uniqueIndex('referral_by_no').on(t.referralNo),
        k.index('referral_by_source').on(t.sourceInstitutionId, t.status, t.id),
        k.index('referral_by_target').on(t.targetInstitutionId, t.status, t.id),
        k.index('referral_by_consortium').on(t.consortiumId, t.id),
        k.index('referral_by_patient').on(t.patientId, t.id),
        k.index('referral_by_deadline').on(t.deadlineAt).where(sql`${t.deadlineAt} is not null`),
      ],
    ),
    patient: k.table(
      'patient',
      {
        area: k.text().notNull(),
        id: k.text().notNull(),
        idDigest: k.text(),
        sealed: k.text().notNull(),
        createdAt: k.integer().notNull(),
        updatedAt: k.integer().notNull(),
        /** The record of the same person that this one was merged into: whoever asks for this one gets that. */
        mergedInto: k.text(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.id] }),
        k.uniqueIndex('patient_by_digest').on(t.idDigest).where(sql`${t.idDigest} is not null`),
      ],
    ),
    message: k.table(
      'message',
      {
        area: k.text().notNull(),
        referralId: k.text().notNull(),
        id: k.text().notNull(),
        institutionId: k.text(),
        author: k.text().notNull(),
        at: k.integer().notNull(),
        sealedText: k.text().notNull(),
      },
      (t) => [k.primaryKey({ columns: [t.area, t.referralId, t.id] })],
    ),
    document: k.table(
      'document',
      {
        area: k.text().notNull(),
        referralId: k.text().notNull(),
        id: k.text().notNull(),
        kind: k.text().notNull(),
        title: k.text().notNull(),
        mediaType: k.text().notNull(),
        author: k.text().notNull(),
        institutionId: k.text(),
        bytes: k.integer().notNull(),
        sha256: k.text().notNull(),
        at: k.integer().notNull(),
        state: k.text().$type<'delivered' | 'acknowledged'>().notNull(),
        /** Last, so that a list of documents does not read through them. */
        sealedContent: k.blob().notNull(),
      },
      (t) => [k.primaryKey({ columns: [t.area, t.referralId, t.id] })],
    ),
    followUp: k.table(
      'follow_up',
      {
        area: k.text().notNull(),
        id: k.text().notNull(),
        referralId: k.text().notNull(),
        institutionId: k.text().notNull(),
        state: k.text().$type<FollowUpState>().notNull(),
        dueOn: k.text().notNull(),
        content: k.text().notNull(),
        result: k.text(),
        guidance: k.text(),
        doneAt: k.integer(),
        doneBy: k.text(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.id] }),
        k.index('follow_up_by_institution').on(t.institutionId, t.state, t.id),
        k.index('follow_up_by_referral').on(t.referralId, t.id),
      ],
    ),
  };
}
