import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { AssertionError, assert, must } from './kernel/assert.js';
import type { Clock, Instant } from './kernel/calendar.js';
import { after, realClock } from './real-time.js';
import { ConfigError, keyFileOf, keyInFile, type Config } from './config.js';
import { buildApp, type AppStore } from './http/app.js';
import type { CommandTable, Commander } from './http/commands.js';
import { readExamples, type Example } from './http/examples.js';
import { Gate } from './http/gate.js';
import { safeError } from './http/log.js';
import type { StoreGauges } from './http/metrics.js';
import { BACKLOG } from './http/server-limits.js';
import { reckonHere, runBacktests, type Reckoner, type Runner } from './reckoning/runner.js';
import { startReckoner } from './reckoning/start.js';
import { startRelay } from './relay/runner.js';
import { settle } from './relay/tick.js';
import { createDurably, privateFolder, realFile } from './store/durable.js';
import { openFollower, openStore, type ReadingStore, type StoreOptions, type WholeStore } from './store/open.js';
import { openPostgres, type PostgresStore } from './store/postgres/store.js';
import { firstAdministratorKey } from './usecase/network/first-administrator.js';
import type { Store } from './usecase/store.js';
import { startWriter } from './writing/start.js';

/** Wires the parts of the service together; the only place that knows them all. */

export interface Service {
  /** Where it listens: http://127.0.0.1:3000. */
  readonly address: string;
  /** Takes nothing new, finishes what is in flight, closes the store. */
  stop(): Promise<void>;
}

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

/** Requests still running after this long are cut off, so that the process leaves within 10 s. */
const STOP_WITHIN_MS = 8_000;

/**
 * Opens the store, starts what works on it, and listens. Throws {@link ConfigError} where the data key is lost, a
 * `StoreError` where the database cannot be opened as it is, and the system's error where nothing can listen on the
 * address.
 */
export async function compose(config: Config, logger: Logger): Promise<Service> {
  const dataKey = config.dataKey ?? keyBeside(config, logger);
  const testClock = config.testClock === null ? null : new TestClock(config.testClock);
  const house = await (testClock ? together(config, dataKey, testClock, logger) : config.databaseFile === null ? served(config, dataKey, logger) : apart(config, dataKey, logger));
  const gate = new Gate({ waitMs: config.maxWaitMs, stopwatch: () => performance.now(), readsWait: config.databaseFile === null });
  const server = await buildApp({
    gate,
    store: house.store,
    commander: house.commander,
    clock: testClock ?? realClock,
    settings: {
      rateLimit: config.rateLimit,
      adminKeyHash: config.adminKey === null ? null : house.store.vault.hashKey(config.adminKey),
      maxConnections: config.maxConnections,
    },
    logger,
    random: randomBytes,
    after,
    examples: packagedExamples(),
    moveClock: testClock && ((now) => house.moveTo(now)),
  });
  if (house.firstKey !== null) process.stdout.write(`Key of the administrator, shown this once: ${house.firstKey}\n`);
  const address = await server.listen({ host: config.host, port: config.port, backlog: BACKLOG });
  logger.info({ url: address }, 'listening');
  return {
    address,
    async stop() {
      house.stopping();
      const cutOff = after(STOP_WITHIN_MS, () => server.server.closeAllConnections());
      await server.close();
      cutOff();
      await house.close();
    },
  };
}

/** The store and what works on it, in one thread or in two. */
interface House {
  readonly store: AppStore;
  readonly commander: (commands: CommandTable) => Commander;
  /** Of the administrator that was made because there was none. */
  readonly firstKey: string | null;
  /** Moves the clock of a test and does what is then due. */
  moveTo(now: Instant): Promise<void>;
  /** Not ready for more. */
  stopping(): void;
  close(): Promise<void>;
}

/** Sockets and reading in this thread, rules and writing in one of their own: each has a core to itself. */
async function apart(config: Config, dataKey: Uint8Array, logger: Logger): Promise<House> {
  const order = { databaseUrl: config.databaseUrl, dataKey, firstKey: config.adminKey === null };
  const writer = await startWriter(order, logger);
  const reader = await openFollower({ url: config.databaseUrl, dataKey, clock: realClock, random: randomBytes });
  writer.follow = (news) => reader.follow(news);
  return {
    ...untilStopped(reader, () => writer.stats()),
    commander: () => writer,
    firstKey: writer.firstKey,
    moveTo: () => Promise.reject(new AssertionError('the real clock is not moved')),
    async close() {
      reader.close();
      await writer.stop();
    },
  };
}

/** Everything in this thread, on a clock that only a test moves. */
async function together(config: Config, dataKey: Uint8Array, clock: TestClock, logger: Logger): Promise<House> {
  const options = { url: config.databaseUrl, dataKey, clock, random: randomBytes };
  const store = await (config.databaseFile === null ? openServer(config, options, logger) : openStore(options));
  if (store.doubt !== undefined) logger.error(store.doubt);
  const firstKey = config.adminKey === null ? await firstAdministratorKey(store) : null;
  const backtests = backtesting(store, logger, 0, async () => reckonHere(store.slices));
  return {
    ...untilStopped(store, () => store.writerStats()),
    commander: inProcess(store),
    firstKey,
    async moveTo(now) {
      clock.moveTo(now);
      await settle(store);
    },
    async close() {
      await backtests.stop();
      await store.close();
    },
  };
}

/** On a database server, which other instances share: the server has threads of its own. */
async function served(config: Config, dataKey: Uint8Array, logger: Logger): Promise<House> {
  const store = await openServer(config, { url: config.databaseUrl, dataKey, clock: realClock, random: randomBytes }, logger);
  const firstKey = config.adminKey === null ? await firstAdministratorKey(store) : null;
  const relay = startRelay(store, logger, safeError, after);
  const backtests = backtesting(store, logger, STEP_WITHIN_MS, () => startReckoner({ databaseUrl: config.databaseUrl, dataKey }));
  return {
    ...untilStopped(store, () => ({ ...store.writerStats(), connections: store.pools() })),
    commander: inProcess(store),
    firstKey,
    moveTo: () => Promise.reject(new AssertionError('the real clock is not moved')),
    async close() {
      await relay.stop();
      await backtests.stop();
      await store.close();
    },
  };
}

/** A step of a backtest that takes longer was some other instance's, which is no more. */
const STEP_WITHIN_MS = 60_000;

function backtesting(store: WholeStore, logger: Logger, leaseMs: number, open: () => Promise<Reckoner>): Runner {
  return runBacktests({ store, open, leaseMs, report: (error) => logger.error({ error: safeError(error) }, 'backtest failed') }, after);
}

function openServer(config: Config, options: StoreOptions, logger: Logger): Promise<PostgresStore> {
  const report = (error: unknown, doing: string): void => logger.error({ error: safeError(error), doing }, 'failed in the background');
  return openPostgres({ ...options, after, connections: config.databaseConnections, report });
}

function untilStopped(store: ReadingStore, stats: () => StoreGauges): Pick<House, 'store' | 'stopping'> {
  let stopping = false;
  return {
    store: {
      read: (fn) => store.read(fn),
      clientByKeyHash: (hash) => store.clientByKeyHash(hash),
      catchUp: () => store.catchUp(),
      onCommit: (listener) => store.onCommit(listener),
      slices: store.slices,
      vault: store.vault,
      ready: async () => !stopping && stats().failing !== 'corrupt' && (await store.ready()),
      gauges: stats,
    },
    stopping: () => void (stopping = true),
  };
}

/** Commands carried out where they arrive. */
export function inProcess(store: Pick<Store, 'execute'>): (commands: CommandTable) => Commander {
  return (commands) => ({ run: (call) => commands.run(store, call) });
}

/** The store in the shape in which the app asks for it. */
export function appStore(store: WholeStore): AppStore {
  return untilStopped(store, () => store.writerStats()).store;
}

/** The examples that stand beside the program; none where it was packed without them. */
export function packagedExamples(): readonly Example[] {
  const folder = fileURLToPath(new URL('../../openapi/examples', import.meta.url));
  return statSync(folder, { throwIfNoEntry: false }) ? readExamples(folder) : [];
}

/** The data key in a file of mode 0600 beside the embedded database, made with it. */
function keyBeside(config: Config, logger: Logger): Uint8Array {
  const database = realFile(must(config.databaseFile, 'a server database has its key in the environment'));
  const path = keyFileOf(database);
  const known = keyInFile(path);
  if (known) return known;
  if (statSync(database, { throwIfNoEntry: false })?.size) {
    throw new ConfigError(`DATA_KEY is not set and the key file ${path} is missing, though the database is there: restore it, what is stored cannot be read without it.`);
  }
  const key = randomBytes(32);
  privateFolder(dirname(path));
  // Before anything is sealed with it: after a power cut the database would be there, and nobody could read it.
  createDurably(path, `${key.toString('base64')}\n`, 0o600);
  logger.warn({ path }, 'made the data key: keep a copy apart from the database, without it no patient can be read');
  return key;
}
