import { StoreError, type StoreTrouble } from '../errors.js';

/** SQLSTATE by its first characters: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const SENTENCES: readonly (readonly [prefix: string, trouble: StoreTrouble, sentence: string])[] = [
  ['40001', 'conflict', 'another unit has changed what this one had read'],
  ['40P01', 'conflict', 'two units waited for each other'],
  // A division by the number of rows that a change has found: see connection.ts.
  ['22012', 'conflict', 'another unit has changed a row between its reading and its saving: its version is not the one that was loaded'],
  ['23', 'constraint', 'the database refused a row that breaks one of its constraints'],
  ['55P03', 'busy', 'another unit holds what this one needs for too long'],
  ['57014', 'busy', 'a statement took too long'],
  ['25P03', 'busy', 'a transaction stood still for too long'],
  ['53100', 'full', 'the disk of the database server is full: nothing of this was written'],
  ['53', 'busy', 'the database server has no connection or no memory left'],
  ['57P', 'unreachable', 'the database server is being stopped or started'],
  ['08', 'unreachable', 'the connection to the database server was lost'],
  ['25006', 'unreachable', 'the database server takes no changes: it is a copy'],
  ['28', 'refused', 'the database server refuses this user or password'],
  ['42501', 'refused', 'permission denied: the user of the service does not own the database or what is in it'],
  ['3D000', 'refused', 'there is no such database on the server'],
  ['58', 'io', 'the disk of the database server failed'],
  ['XX', 'corrupt', 'the database server found its files damaged'],
];

/** What sockets say. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT', 'ECONNABORTED',
]);

/** What the driver says without a code, in its own words. */
const LOST = /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout expired)/;
const NO_TLS = /^The server does not support SSL/;
const NO_CONNECTION_FREE = /^timeout exceeded when trying to connect/;

/** Text about a statement, not about a row: no value is ever in it. */
const ABOUT_STATEMENT = /^(42|26|0A)/;

/** An error of the driver as a StoreError; anything else as it is. */
export function translatePostgres(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error;
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return ofState(code, constraint, error.message);
  if (typeof code === 'string' && UNREACHABLE.has(code)) return new StoreError('unreachable', `the database server cannot be reached (${code})`);
  if (LOST.test(error.message)) return new StoreError('unreachable', 'the connection to the database server was lost');
  if (NO_TLS.test(error.message)) return new StoreError('unreachable', 'the database server takes no TLS connection, which sslmode in DATABASE_URL asks for: switch TLS on there, or take sslmode out');
  if (NO_CONNECTION_FREE.test(error.message)) return new StoreError('busy', 'no connection to the database server became free in time');
  return error;
}

function ofState(code: string, constraint: unknown, message: string): StoreError {
  const known = SENTENCES.find(([prefix]) => code.startsWith(prefix));
  if (known === undefined) return new StoreError('engine', `the engine failed with ${code}${ABOUT_STATEMENT.test(code) ? `: ${message}` : ''}`);
  const [, trouble, sentence] = known;
  // The name of a constraint; the detail beside it would quote the row.
  const which = trouble === 'constraint' && typeof constraint === 'string' ? `: ${KINDS[code] ?? 'constraint'} ${constraint}` : '';
  return new StoreError(trouble, `${sentence}${which} (${code})`);
}

const KINDS: Readonly<Record<string, string>> = { '23505': 'UNIQUE', '23514': 'CHECK', '23502': 'NOT NULL', '23503': 'FOREIGN KEY' };
