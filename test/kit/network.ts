import { addDays, formatInstant, HOUR, startOfDay, type Instant, type LocalDate } from '../../src/kernel/calendar.js';
import { isRefusal, type Refusal } from '../../src/kernel/problem.js';
import type { PoolInput, SessionInput } from '../../src/contract/capacity.js';
import type { ConsortiumInput, InstitutionInput, MemberPeriod } from '../../src/contract/institution.js';
import type { Patient, ReferralInput } from '../../src/contract/referral.js';
import type { Role } from '../../src/contract/vocabulary.js';
import { patientOf } from '../../src/demo/people.js';
import { putPool } from '../../src/usecase/capacity/put-pool.js';
import { putSessions } from '../../src/usecase/capacity/put-sessions.js';
import { putConsortium } from '../../src/usecase/network/put-consortium.js';
import { putInstitution } from '../../src/usecase/network/put-institution.js';
import { putMember } from '../../src/usecase/network/put-member.js';
import type { Actor, Unit } from '../../src/usecase/ports.js';

/**
 * A small network for tests. Two tight groups, each under a tertiary hospital, a loose alliance across
 * them, somebody outside and somebody in the next prefecture:
 *
 *     t1 tertiary   ─ g1 (medical group, Guangzhou's rule): t1 lead; s1 p1 p2 r1 n1
 *     t2 tertiary   ─ g2 (medical community, Foshan's rule): t2 lead; s2 p3 p4
 *     v1 provincial ─ a1 (specialty alliance, loose): v1 lead; t1 t2 s1
 *     p0 primary, s0 secondary: in no consortium        f1 tertiary: another prefecture, in none
 *
 * Everybody stands on one line of longitude; `AT` is the place on it, a hundredth of a degree (1.11 km) each.
 */

export const AREA = '440100';
export const SINCE: LocalDate = '2017-01-01';

/** What a store offers to a test that puts something into it. */
export interface Writes {
  write<T>(actor: Actor, run: (unit: Unit) => Promise<T | Refusal>): Promise<T | Refusal>;
}

export const ADMIN: Actor = { clientId: 'admin', roles: ['admin'], institutionId: null, area: null, operator: null };

/** Somebody who acts for an institution. */
export function actorOf(institutionId: string, ...roles: Role[]): Actor {
  return { clientId: `client-${institutionId}`, roles: roles.length > 0 ? roles : ['clerk', 'doctor', 'coordinator', 'his'], institutionId, area: null, operator: null };
}

export const REGULATOR: Actor = { clientId: 'regulator', roles: ['regulator'], institutionId: null, area: AREA, operator: null };

const DEPARTMENTS = {
  '02': '全科医疗科', '03': '内科', '03.04': '心血管内科', '04': '外科', '20': '急诊医学科', '21': '康复医学科', '24': '临终关怀科', '32.02': 'CT诊断',
} as const;
type DepartmentCode = keyof typeof DEPARTMENTS;

const HOSPITAL: readonly DepartmentCode[] = ['03', '03.04', '04', '20', '32.02'];

/** Hundredths of a degree north of 23.00. */
const AT: Record<string, number> = { t1: 20, t2: 10, s1: 25, s2: 12, p1: 30, p2: 28, p3: 14, p4: 8, r1: 22, n1: 24, v1: 0, p0: 18, s0: 19, f1: -20 };

function institution(id: string, level: InstitutionInput['level'], kind: InstitutionInput['kind'], departments: readonly DepartmentCode[], more: Partial<InstitutionInput> = {}): InstitutionInput {
  return {
    name: `${id} 医院`,
    level,
    levelSince: SINCE,
    kind,
    district: '440114',
    location: { lat: 23 + AT[id]! / 100, lng: 113.2 },
    departments: departments.map((code) => ({ code, name: DEPARTMENTS[code], capabilities: [] })),
    referralOffice: { phone: '020-86830000' },
    ...more,
  };
}

export const INSTITUTIONS: Readonly<Record<string, InstitutionInput>> = {
  t1: institution('t1', 'tertiary', 'general', HOSPITAL, { registrationFeeFen: 2_000, capabilities: ['chest-pain', 'stroke', 'trauma'] }),
  t2: institution('t2', 'tertiary', 'tcm', HOSPITAL, { registrationFeeFen: 1_500, capabilities: ['chest-pain'] }),
  s1: institution('s1', 'secondary', 'general', HOSPITAL, { registrationFeeFen: 1_000, capabilities: ['chest-pain'] }),
  s2: institution('s2', 'secondary', 'general', ['03', '04', '20', '32.02'], { registrationFeeFen: 1_000 }),
  p1: institution('p1', 'primary', 'community', ['02', '21'], { formulary: ['阿司匹林', '氨氯地平'] }),
  p2: institution('p2', 'primary', 'township', ['02']),
  p3: institution('p3', 'primary', 'community', ['02', '21']),
  p4: institution('p4', 'primary', 'village', ['02']),
  r1: institution('r1', 'secondary', 'rehabilitation', ['21']),
  n1: institution('n1', 'primary', 'nursing', ['24']),
  v1: institution('v1', 'provincial', 'general', HOSPITAL, { registrationFeeFen: 3_000, capabilities: ['chest-pain', 'stroke'], district: '440104' }),
  p0: institution('p0', 'primary', 'community', ['02']),
  s0: institution('s0', 'secondary', 'general', ['03', '20']),
  f1: institution('f1', 'tertiary', 'general', HOSPITAL, { district: '440604' }),
};

/** Guangzhou 2018, line 27: 免挂号费 and the three priorities, for primary senders. */
export const GUANGZHOU_RULE = { waiveRegistrationFee: true, priorities: ['expert-clinic', 'exam', 'admission'], senderLevels: ['primary'] } satisfies ConsortiumInput['entitlementRule'];
/** Foshan 2017, line 51: the priorities alone, for every lower level. */
export const FOSHAN_RULE = { waiveRegistrationFee: false, priorities: ['expert-clinic', 'exam', 'admission'], senderLevels: ['primary', 'secondary'] } satisfies ConsortiumInput['entitlementRule'];

export const CONSORTIA: Readonly<Record<string, ConsortiumInput>> = {
  g1: { name: '第一医疗集团', type: 'medical-group', tightness: 'tight', scope: 'district', leadInstitutionId: 't1', entitlementRule: GUANGZHOU_RULE },
  g2: { name: '第二医共体', type: 'medical-community', tightness: 'tight', scope: 'district', leadInstitutionId: 't2', entitlementRule: FOSHAN_RULE },
  a1: { name: '心血管专科联盟', type: 'specialty-alliance', tightness: 'loose', scope: 'cross-district', specialty: 'cardiology', leadInstitutionId: 'v1', entitlementRule: { waiveRegistrationFee: false, priorities: [], senderLevels: [] } },
};

export const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  g1: ['t1', 's1', 'p1', 'p2', 'r1', 'n1'],
  g2: ['t2', 's2', 'p3', 'p4'],
  a1: ['v1', 't1', 't2', 's1'],
};

/** Half of an expert clinic is kept for primary care until a day before it; beds keep two for the group. */
const EXPERT_ALLOTMENTS: PoolInput['allotments'] = [{ id: 'primary', audience: { level: 'primary', consortiumId: 'g1' }, shareBp: 5_000, releaseHours: 24 }];
const BED_ALLOTMENTS: PoolInput['allotments'] = [{ id: 'group', audience: { consortiumId: 'g1' }, places: 2, releaseHours: 12 }];

export const POOLS: Readonly<Record<string, PoolInput>> = {
  't1-expert': { institutionId: 't1', kind: 'clinic', department: '03.04', practitioner: { code: 'D001', name: '林医生' }, tier: 'expert', name: '心内科专家门诊', registrationFeeFen: 5_000, allotments: EXPERT_ALLOTMENTS },
  't1-clinic': { institutionId: 't1', kind: 'clinic', department: '03', tier: 'general', name: '内科普通门诊' },
  't1-ct': { institutionId: 't1', kind: 'exam', department: '32.02', item: 'CT', name: 'CT检查' },
  't1-bed': { institutionId: 't1', kind: 'bed', department: '03.04', name: '心内科病区', allotments: BED_ALLOTMENTS },
  't1-arranged': { institutionId: 't1', kind: 'bed', department: '04', name: '外科病区', booking: 'arranged' },
  't2-expert': { institutionId: 't2', kind: 'clinic', department: '03.04', tier: 'expert', name: '心内科专家门诊', registrationFeeFen: 4_000 },
  't2-bed': { institutionId: 't2', kind: 'bed', department: '03.04', name: '心内科病区' },
  's1-clinic': { institutionId: 's1', kind: 'clinic', department: '03.04', tier: 'general', name: '心内科门诊' },
  's1-ct': { institutionId: 's1', kind: 'exam', department: '32.02', item: 'CT', name: 'CT检查' },
  's1-bed': { institutionId: 's1', kind: 'bed', department: '03', name: '内科病区' },
  'r1-bed': { institutionId: 'r1', kind: 'bed', department: '21', name: '康复病区' },
  'p1-clinic': { institutionId: 'p1', kind: 'clinic', department: '02', tier: 'general', name: '全科门诊' },
};

/** The result of what must not be refused. */
export function granted<T>(result: T | Refusal): T {
  if (isRefusal(result)) throw new Error(`refused: ${result.code} ${JSON.stringify(result.extra)}`);
  return result;
}

/** The same for a unit of work. */
export async function accepted<T>(outcome: Promise<T | Refusal>): Promise<T> {
  return granted(await outcome);
}

/** The code of a refusal; undefined where there was none. */
export function codeOf(outcome: unknown): string | undefined {
  return isRefusal(outcome) ? outcome.code : undefined;
}

/** The pointers of a refusal, in its order. */
export function pointersOf(outcome: unknown): string[] {
  return isRefusal(outcome) ? (outcome.extra.errors ?? []).map((e) => e.pointer) : [];
}

/** Writes institutions, consortia, members (since {@link SINCE}) and pools. Sessions are the test's own. */
export async function putNetwork(store: Writes): Promise<void> {
  // In one unit: a test begins sooner, and nothing depends on the order in which units come to their turn.
  await accepted(store.write(ADMIN, async (unit) => {
    const must = async (written: Promise<object>): Promise<void> => void (await accepted(written));
    for (const [id, body] of Object.entries(INSTITUTIONS)) await must(putInstitution(unit, { id, body }));
    for (const [id, body] of Object.entries(CONSORTIA)) {
      await must(putConsortium(unit, { id, body }));
      for (const member of MEMBERS[id]!) {
        const periods: MemberPeriod[] = [{ role: member === body.leadInstitutionId ? 'lead' : 'member', from: SINCE }];
        await must(putMember(unit, { consortiumId: id, institutionId: member, body: { periods } }));
      }
    }
    for (const [id, body] of Object.entries(POOLS)) await must(putPool(unit, { id, body }));
    return true;
  }));
}

export async function putMembership(store: Writes, consortiumId: string, institutionId: string, ...periods: MemberPeriod[]): Promise<void> {
  await accepted(store.write(ADMIN, (unit) => putMember(unit, { consortiumId, institutionId, body: { periods } })));
}

/** Writes sessions into a pool, in the name of its institution. */
export async function fill(store: Writes, poolId: string, ...sessions: SessionInput[]): Promise<void> {
  const { institutionId } = POOLS[poolId]!;
  await accepted(store.write(actorOf(institutionId), (unit) => putSessions(unit, { poolId, body: { sessions } })));
}

/** The instant of an hour of a local date: `at('2018-01-05', 8.5)` is half past eight. */
export function at(date: LocalDate, hour: number): Instant {
  return startOfDay(date) + hour * HOUR;
}

/** A session of a clinic or an examination, from 08:00 unless told, four hours long. */
export function sessionOn(date: LocalDate, capacity: number, hour = 8): SessionInput {
  return { startsAt: formatInstant(at(date, hour)), endsAt: formatInstant(at(date, hour + 4)), capacity };
}

/** One bed-night after another, each from 12:00 to 12:00. */
export function bedNights(first: LocalDate, nights: number, capacity: number): SessionInput[] {
  return Array.from({ length: nights }, (_, i) => ({
    startsAt: formatInstant(at(addDays(first, i), 12)),
    endsAt: formatInstant(at(addDays(first, i + 1), 12)),
    capacity,
  }));
}

/** The `n`th person of the sample population, with a valid identity number. */
export function person(n: number): Patient {
  return { ...patientOf(n, '440114'), address: `花城街 ${n} 号` };
}

/** An up-referral from p1 to the expert clinic of t1 that lacks nothing. */
export function upReferral(n: number, more: Partial<ReferralInput> = {}): ReferralInput {
  return {
    direction: 'up',
    category: 'outpatient',
    sourceInstitutionId: 'p1',
    sourceDepartment: '02',
    targetInstitutionId: 't1',
    targetDepartment: '03.04',
    patient: person(n),
    diagnosis: [{ code: 'I20.9', system: 'ICD-10', name: '心绞痛' }],
    impression: '劳力性心绞痛',
    presentIllness: '活动后胸闷两周，加重三天',
    pastHistory: '高血压十年',
    treatment: '阿司匹林、氨氯地平',
    reasonCode: 'specialist-needed',
    severity: 'moderate',
    consent: { given: true, by: '本人', at: formatInstant(at(SINCE, 8)) },
    responsible: { firstContact: { code: 'P1-01', name: '陈全科' }, handler: { code: 'P1-02', name: '李转诊' } },
    ...more,
  };
}

/** A down-referral of an inpatient from t1 to p1 with its plan in three parts. */
export function downReferral(n: number, more: Partial<ReferralInput> = {}): ReferralInput {
  return {
    direction: 'down',
    category: 'inpatient',
    sourceInstitutionId: 't1',
    sourceDepartment: '03.04',
    targetInstitutionId: 'p1',
    targetDepartment: '02',
    patient: { ...person(n), inpatientNo: `ZY${n}` },
    diagnosis: [{ code: 'I21.9', system: 'ICD-10', name: '急性心肌梗死' }],
    examinations: '冠脉造影：前降支支架通畅',
    treatment: '冠脉介入术后',
    reasonCode: 'post-surgery',
    indication: 'post-surgery',
    conditionStable: true,
    carePlan: {
      treatment: '双联抗血小板十二个月',
      rehabilitation: '心脏康复，每周三次步行',
      nursing: '伤口护理，血压监测',
      medications: [{ name: '阿司匹林', dose: '100 mg', usage: '每日一次', days: 28 }],
      followUps: [],
    },
    consent: { given: true, by: '本人', at: formatInstant(at(SINCE, 8)) },
    responsible: { firstContact: { code: 'T1-01', name: '黄主任' }, handler: { code: 'T1-02', name: '梁转诊' } },
    ...more,
  };
}
