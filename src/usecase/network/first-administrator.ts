import { isRefusal } from '../../kernel/problem.js';
import type { Actor, UseCase } from '../ports.js';
import type { Store } from '../store.js';
import { createClient } from './create-client.js';

/** The service itself. */
export const SYSTEM: Actor = { clientId: 'system', roles: ['admin'], institutionId: null, area: null, operator: null };

/** An administrator for a service that nobody can call yet, and its key; null where there is a client already. */
export const firstAdministrator: UseCase<void, { id: string; key: string } | null> = async (unit) => {
  const { data } = await unit.clients(null, 1);
  return data.length > 0 ? null : createClient(unit, { body: { name: 'administrator', roles: ['admin'] } });
};

/** The same when a service starts: the key to be shown this once, or null. */
export async function firstAdministratorKey(store: Pick<Store, 'write'>): Promise<string | null> {
  const made = await store.write(SYSTEM, (unit) => firstAdministrator(unit));
  return made === null || isRefusal(made) ? null : made.key;
}
