import { refuse } from '../kernel/problem.js';
import type { Actor, Client } from '../usecase/ports.js';
import type { Access } from './access.js';
import { addHook, plugin } from './plugin.js';
import { sendProblem } from './problems.js';

/**
 * For whom. A client of one institution acts for it; one of several (a county's HIS) names it in
 * `Act-For`, where the operation depends on it. The role, and a name that is not the client's, are
 * refused after the shape of the request, as the contract orders.
 */
export const actFor = plugin<object>('act-for', (app) => {
  app.addHook('onRoute', (route) => {
    const access = route.config?.access;
    if (access === 'open' || access === undefined) return;
    addHook(route, 'onRequest', (request, reply, done) => {
      if (request.client === null) return done();
      const named = request.headers['act-for'];
      if (named === undefined && access.asInstitution && request.client.institutionIds.length > 1) return void sendProblem(reply, refuse('act_for_required'));
      request.actor = actorOf(request.client, named === undefined ? null : String(named));
      done();
    });
    addHook(route, 'preHandler', (request, reply, done) => {
      if (request.actor !== null && permits(access, request.actor)) return done();
      void sendProblem(reply, refuse('forbidden'));
    });
  });
});

function permits(access: Access, actor: Actor): boolean {
  for (const role of actor.roles) if (access.roles.includes(role)) return true;
  return false;
}

/** The client in the name of one institution; null where it may not act for the one that is named. */
function actorOf(client: Client, named: string | null): Actor | null {
  const { id: clientId, roles, area, institutionIds } = client;
  if (named !== null) return institutionIds.includes(named) ? { clientId, roles, institutionId: named, area, operator: null } : null;
  return { clientId, roles, institutionId: institutionIds.length === 1 ? (institutionIds[0] ?? null) : null, area, operator: null };
}
