import { localDateOf } from '../../kernel/calendar.js';
import { must } from '../../kernel/assert.js';
import { isRefusal } from '../../kernel/problem.js';
import type { ConsortiumInput } from '../../contract/institution.js';
import { writeConsortium } from '../../domain/directory.js';
import type { Consortium } from '../../domain/network.js';
import type { UseCase } from '../ports.js';

/**
 * Writes a consortium and the rules it goes by. Every change is a new version, the one that referrals
 * name as their `ruleVersion`. A lead hospital that has no period of membership yet gets one, role
 * `lead`, from today and without end; another beginning is written with `putMember`.
 *
 * Refused: `invalid_content` where the lead hospital is not in the directory.
 */
export const putConsortium: UseCase<{ id: string; body: ConsortiumInput }, { consortium: Consortium; created: boolean }> = async (unit, { id, body }) => {
  const before = unit.network.consortium(id);
  const lead = unit.network.institution(body.leadInstitutionId);
  const consortium = writeConsortium(before, id, body, lead, { now: unit.now, today: localDateOf(unit.now) });
  if (isRefusal(consortium)) return consortium;
  if (consortium === before) return { consortium, created: false };

  await unit.saveConsortium(consortium);
  unit.append({
    type: 'consortium.written',
    area: must(lead, 'a written consortium has a lead').area,
    subject: `consortium:${id}`,
    referralId: null,
    institutionIds: consortium.members.map((m) => m.institutionId),
    data: { version: consortium.version, name: consortium.name, type: consortium.type, tightness: consortium.tightness, leadInstitutionId: consortium.leadInstitutionId },
  });
  return { consortium, created: before === undefined };
};
