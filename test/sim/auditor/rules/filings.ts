import { dataOf, type Step } from '../step.js';

const FILED = ['accepted', 'scheduled', 'arrived', 'in-care', 'completed'];
const NOT_FILED = ['draft', 'submitted', 'info-requested', 'expired', 'rejected', 'cancelled', 'redirected'];

/** What the insurer is told: a referral is filed when it is accepted and withdrawn when it comes to nothing, each by a line beside the event that did it. */
export function* filingsStand({ before, after, events }: Step): Iterable<string> {
  if (after === before) return;
  const bySeq = new Map(after.filings.map((filing) => [filing.seq, filing]));
  for (const event of events) {
    const told = dataOf(event)['filing'] as { id: string; kind: string } | undefined;
    const line = bySeq.get(event.seq);
    if (line?.id !== told?.id || line?.kind !== told?.kind) yield `event ${event.seq} tells of ${told ? `filing ${told.id}` : 'no filing'}, beside it stands ${line?.id ?? 'none'}`;
  }
  if (after.filings.length < before.filings.length) yield 'a filing has vanished';
  const standing = new Map<string, string>();
  for (const { id, kind, withdraws, referralId } of after.filings) {
    const stands = standing.get(referralId) ?? null;
    if (withdraws !== stands) yield `filing ${id}, ${kind}, does not follow from the one before`;
    if (kind === 'filed') standing.set(referralId, id);
    else standing.delete(referralId);
  }
  for (const { id, status, course } of after.referrals.values()) {
    const stands = standing.get(id) ?? null;
    if (course.filingId !== stands) yield `referral ${id} names filing ${course.filingId}, ${stands ?? 'none'} stands`;
    if (FILED.includes(status) && stands === null) yield `referral ${id} is ${status} and not filed`;
    if (NOT_FILED.includes(status) && stands !== null) yield `referral ${id} is ${status} and filed`;
  }
}
