import type { Actor, UseCase } from '../ports.js';
import { createClient } from './create-client.js';

/** The service itself. */
export const SYSTEM: Actor = { clientId: 'system', roles: ['admin'], institutionId: null, area: null, operator: null };

/** An administrator for a service that nobody can call yet, and its key; null where there is a client already. */
export const firstAdministrator: UseCase<void, { id: string; key: string } | null> = async (unit) => {
  const { data } = await unit.clients(null, 1);
  return data.length > 0 ? null : createClient(unit, { body: { name: 'administrator', roles: ['admin'] } });
};
