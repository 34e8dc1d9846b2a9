import { refuse } from '../kernel/problem.js';
import { addHook, plugin } from './plugin.js';
import { sendProblem } from './problems.js';

export interface RateLimitOptions {
  readonly perSecond: number;
  /** Milliseconds that only grow. */
  readonly uptime: () => number;
}

const WINDOW_MS = 1_000;

/** So many requests a second for each key, whatever they ask: one caller's flood is not everybody's. */
export const rateLimits = plugin<RateLimitOptions>('rate-limits', (app, { perSecond, uptime }) => {
  let counts = new Map<string, number>();
  let endsAt = 0;

  /** Milliseconds to wait; 0: go on. */
  const waitOf = (clientId: string): number => {
    const now = uptime();
    if (now >= endsAt) {
      counts = new Map();
      endsAt = now + WINDOW_MS;
    }
    const count = (counts.get(clientId) ?? 0) + 1;
    counts.set(clientId, count);
    return count <= perSecond ? 0 : endsAt - now;
  };

  app.addHook('onRoute', (route) => {
    if (route.config?.access === 'open') return;
    addHook(route, 'onRequest', (request, reply, done) => {
      const wait = waitOf(request.client?.id ?? '');
      if (wait === 0) return done();
      void sendProblem(reply, refuse('rate_limited'), { 'retry-after': String(Math.ceil(wait / 1_000)) });
    });
  });
});
