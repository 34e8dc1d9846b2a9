import { localDateOf } from '../../kernel/calendar.js';
import { invalid, refuse } from '../../kernel/problem.js';
import { checkReason } from '../../domain/content.js';
import { hasBenefit } from '../../domain/ledger.js';
import { policyOn } from '../../domain/policy.js';
import { isVoided, type Stay } from '../../domain/stay.js';
import type { Unit, UseCase } from '../ports.js';
import { shown, type StayShown } from './get-stay.js';
import { insurerOf } from './person.js';
import { reassess } from './reassess.js';

/**
 * The insurer has a stay assessed by the policy that is in force for its admission now, in place of the
 * version of its first assessment: nothing else ever changes that. Told of with its reason, and entered
 * into the ledger like every other change.
 *
 * Refused: `not_found` for who does not insure the patient, `invalid_content`, `invalid_transition` for a
 * voided stay, `no_policy` where none is in force.
 */
export const reassessStay: UseCase<{ id: string; reasonCode: string }, StayShown> = async (unit, { id, reasonCode }) => {
  const stay = await unit.stay(id);
  const area = insurerOf(unit.actor);
  if (!stay || area === null || stay.insuredArea !== area) return refuse('not_found');
  const errors = checkReason('reassess', reasonCode, undefined, '/reasonCode', '/reasonCode');
  if (errors.length > 0) return invalid(...errors);
  if (isVoided(stay)) return refuse('invalid_transition', { currentStatus: 'voided' });
  const policy = inForce(unit, stay);
  if (!policy) return refuse('no_policy');

  unit.append({
    type: 'stay.reassessed',
    area: stay.area,
    subject: `stay:${id}`,
    referralId: null,
    institutionIds: [stay.institutionId],
    data: { reasonCode, policyId: policy.id, policyVersion: policy.version, before: { policyId: stay.policyId, policyVersion: stay.policyVersion } },
  });
  return shown(unit, id, await reassess(unit, stay.patientId, 'reassessment', id), stay);
};

function inForce(unit: Unit, stay: Stay) {
  if (stay.insuredArea === null || stay.scheme === null) return undefined;
  const policy = policyOn(unit.policies, stay.insuredArea, stay.scheme, localDateOf(stay.admittedAt));
  return policy && hasBenefit(policy, stay) ? policy : undefined;
}
