import type { LoggedEvent, SignedHead } from '../../domain/event.js';
import { shownTo } from '../../domain/feed.js';
import type { Query } from '../ports.js';

export interface FeedQuestion {
  /** The number after which to go on: 0 at first, then `next` of the answer before. */
  readonly after: number;
  /** Only these types; null: all. */
  readonly types: readonly string[] | null;
  readonly limit: number;
}

export interface FeedPage {
  readonly events: readonly LoggedEvent[];
  /** The last number looked at. It moves on though nothing concerned the reader; equal to `after` at the end of the log. */
  readonly next: number;
  /** The signed end of the log; null while it is empty. */
  readonly head: SignedHead | null;
}

/** So many events are looked at for one answer: whoever is concerned by few asks again from `next`. */
const SCAN = 5_000;
const CHUNK = 200;

/** The log in order, without gaps, as far as it concerns the reader: the outbox and the feed in one. */
export const feed: Query<FeedQuestion, FeedPage> = async (reads, actor, { after, types, limit }) => {
  const events: LoggedEvent[] = [];
  let next = after;
  for (let scanned = 0; scanned < SCAN && events.length < limit; ) {
    const chunk = await reads.eventsAfter(next, Math.min(CHUNK, SCAN - scanned));
    if (chunk.length === 0) break;
    for (const event of chunk) {
      if (events.length === limit) break;
      next = event.seq;
      scanned += 1;
      const shown = types === null || types.includes(event.type) ? shownTo(actor, event) : null;
      if (shown) events.push(shown);
    }
  }
  const heads = await reads.headsAfter(Math.max(0, (await reads.lastSeq()) - 1), 2);
  return { events, next, head: heads.at(-1) ?? null };
};
