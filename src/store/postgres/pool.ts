import pg from 'pg';
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

export function clientConfig(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: 'referral-router',
    keepAlive: true,
    connectionTimeoutMillis: LIMITS_MS.connection,
    statement_timeout: LIMITS_MS.statement,
    lock_timeout: LIMITS_MS.lock,
    idle_in_transaction_session_timeout: LIMITS_MS.idleInTransaction,
  };
}

/** A bounded number of connections, opened as they are needed. `make` prepares what belongs to each. */
export class ConnectionPool<T> {
  readonly #pool: pg.Pool;
  readonly #known = new WeakMap<pg.ClientBase, { readonly connection: PostgresConnection; readonly own: T }>();

  constructor(
    url: string,
    max: number,
    private readonly make: (connection: PostgresConnection) => T,
  ) {
    this.#pool = new pg.Pool({ ...clientConfig(url), max });
    // A connection that breaks while nobody uses it is replaced when the next is needed; who needs it is told then.
    this.#pool.on('error', () => undefined);
    // One that breaks in use is told of by the question under way. From the first moment: the server may end it in
    // the very words in which it lets it in.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
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
      const connection = new PostgresConnection(client);
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

  /** Waits for those that are taken, closes all. */
  async close(): Promise<void> {
    await this.#pool.end();
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
