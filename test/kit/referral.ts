import { formatInstant, type Instant } from '../../src/kernel/calendar.js';
import type { ReferralInput } from '../../src/contract/referral.js';
import type { Consortium, Institution, Network } from '../../src/domain/network.js';
import type { Referral, ReferralContent, ReferralCourse } from '../../src/domain/referral.js';
import { AREA, at, CONSORTIA, INSTITUTIONS, MEMBERS, SINCE, upReferral } from './network.js';

/** Referrals and a directory as plain values, for tests of pure rules. */

/** The noon from which the tests of a referral's life reckon. */
export const NOON: Instant = at('2018-03-05', 12);

const NOTHING_YET: ReferralCourse = {
  responsible: {}, sourceLevel: null, targetLevel: null, ruleVersion: null, outside: false, retro: false, facts: [], warnings: [],
  entitlement: null, reservationIds: [], acceptedBy: null, acknowledged: null, transferId: null, filingId: null, feedback: null, noReturnReason: null,
  ending: null, redirectedFrom: null, redirectedTo: null, earlierReceivers: [], linkedOlder: null, consentDueAt: null, statusBefore: null,
  submittedAt: null, waitingSince: null, acceptedAt: null, arrivedAt: null, receivedAt: null, endedAt: null,
};

export interface Told {
  readonly referral?: Partial<Referral>;
  readonly course?: Partial<ReferralCourse>;
  readonly content?: Partial<ReferralContent>;
}

/** A referral as it stands after submission, unless told otherwise. */
export function referralOf({ referral = {}, course = {}, content = {} }: Told = {}, input: ReferralInput = upReferral(1)): Referral {
  const {
    patient, draft: _draft, reserve: _reserve, operator: _operator, direction, category, urgency, sourceInstitutionId,
    targetInstitutionId, targetDepartment, consortiumId, responsible, ...said
  } = input;
  return {
    id: '01620000-0000-7000-8000-000000000001',
    area: AREA,
    referralNo: 'R1803050000000001',
    status: 'submitted',
    version: 1,
    direction,
    category,
    urgency: urgency ?? 'routine',
    sourceInstitutionId,
    targetInstitutionId: targetInstitutionId ?? null,
    targetDepartment: targetDepartment ?? null,
    consortiumId: consortiumId ?? 'g1',
    patientId: '01620000-0000-7000-8000-00000000000a',
    diseaseKey: said.diagnosis?.[0]?.code.slice(0, 3) ?? null,
    deadlineAt: null,
    createdAt: NOON,
    updatedAt: NOON,
    content: { ...said, sex: patient.sex, ...content },
    course: { ...NOTHING_YET, responsible: responsible ?? {}, submittedAt: NOON, waitingSince: NOON, ...course },
    sealedPatient: '',
    ...referral,
  };
}

/** The network of the tests as a snapshot. */
export function networkOf(consortia: Partial<Record<string, Partial<Consortium>>> = {}): Network {
  const institutions = new Map<string, Institution>(
    Object.entries(INSTITUTIONS).map(([id, { levelSince, ...input }]) => [
      id,
      { ...input, departments: input.departments.map((department) => ({ capabilities: [], ...department })), id, area: AREA, levels: [{ level: input.level, since: levelSince ?? SINCE }], version: 1, updatedAt: NOON },
    ]),
  );
  const groups = new Map<string, Consortium>(
    Object.entries(CONSORTIA).map(([id, input]) => [
      id,
      {
        ...input,
        id,
        members: MEMBERS[id]!.map((institutionId) => ({
          institutionId,
          periods: [{ role: institutionId === input.leadInstitutionId ? ('lead' as const) : ('member' as const), from: SINCE, until: null }],
        })),
        version: 1,
        updatedAt: NOON,
        ...consortia[id],
      },
    ]),
  );
  return {
    institution: (id) => institutions.get(id),
    consortium: (id) => groups.get(id),
    institutions: () => institutions.values(),
    consortia: () => groups.values(),
    consortiaOf: (id) => [...groups.values()].filter((c) => c.members.some((m) => m.institutionId === id)),
  };
}

/** An instant so many milliseconds after {@link NOON}, as the wire writes it. */
export function after(ms: number): string {
  return formatInstant(NOON + ms);
}
