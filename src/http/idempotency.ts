import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { must } from '../kernel/assert.js';
import { refuse } from '../kernel/problem.js';
import type { IdempotencyKey } from '../usecase/store.js';
import { addHook, plugin } from './plugin.js';
import { sendProblem } from './problems.js';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Every POST that changes state names itself, so that a client that lost the answer may ask again. */
export const idempotency = plugin<object>('idempotency', (app) => {
  app.addHook('onRoute', (route) => {
    if (!route.config?.idempotent) return;
    addHook(route, 'onRequest', (request, reply, done) => {
      const key = request.headers['idempotency-key'];
      if (typeof key === 'string' && KEY.test(key)) return done();
      const detail = key === undefined ? undefined : { zh: '须为 1 至 255 个可见 ASCII 字符', en: 'Must be 1 to 255 visible ASCII characters' };
      void sendProblem(reply, refuse('idempotency_key_required', { detail }));
    });
  });
});

const NO_BODY = Buffer.alloc(0);

/** What makes this request the same request again: client, institution, method, path, key, bytes. */
export function idempotencyKeyOf(request: FastifyRequest): IdempotencyKey {
  const actor = must(request.actor, 'an actor is known before a unit of work begins');
  const path = request.url.split('?', 1)[0] ?? '';
  return {
    scope: `${actor.clientId}|${actor.institutionId ?? ''}|${request.method} ${path}`,
    key: String(request.headers['idempotency-key']),
    requestHash: createHash('sha256').update(request.rawBody ?? NO_BODY).digest('base64url'),
  };
}
