import { must } from '../../kernel/assert.js';
import type { EntryCause, EntryKind } from '../../contract/vocabulary.js';
import { reckon, type EntryLine, type PersonFacts } from '../../domain/ledger.js';
import type { Stay } from '../../domain/stay.js';
import type { Unit } from '../ports.js';
import { factsOf } from './person.js';

const CHANGES: Record<EntryKind, string> = { assessment: 'assessed', adjustment: 'adjusted', reversal: 'reversed' };

/**
 * Something new is known of a person: all of the person's stays are reckoned anew, and what has changed is
 * kept on them and entered into the ledger, each entry under an event of its own. The caller has saved the
 * new fact and told of it. Answers the person as it stands then.
 *
 * @param anew a stay that gives up the policy of its first assessment for the one in force now
 */
export async function reassess(unit: Unit, patientId: string, because: EntryCause, anew?: string): Promise<PersonFacts> {
  must(await unit.lockPatient(patientId), 'stays are those of a record that was not merged into another');
  const facts = await factsOf(unit, patientId);
  const standing = new Map<string, Stay>();
  for (const { stay, lines } of reckon(facts, unit.policies, unit.now, anew)) {
    await unit.saveStanding(stay);
    for (const line of lines) enter(unit, stay, line, because);
    standing.set(stay.id, stay);
  }
  return { ...facts, stays: facts.stays.map((stay) => standing.get(stay.id) ?? stay) };
}

function enter(unit: Unit, stay: Stay, line: EntryLine, because: EntryCause): void {
  const { id: stayId, area, institutionId, patientId } = stay;
  const { kind, deltaFen, resultFen, policyId, policyVersion } = line;
  unit.append({
    type: `deductible.${CHANGES[kind]}`,
    area,
    subject: `stay:${stayId}`,
    referralId: null,
    institutionIds: [institutionId],
    data: { deltaFen, resultFen, policyId, policyVersion, because },
  });
  unit.appendEntry({ ...line, area, stayId, institutionId, patientId, because, at: unit.now });
}
