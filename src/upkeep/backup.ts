import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { Place } from '../config.js';
import { contentsOf, copyDatabase, countsOf, endOf, hasEvent, type Contents, type Counts } from '../store/copy.js';
import { syncPath } from '../store/durable.js';
import { described, faultsOf, UpkeepError, type UpkeepCommand } from './command.js';

/**
 * `npm run backup -- --to FILE [--from sqlite:…]`: a consistent copy of the database, of a running service
 * too, every page and every event of which has been read before it gets its name.
 * `npm run backup -- --check FILE`: the same look at a copy that there is.
 */
const USAGE = 'npm run backup -- --to FILE [--from sqlite:./data/referral.db], or --check FILE';

export const backup: UpkeepCommand = async (args, placeOf) => {
  const { values } = parseArgs({ args: [...args], options: { to: { type: 'string' }, from: { type: 'string' }, check: { type: 'string' } } });
  const place = placeOf(values.from);
  if (values.check !== undefined && values.to === undefined) return check(values.check, place);
  if (values.to === undefined || values.check !== undefined) throw new UpkeepError(USAGE);
  return backUp(place, values.to);
};

async function check(file: string, { dataKey }: Place): Promise<readonly string[]> {
  if (!existsSync(file)) throw new UpkeepError(`There is no file ${file}.`);
  const contents = await contentsOf(file, dataKey);
  if (contents.faults.length > 0) throw new UpkeepError(`The log in ${file} is not whole: ${faultsOf(contents)}.`);
  return described(file, statSync(file).size, contents);
}

async function backUp({ file, dataKey }: Place, to: string): Promise<readonly string[]> {
  if (!existsSync(file)) throw new UpkeepError(`There is no database ${file}: name one with --from sqlite:… or DATABASE_URL.`);
  if (existsSync(to)) throw new UpkeepError(`${to} is there already: a backup overwrites nothing.`);
  const part = reserved(`${to}.part`);
  let contents: Contents;
  try {
    const [before, end] = [countsOf(file), endOf(file)];
    copyDatabase(file, part);
    contents = await contentsOf(part, dataKey);
    compare(before, contents.counts, countsOf(file));
    if (end !== undefined && !hasEvent(part, end)) throw new UpkeepError(`The copy does not have event ${end.seq} as it was when it began: nothing was kept.`);
    if (existsSync(to)) throw new UpkeepError(`${to} has come up meanwhile: nothing was kept.`);
    renameSync(part, to);
    syncPath(dirname(to));
  } finally {
    rmSync(part, { force: true });
  }
  // The copy is as true as the original, and may be all there is: it is kept, but nobody may think all is well.
  if (contents.faults.length > 0) throw new UpkeepError(`${to} is written, but the log in it is not whole: ${faultsOf(contents)}.`);
  return described(to, statSync(to).size, contents);
}

/** An empty file for this user alone, which keeps a second backup to the same name away. */
function reserved(part: string): string {
  try {
    closeSync(openSync(part, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new UpkeepError(`${part} is there: another backup is being written, or one was cut off. Remove it if none is running.`);
  }
  return part;
}

/** Nothing of this is ever deleted: the copy has what was there when it began, and nothing that came after it had ended. */
function compare(before: Counts, copied: Counts, after: Counts): void {
  for (const what of Object.keys(before) as (keyof Counts)[]) {
    if (copied[what] < before[what] || copied[what] > after[what]) {
      throw new UpkeepError(`The copy has ${copied[what]} ${what}; the original had ${before[what]} before it and ${after[what]} after it: nothing was kept.`);
    }
  }
}
