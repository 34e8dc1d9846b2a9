import { isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import { OPEN_STATUSES, type EntitlementItemName } from '../../contract/vocabulary.js';
import { redeem, referralNoOfCode, voidRedemption } from '../../domain/entitlement.js';
import { amend } from '../../domain/referral-machine.js';
import type { Entitlement, Referral } from '../../domain/referral.js';
import type { Unit, UseCase } from '../ports.js';
import { seeing } from './access.js';
import { referralEvent } from './referral-event.js';

interface AtCounter {
  readonly code: string;
  readonly body: { readonly item: EntitlementItemName; readonly institutionId: string };
}

/** 免挂号费 and the priorities at the receiver's counter: each item once. */
export const redeemEntitlement: UseCase<AtCounter, Referral> = async (unit, command) => {
  const referral = await lockByCode(unit, command);
  if (isRefusal(referral)) return referral;
  const { item, institutionId } = command.body;
  const amountFen = item === 'registration-fee' ? await registrationFee(unit, referral) : 0;
  return keep(unit, referral, redeem(referral.course.entitlement, item, { institutionId, at: unit.now, amountFen }), 'entitlement-redeemed', item);
};

/** The visit was cancelled: the item is granted again. */
export const voidEntitlement: UseCase<AtCounter, Referral> = async (unit, command) => {
  const referral = await lockByCode(unit, command);
  if (isRefusal(referral)) return referral;
  const { item } = command.body;
  return keep(unit, referral, voidRedemption(referral.course.entitlement, item), 'entitlement-voided', item);
};

async function lockByCode(unit: Unit, { code, body }: AtCounter): Promise<Referral | Refusal> {
  const named = await unit.referralByNo(referralNoOfCode(code));
  const found = seeing(unit, unit.actor, named && (await unit.lockReferral(named.id)));
  if (isRefusal(found)) return found;
  const { referral, party } = found;
  if (referral.course.entitlement?.code !== code) return refuse('not_found');
  if (party !== 'receiver' || body.institutionId !== referral.targetInstitutionId) return refuse('wrong_party');
  const open: readonly string[] = OPEN_STATUSES;
  return open.includes(referral.status) ? referral : refuse('invalid_transition', { currentStatus: referral.status });
}

/** In fen: the fee of the clinic that is booked, else the institution's. */
async function registrationFee(unit: Unit, referral: Referral): Promise<number> {
  for (const id of referral.course.reservationIds) {
    for (const place of (await unit.reservation(id))?.places ?? []) {
      if (place.kind !== 'clinic' || (place.state !== 'confirmed' && place.state !== 'fulfilled')) continue;
      const fee = unit.pool(place.poolId)?.registrationFeeFen;
      if (fee !== undefined) return fee;
    }
  }
  return unit.network.institution(referral.targetInstitutionId ?? '')?.registrationFeeFen ?? 0;
}

async function keep(unit: Unit, referral: Referral, entitlement: Entitlement | Refusal, change: string, item: EntitlementItemName): Promise<Referral | Refusal> {
  if (isRefusal(entitlement)) return entitlement;
  const after = amend(referral, { course: { ...referral.course, entitlement } }, unit.now);
  await unit.saveReferral(after);
  const amountFen = entitlement.items.find((entry) => entry.item === item)?.amountFen ?? null;
  unit.append(referralEvent(after, change, { item, amountFen }));
  return after;
}
