import type { PersonStays } from '../usecase/ports.js';
import type { Queries } from './queries/catalogue.js';

/** A page of whole persons with their stays: for who walks through all of them. */
export async function personsAfter(q: Queries, after: string, limit: number): Promise<readonly PersonStays[]> {
  const rows = await q.person.staysAfter({ after, limit });
  const last = rows.at(-1)?.patientId;
  if (last === undefined) return [];
  // The last person may be cut off by the limit: left for the next page, unless nobody else is on this one.
  const cut = rows.length === limit;
  const alone = cut && rows[0]?.patientId === last;
  const whole = alone ? await q.person.stays({ patientId: last }) : cut ? rows.filter((stay) => stay.patientId !== last) : rows;
  const accumulators = byPerson(await q.person.accumulators({ after, last }));
  return [...byPerson(whole)].map(([patientId, stays]) => ({ patientId, stays, accumulators: accumulators.get(patientId) ?? [] }));
}

function byPerson<T extends { readonly patientId: string }>(rows: readonly T[]): Map<string, T[]> {
  const persons = new Map<string, T[]>();
  for (const row of rows) {
    const theirs = persons.get(row.patientId);
    if (theirs) theirs.push(row);
    else persons.set(row.patientId, [row]);
  }
  return persons;
}
