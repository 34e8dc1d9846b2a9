import { Comparison, type Progress, type Trial } from '../../domain/backtest.js';
import type { Slices } from '../ports.js';
import { outsideOf } from './person.js';

/** Stays of one short read. */
const PAGE = 500;

/**
 * Goes on with a backtest for a number of pages, each of whole persons and in a short read of its own. What
 * it holds is one page, however many stays there are.
 */
export async function reckonBacktest(slices: Slices, trial: Trial, before: Progress, pages: number, perPage = PAGE): Promise<Progress> {
  let progress = before;
  for (let page = 0; page < pages && !progress.complete; page += 1) {
    progress = await slices(async (reads) => {
      const ofStays = progress.ofStays ?? (await reads.countStays());
      const persons = await reads.personsAfter(progress.after ?? '', perPage);
      const comparison = new Comparison(trial, reads.policies, progress.rows);
      let { stays } = progress;
      for (const person of persons) {
        comparison.add({ ...person, outside: outsideOf(person.accumulators) });
        stays += person.stays.length;
      }
      const after = persons.at(-1)?.patientId ?? progress.after;
      return { after, persons: progress.persons + persons.length, stays, ofStays, rows: comparison.rows(), complete: persons.length === 0 };
    });
  }
  return progress;
}
