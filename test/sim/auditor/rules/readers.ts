import type { Book } from '../book.js';
import type { Sighting } from '../claim.js';
import type { Step } from '../step.js';
import { had, hasRunOut } from './capacity.js';

/** Whoever reads sees what is committed, at this instant: no older, and nothing that time has ended. */
export function* readersSeeTheTruth({ after, now, sightings }: Step): Iterable<string> {
  for (const seen of sightings) yield* lies(seen, after, now);
}

function* lies(seen: Sighting, book: Book, now: number): Iterable<string> {
  switch (seen.what) {
    case 'referral': {
      const row = book.referrals.get(seen.id);
      const status = row && row.deadlineAt !== null && now >= row.deadlineAt ? 'expired' : row?.status;
      if (row?.version !== seen.version || status !== seen.status) {
        yield `referral ${seen.id} was shown as ${seen.status}, version ${seen.version}, and is ${status}, version ${row?.version}`;
      }
      return;
    }
    case 'reservation': {
      const row = book.reservations.get(seen.id);
      const referral = book.referrals.get(row?.referralId ?? '');
      // What a lapsed referral had planned is shown as released before that is written down.
      if (!row || !referral || (referral.deadlineAt !== null && now >= referral.deadlineAt)) return;
      const states = (book.placesOf.get(seen.id) ?? []).map((p) => `${p.item} ${p.startsAt} ${hasRunOut(book, p, now) ? 'expired' : p.state}`).sort();
      if (row.version !== seen.version || states.join() !== seen.states.join()) yield `reservation ${seen.id} was shown as ${seen.states.join()} and is ${states.join()}`;
      return;
    }
    case 'free': {
      const session = book.sessions.get(`${seen.poolId} ${seen.startsAt}`);
      const left = session ? session.capacity - session.takenElsewhere - had(book, session, now).length : 0;
      if (seen.free > Math.max(0, left) || session?.closed) yield `${seen.poolId} ${seen.startsAt}: ${seen.free} places were offered, ${left} are left`;
      return;
    }
    case 'pool':
    case 'consortium': {
      const docs = seen.what === 'pool' ? book.pools : book.consortia;
      const version = docs.get(seen.id)?.version ?? 0;
      if (version !== seen.version) yield `${seen.what} ${seen.id} is known in version ${seen.version} and is written in ${version}`;
      return;
    }
    case 'events': {
      const last = book.tip?.seq ?? 0;
      const expected = Math.min(seen.limit, last - seen.after);
      const inOrder = seen.seen.every(({ seq }, i) => seq === seen.after + 1 + i);
      if (!inOrder || seen.seen.length !== expected) yield `the feed after ${seen.after} showed ${seen.seen.length} events of ${expected}`;
      return;
    }
    case 'received':
      // Receivers have a rule of their own.
      return;
  }
}
