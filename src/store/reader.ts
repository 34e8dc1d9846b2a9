import type { Clock } from '../kernel/calendar.js';
import type { Client, Reads, Slices } from '../usecase/ports.js';
import { CachedReads } from './cached-reads.js';
import type { Directory } from './directory.js';
import type { Queries } from './queries/catalogue.js';
import type { RecentReferrals } from './recent.js';
import { Snapshots } from './snapshots.js';
import type { SqliteConnection } from './sqlite.js';
import type { StoreVault } from './vault.js';
import type { CommitNews } from './writer.js';

export interface ReaderParts {
  readonly connection: SqliteConnection;
  /** The catalogue on that connection. */
  readonly queries: Queries;
  readonly directory: Directory;
  readonly recent: RecentReferrals;
  readonly vault: StoreVault;
  readonly clock: Clock;
}

/**
 * The reading half of the embedded store: one connection that only reads, and what is held in memory. It
 * stands beside the writer, or follows one in another thread by the news of its commits.
 */
export class Reader {
  readonly #snapshots: Snapshots;
  readonly #listeners: (() => void)[] = [];

  constructor(private readonly parts: ReaderParts) {
    this.#snapshots = new Snapshots(parts.connection);
  }

  get vault(): StoreVault {
    return this.parts.vault;
  }

  read<T>(fn: (reads: Reads) => Promise<T>): Promise<T> {
    const { queries, directory, recent, vault, clock } = this.parts;
    return this.#snapshots.read(() => fn(new CachedReads(clock.now(), queries, directory, vault, recent)));
  }

  /** Long work in short reads, with a turn of the event loop before each: writers go first. */
  readonly slices: Slices = async (fn) => {
    await new Promise((resolve) => setImmediate(resolve));
    return this.read(fn);
  };

  clientByKeyHash(hash: string): Client | undefined {
    return this.parts.directory.clientByKeyHash(hash);
  }

  /** The one writer tells of each commit by itself. */
  async catchUp(): Promise<void> {}

  /** Calls after every commit, before anybody is answered. */
  onCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** A commit of the writer that shares this memory. */
  committed(): void {
    this.#snapshots.refresh();
    for (const listener of this.#listeners) listener();
  }

  /** A commit of a writer elsewhere: what is held in memory takes it over. */
  follow(news: CommitNews): void {
    this.parts.directory.follow(news.directory);
    this.parts.recent.follow(news.referrals);
    this.committed();
  }

  /** Whether the engine answers. */
  async ready(): Promise<boolean> {
    try {
      await this.read((reads) => reads.lastSeq());
      return true;
    } catch {
      return false;
    }
  }
}
