import { isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import { OPEN_STATUSES, type EntitlementItemName } from '../../contract/vocabulary.js';
import { redeem, referralNoOfCode, voidRedemption } from '../../domain/entitlement.js';
import { amend } from '../../domain/referral-machine.js';
import type { Entitlement, Referral } from '../../domain/referral.js';
import type { Unit, UseCase } from '../ports.js';
import { lockForChange } from './access.js';
import { referralEvent } from './referral-event.js';
import { registrationFeeOf, repriced } from './registration-fee.js';

interface AtCounter {
  readonly code: string;
  readonly ifMatch: number | null;
  readonly body: { readonly item: EntitlementItemName; readonly institutionId: string };
}

/**
 * 免挂号费 and the priorities at the receiver's counter: each item once.
 *
 * Refused: `not_found` (no such code), `wrong_party`, `invalid_transition` (the referral has ended), `not_entitled`, `already_redeemed`.
 */
export const redeemEntitlement: UseCase<AtCounter, Referral> = async (unit, command) => {
  const referral = await lockByCode(unit, command, isOpen);
  if (isRefusal(referral)) return referral;
  const { item, institutionId } = command.body;
  const amountFen = item === 'registration-fee' ? await registrationFeeOf(unit, referral) : 0;
  return keep(unit, referral, redeem(referral.course.entitlement, item, { institutionId, at: unit.now, amountFen }), 'entitlement-redeemed', item);
};

/**
 * The visit was cancelled: the item is granted again. The referral itself may have ended before, though not by a visit.
 *
 * Refused: `not_found` (no such code), `wrong_party`, `invalid_transition` (completed, or not redeemed), `not_entitled`.
 */
export const voidEntitlement: UseCase<AtCounter, Referral> = async (unit, command) => {
  const referral = await lockByCode(unit, command, ({ status }) => status !== 'completed');
  if (isRefusal(referral)) return referral;
  const { item } = command.body;
  return keep(unit, referral, voidRedemption(referral.course.entitlement, item), 'entitlement-voided', item);
};

function isOpen({ status }: Referral): boolean {
  const open: readonly string[] = OPEN_STATUSES;
  return open.includes(status);
}

async function lockByCode(unit: Unit, { code, ifMatch, body }: AtCounter, permits: (referral: Referral) => boolean): Promise<Referral | Refusal> {
  const named = await unit.referralByNo(referralNoOfCode(code));
  if (named?.course.entitlement?.code !== code) return refuse('not_found');
  const found = await lockForChange(unit, named.id, ifMatch, ({ party, referral }) =>
    party === 'receiver' && body.institutionId === referral.targetInstitutionId ? undefined : refuse('wrong_party'),
  );
  if (isRefusal(found)) return found;
  const { referral } = found;
  return permits(referral) ? referral : refuse('invalid_transition', { currentStatus: referral.status });
}

async function keep(unit: Unit, referral: Referral, entitlement: Entitlement | Refusal, change: string, item: EntitlementItemName): Promise<Referral | Refusal> {
  if (isRefusal(entitlement)) return entitlement;
  // What is void again is worth what the clinic costs by now.
  const after = await repriced(unit, amend(referral, { course: { ...referral.course, entitlement } }, unit.now));
  await unit.saveReferral(after);
  const amountFen = after.course.entitlement?.items.find((entry) => entry.item === item)?.amountFen ?? null;
  unit.append(referralEvent(after, change, { item, amountFen }));
  return after;
}
