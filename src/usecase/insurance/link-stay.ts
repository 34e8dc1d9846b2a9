import { must } from '../../kernel/assert.js';
import { field, invalid, isRefusal, type Refusal } from '../../kernel/problem.js';
import type { StayInput } from '../../contract/stay.js';
import { inOrder } from '../../domain/ledger.js';
import { reachedBy, refuseAdmission } from '../../domain/reached.js';
import type { Referral } from '../../domain/referral.js';
import { legalActions, reinstated } from '../../domain/referral-machine.js';
import type { Stay } from '../../domain/stay.js';
import type { Unit } from '../ports.js';
import { commit } from '../referral/act.js';
import { executeTransfer, reverseTransfer } from '../referral/actions/arrive.js';
import { lapse } from '../referral/lapse.js';
import { timersFor } from '../referral/referral-event.js';
import { reachStays } from './arrival-changed.js';

/** A stay and the referral that brought the patient. */

export type Link = Pick<Stay, 'referralId' | 'executedReferral' | 'reached'>;
const UNLINKED: Link = { referralId: null, executedReferral: false, reached: null };

/** The referral to this institution that the record names, locked; undefined where it names none, or none that was sent here. */
export async function namedReferral(unit: Unit, { arrival }: StayInput, institutionId: string): Promise<Referral | undefined> {
  const { referralId, referralNo } = arrival;
  const id = referralId ?? (referralNo === undefined ? undefined : (await unit.referralByNo(referralNo))?.id);
  const referral = id === undefined ? undefined : await unit.lockReferral(id);
  return referral?.targetInstitutionId === institutionId && referral.status !== 'draft' ? referral : undefined;
}

export interface Linking {
  /** Of the stay, known before it is written. */
  readonly id: string;
  readonly patientId: string;
  readonly named: Referral | undefined;
  readonly before: Stay | undefined;
}

/** Links the stay to the referral that it names, executing or taking back the transfer where that is due. */
export async function linkStay(unit: Unit, body: StayInput, { id, patientId, named, before }: Linking): Promise<Link | Refusal> {
  const { referralId, referralNo } = body.arrival;
  if (body.voided || (referralId === undefined && referralNo === undefined)) {
    await letGo(unit, before);
    return body.voided ? { ...UNLINKED, referralId: before?.referralId ?? null } : UNLINKED;
  }
  const pointer = referralId === undefined ? '/arrival/referralNo' : '/arrival/referralId';
  if (named?.patientId !== patientId) {
    return invalid(field(pointer, '没有转给本机构的该患者的这一转诊', 'No such referral of this patient to this institution'));
  }
  const admitted = Date.parse(body.admittedAt);
  const now = await lapse(unit, named);
  const contradiction = refuseAdmission(now, admitted, pointer);
  if (contradiction) return invalid(contradiction);
  const referral = now.status === 'expired' ? await takeUp(unit, now) : now;
  const arrivable = legalActions(referral.status).includes('arrive');
  if (before?.referralId !== referral.id) await letGo(unit, before);
  if (!arrivable) {
    return { referralId: referral.id, executedReferral: before?.referralId === referral.id && before.executedReferral, reached: reachedBy(referral) };
  }
  const changed = await executeTransfer(unit, referral, { at: admitted, reservationId: null, because: 'stay' });
  if (isRefusal(changed)) return changed;
  await commit(unit, changed, 'arrived');
  await reachStays(unit, changed.referral, id);
  return { referralId: referral.id, executedReferral: true, reached: reachedBy(changed.referral) };
}

/**
 * A referral that has expired since it brought the patient is taken up again, as its receiver would by hand:
 * an admission that is told late must not cost the patient what the referral was worth. Its places are gone.
 */
async function takeUp(unit: Unit, expired: Referral): Promise<Referral> {
  return commit(unit, { referral: reinstated(expired, unit.now, timersFor(unit, expired)), data: { because: 'stay' } }, 'reinstated');
}

/**
 * The stay rests on its referral no more. The transfer that it executed is taken back, unless another stay
 * rests on it: the patient was there. After the hand-over that stands, whatever became of the record.
 */
async function letGo(unit: Unit, before: Stay | undefined): Promise<void> {
  if (!before?.referralId || !before.executedReferral) return;
  const heir = inOrder(await unit.staysUnder(before.referralId)).find((stay) => stay.id !== before.id);
  if (heir) return unit.saveStanding({ ...heir, executedReferral: true });
  const referral = must(await unit.lockReferral(before.referralId), 'a linked referral is kept');
  if (referral.status === 'arrived') await commit(unit, await reverseTransfer(unit, referral, 'stay-voided'), 'arrival-revoked');
}
