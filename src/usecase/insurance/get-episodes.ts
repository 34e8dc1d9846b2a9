import { refuse } from '../../kernel/problem.js';
import type { OutsideByInsurer } from '../../domain/assessment.js';
import { episodesOf, type Episode } from '../../domain/episode.js';
import { standingsOf, type Standing } from '../../domain/standing.js';
import type { Stay } from '../../domain/stay.js';
import type { Actor, Query } from '../ports.js';
import { factsOf, readable, showsTo } from './person.js';

export interface EpisodesShown {
  readonly patientId: string;
  readonly episodes: readonly Episode[];
  /** In order of admission. */
  readonly standings: readonly Standing[];
  /** What the insurers of the stays shown state; to an insurer its own alone. */
  readonly outside: OutsideByInsurer;
  /** Every stay of the person: the steps name them. */
  readonly stays: readonly Stay[];
}

/**
 * The chains of a person's stays with all that each bears and why. For an institution with an open referral
 * or a stay of the person, and for the insurer, who sees the stays that it pays for.
 */
export const getEpisodes: Query<{ patientId: string }, EpisodesShown> = async (reads, actor, { patientId }) => {
  const record = await readable(reads, actor, patientId);
  if (!record) return refuse('not_found');
  const facts = await factsOf(reads, record.id);
  const standings = standingsOf(facts, reads.policies).filter(({ stay }) => showsTo(actor, stay));
  return { patientId: record.id, episodes: episodesOf(standings.map(({ outcome }) => outcome)), standings, outside: shownOf(actor, facts.outside), stays: facts.stays };
};

function shownOf({ institutionId, area }: Actor, outside: OutsideByInsurer): OutsideByInsurer {
  return institutionId !== null ? outside : new Map([...outside].filter(([insurer]) => insurer === area));
}
