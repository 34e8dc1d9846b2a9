import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { contentsOf } from '../store/copy.js';
import { readMigrations } from '../store/migrate.js';
import { Difference, moveDatabase } from '../store/postgres/move.js';
import { holdFile } from '../store/sqlite.js';
import { faultsOf, UpkeepError, type UpkeepCommand } from './command.js';

/**
 * `npm run move -- --from sqlite:… --to postgres://…`: carries an installation over to an empty database of a
 * server, while the service is stopped. Every row is read back and compared, and the log checked to its
 * last signature; where anything differs nothing is kept. The file stays as it was.
 */
const USAGE = 'npm run move -- --from sqlite:./data/referral.db --to postgres://user@host/database';

export const move: UpkeepCommand = async (args, placeOf) => {
  const { values } = parseArgs({ args: [...args], options: { from: { type: 'string' }, to: { type: 'string' } } });
  if (values.from === undefined || values.to === undefined) throw new UpkeepError(USAGE);
  if (!/^postgres(ql)?:\/\/./.test(values.to)) throw new UpkeepError(`--to is the address of a PostgreSQL database: ${USAGE}`);
  const { file, dataKey } = placeOf(values.from);
  if (!existsSync(file)) throw new UpkeepError(`There is no database ${file}.`);
  if (dataKey === null) throw new UpkeepError(`The data key is neither in DATA_KEY nor beside ${file}: without it nobody can see whether the log is whole.`);
  const release = holdFile(file);
  try {
    return await carryOver(file, values.to, dataKey);
  } finally {
    release();
  }
};

async function carryOver(file: string, to: string, dataKey: Uint8Array): Promise<readonly string[]> {
  const contents = await contentsOf(file, dataKey);
  if (contents.faults.length > 0) throw new UpkeepError(`The log in ${file} is not whole: ${faultsOf(contents)}. Nothing was moved.`);
  if (contents.migration < readMigrations('sqlite').length) throw new UpkeepError(`${file} is of an older version: start this one on it once, stop it, and move then.`);
  try {
    const moved = await moveDatabase(file, to, dataKey);
    return [
      ...moved.filter(({ rows }) => rows > 0).map(({ table, rows, hash }) => `${table}: ${rows} rows, the same on both sides, sum ${hash}`),
      contents.head === null ? 'the log is empty' : `the log ends at ${contents.head.seq}, whole, signed with the same key`,
      `Start every instance with DATABASE_URL for the server and this DATA_KEY, and ${file} no more: it is as it was, and would go its own way.`,
    ];
  } catch (error) {
    if (error instanceof Difference) throw new UpkeepError(`${error.message}. Nothing was kept on the server, and ${file} is as it was.`);
    throw error;
  }
}
