import { localDateOf } from '../../kernel/calendar.js';
import { must } from '../../kernel/assert.js';
import { invalid, isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import type { Patient, ReferralInput } from '../../contract/referral.js';
import { diseaseKeyOf } from '../../domain/content.js';
import { checkPatient, normalisePatient, type Warning } from '../../domain/identity.js';
import type { Referral, ReferralContent, ReferralCourse } from '../../domain/referral.js';
import type { Unit } from '../ports.js';
import { identify, type Present } from './identify.js';
import { namelessConsent, openPersons, sealPersons } from './persons.js';

/** What a sender states, turned into a referral that is not yet sent. */

/** The parts of a statement that have columns of their own, and the rest. */
export function contentOf(body: Omit<ReferralInput, 'sourceInstitutionId'>): ReferralContent {
  const {
    patient, consent, draft: _draft, reserve: _reserve, operator: _operator, direction: _direction, category: _category, urgency: _urgency,
    targetInstitutionId: _target, targetDepartment: _department, consortiumId: _consortium, responsible: _responsible, ...rest
  } = body;
  const { sourceInstitutionId: _source, ...content } = rest as typeof rest & { sourceInstitutionId?: string };
  return { sex: patient.sex, ...content, ...(consent && { consent: namelessConsent(consent) }) };
}

/** Department codes are kept without the leading A that some licences print. */
export function departmentOf(code: string | undefined): string | null {
  return code === undefined ? null : code.replace(/^A/, '');
}

export interface KnownPatient {
  readonly patient: Patient;
  readonly patientId: string;
  readonly warnings: readonly Warning[];
}

interface Stated {
  /** Where the body says who it is: `` for `/patient`. */
  readonly at?: string;
  /** Whom an earlier statement of the same record was about. */
  readonly present?: Present | null;
}

/** The stated patient, checked and identified. */
export async function knowPatient(unit: Unit, stated: Patient, emergency: boolean, area: string, { at = '', present = null }: Stated = {}): Promise<KnownPatient | Refusal> {
  const { errors, warnings } = checkPatient(stated, localDateOf(unit.now), emergency);
  if (errors.length > 0) return invalid(...errors.map((e) => ({ ...e, pointer: `${at}${e.pointer}` })));
  const patient = normalisePatient(stated);
  return { patient, patientId: await identify(unit, patient, area, present), warnings };
}

/** Whom a referral is about so far, and how it was said. */
export function statedIn(unit: Unit, referral: Referral): Present {
  return { patientId: referral.patientId, stated: openPersons(unit.vault, referral).patient };
}

const NOTHING_YET: ReferralCourse = {
  responsible: {}, sourceLevel: null, targetLevel: null, ruleVersion: null, outside: false, retro: false, facts: [], warnings: [],
  entitlement: null, reservationIds: [], acceptedBy: null, acknowledged: null, transferId: null, filingId: null, feedback: null, noReturnReason: null,
  ending: null, redirectedFrom: null, redirectedTo: null, earlierReceivers: [], linkedOlder: null, consentDueAt: null, statusBefore: null,
  submittedAt: null, waitingSince: null, acceptedAt: null, arrivedAt: null, receivedAt: null, endedAt: null,
};

/** The prefecture of whose capacity is asked for, else of the sender: it is fixed in the id. */
function areaFor(unit: Unit, body: ReferralInput): string {
  const target = body.targetInstitutionId === undefined ? undefined : unit.network.institution(body.targetInstitutionId);
  return (target ?? must(unit.network.institution(body.sourceInstitutionId), 'the sender is known')).area;
}

/** A referral at version 0: nothing is decided yet. */
export async function startDraft(unit: Unit, body: ReferralInput): Promise<Referral | Refusal> {
  if (unit.actor.institutionId !== body.sourceInstitutionId) return refuse('wrong_party');
  const area = areaFor(unit, body);
  const known = await knowPatient(unit, body.patient, body.urgency === 'emergency', area);
  if (isRefusal(known)) return known;
  const id = unit.ids.next(area);
  return {
    id,
    area,
    referralNo: `R${localDateOf(unit.now).slice(2).replaceAll('-', '')}${unit.ids.code(10)}`,
    status: 'draft',
    version: 0,
    direction: body.direction,
    category: body.category,
    urgency: body.urgency ?? 'routine',
    sourceInstitutionId: body.sourceInstitutionId,
    targetInstitutionId: body.targetInstitutionId ?? null,
    targetDepartment: departmentOf(body.targetDepartment),
    consortiumId: body.consortiumId ?? null,
    patientId: known.patientId,
    diseaseKey: diseaseKeyOf(body),
    deadlineAt: null,
    createdAt: unit.now,
    updatedAt: unit.now,
    content: contentOf(body),
    course: { ...NOTHING_YET, responsible: body.responsible ?? {}, warnings: known.warnings },
    sealedPatient: sealPersons(unit.vault, id, { patient: known.patient, consent: body.consent }),
  };
}
