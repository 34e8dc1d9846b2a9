import { reachedBy } from '../../domain/reached.js';
import type { Referral } from '../../domain/referral.js';
import { isVoided, type Stay } from '../../domain/stay.js';
import type { Unit } from '../ports.js';
import { followStay } from '../reservation/follow-stay.js';
import { reassess } from './reassess.js';

/** A transfer was executed, or taken back, by a desk: the stays that name its referral were reached by it, or are no more. */
export async function arrivalChanged(unit: Unit, referral: Referral): Promise<void> {
  const stays = await reachStays(unit, referral, null);
  if (stays.length === 0) return;
  // The stay may have told already when the patient left.
  await followStay(unit, referral.id);
  await reassess(unit, referral.patientId, referral.course.transferId === null ? 'transfer-reversed' : 'transfer-executed');
}

/** Keeps on the stays under a referral, one apart, by what they were reached. */
export async function reachStays(unit: Unit, referral: Referral, apart: string | null): Promise<readonly Stay[]> {
  const executed = referral.course.transferId !== null;
  const stays = (await unit.staysUnder(referral.id)).filter((stay) => stay.id !== apart && !isVoided(stay));
  for (const stay of stays) {
    await unit.saveStanding({ ...stay, reached: executed ? reachedBy(referral) : null, executedReferral: executed && stay.executedReferral });
  }
  return stays;
}
