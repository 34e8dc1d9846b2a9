import { refuse } from '../../kernel/problem.js';
import type { PersonFacts, RecordedEntry } from '../../domain/ledger.js';
import { standingsOf, type Standing } from '../../domain/standing.js';
import type { Stay } from '../../domain/stay.js';
import type { Actor, Query, Reads } from '../ports.js';
import { factsOf, insurerOf } from './person.js';

/** A stay with how it stands in the ledger. */
export interface StayShown {
  readonly stay: Stay;
  /** null: it was voided. */
  readonly standing: Standing | null;
  /** Every stay of the person: the steps name them. */
  readonly stays: readonly Stay[];
}

/** @param facts of the person, with this stay among them */
export function shown(reads: Reads, id: string, facts: PersonFacts, fallback: Stay): StayShown {
  const stay = facts.stays.find((each) => each.id === id) ?? fallback;
  return { stay, standing: standingsOf(facts, reads.policies).find((each) => each.stay.id === id) ?? null, stays: facts.stays };
}

function concerns(stay: Stay, actor: Actor): boolean {
  if (actor.institutionId !== null) return stay.institutionId === actor.institutionId;
  const area = insurerOf(actor);
  return area !== null && stay.insuredArea === area;
}

/** A stay, for the institution whose it is and the insurer who pays for it, with its entries of the ledger. */
export const getStay: Query<{ id: string }, StayShown & { readonly entries: readonly RecordedEntry[] }> = async (reads, actor, { id }) => {
  const stay = await reads.stay(id);
  if (!stay || !concerns(stay, actor)) return refuse('not_found');
  return { ...shown(reads, id, await factsOf(reads, stay.patientId), stay), entries: await reads.entriesOf(id) };
};
