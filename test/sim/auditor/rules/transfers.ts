import { dataOf, type Step } from '../step.js';

const THERE = ['arrived', 'in-care', 'completed'];
const NOT_YET = ['draft', 'submitted', 'info-requested', 'accepted', 'scheduled'];

/**
 * The ledger of transfers: a line for each arrival and each reversal, under the number of its event; a
 * referral whose patient is there has one that stands, every other has none.
 */
export function* transfersBalance({ before, after, events }: Step): Iterable<string> {
  if (after === before) return;
  const bySeq = new Map(after.transfers.map((transfer) => [transfer.seq, transfer]));
  for (const event of events) {
    const kind = event.type === 'referral.arrived' ? 'executed' : event.type === 'referral.arrival-revoked' ? 'reversed' : undefined;
    const line = bySeq.get(event.seq);
    if (line?.kind !== kind) yield `event ${event.seq}, ${event.type}, stands beside ${line ? `a transfer ${line.kind}` : 'no transfer'}`;
    if (line && line.referralId !== event.referralId) yield `transfer ${line.id} stands beside an event of another referral`;
    if (line?.kind === 'executed' && dataOf(event)['transferId'] !== line.id) yield `event ${event.seq} names another transfer than ${line.id}`;
  }
  if (after.transfers.length < before.transfers.length) yield 'the ledger of transfers has lost a line';

  const standing = new Map<string, string>();
  for (const { id, kind, reverses, referralId } of after.transfers) {
    const stands = standing.get(referralId);
    if (kind === 'executed' ? stands !== undefined : stands !== reverses) yield `transfer ${id}, ${kind}, does not follow from the one before`;
    if (kind === 'executed') standing.set(referralId, id);
    else standing.delete(referralId);
  }
  for (const { id, status, course } of after.referrals.values()) {
    const stands = standing.get(id) ?? null;
    if (course.transferId !== stands) yield `referral ${id} names transfer ${course.transferId}, in the ledger stands ${stands}`;
    if (THERE.includes(status) && stands === null) yield `referral ${id} is ${status} and has no transfer`;
    if (NOT_YET.includes(status) && stands !== null) yield `referral ${id} is ${status} and has a transfer`;
  }
}
