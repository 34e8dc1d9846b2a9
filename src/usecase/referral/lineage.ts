import { localDateOf } from '../../kernel/calendar.js';
import { field, type FieldError } from '../../kernel/problem.js';
import type { ReferralStatus } from '../../contract/vocabulary.js';
import { partyOf } from '../../domain/party.js';
import type { Referral, ReferralContent } from '../../domain/referral.js';
import type { Unit } from '../ports.js';

const ENDED: readonly ReferralStatus[] = ['completed', 'rejected', 'cancelled', 'redirected', 'closed', 'expired'];

type Lineage = Pick<ReferralContent, 'returnOf' | 'replaces' | 'fromStayId'>;

/** What `returnOf`, `replaces` and `fromStayId` name must be the same patient's, visible to the sender, and fit. */
export async function checkLineage(unit: Unit, referral: Referral, { returnOf, replaces, fromStayId }: Lineage): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  if (returnOf !== undefined) {
    const before = await visible(unit, returnOf, referral);
    if (!before || before.direction !== 'up' || referral.direction !== 'down') {
      errors.push(field('/returnOf', '须为同一患者的上转记录', 'Must be an up-referral of the same patient'));
    }
  }
  if (replaces !== undefined) {
    const before = await visible(unit, replaces, referral);
    if (!before || !ENDED.includes(before.status)) errors.push(field('/replaces', '须为同一患者已结束的转诊', 'Must be an ended referral of the same patient'));
  }
  if (fromStayId !== undefined) {
    const before = await unit.stay(fromStayId);
    if (before?.patientId !== referral.patientId) errors.push(field('/fromStayId', '须为同一患者的就诊记录', 'Must be a stay of the same patient'));
  }
  return errors;
}

/** Since when the patient waits: a replacement keeps the place in the order of what it replaces. */
export async function waitingSinceOf(unit: Unit, replaces: string | undefined): Promise<number | null> {
  if (replaces === undefined) return null;
  return (await unit.referral(replaces))?.course.waitingSince ?? null;
}

async function visible(unit: Unit, id: string, referral: Referral): Promise<Referral | undefined> {
  const other = await unit.referral(id);
  if (!other || other.patientId !== referral.patientId) return undefined;
  return partyOf(other, unit.actor, unit.network, localDateOf(unit.now)) ? other : undefined;
}
