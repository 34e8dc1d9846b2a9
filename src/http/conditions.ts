import { refuse } from '../kernel/problem.js';
import { addHook, plugin } from './plugin.js';
import { sendProblem } from './problems.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The version that the caller has seen, from `If-Match`; null: any. */
    ifMatch: number | null;
  }
}

const VERSION = /^"(\d{1,15})"$/;

/** `ETag: "<version>"` and `If-Match: "<version>"` or `*`. */
export const conditions = plugin<object>('conditions', (app) => {
  app.decorateRequest('ifMatch', null);
  app.addHook('onRoute', (route) => {
    if (!route.config?.conditional) return;
    addHook(route, 'onRequest', (request, reply, done) => {
      const header = request.headers['if-match'];
      if (header === undefined || header === '*') return done();
      const version = VERSION.exec(header)?.[1];
      if (version === undefined) {
        const detail = { zh: 'If-Match 须为带引号的版本号或 *', en: 'If-Match must be a quoted version or *' };
        return void sendProblem(reply, refuse('malformed_request', { detail }));
      }
      request.ifMatch = Number(version);
      done();
    });
  });
});

export function etag(version: number): string {
  return `"${version}"`;
}
