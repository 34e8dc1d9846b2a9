import rateLimit from '@fastify/rate-limit';
import { refuse } from '../kernel/problem.js';
import { plugin } from './plugin.js';
import { RefusedError } from './problems.js';

/** So many requests a second for each key, whatever they ask: one caller's flood is not everybody's. */
export const rateLimits = plugin<{ perSecond: number }>('rate-limits', async (app, { perSecond }) => {
  await app.register(rateLimit, {
    global: false,
    max: perSecond,
    timeWindow: 1_000,
    keyGenerator: (request) => request.client?.id ?? '',
    allowList: (request) => request.client === null,
    errorResponseBuilder: () => new RefusedError(refuse('rate_limited')),
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
  });
  app.addHook('onRequest', app.rateLimit());
});
