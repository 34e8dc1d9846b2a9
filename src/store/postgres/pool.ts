import pg from 'pg';
import type { After } from '../../kernel/calendar.js';
import { StoreError } from '../errors.js';
import { PostgresConnection } from './connection.js';
import { translatePostgres } from './errors.js';

export interface PoolStats {
  /** Connections that are in use, and that are open for the next. */
  readonly busy: number;
  readonly idle: number;
  /** Units or reads that wait for one. */
  readonly waiting: number;
}

/** A connection that is taken, with what was made for it once. */
export interface Taken<T> {
  readonly connection: PostgresConnection;
  readonly own: T;
  /** Gives it back; a broken one is closed. */
  give(broken?: boolean): void;
}

/** How long a unit waits for a connection, and for a lock; how long a statement, and a transaction between two of them, may take. */
export const LIMITS_MS = { connection: 5_000, lock: 5_000, statement: 15_000, idleInTransaction: 30_000 } as const;

/**
 * How long this side waits, whatever the server has promised: where packets are lost without a word no limit of
 * the server's is ever heard of.
 */
export interface Patience {
  /** For the answer to what was sent: more than the server may take for a statement. Then the connection is given up. */
  readonly tripMs: number;
  /** For the number of what is committed. */
  readonly numberingMs: number;
  /** For those that are at work when it is closed, and for the farewell of each connection. */
  readonly closingMs: number;
}

export const PATIENCE: Patience = { tripMs: LIMITS_MS.statement + 5_000, numberingMs: 3_000, closingMs: 3_000 };

/** Idle connections are tried after so long, so that one that died in silence is known by the time it is needed. */
const KEEP_ALIVE_MS = 10_000;

export function clientConfig(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'referral-router',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    connectionTimeoutMillis: LIMITS_MS.connection,
    statement_timeout: LIMITS_MS.statement,
    lock_timeout: LIMITS_MS.lock,
    idle_in_transaction_session_timeout: LIMITS_MS.idleInTransaction,
  };
}

/** A bounded number of connections, opened as they are needed. `make` prepares what belongs to each. */
export class ConnectionPool<T> {
  readonly #pool: pg.Pool;
  /** Open, or not known to be closed. */
  readonly #live = new Set<pg.Client>();
  readonly #known = new WeakMap<pg.ClientBase, { readonly connection: PostgresConnection; readonly own: T }>();

  constructor(
    url: string,
    max: number,
    private readonly waiting: { readonly after: After; readonly patience: Patience },
    private readonly make: (connection: PostgresConnection) => T,
  ) {
    this.#pool = new pg.Pool({ ...clientConfig(url), max });
    // A connection that breaks while nobody uses it is replaced when the next is needed; who needs it is told then.
    this.#pool.on('error', () => undefined);
    // One that breaks in use is told of by the question under way. From the first moment: the server may end it in
    // the very words in which it lets it in.
    this.#pool.on('connect', (client) => {
      const opened = client as pg.Client;
      opened.on('error', () => undefined);
      this.#live.add(opened);
      opened.once('end', () => this.#live.delete(opened));
    });
  }

  get stats(): PoolStats {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** Rejects with StoreError where the server cannot be reached, or no connection becomes free in time. */
  async take(): Promise<Taken<T>> {
    const client = await this.#connect();
    let known = this.#known.get(client);
    if (known === undefined) {
      const { after, patience } = this.waiting;
      const connection = new PostgresConnection(client, (late) => after(patience.tripMs, late));
      known = { connection, own: this.make(connection) };
      this.#known.set(client, known);
    }
    let given = false;
    return {
      ...known,
      give: (broken = false) => {
        if (given) return;
        given = true;
        client.release(broken);
      },
    };
  }

  /** Waits for those that are taken, closes all; what is not closed in time is cut, and fails whoever works on it. */
  async close(): Promise<void> {
    const gone = [...this.#live].map((client) => new Promise((resolve) => client.once('end', resolve)));
    const takeBack = this.waiting.after(this.waiting.patience.closingMs, () => {
      for (const client of this.#live) cut(client);
    });
    await Promise.all([this.#pool.end(), ...gone]);
    takeBack();
  }

  async #connect(): Promise<pg.PoolClient> {
    if (this.#pool.ending) throw new StoreError('closed', 'the store is closed');
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw translatePostgres(error);
    }
  }
}

/** Without a word to a server that may not hear it: what is under way on it fails as on any lost connection. */
export function cut(client: pg.Client): void {
  client.connection.stream.destroy();
}
