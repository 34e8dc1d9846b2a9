import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { assert, must } from './kernel/assert.js';
import type { Clock, Instant } from './kernel/calendar.js';
import { isRefusal } from './kernel/problem.js';
import { ConfigError, type Config } from './config.js';
import { buildApp, type App, type AppStore } from './http/app.js';
import type { After } from './http/commits.js';
import { readExamples, type Example } from './http/examples.js';
import { safeError } from './http/log.js';
import { startRelay } from './relay/runner.js';
import { settle } from './relay/tick.js';
import { openStore, type OpenStore } from './store/open.js';
import { createClient } from './usecase/network/create-client.js';
import type { Actor } from './usecase/ports.js';

/** Wires the parts of the service together; the only place that knows them all. */

export interface Service {
  readonly app: App;
  /** Where it listens: http://127.0.0.1:3000. */
  readonly address: string;
  /** Takes nothing new, finishes what is in flight, closes the store. */
  stop(): Promise<void>;
}

const SYSTEM: Actor = { clientId: 'system', roles: ['admin'], institutionId: null, area: null, operator: null };

/** A clock that stands still until it is moved. */
class TestClock implements Clock {
  constructor(private present: Instant) {}

  now(): Instant {
    return this.present;
  }

  moveTo(now: Instant): void {
    assert(now >= this.present, 'a test clock moves forward');
    this.present = now;
  }
}

const realClock: Clock = { now: () => Date.now() };

const after: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** Requests still running after this long are cut off, so that the process leaves within 10 s. */
const STOP_WITHIN_MS = 8_000;

export async function compose(config: Config, logger: Logger): Promise<Service> {
  const testClock = config.testClock === null ? null : new TestClock(config.testClock);
  const clock = testClock ?? realClock;
  const store = await openStore({ url: config.databaseUrl, dataKey: config.dataKey ?? keyBeside(config, logger), clock, random: randomBytes });
  const app = await buildApp({
    store: appStore(store),
    clock,
    settings: { rateLimit: config.rateLimit, adminKeyHash: config.adminKey === null ? null : store.vault.hashKey(config.adminKey) },
    logger,
    random: randomBytes,
    after,
    examples: packagedExamples(),
    moveClock: testClock && (async (now) => {
      testClock.moveTo(now);
      await settle(app.store);
    }),
  });
  if (config.adminKey === null) await firstKey(store);
  const address = await app.server.listen({ host: config.host, port: config.port });
  logger.info({ url: address }, 'listening');
  const relay = testClock ? null : startRelay(app.store, logger, safeError);
  return {
    app,
    address,
    async stop() {
      await relay?.stop();
      const cutOff = after(STOP_WITHIN_MS, () => app.server.server.closeAllConnections());
      await app.server.close();
      cutOff();
      await store.close();
    },
  };
}

/** The store in the shape in which the app asks for it. */
export function appStore(store: OpenStore): AppStore {
  return Object.assign(store, {
    gauges: () => {
      const { queued, lastBatch } = store.stats();
      return { queueDepth: queued, batchSize: lastBatch };
    },
  });
}

/** The examples that stand beside the program; none where it was packed without them. */
export function packagedExamples(): readonly Example[] {
  const folder = fileURLToPath(new URL('../../openapi/examples', import.meta.url));
  return statSync(folder, { throwIfNoEntry: false }) ? readExamples(folder) : [];
}

/** The data key in a file of mode 0600 beside the embedded database, made with it. */
function keyBeside(config: Config, logger: Logger): Uint8Array {
  const database = must(config.databaseFile, 'a server database has its key in the environment');
  const path = `${database}.key`;
  const known = statSync(path, { throwIfNoEntry: false });
  if (known) {
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
    if (key.length !== 32) throw new ConfigError(`DATA_KEY is not set and the key file ${path} does not hold 32 bytes in base64: restore it from a backup.`);
    return key;
  }
  if (statSync(database, { throwIfNoEntry: false })?.size) {
    throw new ConfigError(`DATA_KEY is not set and the key file ${path} is missing, though the database is there: restore it, what is stored cannot be read without it.`);
  }
  const key = randomBytes(32);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  logger.warn({ path }, 'made the data key: keep a copy apart from the database, without it no patient can be read');
  return key;
}

/** A service that nobody can call is of no use: the very first start makes an administrator, and says its key once. */
async function firstKey(store: OpenStore): Promise<void> {
  const clients = await store.read((reads) => reads.clients(null, 1));
  if (clients.data.length > 0) return;
  const made = await store.write(SYSTEM, (unit) => createClient(unit, { body: { name: 'administrator', roles: ['admin'] } }));
  assert(!isRefusal(made), 'an administrator without institution can be made');
  process.stdout.write(`Key of the administrator, shown this once: ${made.key}\n`);
}
