import { chownSync, closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Place } from '../config.js';
import { contentsOf, copyDatabase, type Contents } from '../store/copy.js';
import { privateFolder, realFile, syncPath } from '../store/durable.js';
import { holdFile } from '../store/sqlite.js';
import { described, faultsOf, UpkeepError, type UpkeepCommand } from './command.js';

/**
 * `npm run restore -- --from FILE [--to sqlite:…] [--replace] [--accept-faults]`: puts a backup where the
 * service looks for its database, while the service is stopped. What is put there has been read to its last
 * page and event; what stood there is moved aside, never overwritten.
 */
const USAGE = 'npm run restore -- --from FILE [--to sqlite:./data/referral.db] [--replace] [--accept-faults]';

/** The file of the database, and what belongs to it. */
const SUFFIXES = ['', '-wal', '-shm'];

interface Order {
  readonly from: string;
  readonly place: Place;
  readonly replace: boolean;
  readonly acceptFaults: boolean;
}

export const restore: UpkeepCommand = async (args, placeOf) => {
  const { values } = parseArgs({
    args: [...args],
    options: { from: { type: 'string' }, to: { type: 'string' }, replace: { type: 'boolean', default: false }, 'accept-faults': { type: 'boolean', default: false } },
  });
  if (values.from === undefined) throw new UpkeepError(USAGE);
  const order = { from: values.from, place: placeOf(values.to), replace: values.replace, acceptFaults: values['accept-faults'] };
  if (!existsSync(order.from)) throw new UpkeepError(`There is no file ${order.from}.`);
  if (realFile(order.from) === order.place.file) throw new UpkeepError(`${order.from} is where it would be restored to.`);
  privateFolder(dirname(order.place.file));
  const release = holdFile(order.place.file);
  try {
    return await putInPlace(order);
  } finally {
    release();
  }
};

async function putInPlace({ from, place: { file, dataKey }, replace, acceptFaults }: Order): Promise<readonly string[]> {
  const present = SUFFIXES.filter((suffix) => existsSync(file + suffix));
  if (present.length > 0 && !replace) throw new UpkeepError(`${file} is there already: --replace moves it aside, into a folder of its own.`);
  // Nobody else restores here while the lock is held: what lies there was left by a restoration that was cut off.
  const part = `${file}.restoring`;
  rmSync(part, { force: true });
  let contents: Contents;
  let aside: string | undefined;
  try {
    closeSync(openSync(part, 'wx', 0o600));
    copyDatabase(from, part);
    contents = await contentsOf(part, dataKey);
    if (contents.faults.length > 0 && !acceptFaults) {
      throw new UpkeepError(`The log in ${from} is not whole: ${faultsOf(contents)}. An older backup may be better; --accept-faults restores this one all the same.`);
    }
    belongToFolder(part, `${file}.lock`);
    if (present.length > 0) aside = moveAside(file, present);
    renameSync(part, file);
    syncPath(dirname(file));
  } finally {
    rmSync(part, { force: true });
  }
  return [
    ...described(file, statSync(file).size, contents),
    ...(aside === undefined ? [] : [`what stood there lies in ${aside}`]),
    ...(contents.signaturesChecked ? [] : [`put the data key into ${file}.key or DATA_KEY before the service starts`]),
  ];
}

/** The file first: without it its journal is dead, while it would come up without its journal and miss its last commits. */
function moveAside(file: string, suffixes: readonly string[]): string {
  let folder: string;
  for (let n = 1; ; n += 1) {
    folder = `${file}.replaced-${n}`;
    if (!existsSync(folder)) break;
  }
  mkdirSync(folder, { mode: 0o700 });
  for (const suffix of suffixes) renameSync(file + suffix, join(folder, basename(file) + suffix));
  syncPath(folder);
  return folder;
}

/** Restored by root, served by somebody else: whose folder it is must be able to write it. */
function belongToFolder(...paths: readonly string[]): void {
  if (process.getuid?.() !== 0) return;
  for (const path of paths) {
    const { uid, gid } = statSync(dirname(path));
    chownSync(path, uid, gid);
  }
}
