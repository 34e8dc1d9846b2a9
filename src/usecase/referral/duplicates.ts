import { localDateOf } from '../../kernel/calendar.js';
import { refuse, type Refusal } from '../../kernel/problem.js';
import type { ReferralStatus, Urgency } from '../../contract/vocabulary.js';
import { partyOf } from '../../domain/party.js';
import { hasLapsed } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import type { Unit } from '../ports.js';

const NOT_YET_ARRIVED: readonly ReferralStatus[] = ['submitted', 'info-requested', 'accepted', 'scheduled'];
const WEIGHT: Record<Urgency, number> = { routine: 0, urgent: 1, emergency: 2 };

/**
 * An open referral of the same patient and direction, to the same department or for the same disease,
 * refuses a second one, except one that is more urgent: an old request at one hospital never blocks an
 * urgent one at another. The older is then linked. The refusal names the open one to those who may see
 * it, and to others only the institution and its office's telephone.
 */
export async function refuseDuplicate(unit: Unit, referral: Referral): Promise<{ readonly older: string | null } | Refusal> {
  const open = await unit.openReferralsOf(referral.patientId);
  const same = open.filter((other) => other.id !== referral.id && !hasLapsed(other, unit.now) && isSame(other, referral));
  const first = same[0];
  if (!first) return { older: null };
  if (referral.urgency === 'emergency' || same.every((other) => WEIGHT[other.urgency] < WEIGHT[referral.urgency])) return { older: first.id };
  return refuse('duplicate_open_referral', { conflicts: same.map((other) => describe(unit, other)) });
}

function isSame(other: Referral, referral: Referral): boolean {
  if (other.direction !== referral.direction || !NOT_YET_ARRIVED.includes(other.status)) return false;
  const sameDepartment = other.targetDepartment !== null && other.targetDepartment === referral.targetDepartment;
  const sameDisease = other.diseaseKey !== null && other.diseaseKey === referral.diseaseKey;
  return sameDepartment || sameDisease;
}

function describe(unit: Unit, other: Referral): object {
  if (partyOf(other, unit.actor, unit.network, localDateOf(unit.now))) {
    return { referralId: other.id, referralNo: other.referralNo, status: other.status, institutionId: other.targetInstitutionId };
  }
  const institution = other.targetInstitutionId === null ? undefined : unit.network.institution(other.targetInstitutionId);
  return { institutionId: institution?.id ?? null, name: institution?.name ?? null, phone: institution?.referralOffice?.phone ?? null };
}
