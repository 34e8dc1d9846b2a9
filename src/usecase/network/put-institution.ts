import { localDateOf } from '../../kernel/calendar.js';
import { isRefusal } from '../../kernel/problem.js';
import type { InstitutionInput } from '../../contract/institution.js';
import { writeInstitution } from '../../domain/directory.js';
import type { Institution } from '../../domain/network.js';
import type { UseCase } from '../ports.js';

/**
 * Writes an institution under an id that the caller chose. The same content again leaves version and
 * log as they are. A changed level is added to the history of levels, from `levelSince` or today.
 *
 * Refused: `invalid_content` (a department listed twice, a wrong social credit code, a level before the
 * present one began, another prefecture), `department_in_use`.
 */
export const putInstitution: UseCase<{ id: string; body: InstitutionInput }, { institution: Institution; created: boolean }> = async (unit, { id, body }) => {
  const before = unit.network.institution(id);
  const institution = writeInstitution(before, id, body, unit.poolsOf(id), { now: unit.now, today: localDateOf(unit.now) });
  if (isRefusal(institution)) return institution;
  if (institution === before) return { institution, created: false };

  await unit.saveInstitution(institution);
  unit.append({
    type: 'institution.written',
    area: institution.area,
    subject: `institution:${id}`,
    referralId: null,
    institutionIds: [id],
    data: { version: institution.version, name: institution.name, level: institution.level, kind: institution.kind, district: institution.district },
  });
  return { institution, created: before === undefined };
};
