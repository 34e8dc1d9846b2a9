import type { Book, EventRow } from './book.js';
import type { Claim, Sighting } from './claim.js';

/** One step of the run as the auditor sees it: the books before and after, and what was said in between. */
export interface Step {
  readonly now: number;
  readonly before: Book;
  readonly after: Book;
  /** What the log has gained. */
  readonly events: readonly EventRow[];
  readonly claims: readonly Claim[];
  readonly sightings: readonly Sighting[];
  /** One request at most was made. */
  readonly alone: boolean;
}

/** What must hold after every step: a sentence for each place where it does not. */
export type Rule = (step: Step) => Iterable<string>;

/** What an event says, read once. */
export function dataOf(event: EventRow): Readonly<Record<string, unknown>> {
  return JSON.parse(event.data) as Record<string, unknown>;
}

/** Who asked for what an event tells: the tag of a request, or time, or nobody that matters here. */
export function tagOf(event: EventRow): string | undefined {
  return (JSON.parse(event.actor) as { operator: { code: string } | null }).operator?.code;
}
