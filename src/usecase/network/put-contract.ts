import { equalJson } from '../../kernel/equal.js';
import { invalid, isRefusal, refuse } from '../../kernel/problem.js';
import type { ContractInput } from '../../contract/contract.js';
import type { Patient } from '../../contract/referral.js';
import { checkContract, sameTerms, type Contract } from '../../domain/contract.js';
import type { Query, Unit, UseCase } from '../ports.js';
import { knowPatient } from '../referral/draft.js';
import type { Present } from '../referral/identify.js';

/**
 * Writes a family-doctor contract under an id that the institution of the team chose, as often as it
 * changes; the same content again leaves version and log as they are. One of another institution does not
 * exist.
 *
 * Refused: `not_found`, `wrong_party`, `invalid_content` with a pointer to what contradicts itself.
 */
export const putContract: UseCase<{ id: string; body: ContractInput }, { contract: Contract; created: boolean }> = async (unit, { id, body }) => {
  const institution = unit.network.institution(unit.actor.institutionId ?? '');
  if (!institution || body.institutionId !== institution.id) return refuse('wrong_party');
  const before = await unit.lockContract(institution.area, id);
  if (before && before.institutionId !== institution.id) return refuse('not_found');
  const errors = checkContract(body);
  if (errors.length > 0) return invalid(...errors);
  const present = before ? presentIn(unit, before) : null;
  const known = await knowPatient(unit, body.patient, false, institution.area, { present });
  if (isRefusal(known)) return known;

  const { patientId, patient } = known;
  const { team, from, until = null, tags = [] } = body;
  const terms = { institutionId: institution.id, patientId, team, from, until, tags };
  if (before && sameTerms(before, terms) && equalJson(patient, present?.stated)) return { contract: before, created: false };
  const { area } = institution;
  const contract: Contract = {
    id, area, ...terms,
    sealedPatient: unit.vault.seal(contractRow({ area, id }), patient),
    version: (before?.version ?? 0) + 1,
    createdAt: before?.createdAt ?? unit.now,
    updatedAt: unit.now,
  };
  await (before ? unit.saveContract(contract) : unit.insertContract(contract));
  unit.append({
    type: 'contract.written',
    area,
    subject: `contract:${id}`,
    referralId: null,
    institutionIds: [institution.id],
    data: { version: contract.version, from, until },
  });
  return { contract, created: !before };
};

function presentIn(unit: Unit, contract: Contract): Present {
  return { patientId: contract.patientId, stated: unit.vault.open<Patient>(contractRow(contract), contract.sealedPatient) };
}

/** What the patient of a contract is sealed under: ids are chosen by callers, one by one in each prefecture. */
export function contractRow({ area, id }: Pick<Contract, 'area' | 'id'>): string {
  return `contract:${area}:${id}`;
}

/** A contract, for the institution of its team. */
export const getContract: Query<{ id: string }, Contract> = async (reads, actor, { id }) => {
  const institution = reads.network.institution(actor.institutionId ?? '');
  const contract = institution && (await reads.contract(institution.area, id));
  return contract && contract.institutionId === actor.institutionId ? contract : refuse('not_found');
};
