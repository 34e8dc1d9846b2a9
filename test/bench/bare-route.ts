import { fastify } from 'fastify';
import type { AddressInfo } from 'node:net';
import { Simulation, SimulationInput } from '../../src/contract/insurance.js';
import { Referral } from '../../src/contract/referral.js';
import { fastifySerialiserCompiler } from '../../src/http/serialise.js';
import { SHARED } from '../../src/http/schemas.js';
import { answer, order } from './children.js';

/**
 * The limit of answering: a route of Fastify and nothing else, with the schemas of the route that it is
 * held against, that gives the same object each time.
 */
export interface BareOrder {
  readonly route: 'read' | 'simulate';
  /** What the service answered once. */
  readonly answer: object;
  /** Fastify's own serialiser, or that of the service. */
  readonly serialiser: 'stock' | 'own';
}

const { route, answer: same, serialiser } = await order<BareOrder>();
const app = fastify({ logger: false });
for (const schema of SHARED) app.addSchema(schema);
if (serialiser === 'own') app.setSerializerCompiler(fastifySerialiserCompiler(SHARED as Parameters<typeof fastifySerialiserCompiler>[0]));
if (route === 'read') app.get('/v1/referrals/:id', { schema: { response: { 200: Referral } } }, async () => same);
else app.post('/v1/deductibles/simulate', { schema: { body: SimulationInput, response: { 200: Simulation } } }, async () => same);
await app.listen({ host: '127.0.0.1', port: 0 });
answer({ port: (app.server.address() as AddressInfo).port });
