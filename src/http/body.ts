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

/**
 * JSON alone is accepted, in UTF-8 alone, and read when everything that needs no more than its bytes has been
 * decided. A missing body reads as `{}`, so that each required field is named.
 */
export const jsonBody = plugin<object>('json-body', (app) => {
  app.decorateRequest('rawBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    const type = request.headers['content-type'];
    if (type !== undefined && OTHER_CHARSET.test(type)) return done(new RefusedError(refuse('unsupported_media_type')));
    if (body.length > 0) request.rawBody = body;
    done(null, undefined);
  });
  app.addHook('onRoute', (route) => {
    // The framework reads no body of these.
    if (route.method === 'GET' || route.method === 'HEAD') return;
    const asks = route.schema?.body !== undefined;
    addHook(route, 'preValidation', (request, _reply, done) => {
      const { rawBody } = request;
      if (rawBody === null) {
        if (asks) request.body = {};
        return done();
      }
      if (!isUtf8(rawBody)) return done(malformed('请求内容不是 UTF-8', 'The body is not UTF-8'));
      try {
        request.body = JSON.parse(rawBody.toString('utf8'));
        done();
      } catch {
        done(malformed('请求内容不是有效的 JSON', 'The body is not valid JSON'));
      }
    });
  });
});
