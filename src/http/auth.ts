import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../kernel/problem.js';
import type { Actor, Client } from '../usecase/ports.js';
import type { Store } from '../usecase/store.js';
import { addHook, plugin } from './plugin.js';
import { sendProblem } from './problems.js';

declare module 'fastify' {
  interface FastifyRequest {
    client: Client | null;
    /** Who calls and for whom; null until known, and where `Act-For` names an institution of somebody else. */
    actor: Actor | null;
  }
  interface FastifyInstance {
    /** Sets `request.client`, or answers 401 and says false. */
    authenticate(request: FastifyRequest, reply: FastifyReply): boolean;
  }
}

export interface AuthOptions {
  readonly store: Pick<Store, 'clientByKeyHash'>;
  readonly hashKey: (key: string) => string;
  /** Hash of the key that the operator gave in `ADMIN_KEY`; null without one. */
  readonly adminKeyHash: string | null;
}

const ADMIN: Client = {
  id: 'admin', name: 'ADMIN_KEY', keyHash: '', roles: ['admin'], institutionIds: [], area: null, createdAt: 0, revokedAt: null,
};

const BEARER = /^Bearer +([\x21-\x7e]{1,256}) *$/i;

/** Who calls. The key is looked up anew for each request, so a revoked one is refused from that commit on. */
export const auth = plugin<AuthOptions>('auth', (app, { store, hashKey, adminKeyHash }) => {
  app.decorateRequest('client', null);
  app.decorateRequest('actor', null);

  const clientOf = (header: string | undefined): Client | undefined => {
    const key = header === undefined ? undefined : BEARER.exec(header)?.[1];
    if (key === undefined) return undefined;
    const hash = hashKey(key);
    if (hash === adminKeyHash) return ADMIN;
    const client = store.clientByKeyHash(hash);
    return client?.revokedAt === null ? client : undefined;
  };

  app.decorate('authenticate', (request: FastifyRequest, reply: FastifyReply): boolean => {
    const client = clientOf(request.headers.authorization);
    if (client) request.client = client;
    else void sendProblem(reply, refuse('unauthenticated'));
    return client !== undefined;
  });

  app.addHook('onRoute', (route) => {
    if (route.config?.access === 'open') return;
    addHook(route, 'onRequest', (request, reply, done) => {
      if (app.authenticate(request, reply)) done();
    });
  });
});
