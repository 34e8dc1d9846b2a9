import { ConfigError, type Place } from '../config.js';
import { formatInstant } from '../kernel/calendar.js';
import { StoreError } from '../store/errors.js';
import type { Contents } from '../store/copy.js';

/** What the commands of an operator share: how they end, and how they tell what is in a database. */

/** Something that the operator can mend; told in its own words. */
export class UpkeepError extends Error {
  override name = 'UpkeepError';
}

/**
 * A command of an operator. Answers what is printed; throws where it cannot be done.
 * @param placeOf where an address, or without one the environment, says that the database lies.
 */
export type UpkeepCommand = (args: readonly string[], placeOf: (url?: string) => Place) => Promise<readonly string[]>;

/** What went wrong, in one sentence where the operator can mend it. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as NodeJS.ErrnoException;
  if (error instanceof UpkeepError || error instanceof StoreError || error instanceof ConfigError || code?.startsWith('ERR_PARSE_ARGS')) return error.message;
  if (path !== undefined) return `${path} cannot be read or written (${code}).`;
  return error.stack ?? error.message;
}

export function described(file: string, bytes: number, contents: Contents): string[] {
  const { counts, head, faults, migration, signaturesChecked } = contents;
  const log = head === null ? 'the log is empty' : `the log ends at ${head.seq}, signed ${formatInstant(head.at)}${signaturesChecked ? '' : ' (no data key at hand: signatures not checked)'}`;
  return [
    `${file}: ${(bytes / 1_048_576).toFixed(1)} MB, migration ${migration}, every page read`,
    `${counts.referrals} referrals, ${counts.reservations} reservations, ${counts.transfers} transfers, ${counts.events} events`,
    faults.length === 0 ? `${log}, whole` : `${log}, NOT WHOLE: ${faultsOf(contents)}`,
    ...(head === null ? [] : [`head ${JSON.stringify(head)}`]),
  ];
}

export function faultsOf({ faults }: Contents): string {
  const first = faults.slice(0, 5).map(({ seq, fault }) => `${fault} at ${seq}`).join(', ');
  return faults.length > 5 ? `${first} and ${faults.length - 5} more` : first;
}
