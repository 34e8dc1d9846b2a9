import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { assert } from '../kernel/assert.js';
import { refuse } from '../kernel/problem.js';
import type { Call, Commander, Outcome } from '../http/commands.js';
import { ToldError } from '../http/log.js';
import { StoreError, type StoreTrouble } from '../store/errors.js';
import type { CommitNews, WriterStats } from '../store/writer.js';
import type { FromWriter, News, NumberedCall, ToWriter, WriterOrder } from './messages.js';

/** The thread that writes, as the thread that serves sees it. */
export interface WriterThread extends Commander {
  /** The key of the administrator that was made because there was none. */
  readonly firstKey: string | null;
  /** Who reads beside the writer: hears of every commit before its answers. */
  follow: (news: CommitNews) => void;
  /** Calls on their way, and the figures of the last commit. */
  stats(): WriterStats;
  /** Finishes what was told, closes the file. */
  stop(): Promise<void>;
}

interface Waiting {
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

const NO_STATS: WriterStats = { queued: 0, batches: 0, units: 0, lastBatch: 0, repeated: 0, failing: null };

/** Rejects with StoreError where the store does not open. A bug that ends the thread ends the process. */
export async function startWriter(order: WriterOrder, logger: Logger): Promise<WriterThread> {
  const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: order });
  const [first] = (await once(worker, 'message')) as [FromWriter];
  if (first.kind === 'refused') throw new StoreError(first.trouble as StoreTrouble, first.message);
  assert(first.kind === 'ready', 'the first word of the writer says whether it is ready');
  if (first.doubt !== undefined) logger.error(first.doubt);
  return new Thread(worker, first.firstKey, logger);
}

class Thread implements WriterThread {
  readonly #waiting = new Map<number, Waiting>();
  #calls: NumberedCall[] = [];
  #number = 0;
  #stats = NO_STATS;
  #stopped: (() => void) | undefined;
  follow: (news: CommitNews) => void = () => undefined;

  constructor(
    private readonly worker: Worker,
    readonly firstKey: string | null,
    private readonly logger: Logger,
  ) {
    worker.on('message', (message: FromWriter) => this.#hear(message));
    // Thrown into the open: without its writer the service must not go on.
    worker.on('error', (error) => {
      throw error;
    });
    worker.on('exit', () => assert(this.#stopped !== undefined, 'the writer runs as long as the service'));
  }

  run(call: Call): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const number = (this.#number += 1);
      this.#waiting.set(number, { resolve, reject });
      if (this.#calls.length === 0) setImmediate(() => this.#send());
      this.#calls.push({ number, call: { ...call, body: call.body === undefined ? undefined : JSON.stringify(call.body) } });
    });
  }

  stats(): WriterStats {
    return { ...this.#stats, queued: this.#waiting.size };
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#stopped = resolve;
      this.#tell({ kind: 'stop' });
    });
  }

  #send(): void {
    const calls = this.#calls;
    this.#calls = [];
    this.#tell({ kind: 'calls', calls });
  }

  #tell(message: ToWriter): void {
    this.worker.postMessage(message);
  }

  #hear(message: FromWriter): void {
    if (message.kind === 'news') {
      this.#stats = message.stats;
      for (const news of message.news) this.#one(news);
    } else if (message.kind === 'error') this.logger.error(message.error, message.message);
    else if (message.kind === 'stopped') this.#stopped?.();
  }

  #one(news: News): void {
    if (news.kind === 'commit') return this.follow(news.news);
    const waiting = this.#waiting.get(news.number);
    assert(waiting !== undefined, 'an outcome answers a call');
    this.#waiting.delete(news.number);
    if (news.kind === 'answered') waiting.resolve(news.answered);
    else if (news.kind === 'refused') waiting.resolve(refuse(news.code, news.extra));
    else waiting.reject(new ToldError(news.told.error, news.told.code, news.told.detail));
  }
}
