import pg from 'pg';
import type { After } from '../../kernel/calendar.js';
import { clientConfig, cut } from './pool.js';
import { CHANNEL, type News } from './unit.js';

/** How often an instance looks for itself, whatever it has heard: the longest that news can be late. */
const BEAT_MS = 1_000;
const RECONNECT_MS = 200;

export interface Hearing {
  hear(news: News): void;
  /** Once a second, and when a lost connection is back: what was said in between was not heard. */
  lookAround(): void;
}

/** Listens on a connection of its own to what other instances tell. */
export class Listener {
  #client: pg.Client | undefined;
  #closed = false;
  #connecting: Promise<void> | undefined;
  #takeBack: (() => void)[] = [];

  constructor(
    private readonly url: string,
    private readonly after: After,
    private readonly hearing: Hearing,
  ) {}

  /** Rejects where the server cannot be reached at first; later it is tried again without end. */
  async start(): Promise<void> {
    await this.#connect();
    this.#beat();
  }

  /** @param patienceMs for the farewell of its connection */
  async close(patienceMs: number): Promise<void> {
    this.#closed = true;
    for (const takeBack of this.#takeBack) takeBack();
    await this.#connecting?.catch(() => undefined);
    const client = this.#client;
    if (client === undefined) return;
    const takeBack = this.after(patienceMs, () => cut(client));
    await client.end().catch(() => undefined);
    takeBack();
  }

  #beat(): void {
    this.#later(BEAT_MS, () => {
      this.hearing.lookAround();
      this.#beat();
    });
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(clientConfig(this.url));
    client.on('notification', ({ channel, payload }) => {
      if (channel === CHANNEL) this.hearing.hear(payload as News);
    });
    // A connection that breaks tells it in more than one way; one that never was is told by the rejection.
    const gone = (): void => {
      if (this.#client !== client) return;
      this.#client = undefined;
      this.#reconnect();
    };
    client.on('error', gone);
    client.on('end', gone);
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.#client = client;
  }

  #reconnect(): void {
    this.#later(RECONNECT_MS, () => {
      this.#connecting = this.#connect().then(
        () => this.hearing.lookAround(),
        () => this.#reconnect(),
      );
    });
  }

  #later(ms: number, run: () => void): void {
    if (this.#closed) return;
    const takeBack = this.after(ms, () => {
      this.#takeBack = this.#takeBack.filter((one) => one !== takeBack);
      run();
    });
    this.#takeBack.push(takeBack);
  }
}
