import { DAY, HOUR, type Instant } from '../../src/kernel/calendar.js';
import type { Pool, Session } from '../../src/domain/capacity.js';
import type { EventDraft } from '../../src/domain/event.js';
import { NOT_BEGUN, type Backtest } from '../../src/domain/backtest.js';
import type { Budget } from '../../src/domain/budget.js';
import type { Contract } from '../../src/domain/contract.js';
import type { Filing } from '../../src/domain/filing.js';
import type { Consortium, Institution } from '../../src/domain/network.js';
import type { Policy } from '../../src/domain/policy.js';
import type { Referral, ReferralCourse } from '../../src/domain/referral.js';
import type { Place, Reservation } from '../../src/domain/reservation.js';
import type { Stay } from '../../src/domain/stay.js';
import type { Transfer } from '../../src/domain/transfer.js';
import type { Actor, Client, PatientRecord, Unit } from '../../src/usecase/ports.js';
import { plainRules } from '../kit/insurance.js';
import { START } from '../kit/store.js';

/** Rows with every field set to something that can be told from every other. */

export const AREA = '440100';

export const CLERK: Actor = {
  clientId: 'client-p1', roles: ['clerk'], institutionId: 'p1', area: null, operator: { code: '007', name: '李医生' },
};

export function institutionOf(id: string, more: Partial<Institution> = {}): Institution {
  return {
    id, area: AREA, name: `${id} 医院`, kind: 'general', level: 'tertiary', levels: [{ level: 'tertiary', since: '2010-01-01' }],
    district: '440114', departments: [], version: 1, updatedAt: START, ...more,
  };
}

export function consortiumOf(id: string, members: readonly string[], more: Partial<Consortium> = {}): Consortium {
  return {
    id, name: `${id} 医联体`, type: 'medical-group', tightness: 'tight', scope: 'district', leadInstitutionId: members[0] ?? 'h1',
    entitlementRule: { waiveRegistrationFee: true, priorities: ['exam'], senderLevels: ['primary'] },
    members: members.map((institutionId) => ({ institutionId, periods: [{ role: 'member', from: '2017-01-01' }] })),
    version: 1, updatedAt: START, ...more,
  };
}

export function poolOf(id: string, more: Partial<Pool> = {}): Pool {
  return {
    id, area: AREA, institutionId: 'h1', kind: 'clinic', department: '03', name: '心内科专家门诊', booking: 'direct', version: 1,
    updatedAt: START, ...more,
  };
}

export function policyOf(id: string, more: Partial<Policy> = {}): Policy {
  return { ...plainRules(), id, version: 1, updatedAt: START, ...more };
}

export function clientOf(unit: Unit, more: Partial<Client> = {}): Client {
  return {
    id: unit.ids.next(AREA), name: '花都 HIS', keyHash: unit.vault.hashKey('k'), roles: ['his', 'clerk'], institutionIds: ['p1', 'p2'],
    area: null, createdAt: unit.now, revokedAt: null, ...more,
  };
}

export function sessionOf(poolId: string, startsAt: Instant, more: Partial<Session> = {}): Session {
  return {
    poolId, area: AREA, institutionId: 'h1', startsAt, endsAt: startsAt + 4 * HOUR, capacity: 10, takenElsewhere: 1, taken: 2,
    drawn: { primary: 2 }, closedReason: null, reportedAt: START - 5, source: 'HIS', earliestExpiry: null, updatedAt: START, ...more,
  };
}

export const COURSE: ReferralCourse = {
  responsible: { firstContact: { name: '李' }, handler: { name: '王' }, manager: { name: '赵' } },
  sourceLevel: 'primary', targetLevel: 'tertiary', ruleVersion: 'g1@1', outside: false, retro: false, facts: ['stepped'], warnings: [],
  entitlement: null, reservationIds: [], acceptedBy: null, acknowledged: null, transferId: null, filingId: null, feedback: null, noReturnReason: null,
  ending: null, redirectedFrom: null, redirectedTo: null, earlierReceivers: [], linkedOlder: null, consentDueAt: null,
  statusBefore: null, submittedAt: START, waitingSince: START, acceptedAt: null, arrivedAt: null, receivedAt: null, endedAt: null,
};

export function referralOf(unit: Unit, more: Partial<Referral> = {}): Referral {
  const area = more.area ?? AREA;
  const id = more.id ?? unit.ids.next(area);
  return {
    id, area, referralNo: `R-${id}`, status: 'submitted', version: 1, direction: 'up', category: 'outpatient', urgency: 'routine',
    sourceInstitutionId: 'p1', targetInstitutionId: 'h1', targetDepartment: '03', consortiumId: 'g1', patientId: unit.ids.next(AREA),
    diseaseKey: 'I10', deadlineAt: unit.now + DAY, createdAt: unit.now, updatedAt: unit.now,
    content: { sex: '1', diagnosis: [{ code: 'I10', system: 'ICD-10', name: '高血压病' }], impression: '血压控制不佳' } as Referral['content'],
    course: COURSE, sealedPatient: unit.vault.seal(`referral:${id}`, { name: '张三' }), ...more,
  };
}

export function placeOf(poolId: string, startsAt: Instant, more: Partial<Place> = {}): Place {
  return {
    item: 1, poolId, institutionId: 'h1', kind: 'clinic', startsAt, endsAt: startsAt + 4 * HOUR, allotmentId: 'primary', state: 'held', ifRevoked: 'released', ...more,
  };
}

export function reservationOf(unit: Unit, referralId: string, places: readonly Place[], more: Partial<Reservation> = {}): Reservation {
  return {
    id: unit.ids.next(AREA), area: AREA, code: unit.ids.code(6), referralId, version: 1, createdAt: unit.now, ttlSeconds: 600,
    expiresAt: unit.now + 600_000, extended: false, nextNightAt: null, places, ...more,
  };
}

export function patientOf(unit: Unit, idNumber: string | null, more: Partial<PatientRecord> = {}): PatientRecord {
  const id = unit.ids.next(AREA);
  return {
    id, idDigest: idNumber === null ? null : unit.vault.digest('01', idNumber),
    sealed: unit.vault.seal(`patient:${id}`, { name: '张三', idNumber }), createdAt: unit.now, updatedAt: unit.now, mergedInto: null, ...more,
  };
}

export function eventOf(subject: string, more: Partial<EventDraft> = {}): EventDraft {
  return { type: 'referral.submitted', area: AREA, subject, referralId: null, institutionIds: ['p1', 'h1'], data: { to: 'submitted' }, ...more };
}

export function transferOf(unit: Unit, more: Partial<Transfer> = {}): Transfer {
  const area = more.area ?? AREA;
  return {
    id: unit.ids.next(area), area, kind: 'executed', reverses: null, referralId: unit.ids.next(area), referralNo: 'R1', patientId: 'x',
    direction: 'up', category: 'outpatient', sourceInstitutionId: 'p1', sourceLevel: 'primary', targetInstitutionId: 'h1',
    targetLevel: 'tertiary', consortiumId: 'g1', ruleVersion: 'g1@1', fromStayId: null, submittedAt: unit.now, executedAt: unit.now,
    recordedAt: unit.now, because: 'arrival', ...more,
  };
}

export function filingOf(unit: Unit, more: Partial<Filing> = {}): Filing {
  const area = more.area ?? AREA;
  return {
    id: unit.ids.next(area), area, kind: 'filed', withdraws: null, referralId: unit.ids.next(area), referralNo: 'R1', patientId: 'x',
    sourceInstitutionId: 'p1', targetInstitutionId: 'h1', because: 'receiver', recordedAt: unit.now, sealed: 'sealed', ...more,
  };
}

export function contractOf(unit: Unit, id: string, more: Partial<Contract> = {}): Contract {
  return {
    id, area: AREA, institutionId: 'p1', patientId: unit.ids.next(AREA), team: { name: '一队', leader: { name: '陈全科' } }, from: '2018-01-01', until: null,
    tags: ['elderly'], sealedPatient: 'sealed', version: 1, createdAt: unit.now, updatedAt: unit.now, ...more,
  };
}

export function budgetOf(consortiumId: string, more: Partial<Budget> = {}): Budget {
  const provenance = { status: 'sourced', citation: '协议' } as const;
  return {
    consortiumId, year: 2018, area: AREA, version: 1, updatedAt: START,
    accounts: [{ scheme: 'employee', covers: { by: 'contracts' }, prepaidFen: 10_000_000_000_000, outpatient: null, elsewhere: null, rule: null, provenance }], ...more,
  };
}

export function backtestOf(unit: Unit, more: Partial<Backtest> = {}): Backtest {
  return {
    id: unit.ids.next(AREA), area: AREA, policyId: 'p', policyVersion: null, state: 'queued', progress: NOT_BEGUN, version: 1,
    trial: { area: AREA, scheme: 'employee', from: '2018-01-01', to: '2018-12-31', rules: plainRules() },
    claimedUntil: unit.now, createdAt: unit.now, startedAt: null, endedAt: null, ...more,
  };
}

export function stayOf(unit: Unit, number: string, more: Partial<Stay> = {}): Stay {
  const id = unit.ids.next(AREA);
  return {
    id, area: AREA, institutionId: 'h1', number, patientId: unit.ids.next(AREA), referralId: null, executedReferral: false,
    level: 'tertiary',
    record: {
      arrival: { via: 'none' }, admittedAt: '2018-03-01T09:00:00+08:00', kind: 'inpatient', sourceVersion: 1,
      mainDiagnosis: { code: 'I10', system: 'ICD-10', name: '高血压病' },
    },
    sealedPatient: unit.vault.seal(`stay:${id}`, { name: '张三' }), sourceVersion: 1, version: 1, createdAt: unit.now,
    updatedAt: unit.now, admittedAt: unit.now, insuredArea: AREA, insuredDistrict: '440114', scheme: 'employee', personKind: 'active', reached: null, policyId: null,
    policyVersion: null, figures: null, settled: null, ...more,
  };
}
