import rateLimit from '@fastify/rate-limit';
import { refuse } from '../kernel/problem.js';
import { addHook, plugin } from './plugin.js';
import { RefusedError } from './problems.js';

/** So many requests a second for each key, whatever they ask: one caller's flood is not everybody's. */
export const rateLimits = plugin<{ readonly perSecond: number }>('rate-limits', async (app, { perSecond }) => {
  await app.register(rateLimit, {
    global: false,
    max: perSecond,
    timeWindow: 1_000,
    keyGenerator: (request) => request.client?.id ?? '',
    errorResponseBuilder: () => new RefusedError(refuse('rate_limited')),
    addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
  });
  // One count for all routes: a caller is not allowed so many of each.
  const count = app.rateLimit();
  app.addHook('onRoute', (route) => {
    if (route.config?.access !== 'open') addHook(route, 'onRequest', count);
  });
});
