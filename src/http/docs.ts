import helmet from '@fastify/helmet';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { JSON_MEDIA_TYPE } from './media-types.js';
import { apiDocument } from './openapi.js';

/**
 * The API document and its reference pages, open to anybody: they hold no patient. In a scope of their
 * own, since pages need what answers of the API must not have: scripts and styles of this host.
 */
export async function docs(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'open' };
  });
  app.addHook('onRequest', (_request, reply, done) => {
    // Before helmet: what stands on the reply for the API would win over what it writes.
    reply.removeHeader('content-security-policy').removeHeader('cache-control');
    done();
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"], scriptSrc: ["'self'"], styleSrc: ["'self'", "'unsafe-inline'"], imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'self'"], frameAncestors: ["'none'"],
      },
    },
  });
  let text: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(apiDocument(app));
    return reply.type(JSON_MEDIA_TYPE).send(text);
  });
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { docExpansion: 'none', deepLinking: true }, staticCSP: false });
}
