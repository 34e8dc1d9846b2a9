import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { scratch } from './children.js';

/** The load that comes with PostgreSQL: written in C, it sends a script again and again and thinks nothing. */
const PLACES = ['/usr/lib/postgresql/15/bin/pgbench', '/usr/bin/pgbench', '/usr/local/bin/pgbench'];
export const SECONDS = 12;

/** Transactions a second; rejects where pgbench is not installed, or a statement of the script fails. */
export async function pgbench(url: string, script: string, clients: number, seconds = SECONDS): Promise<number> {
  const program = PLACES.find((path) => existsSync(path));
  if (program === undefined) throw new Error('pgbench is not installed: apt-get install postgresql-15');
  const file = scratch('pgbench.sql');
  writeFileSync(file, script);
  const args = ['--no-vacuum', '--protocol=prepared', `--client=${clients}`, '--jobs=2', `--time=${seconds}`, `--file=${file}`, url];
  const { stdout, stderr } = await promisify(execFile)(program, args, { maxBuffer: 1 << 24 }).catch((error: { stderr: string }) => {
    throw new Error(`pgbench: ${error.stderr.slice(0, 500)}`);
  });
  const rate = /^tps = ([\d.]+)/m.exec(stdout)?.[1];
  if (rate === undefined || !/number of failed transactions: 0 /.test(stdout)) throw new Error(`pgbench: ${stderr.slice(0, 500)}${stdout}`);
  return Number(rate);
}
