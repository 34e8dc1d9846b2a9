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

/** What an action changes of a referral; its content and the patient's identity are another matter. */
const HOT = [
  'status', 'version', 'direction', 'category', 'urgency', 'sourceInstitutionId', 'targetInstitutionId', 'targetDepartment',
  'consortiumId', 'patientId', 'diseaseKey', 'deadlineAt', 'updatedAt', 'course',
] as const;

export function referralQueries(k: Kit, t: Tables) {
  const at = and(eq(t.referral.area, p('area')), eq(t.referral.id, p('id')));
  /** Guarded by the version that was loaded: an update that finds another touches no row. */
  const loaded = and(at, sql`${t.referral.version} = ${p('version')} - 1`);
  const { area: _area, ...patient } = getTableColumns(t.patient);
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
    update: run<Referral>()(k.build.update(t.referral).set(columns(t.referral, ...HOT)).where(loaded)),
    updateWhole: run<Referral>()(k.build.update(t.referral).set(columns(t.referral, ...HOT, 'content', 'sealedPatient')).where(loaded)),

    patient: one<ById>()(k.build.select(patient).from(t.patient).where(and(eq(t.patient.area, p('area')), eq(t.patient.id, p('id'))))),
    patientByDigest: one<{ idDigest: string }>()(k.build.select(patient).from(t.patient).where(eq(t.patient.idDigest, p('idDigest')))),
    insertPatient: run<PatientRecord & { area: string }>()(k.build.insert(t.patient).values(everyColumn(t.patient))),
    updatePatient: run<PatientRecord & { area: string }>()(
      k.build
        .update(t.patient)
        .set(columns(t.patient, 'idDigest', 'sealed', 'updatedAt'))
        .where(and(eq(t.patient.area, p('area')), eq(t.patient.id, p('id')))),
    ),
  };
}
