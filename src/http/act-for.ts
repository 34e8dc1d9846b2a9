import { refuse } from '../kernel/problem.js';
import type { Client } from '../usecase/ports.js';
import { plugin } from './plugin.js';
import { sendProblem } from './problems.js';

/**
 * For whom. A client of one institution acts for it; one of several (a county's HIS) names it in
 * `Act-For`, where the operation depends on it. The role, and a name that is not the client's, are
 * refused after the shape of the request, as the contract orders.
 */
export const actFor = plugin<object>('act-for', (app) => {
  app.addHook('onRequest', (request, reply, done) => {
    const { client } = request;
    if (!client) return done();
    const named = request.headers['act-for'];
    const institutionId = named === undefined && client.institutionIds.length === 1 ? (client.institutionIds[0] ?? null) : (named ?? null);
    const { access } = request.routeOptions.config;
    if (institutionId === null && client.institutionIds.length > 1 && access !== 'open' && access?.asInstitution) {
      return void sendProblem(reply, refuse('act_for_required'));
    }
    if (institutionId === null || client.institutionIds.includes(String(institutionId))) {
      request.actor = actorOf(client, institutionId === null ? null : String(institutionId));
    }
    done();
  });

  app.addHook('preHandler', (request, reply, done) => {
    const { access } = request.routeOptions.config;
    if (access === undefined || access === 'open') return done();
    const { actor } = request;
    if (actor?.roles.some((role) => access.roles.includes(role))) return done();
    void sendProblem(reply, refuse('forbidden'));
  });
});

function actorOf(client: Client, institutionId: string | null) {
  return { clientId: client.id, roles: client.roles, institutionId, area: client.area, operator: null };
}
