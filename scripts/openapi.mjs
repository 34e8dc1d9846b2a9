// Writes openapi/openapi.json from the program itself. Runs on the compiled program: npm run openapi.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { appStore, inProcess, packagedExamples } from '../dist/src/compose.js';
import { buildApp } from '../dist/src/http/app.js';
import { Gate } from '../dist/src/http/gate.js';
import { createLogger } from '../dist/src/http/log.js';
import { apiDocument } from '../dist/src/http/openapi.js';
import { openStore } from '../dist/src/store/open.js';

const folder = mkdtempSync(join(tmpdir(), 'referral-router-'));
const clock = { now: () => Date.now() };
const store = await openStore({ url: `sqlite:${folder}/empty.db`, dataKey: randomBytes(32), clock, random: randomBytes });
const server = await buildApp({
  store: appStore(store),
  commander: inProcess(store),
  clock,
  gate: new Gate({ waitMs: 500, stopwatch: () => 0, readsWait: false }),
  settings: { rateLimit: 500, adminKeyHash: null, maxConnections: 100 },
  logger: createLogger('warn'),
  random: randomBytes,
  after: () => () => undefined,
  examples: packagedExamples(),
  moveClock: null,
});
await server.ready();
writeFileSync('openapi/openapi.json', `${JSON.stringify(apiDocument(server), null, 2)}\n`);
await server.close();
await store.close();
rmSync(folder, { recursive: true });
