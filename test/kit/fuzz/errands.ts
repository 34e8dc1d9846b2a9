import { DAY, type Instant } from '../../../src/kernel/calendar.js';
import { patientOf } from '../../../src/demo/people.js';
import { START } from '../store.js';

/**
 * What the story of `openapi/examples` leaves out, told on its data, so that every operation is met in the
 * state in which it works: a draft, a refusal, an arrival by mistake, a clinic that somebody missed.
 */
export interface Errand {
  readonly as: string;
  readonly operationId: string;
  /** The errand that made what this one is about; its id is the `id` of the path. */
  readonly of?: string;
  readonly path?: (made: Made) => Readonly<Record<string, string>>;
  readonly body?: (made: Made) => unknown;
  /** Under this name later errands find the answer. */
  readonly name?: string;
  /** The clock stands here before it. */
  readonly at?: Instant;
}

/** Answers by the names of their errands; empty where it was refused. */
export type Made = (name: string) => Readonly<Record<string, unknown>>;

const SENDER = 'xinhua-community';
const RECEIVER = 'huadu-people';
const CT = { poolId: 'ct', startsAt: '2018-03-02T09:00:00+08:00' };
const CLINIC = { poolId: 'cardiology-expert', startsAt: '2018-03-06T08:00:00+08:00' };

function referral(n: number, more: object = {}): () => unknown {
  const patient = { ...patientOf(900 + n, '440114'), phone: `142000009${String(n).padStart(2, '0')}`, address: '示例路 1 号', insurance: { area: '440100', scheme: 'resident', personKind: 'resident' } };
  return () => ({
    direction: 'up', category: 'outpatient', urgency: 'routine', sourceInstitutionId: SENDER, sourceDepartment: '02', targetInstitutionId: RECEIVER, targetDepartment: '03.04',
    patient, diagnosis: [{ code: 'I20.9', system: 'ICD-10', name: '心绞痛' }], impression: '劳力性心绞痛', presentIllness: '活动后胸闷', pastHistory: '高血压', treatment: '阿司匹林',
    reasonCode: 'specialist-needed', consent: { given: true, by: '本人', at: '2018-03-01T08:50:00+08:00' },
    responsible: { firstContact: { code: 'GP-01', name: '示例全科医生' }, handler: { code: 'GP-02', name: '示例转诊专员' } },
    ...more,
  });
}

const refer = (name: string, n: number, more?: object): Errand => ({ as: SENDER, operationId: 'createReferral', name, body: referral(n, more) });
const act = (as: string, operationId: string, of: string, body: unknown = {}): Errand => ({ as, operationId, of, body: () => body });
const hold = (name: string, of: string, ...items: readonly object[]): Errand => ({ as: SENDER, operationId: 'createReservation', name, body: (made) => ({ referralId: made(of)['id'], items }) });

const referrals: readonly Errand[] = [
  refer('draft', 1, { draft: true }),
  act(SENDER, 'patchReferral', 'draft', { impression: '不稳定性心绞痛' }),
  act(SENDER, 'submitReferral', 'draft'),
  act(SENDER, 'postMessage', 'draft', { text: '请尽快安排' }),
  { as: SENDER, operationId: 'listMessages', of: 'draft' },
  { as: SENDER, operationId: 'addDocument', of: 'draft', name: 'document', body: () => ({ kind: 'record-summary', title: '病历摘要', mediaType: 'application/pdf', content: '6Zeo6K+K55eF5Y6G5pGY6KaB', author: '示例全科医生' }) },
  { as: SENDER, operationId: 'listDocuments', of: 'draft' },
  ...['getDocument', 'removeDocument'].map((operationId) => ({
    as: SENDER, operationId, path: (made: Made) => ({ id: String(made('draft')['id']), documentId: String(made('document')['id']) }),
  })),
  act(RECEIVER, 'rejectReferral', 'draft', { reasonCode: 'out-of-scope' }),
  refer('milder', 2),
  act(RECEIVER, 'retriageReferral', 'milder', { urgency: 'urgent', reasonCode: 'condition-worse' }),
  act(SENDER, 'closeReferral', 'milder', { reasonCode: 'gone-elsewhere' }),
  refer('mistaken', 3),
  act(RECEIVER, 'arriveReferral', 'mistaken'),
  act(RECEIVER, 'revokeArrivalReferral', 'mistaken', { reasonCode: 'wrong-patient' }),
];

const entitlement = (operationId: string): Errand => ({
  as: RECEIVER, operationId,
  path: (made) => ({ code: String((made('guest')['entitlement'] as { code?: unknown } | undefined)?.code) }),
  body: () => ({ item: 'registration-fee', institutionId: RECEIVER }),
});

const places: readonly Errand[] = [
  refer('guest', 4),
  act(RECEIVER, 'acceptReferral', 'guest'),
  hold('moved', 'guest', CT, CLINIC),
  { as: SENDER, operationId: 'getReservation', of: 'moved' },
  act(SENDER, 'rescheduleReservation', 'moved', { items: [{ item: 2, poolId: 'cardiology-expert', startsAt: '2018-03-05T08:00:00+08:00' }] }),
  act(SENDER, 'confirmReservation', 'moved'),
  { as: RECEIVER, operationId: 'arriveReferral', of: 'guest', name: 'guest', body: () => ({}) },
  entitlement('redeemEntitlement'),
  entitlement('voidEntitlement'),
  act(RECEIVER, 'fulfilReservation', 'moved', { items: [1] }),
  refer('undecided', 5),
  hold('given-up', 'undecided', CLINIC),
  act(SENDER, 'releaseReservation', 'given-up'),
  refer('absent', 6),
  act(RECEIVER, 'acceptReferral', 'absent'),
  hold('missed', 'absent', CLINIC),
  act(SENDER, 'confirmReservation', 'missed'),
];

/** The last ones happen later: holds, drafts and waits of the story run out before them. */
const later: readonly Errand[] = [
  { ...act(RECEIVER, 'missReservation', 'missed'), at: START + 6 * DAY },
  { ...act(RECEIVER, 'reinstateReferral', 'undecided'), at: START + 15 * DAY },
];

/** What a desk does day by day. */
const desks: readonly Errand[] = [
  ...['listInstitutions', 'listConsortia', 'listClients', 'listPools'].map((operationId) => ({ as: 'admin', operationId })),
  { as: RECEIVER, operationId: 'getWorklist' },
  ...['isAlive', 'isReady'].map((operationId) => ({ as: RECEIVER, operationId })),
];

export const ERRANDS: readonly Errand[] = [...desks, ...referrals, ...places, ...later];
