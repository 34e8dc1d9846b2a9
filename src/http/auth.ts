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
    /** Sets `request.client` and goes on, or answers 401. */
    authenticate(request: FastifyRequest, reply: FastifyReply, known: () => void): void;
    /** Whether the key that the request came with still opens: for answers that take their time. */
    isStillKnown(request: FastifyRequest): boolean;
  }
}

export interface AuthOptions {
  readonly store: Pick<Store, 'clientByKeyHash' | 'catchUp'>;
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

  const clientOf = (hash: string): Client | undefined => {
    if (hash === adminKeyHash) return ADMIN;
    const client = store.clientByKeyHash(hash);
    return client?.revokedAt === null ? client : undefined;
  };

  app.decorate('authenticate', (request: FastifyRequest, reply: FastifyReply, known: () => void): void => {
    const { authorization } = request.headers;
    const key = authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
    const refused = (): void => void sendProblem(reply, refuse('unauthenticated'));
    if (key === undefined) return refused();
    const hash = hashKey(key);
    const decide = (otherwise: () => void): void => {
      request.client = clientOf(hash) ?? null;
      if (request.client) known();
      else otherwise();
    };
    // A key that another instance has made a moment ago is none of an unknown.
    decide(() => void store.catchUp().then(() => decide(refused), (error: unknown) => reply.send(error)));
  });

  app.decorate('isStillKnown', ({ client }: FastifyRequest): boolean => client !== null && (client === ADMIN || clientOf(client.keyHash) !== undefined));

  app.addHook('onRoute', (route) => {
    if (route.config?.access === 'open') return;
    addHook(route, 'onRequest', (request, reply, done) => app.authenticate(request, reply, done));
  });
});
