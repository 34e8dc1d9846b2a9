import type { EventRow } from '../book.js';
import type { Rule } from '../step.js';

/**
 * Who follows the log by its cursor gets every event that concerns it, and as it stands there: however often it
 * fails and asks again, nothing is passed over, and what it was once told is never told otherwise.
 */
export function receiversMissNothing(): Rule {
  const log: { readonly event: EventRow; readonly institutions: readonly string[] }[] = [];
  const got = new Map<string, Set<number>>();
  return function* ({ events, sightings }) {
    for (const event of events) log.push({ event, institutions: JSON.parse(event.institutionIds) as string[] });
    for (const seen of sightings) {
      if (seen.what !== 'received') continue;
      const { receiver, institutionId, after, next, limit } = seen;
      const has = got.get(receiver) ?? new Set();
      got.set(receiver, has);
      for (const { seq, hash } of seen.seen) {
        const line = log[seq - 1];
        if (line?.event.hash !== hash) yield `${receiver} was told another event ${seq} than stands in the log`;
        else if (!line.institutions.includes(institutionId)) yield `${receiver} was told of event ${seq}, which does not concern it`;
        if (seq <= after || seq > next) yield `${receiver} asked for what comes after ${after}, and got event ${seq} with the cursor ${next}`;
        has.add(seq);
      }
      const missed = log.slice(0, next).filter(({ event, institutions }) => institutions.includes(institutionId) && !has.has(event.seq));
      if (missed.length > 0) yield `${receiver} has passed event ${missed[0]!.event.seq} and never got it`;
      if (seen.seen.length < limit && next < log.length) yield `${receiver} was told that ${next} is the end, and there are ${log.length}`;
    }
  };
}
