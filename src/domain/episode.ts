import type { StayOutcome } from './assessment.js';

/** 连续诊疗过程: the chains of a person, each with its sums. */
export interface Episode {
  /** Its first stay. */
  readonly episode: string;
  readonly stays: readonly string[];
  readonly highestStandardFen: number;
  readonly deductibleFen: number;
  /** Of the stays that are settled. */
  readonly fundFen: number;
  readonly personalFen: number;
  /** Some stay of it is not settled, or not assessed. */
  readonly provisional: boolean;
}

/**
 * The episodes of one person, outpatient visits apart, in the order in which they begin.
 *
 * @param outcomes of all stays, in order of admission.
 */
export function episodesOf(outcomes: readonly StayOutcome[]): Episode[] {
  const groups = new Map<string, StayOutcome[]>();
  for (const outcome of outcomes) {
    if (outcome.episode === null) continue;
    const group = groups.get(outcome.episode);
    if (group) group.push(outcome);
    else groups.set(outcome.episode, [outcome]);
  }
  return [...groups].map(([episode, group]) => sumOf(episode, group));
}

function sumOf(episode: string, group: readonly StayOutcome[]): Episode {
  let [highestStandardFen, deductibleFen, fundFen, personalFen] = [0, 0, 0, 0];
  let provisional = false;
  for (const stay of group) {
    provisional ||= !stay.assessed || stay.provisional;
    if (!stay.assessed) continue;
    highestStandardFen = Math.max(highestStandardFen, stay.standardFen);
    deductibleFen += stay.deductibleFen;
    fundFen += stay.fundFen ?? 0;
    personalFen += stay.personalFen ?? 0;
  }
  return { episode, stays: group.map((stay) => stay.key), highestStandardFen, deductibleFen, fundFen, personalFen, provisional };
}
