import { readPlace } from '../config.js';
import { backup } from './backup.js';
import { sentenceOf, UpkeepError, type UpkeepCommand } from './command.js';
import { move } from './move.js';
import { restore } from './restore.js';

/** What an operator does with a database besides serving it: `npm run backup`, `npm run restore`, `npm run move`. */
const COMMANDS: Readonly<Record<string, UpkeepCommand>> = { backup, restore, move };

async function main([name = '', ...args]: readonly string[]): Promise<void> {
  const command = COMMANDS[name];
  if (command === undefined) throw new UpkeepError(`The commands are ${Object.keys(COMMANDS).join(', ')}.`);
  for (const line of await command(args, readPlace)) process.stdout.write(`${line}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${sentenceOf(error)}\n`);
  process.exitCode = 1;
});
