import { sql } from 'drizzle-orm';
import type { EntryCause, EntryKind, InsuranceScheme, Level, PersonKind, StayKind } from '../../contract/vocabulary.js';
import type { Figures, Reached, Settled, Stay } from '../../domain/stay.js';
import type { Kit } from '../columns.js';

/** 就诊记录, what they bear, and the ledger of it. */
export function insuranceTables(k: Kit) {
  return {
    stay: k.table(
      'stay',
      {
        area: k.text().notNull(),
        id: k.text().notNull(),
        institutionId: k.text().notNull(),
        number: k.text().notNull(),
        patientId: k.text().notNull(),
        referralId: k.text(),
        executedReferral: k.flag().notNull(),
        level: k.text().$type<Level>().notNull(),
        sourceVersion: k.integer().notNull(),
        version: k.integer().notNull(),
        createdAt: k.integer().notNull(),
        updatedAt: k.integer().notNull(),
        record: k.json().$type<Stay['record']>().notNull(),
        sealedPatient: k.text().notNull(),
        admittedAt: k.integer().notNull(),
        insuredArea: k.text(),
        scheme: k.text().$type<InsuranceScheme>(),
        personKind: k.text().$type<PersonKind>(),
        reached: k.json().$type<Reached>(),
        policyId: k.text(),
        policyVersion: k.integer(),
        figures: k.json().$type<Figures>(),
        settled: k.json().$type<Settled>(),
        insuredDistrict: k.text(),
        kind: k.text().$type<StayKind>().notNull(),
        /** What the fund paid by the settlement, for sums; null also while the stay is void. */
        chargedFen: k.integer(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.id] }),
        k.uniqueIndex('stay_by_number').on(t.institutionId, t.number),
        k.index('stay_by_patient').on(t.patientId, t.admittedAt),
        k.index('stay_by_referral').on(t.referralId).where(sql`${t.referralId} is not null`),
        /** Those that bear nothing: they wait for a policy, or are void. */
        k.index('stay_unassessed').on(t.insuredArea, t.scheme, t.admittedAt, t.id).where(sql`${t.figures} is null`),
        /** Holds all that a budget asks: sums need no row. */
        k
          .index('stay_charged')
          .on(t.insuredArea, t.scheme, t.admittedAt, t.institutionId, t.insuredDistrict, t.patientId, t.kind, t.chargedFen)
          .where(sql`${t.chargedFen} is not null`),
      ],
    ),
    /** What the insurer states of stays outside the platform: the latest statement of each year. */
    accumulator: k.table(
      'accumulator',
      {
        /** Of the insurer. */
        area: k.text().notNull(),
        patientId: k.text().notNull(),
        year: k.integer().notNull(),
        stays: k.integer().notNull(),
        borneFen: k.integer().notNull(),
        paidFen: k.integer().notNull(),
        asOf: k.text().notNull(),
        updatedAt: k.integer().notNull(),
      },
      (t) => [k.primaryKey({ columns: [t.area, t.patientId, t.year] }), k.index('accumulator_by_patient').on(t.patientId)],
    ),
    /** Append-only: the sum of a stay's entries is what it bears. */
    deductibleEntry: k.table(
      'deductible_entry',
      {
        area: k.text().notNull(),
        /** Of the event that told of it: the cursor of the feed. */
        seq: k.integer().notNull(),
        stayId: k.text().notNull(),
        institutionId: k.text().notNull(),
        patientId: k.text().notNull(),
        /** The prefecture whose insurer pays. */
        insuredArea: k.text().notNull(),
        kind: k.text().$type<EntryKind>().notNull(),
        deltaFen: k.integer().notNull(),
        resultFen: k.integer().notNull(),
        policyId: k.text().notNull(),
        policyVersion: k.integer().notNull(),
        because: k.text().$type<EntryCause>().notNull(),
        at: k.integer().notNull(),
      },
      (t) => [
        k.primaryKey({ columns: [t.area, t.seq] }),
        k.index('deductible_entry_by_insurer').on(t.insuredArea, t.seq),
        k.index('deductible_entry_by_stay').on(t.stayId, t.seq),
      ],
    ),
    /** A policy has arrived: stays that waited for it are assessed one after the other, from here on. */
    policySweep: k.table(
      'policy_sweep',
      {
        policyId: k.text().notNull(),
        version: k.integer().notNull(),
        /** The last stay that was looked at. */
        afterAt: k.integer().notNull(),
        afterId: k.text().notNull(),
      },
      (t) => [k.primaryKey({ columns: [t.policyId, t.version] })],
    ),
  };
}
