/** What the service said, and what the story makes of it. */

export interface ProblemSeen {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly alternatives?: readonly Record<string, unknown>[];
}

/** A step that did not give what it should: the demo ends with this sentence and exit code 1. */
export class StoryFault extends Error {
  override name = 'StoryFault';
}

/** An answer of the generated client. */
interface Fetched {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: { readonly status: number };
}

/** What a good answer holds. */
export type Given<F extends Fetched> = Exclude<F['data'], undefined>;

/** The data of a good answer; a refusal ends the story. */
export async function given<F extends Fetched>(what: string, answer: Promise<F>): Promise<Given<F>> {
  const { data, error, response } = await answer;
  if (data === undefined || error !== undefined) {
    throw new StoryFault(`${what}: expected success, the service answered ${response.status} ${JSON.stringify(error)}`);
  }
  return data as Given<F>;
}

/** The refusal that the story is waiting for; anything else ends it. */
export async function refused(what: string, code: string, answer: Promise<Fetched>): Promise<ProblemSeen> {
  const { error, response } = await answer;
  const problem = error as Partial<ProblemSeen> | undefined;
  if (problem?.code !== code) throw new StoryFault(`${what}: expected the refusal ${code}, the service answered ${response.status} ${JSON.stringify(error ?? 'without one')}`);
  return problem as ProblemSeen;
}

/** Something that must hold in what was answered. */
export function expect(holds: boolean, sentence: string): void {
  if (!holds) throw new StoryFault(sentence);
}
