import type { LoggedEvent } from './event.js';

/** Who may read what of the log. */

export interface Reader {
  /** The institution acted for; null for administrator, insurer and regulator. */
  readonly institutionId: string | null;
  /** The prefecture of an insurer or a regulator. */
  readonly area: string | null;
}

/** What an insurer or a regulator hears of: executed transfers, and those taken back. */
const TRANSFERS: readonly string[] = ['referral.arrived', 'referral.arrival-revoked'];
/** What they hear: the record itself stands in the ledger of transfers. */
const TRANSFER_FACTS: readonly string[] = ['referralNo', 'transferId', 'reverses'];

/** What is of a person, whom the administrator does not see: who is signed up with whom is, too. */
const OF_PERSONS = /^(patient|stay|contract):/;

/**
 * The event as this reader sees it, null where it does not concern the reader: an institution what it
 * is party to, an insurer or a regulator the transfers of its prefecture, the administrator what is of
 * no patient. Data that is left out is still under the hash.
 */
export function shownTo(reader: Reader, event: LoggedEvent): LoggedEvent | null {
  if (reader.institutionId !== null) return event.institutionIds.includes(reader.institutionId) ? event : null;
  if (reader.area === null) return event.referralId === null && !OF_PERSONS.test(event.subject) ? event : null;
  if (event.area !== reader.area || !TRANSFERS.includes(event.type)) return null;
  return { ...event, data: Object.fromEntries(Object.entries(event.data).filter(([name]) => TRANSFER_FACTS.includes(name))) };
}
