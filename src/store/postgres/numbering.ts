import type { Clock } from '../../kernel/calendar.js';
import { chained, CHECKPOINT_EVERY, GENESIS, headText } from '../../domain/chain.js';
import type { Bound } from '../bind.js';
import type { ChainEnd } from '../log.js';
import type { Queries } from '../queries/catalogue.js';
import type { InstanceQueries } from '../queries/instances.js';
import type { StoreVault } from '../vault.js';
import { inTurn } from './in-turn.js';
import type { ConnectionPool } from './pool.js';
import { CHANNEL, LOCKS } from './unit.js';

/** What every connection is asked with. */
export interface Asked {
  readonly queries: Queries;
  readonly instance: Bound<InstanceQueries>;
}

/** Events that get their numbers in one transaction. */
const ROUND = 500;

export interface NumberingStats {
  readonly rounds: number;
  /** Events of the last round that had any. */
  readonly last: number;
  /** The last number that this instance has given or heard of. */
  readonly seq: number;
}

/**
 * Gives what is committed its number and its place in the chain, and signs the end. Units append without a
 * number, so that they need not wait for each other; here one transaction at a time, of whichever
 * instance has the lock, takes what waits, in the order of the tickets. A ticket is drawn by a unit that
 * holds its locks, so of two events of which one could know of the other the later has the higher ticket;
 * and since what is numbered is committed, no reader sees a number before the one below it.
 *
 * The lock ends with its transaction: an instance that dies leaves nothing to be cleared.
 */
export class Numbering {
  #rounds = 0;
  #last = 0;
  #seq = 0;

  constructor(
    private readonly pool: ConnectionPool<Asked>,
    private readonly vault: StoreVault,
    private readonly clock: Clock,
  ) {}

  get stats(): NumberingStats {
    return { rounds: this.#rounds, last: this.#last, seq: this.#seq };
  }

  /** Resolves when everything that was committed before the call has its number. */
  readonly settle = inTurn(() => this.#drain());

  async #drain(): Promise<void> {
    while ((await this.#round()) === ROUND);
  }

  /** Answers how many events got their numbers. */
  async #round(): Promise<number> {
    const { connection, own, give } = await this.pool.take();
    try {
      const { queries, instance } = own;
      connection.begin('unit');
      const [, waiting, tip, last] = await Promise.all([
        instance.lock({ name: LOCKS.numbering }), instance.unnumbered({ limit: ROUND }), queries.log.tip({}), queries.log.last({}),
      ]);
      let end: ChainEnd = last ?? { seq: 0, hash: GENESIS };
      if (waiting.length === 0) await connection.rollback();
      else {
        // A tip that is not the end any more: the log was cut or rewritten. What is signed next must not cover that up.
        if (tip !== undefined && (tip.seq !== end.seq || tip.hash !== end.hash)) await queries.log.keepHead(tip);
        const tickets = `{${waiting.map((event) => event.ticket).join()}}`;
        end = await this.#number(own, waiting, end);
        await Promise.all([instance.numbered({ tickets }), instance.tell({ channel: CHANNEL, news: 'log' }), connection.commit()]);
        this.#last = waiting.length;
      }
      give();
      this.#seq = end.seq;
      this.#rounds += 1;
      return waiting.length;
    } catch (error) {
      await connection.rollback().then(() => give(), () => give(true));
      throw error;
    }
  }

  async #number({ queries, instance }: Asked, waiting: readonly Waiting[], before: ChainEnd): Promise<ChainEnd> {
    let end = before;
    for (const { ticket, transfer, entry, filing, ...event } of waiting) {
      const seq = end.seq + 1;
      const hash = this.vault.sha256(chained(end.hash, seq, event, event));
      await queries.log.insert({ ...event, seq, prevHash: end.hash, hash });
      if (transfer) await instance.numberTransfer({ seq, ticket });
      if (entry) await instance.numberEntry({ area: event.area, seq, ticket });
      if (filing !== null) await instance.numberFiling({ area: filing, seq, ticket });
      end = { seq, hash };
    }
    const at = this.clock.now();
    const head = { ...end, at, signature: this.vault.sign(headText({ ...end, at })) };
    await queries.log.setTip(head);
    if (Math.floor(end.seq / CHECKPOINT_EVERY) > Math.floor(before.seq / CHECKPOINT_EVERY)) await queries.log.keepHead(head);
    return end;
  }
}

type Waiting = Awaited<ReturnType<Bound<InstanceQueries>['unnumbered']>>[number];
