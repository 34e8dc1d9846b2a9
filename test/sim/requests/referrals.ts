import { DAY, formatInstant, HOUR } from '../../../src/kernel/calendar.js';
import type { ReferralInput } from '../../../src/contract/referral.js';
import type { ItemRequest, ReserveRequest } from '../../../src/contract/reservation.js';
import type { ReferralAction } from '../../../src/contract/vocabulary.js';
import { act, type ActCommand } from '../../../src/usecase/referral/act.js';
import { createReferral } from '../../../src/usecase/referral/create-referral.js';
import { patchReferral } from '../../../src/usecase/referral/patch-referral.js';
import { BODIES } from '../../kit/life.js';
import { insured } from '../../kit/ledger.js';
import { downReferral, upReferral } from '../../kit/network.js';
import { EVERY_ACTION, legalIn } from '../../kit/status-table.js';
import { tellReferral, type KnownReferral } from '../desk.js';
import type { Request } from '../request.js';
import type { Asks } from './asks.js';
import { unknownPerson } from './insurance.js';

/** Referrals: written, sent, and led through the whole table of the contract. */

/** Some come again and again. */
const PATIENTS = [6, 40] as const;
const DEPARTMENTS = ['03.04', '03', '04', '32.02'];
const DISEASES = ['I20.9', 'I21.9', 'J18.9', 'K80.2', 'M54.5'];

/** Items of a request for places at one institution. */
export function itemsAt(asks: Asks, institutionId: string, many = 1): ItemRequest[] {
  const items: ItemRequest[] = [];
  for (let i = 0; i < many; i++) {
    const slot = asks.slot(institutionId);
    if (!slot) continue;
    const nights = slot.poolId.endsWith('bed') && asks.chance.oneIn(2) ? { nights: asks.chance.between(1, 2) } : {};
    items.push({ poolId: slot.poolId, startsAt: formatInstant(slot.startsAt), ...nights });
  }
  return items;
}

export function ttlOf(asks: Asks): { ttlSeconds?: number } {
  return asks.chance.oneIn(3) ? {} : { ttlSeconds: asks.chance.pick([30, 300, 900, 1_800, 3_600, 14_400, 43_200]) };
}

function reserveAt(asks: Asks, institutionId: string, draft: boolean): { reserve?: ReserveRequest } {
  const items = itemsAt(asks, institutionId, asks.chance.oneIn(4) ? 2 : 1);
  if (items.length === 0) return {};
  return { reserve: { items, ...ttlOf(asks), ...(asks.chance.oneIn(3) && !draft ? { confirm: true } : {}) } };
}

/** A new referral, or a draft of one, with places or without. */
export function newReferral(asks: Asks): Request {
  const { chance } = asks;
  const patient = chance.between(1, chance.pick(PATIENTS));
  const draft = chance.oneIn(4);
  const body = chance.oneIn(5) ? downwards(asks, patient) : upwards(asks, patient);
  const target = body.targetInstitutionId;
  const reserve = target !== undefined && chance.int(10) < 6 ? reserveAt(asks, target, draft) : {};
  return asks.by(body.sourceInstitutionId, 'create', createReferral, { body: { ...body, ...reserve, ...(draft ? { draft: true } : {}) } }, tellReferral({ patient, unknown: body.patient.idNumber === undefined }));
}

function upwards({ chance, now }: Asks, patient: number): ReferralInput {
  const urgency = chance.weighted({ routine: 8, urgent: 2, emergency: 1.5 });
  const target = chance.weighted({ t1: 8, s1: 2, t2: 2, routed: 0.6 });
  const code = chance.pick(DISEASES);
  return upReferral(patient, {
    sourceInstitutionId: chance.weighted({ p1: 4, p2: 2, s1: 3, p3: 2, p0: 0.5 }),
    targetInstitutionId: target === 'routed' ? undefined : target,
    targetDepartment: chance.pick(DEPARTMENTS),
    urgency,
    diagnosis: [{ code, system: 'ICD-10', name: '诊断' }],
    patient: urgency === 'emergency' && chance.oneIn(2) ? unknownPerson(patient) : insured(patient),
    ...(urgency === 'emergency' ? { category: 'emergency' as const } : {}),
    ...(urgency === 'emergency' && chance.oneIn(2) ? { consent: undefined } : {}),
    ...(chance.oneIn(15) ? { occurredAt: formatInstant(now - chance.between(1, 40) * DAY), retroReason: '系统中断后补录' } : {}),
  });
}

function downwards({ chance }: Asks, patient: number): ReferralInput {
  return downReferral(patient, {
    targetInstitutionId: chance.weighted({ p1: 4, r1: 3, p2: 1 }),
    targetDepartment: undefined,
    diagnosis: [{ code: chance.pick(DISEASES), system: 'ICD-10', name: '诊断' }],
    responsible: {},
    patient: insured(patient),
  });
}

/** A draft is changed before it is sent: another target or urgency makes its places useless. */
export function changedDraft(asks: Asks): Request | undefined {
  const { chance } = asks;
  const draft = chance.recent(asks.desk.referrals.filter(({ status }) => status === 'draft'), 6);
  if (!draft) return undefined;
  const body = chance.pick([
    { urgency: chance.pick(['routine', 'urgent', 'emergency'] as const) },
    { targetInstitutionId: chance.pick(['t1', 's1', 't2']), targetDepartment: '03' },
    { impression: '复查后更正' },
    { patient: insured(draft.patient) },
  ]);
  return asks.by(draft.source, 'patch', patchReferral, { id: draft.id, ifMatch: asks.ifMatch(draft), body }, tellReferral(draft));
}

const SENDERS: readonly ReferralAction[] = ['submit', 'provide-info', 'cancel'];

/** Any action; mostly one that the status permits, by whose it is to do. */
export function action(asks: Asks): Request | undefined {
  const { chance } = asks;
  const referral = chance.recent(asks.desk.referrals, chance.oneIn(3) ? 4 : 25);
  if (!referral) return undefined;
  const legal = legalIn(referral.status) as readonly ReferralAction[];
  const chosen = legal.length === 0 || chance.oneIn(8) ? (chance.pick(EVERY_ACTION) as ReferralAction) : preferred(asks, legal);
  const whose = SENDERS.includes(chosen) ? referral.source : chosen === 'close' ? chance.pick([referral.source, referral.target]) : referral.target;
  const command = { id: referral.id, action: chosen, ifMatch: asks.ifMatch(referral), body: { ...BODIES[chosen], ...bodyOf(asks, referral, chosen) } } as ActCommand;
  return asks.by(asks.oneOf(whose), chosen, act, command, tellReferral(referral));
}

/** Endings are rarer than what leads on, or no referral would live to arrive. */
function preferred({ chance }: Asks, legal: readonly ReferralAction[]): ReferralAction {
  const weight = (name: ReferralAction): number => (legal.includes('submit') ? 1 : ['cancel', 'close', 'reject', 'redirect'].includes(name) ? 1 : ['arrive', 'accept'].includes(name) ? 4 : 2);
  return chance.weighted(Object.fromEntries(legal.map((name) => [name, weight(name)])) as Record<ReferralAction, number>);
}

function bodyOf(asks: Asks, referral: KnownReferral, name: ReferralAction): Readonly<Record<string, unknown>> {
  const { chance, desk, now } = asks;
  switch (name) {
    case 'submit':
      return chance.oneIn(3) ? reserveAt(asks, referral.target, false) : {};
    case 'reject':
      return referral.direction === 'down' ? { reasonCode: 'bed-full' } : {};
    case 'retriage':
      return { urgency: chance.pick(['routine', 'urgent', 'emergency']) };
    case 'redirect':
      return { targetInstitutionId: chance.pick(['t1', 's1', 't2', 'r1', 'p1']) };
    case 'arrive': {
      const reservation = desk.reservations.find((r) => r.referralId === referral.id);
      return {
        ...(reservation && chance.oneIn(3) ? { reservationId: reservation.id } : {}),
        ...(chance.oneIn(4) ? { at: formatInstant(now - chance.between(0, 5) * HOUR) } : {}),
      };
    }
    default:
      return {};
  }
}
