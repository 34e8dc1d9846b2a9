import { readFileSync } from 'node:fs';
import { register } from 'node:module';

/** Given to Node with `--import`: whatever the process loads from now on has the bug in it that `PLANTED` names a file of. */
const path = process.env['PLANTED'];
if (path === undefined) throw new Error('PLANTED names the file that plant.ts has written');
register('./loader.js', import.meta.url, { data: JSON.parse(readFileSync(path, 'utf8')) as object });
