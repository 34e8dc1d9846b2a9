import { fastify } from 'fastify';
import type { AddressInfo } from 'node:net';
import { Referral } from '../../src/contract/referral.js';
import { fastifySerialiserCompiler } from '../../src/http/serialise.js';
import { SHARED } from '../../src/http/schemas.js';
import { answer, order } from './children.js';

/**
 * The limit of reading: a route of Fastify and nothing else, with the response schema of
 * `GET /v1/referrals/{id}`, that gives the same object each time.
 */
export interface BareOrder {
  /** What the service answered once. */
  readonly referral: object;
  /** Fastify's own serialiser, or that of the service. */
  readonly serialiser: 'stock' | 'own';
}

const { referral, serialiser } = await order<BareOrder>();
const app = fastify({ logger: false });
for (const schema of SHARED) app.addSchema(schema);
if (serialiser === 'own') app.setSerializerCompiler(fastifySerialiserCompiler(SHARED as Parameters<typeof fastifySerialiserCompiler>[0]));
app.get('/v1/referrals/:id', { schema: { response: { 200: Referral } } }, async () => referral);
await app.listen({ host: '127.0.0.1', port: 0 });
answer({ port: (app.server.address() as AddressInfo).port });
