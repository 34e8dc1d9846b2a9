import { must } from '../../kernel/assert.js';
import { isRefusal, refuse } from '../../kernel/problem.js';
import type { MemberInput } from '../../contract/institution.js';
import { writeMember } from '../../domain/directory.js';
import type { Member } from '../../domain/network.js';
import type { UseCase } from '../ports.js';

/**
 * Writes the periods in which an institution belongs to a consortium: local dates, both included. To
 * leave is to give the last period its `until`; a member is never deleted, and referrals under way
 * finish with what they were decided on. A change is a new version of the consortium.
 *
 * Refused: `not_found` (consortium or institution), `invalid_content` (periods out of order, overlapping,
 * or ending before they begin).
 */
export const putMember: UseCase<{ consortiumId: string; institutionId: string; body: MemberInput }, Member> = async (unit, command) => {
  const { consortiumId, institutionId, body } = command;
  const before = unit.network.consortium(consortiumId);
  const institution = unit.network.institution(institutionId);
  if (!before || !institution) return refuse('not_found');

  const after = writeMember(before, institutionId, body.periods, unit.now);
  if (isRefusal(after)) return after;
  const member = must(after.members.find((m) => m.institutionId === institutionId), 'a written member is in the list');
  if (after === before) return member;

  await unit.saveConsortium(after);
  unit.append({
    type: 'member.written',
    area: institution.area,
    subject: `consortium:${consortiumId}`,
    referralId: null,
    institutionIds: [...new Set([institutionId, after.leadInstitutionId])],
    data: { version: after.version, institutionId, periods: member.periods },
  });
  return member;
};
