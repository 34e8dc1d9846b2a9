import { readFileSync, statSync } from 'node:fs';
import { parseInstant, type Instant } from './kernel/calendar.js';
import { realFile } from './store/durable.js';

/** The settings of the environment, checked at the start: a wrong one stops it with a sentence that names it. */
export interface Config {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly databaseUrl: string;
  /** The file of an embedded database as it is named, perhaps by a link; null for a server's. */
  readonly databaseFile: string | null;
  /** Connections that this instance opens to a database server at most, besides those of a backtest. */
  readonly databaseConnections: number;
  readonly adminKey: string | null;
  /** 32 bytes; null: kept in a file beside the embedded database. */
  readonly dataKey: Uint8Array | null;
  readonly logLevel: string;
  /** Requests a second for each key. */
  readonly rateLimit: number;
  /** Milliseconds that what is accepted may have to wait, as far as can be foreseen; beyond it requests are shed. */
  readonly maxWaitMs: number;
  /** Open connections of callers at most. */
  readonly maxConnections: number;
  /** Where the clock of a test starts; null: the real clock. */
  readonly testClock: Instant | null;
}

/** A setting that the service cannot start with. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const DEFAULT_DATABASE = 'sqlite:./data/referral.db';
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** The settings of the environment. Throws {@link ConfigError} for the first that is wrong, missing or refused together with another. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const databaseUrl = setting(env, 'DATABASE_URL') ?? DEFAULT_DATABASE;
  const databaseFile = fileOf(databaseUrl);
  const dataKey = dataKeyOf(setting(env, 'DATA_KEY'));
  if (databaseFile === null && dataKey === null) throw new ConfigError('DATA_KEY is required with PostgreSQL: 32 bytes in base64, the same for every instance.');
  return {
    host: setting(env, 'HOST') ?? '127.0.0.1',
    port: wholeNumber(env, 'PORT', 3_000, 0, 65_535),
    databaseUrl,
    databaseFile,
    databaseConnections: wholeNumber(env, 'DATABASE_CONNECTIONS', 20, 6, 500),
    adminKey: adminKeyOf(setting(env, 'ADMIN_KEY')),
    dataKey,
    logLevel: oneOf(env, 'LOG_LEVEL', 'info', LOG_LEVELS),
    rateLimit: wholeNumber(env, 'RATE_LIMIT', 500, 1, 1_000_000),
    maxWaitMs: wholeNumber(env, 'MAX_WAIT_MS', 500, 50, 10_000),
    maxConnections: wholeNumber(env, 'MAX_CONNECTIONS', 10_000, 10, 1_000_000),
    testClock: testClockOf(env),
  };
}

/** Where an embedded database lies, and what opens it. */
export interface Place {
  /** The file itself, whatever link names it. */
  readonly file: string;
  /** 32 bytes; null: neither in the environment nor in the file beside the database. */
  readonly dataKey: Uint8Array | null;
}

/** @param url instead of the one in the environment. Throws ConfigError where it is a server's. */
export function readPlace(url?: string, env: NodeJS.ProcessEnv = process.env): Place {
  const named = fileOf(url ?? setting(env, 'DATABASE_URL') ?? DEFAULT_DATABASE);
  if (named === null) throw new ConfigError('DATABASE_URL names PostgreSQL, which brings its own: pg_dump and pg_restore.');
  const file = realFile(named);
  return { file, dataKey: dataKeyOf(setting(env, 'DATA_KEY')) ?? keyInFile(keyFileOf(file)) };
}

/** The file beside an embedded database that holds its data key. */
export function keyFileOf(databaseFile: string): string {
  return `${databaseFile}.key`;
}

/** null where there is no such file. */
export function keyInFile(path: string): Uint8Array | null {
  if (!statSync(path, { throwIfNoEntry: false })) return null;
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length !== 32) throw new ConfigError(`DATA_KEY is not set and the key file ${path} does not hold 32 bytes in base64: restore it from a backup.`);
  return key;
}

/** An empty setting is none. */
function setting(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function fileOf(url: string): string | null {
  if (/^postgres(ql)?:\/\/./.test(url)) return null;
  const path = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url)?.[1];
  if (path === undefined || path.endsWith('/')) {
    throw new ConfigError('DATABASE_URL must be sqlite:./relative/path, sqlite:/absolute/path or postgres://….');
  }
  return path;
}

function adminKeyOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (!/^[\x21-\x7e]{1,256}$/.test(text)) throw new ConfigError('ADMIN_KEY must be 1 to 256 visible ASCII characters without spaces.');
  return text;
}

function dataKeyOf(text: string | undefined): Uint8Array | null {
  if (text === undefined) return null;
  const bytes = /^[A-Za-z0-9+/]{43}=$/.test(text) ? Buffer.from(text, 'base64') : undefined;
  if (bytes?.length !== 32) throw new ConfigError('DATA_KEY must be 32 bytes in base64 (44 characters): openssl rand -base64 32 makes one.');
  return bytes;
}

function wholeNumber(env: NodeJS.ProcessEnv, name: string, otherwise: number, least: number, most: number): number {
  const text = setting(env, name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) throw new ConfigError(`${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}.`);
  return value;
}

function oneOf(env: NodeJS.ProcessEnv, name: string, otherwise: string, values: readonly string[]): string {
  const value = setting(env, name) ?? otherwise;
  if (!values.includes(value)) throw new ConfigError(`${name} must be one of ${values.join(', ')}, not ${JSON.stringify(value)}.`);
  return value;
}

function testClockOf(env: NodeJS.ProcessEnv): Instant | null {
  const text = setting(env, 'TEST_CLOCK');
  if (text === undefined) return null;
  if (env['NODE_ENV'] === 'production') throw new ConfigError('TEST_CLOCK is refused with NODE_ENV=production: a service for patients runs on the real clock.');
  const instant = parseInstant(text);
  if (instant === undefined) throw new ConfigError(`TEST_CLOCK must be an instant with an offset, like 2018-03-01T09:00:00+08:00, not ${JSON.stringify(text)}.`);
  return instant;
}

