import type { Step } from '../step.js';

/** What institutions report arrives in any order: an older report never overwrites a newer. */
export function* reportsInOrder({ before, after }: Step): Iterable<string> {
  if (after === before) return;
  for (const [key, was] of before.sessions) {
    const is = after.sessions.get(key);
    if (!is) yield `session ${key} has vanished`;
    else if (is.reportedAt < was.reportedAt) yield `session ${key}: a report of ${is.reportedAt} has overwritten one of ${was.reportedAt}`;
  }
  for (const [id, was] of before.stays) {
    const is = after.stays.get(id);
    if (!is) yield `stay ${id} has vanished`;
    else if (is.sourceVersion < was.sourceVersion) yield `stay ${id}: version ${is.sourceVersion} of its source has overwritten ${was.sourceVersion}`;
    else if (is.version < was.version) yield `stay ${id} went back to version ${is.version}`;
  }
  const executed = new Set(after.transfers.filter(({ kind, because }) => kind === 'executed' && because === 'stay').map(({ referralId }) => referralId));
  for (const { id, referralId, executedReferral } of after.stays.values()) {
    if (executedReferral && !executed.has(referralId ?? '')) yield `stay ${id} has executed a transfer that is not in the ledger`;
  }
}
