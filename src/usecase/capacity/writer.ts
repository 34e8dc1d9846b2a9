import type { Actor } from '../ports.js';

/** Whether the actor writes the capacity of this institution: its own system or coordinator, or the administrator. */
export function writesFor(actor: Actor, institutionId: string): boolean {
  return actor.institutionId === institutionId || actor.roles.includes('admin');
}
