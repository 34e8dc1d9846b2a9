import { equalJson } from '../../kernel/equal.js';
import { localDateOf } from '../../kernel/calendar.js';
import { areaOfId } from '../../kernel/ids.js';
import { must } from '../../kernel/assert.js';
import { field, invalid, refuse, type FieldError } from '../../kernel/problem.js';
import type { AccumulatorInput } from '../../contract/ledger.js';
import { outsideContradictions } from '../../domain/simulation-check.js';
import type { Accumulator, UseCase } from '../ports.js';
import { insurerOf, insures } from './person.js';
import { reassess } from './reassess.js';

export interface AccumulatorWritten {
  readonly accumulator: Accumulator;
  readonly created: boolean;
  /** False: it is of an earlier date than the one kept; nothing changed. */
  readonly applied: boolean;
}

/**
 * What the insurer states of a person's stays outside the platform in one insurance year: how many there
 * were, what was borne, what the fund paid. It enters the count, the credit and the cap of that year. A
 * statement of an earlier date never overwrites one of a later.
 *
 * Refused: `not_found` for who does not insure the person, `invalid_content` where it contradicts itself.
 */
export const putAccumulator: UseCase<{ patientId: string; year: number; body: AccumulatorInput }, AccumulatorWritten> = async (unit, { patientId, year, body }) => {
  const area = insurerOf(unit.actor);
  const record = await unit.patient(patientId);
  if (area === null || !record || !(await insures(unit, unit.actor, record))) return refuse('not_found');
  const { stays, borneFen, paidFen, asOf } = body;
  const errors = [...outsideContradictions(body, ''), ...wrongDates(year, asOf, localDateOf(unit.now))];
  if (errors.length > 0) return invalid(...errors);

  const before = (await unit.accumulatorsOf(record.id)).find((each) => each.area === area && each.year === year);
  if (before && asOf < before.asOf) return { accumulator: before, created: false, applied: false };
  const accumulator: Accumulator = { area, patientId: record.id, year, stays, borneFen, paidFen, asOf, updatedAt: unit.now };
  if (before && equalJson({ ...accumulator, updatedAt: before.updatedAt }, before)) return { accumulator: before, created: false, applied: true };

  await unit.putAccumulator(accumulator);
  unit.append({
    type: 'accumulator.stated',
    area: must(areaOfId(record.id), 'an id carries its prefecture'),
    subject: `patient:${record.id}`,
    referralId: null,
    institutionIds: [],
    data: { insurer: area, year, stays, borneFen, paidFen, asOf },
  });
  await reassess(unit, record.id, 'outside-stays-stated');
  return { accumulator, created: before === undefined, applied: true };
};

function wrongDates(year: number, asOf: string, today: string): FieldError[] {
  if (asOf > today) return [field('/asOf', '截止日期不能晚于今天', 'The statement is of a day to come')];
  return asOf < `${year}-01-01` ? [field('/asOf', `截止日期早于 ${year} 年度`, `The statement is older than the year ${year}`)] : [];
}
