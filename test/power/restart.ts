import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Instant } from '../../src/kernel/calendar.js';
import { appStore, inProcess } from '../../src/compose.js';
import { readPlace } from '../../src/config.js';
import { buildApp } from '../../src/http/app.js';
import { createLogger } from '../../src/http/log.js';
import { openStore } from '../../src/store/open.js';
import { verifyChain } from '../../src/usecase/event/verify-chain.js';
import { TestGate } from '../kit/held.js';
import { ADMIN } from '../kit/network.js';
import { ADMIN_KEY } from '../kit/program.js';
import { TestClock } from '../kit/store.js';
import type { Acknowledged } from './served.js';

/** Power is back: what the service makes of the folder that was left. */

export const DATABASE = 'referral.db';

/** Answers a sentence for everything that is wrong; every client asks once more what it was told before. */
export async function startAgain(folder: string, acknowledged: readonly Acknowledged[], now: Instant): Promise<string[]> {
  const wrong: string[] = [];
  try {
    const { dataKey } = readPlace(`sqlite:${join(folder, DATABASE)}`, {});
    // A first start that came to nothing is made again, unless there is something that was sealed with the key.
    const begun = (statSync(join(folder, DATABASE), { throwIfNoEntry: false })?.size ?? 0) > 0;
    if (dataKey === null) return begun || acknowledged.length > 0 ? ['the data key is gone'] : [];
    const store = await openStore({ url: `sqlite:${join(folder, DATABASE)}`, dataKey, clock: new TestClock(now), random: randomBytes });
    const settings = { rateLimit: 1_000_000, maxConnections: 100, adminKeyHash: store.vault.hashKey(ADMIN_KEY) };
    const server = await buildApp({
      store: appStore(store), commander: inProcess(store), gate: new TestGate(), clock: new TestClock(now), settings, logger: createLogger('silent'), random: randomBytes, after: () => () => undefined, examples: [], moveClock: null,
    });
    try {
      const { intact } = (await verifyChain(store.slices, ADMIN, {})) as { intact?: boolean };
      if (intact !== true) wrong.push('the chain of events is broken');
      for (const { key, method, path, idempotencyKey, body, status, text } of acknowledged) {
        const again = await server.inject({
          method, url: path, payload: JSON.stringify(body),
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...(method === 'POST' && { 'idempotency-key': idempotencyKey }) },
        });
        const same = method === 'PUT' ? again.statusCode === 200 : again.statusCode === status && again.headers['idempotency-replayed'] === 'true' && again.body === text;
        if (!same) wrong.push(`${method} ${path} was answered ${status}, and is now ${again.statusCode}: ${again.body.slice(0, 200)}`);
      }
    } finally {
      await server.close();
      await store.close();
    }
  } catch (error) {
    wrong.push(`it does not start: ${error instanceof Error ? error.message : String(error)}`);
  }
  return wrong;
}

/** The referrals that the engine alone finds, without any help of the service. */
export function referralsIn(folder: string): Set<string> {
  try {
    const db = new Sqlite(join(folder, DATABASE), { fileMustExist: true });
    try {
      return new Set(db.prepare('SELECT id FROM referral').pluck().all() as string[]);
    } finally {
      db.close();
    }
  } catch {
    return new Set();
  }
}
