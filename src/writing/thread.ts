import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../kernel/assert.js';
import { isRefusal, type Bilingual } from '../kernel/problem.js';
import { after, realClock } from '../real-time.js';
import { safeError } from '../http/log.js';
import { commandTable } from '../http/routes/resources.js';
import { runBacktests } from '../reckoning/runner.js';
import { startReckoner } from '../reckoning/start.js';
import { startRelay } from '../relay/runner.js';
import { StoreError } from '../store/errors.js';
import { openStore, type OpenStore } from '../store/open.js';
import { firstAdministratorKey } from '../usecase/network/first-administrator.js';
import type { FromWriter, News, NumberedCall, ToWriter, WriterOrder } from './messages.js';

/**
 * The thread that writes. It opens the store, carries out commands and does what time makes due; it
 * knows no socket. So the database and the rules have one core, reading and HTTP another.
 */
const port = must(parentPort, 'the writer runs in a thread of its own');
const say = (message: FromWriter): void => port.postMessage(message);

async function main(order: WriterOrder): Promise<void> {
  const store = await openStore({ url: order.databaseUrl, dataKey: order.dataKey, clock: realClock, random: randomBytes });
  const outbox = new Outbox(store);
  store.onNews((news) => outbox.add({ kind: 'commit', news }));
  const firstKey = order.firstKey ? await firstAdministratorKey(store) : null;
  const logger = { error: (what: object, message: string) => say({ kind: 'error', error: what, message }) };
  const relay = startRelay(store, logger, safeError, after);
  const backtests = runBacktests(
    {
      store,
      open: () => startReckoner({ databaseUrl: order.databaseUrl, dataKey: order.dataKey }),
      leaseMs: 0,
      report: (error) => logger.error({ error: safeError(error) }, 'backtest failed'),
    },
    after,
  );
  const commands = commandTable();

  const carryOut = async ({ number, call }: NumberedCall): Promise<void> => {
    try {
      const body: unknown = typeof call.body === 'string' ? JSON.parse(call.body) : undefined;
      const outcome = await commands.run(store, { ...call, body });
      outbox.add(isRefusal(outcome) ? { kind: 'refused', number, code: outcome.code, extra: outcome.extra } : { kind: 'answered', number, answered: outcome });
    } catch (error) {
      const { code, detail } = error as { code?: unknown; detail?: Bilingual };
      outbox.add({ kind: 'failed', number, told: { error: safeError(error), code: typeof code === 'string' ? code : undefined, detail } });
    }
  };
  const stop = async (): Promise<void> => {
    await relay.stop();
    await backtests.stop();
    await store.close();
    say({ kind: 'stopped' });
    port.close();
  };
  port.on('message', (message: ToWriter) => {
    if (message.kind === 'stop') void stop();
    else for (const call of message.calls) void carryOut(call);
  });
  say({ kind: 'ready', firstKey, doubt: store.doubt });
}

/** Collects what happens within a turn of the event loop and sends it in one message. */
class Outbox {
  #news: News[] = [];

  constructor(private readonly store: OpenStore) {}

  add(news: News): void {
    if (this.#news.length === 0) setImmediate(() => this.#send());
    this.#news.push(news);
  }

  #send(): void {
    const news = this.#news;
    this.#news = [];
    say({ kind: 'news', news, stats: this.store.writerStats() });
  }
}

main(workerData as WriterOrder).catch((error: unknown) => {
  if (!(error instanceof StoreError)) throw error;
  say({ kind: 'refused', trouble: error.trouble, message: error.message });
  port.close();
});
