import { must } from '../../kernel/assert.js';
import { addDays, type LocalDate } from '../../kernel/calendar.js';
import { Prng } from '../../kernel/prng.js';
import type { PolicyInput, Provenance } from '../../contract/insurance.js';
import type { Insurance, Patient } from '../../contract/referral.js';
import { SHIPPED_DOCUMENTS } from '../../policies/shipped.js';
import { PILOT } from './network.js';

/** Who insures the inpatients of the replay, and by which rules. The letter tells neither: all of it is an assumption. */

/** Born on this day or later: still at school or university in 2018. */
const YOUNG: LocalDate = '1996-01-01';
/** Born before: over sixty in 2015. */
const OLD: LocalDate = '1955-01-01';
const EMPLOYEES_OF_HUNDRED = 60;

export function insuranceOf(seed: number, { birthDate }: Patient, district: string): Insurance {
  const employee = new Prng(seed ^ 0x3c3c).int(100) < EMPLOYEES_OF_HUNDRED;
  if (birthDate >= YOUNG) return { area: district, scheme: 'resident', personKind: 'student' };
  if (!employee) return { area: district, scheme: 'resident', personKind: 'resident' };
  return { area: district, scheme: 'employee', personKind: birthDate < OLD ? 'retired' : 'active' };
}

export interface ReplayPolicy {
  readonly id: string;
  readonly body: PolicyInput;
}

const SHIPPED_FOR_GUANGZHOU = ['gz-employee-2018', 'gz-resident-2018'];

/**
 * The shipped rules of Guangzhou as they are, from 2018 on; and for the years before, of which the letter
 * gives figures and no rules, the same ones under another name, every part of them marked as an example.
 */
export function replayPolicies(): ReplayPolicy[] {
  return SHIPPED_FOR_GUANGZHOU.flatMap((id) => {
    const shipped = must(SHIPPED_DOCUMENTS.find((document) => document.id === id), `${id} is shipped`);
    const earlier = id.replace('2018', 'replay');
    return [
      { id: earlier, body: { ...shipped, id: earlier, validFrom: PILOT, validUntil: addDays(shipped.validFrom, -1), ...backdated(shipped) } },
      { id, body: shipped },
    ];
  });
}

function backdated({ provenance, clauses = {} }: PolicyInput): Pick<PolicyInput, 'provenance' | 'clauses'> {
  const example = ({ citation }: Provenance): Provenance => ({
    status: 'illustrative',
    citation: `回放假设，2018 年以前适用同样规则，无文件依据 · assumed by the replay for the years before 2018, no document says so。${citation}`,
  });
  return { provenance: example(provenance), clauses: Object.fromEntries(Object.entries(clauses).map(([part, clause]) => [part, example(clause)])) };
}
