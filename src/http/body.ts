import { isUtf8 } from 'node:buffer';
import { refuse } from '../kernel/problem.js';
import { addHook, plugin } from './plugin.js';
import { RefusedError } from './problems.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it arrived; null where there is none. Idempotency compares these bytes. */
    rawBody: Buffer | null;
  }
}

/** Everything that a JSON body may say about its encoding: RFC 8259 leaves UTF-8 alone. */
const OTHER_CHARSET = /charset\s*=\s*(?!"?utf-?8"?\s*(;|$))/i;

const malformed = (zh: string, en: string) => new RefusedError(refuse('malformed_request', { detail: { zh, en } }));

/** JSON alone is accepted, in UTF-8 alone. A missing body reads as `{}`, so that each required field is named. */
export const jsonBody = plugin<object>('json-body', (app) => {
  app.decorateRequest('rawBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const type = request.headers['content-type'];
    if (type !== undefined && OTHER_CHARSET.test(type)) return done(new RefusedError(refuse('unsupported_media_type')));
    if (body.length === 0) return done(null, undefined);
    if (!isUtf8(body)) return done(malformed('请求内容不是 UTF-8', 'The body is not UTF-8'));
    request.rawBody = body;
    try {
      done(null, JSON.parse(body.toString('utf8')));
    } catch {
      done(malformed('请求内容不是有效的 JSON', 'The body is not valid JSON'));
    }
  });
  app.addHook('onRoute', (route) => {
    if (!route.schema?.body) return;
    addHook(route, 'preValidation', (request, _reply, done) => {
      if (request.body === undefined) request.body = {};
      done();
    });
  });
});
