// Writes the answers of openapi/examples anew, told to the program itself: npm run examples. Read the difference before committing it.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagedExamples } from '../dist/src/compose.js';
import { startApp } from '../dist/test/kit/app.js';
import { play } from '../dist/test/kit/examples.js';

const folder = 'openapi/examples';
const files = readdirSync(folder).filter((file) => file.endsWith('.json')).sort();
const cleanUp = [];
const app = await startApp({ teardown: (fn) => cleanUp.unshift(fn) }, { empty: true });
let n = 0;
for await (const { example, reply, headers, body } of play(app, packagedExamples())) {
  const { name: _name, ...rest } = example;
  const response = { status: reply.status, ...(example.response.headers && { headers }), ...(body !== undefined && { body }) };
  writeFileSync(join(folder, files[n]), `${JSON.stringify({ ...rest, response }, null, 2)}\n`);
  n += 1;
}
for (const fn of cleanUp) await fn();
