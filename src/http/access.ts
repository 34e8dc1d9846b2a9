import { ROLES, type Role } from '../contract/vocabulary.js';

/** Who may call an operation. Declared with the route, enforced by one hook, shown in the API document. */
export interface Access {
  readonly roles: readonly Role[];
  /** True where the answer depends on the institution acted for: a client of several must name one. */
  readonly asInstitution: boolean;
}

/** Works on the institution's referrals. */
export const DESK: Access = { roles: ['clerk', 'doctor', 'coordinator', 'his'], asInstitution: true };
/** Writes the institution's capacity. */
export const CAPACITY: Access = { roles: ['coordinator', 'his'], asInstitution: true };
/** Writes the directory; sees no patient. */
export const ADMIN: Access = { roles: ['admin'], asInstitution: false };
export const INSURER: Access = { roles: ['insurer'], asInstitution: false };
/** Reads what the stays of a person bear: an institution that works with the person, and the insurer. */
export const PERSONS: Access = { roles: [...DESK.roles, 'insurer'], asInstitution: true };
export const SUPERVISION: Access = { roles: ['regulator', 'admin'], asInstitution: false };
/** Reads the log: an institution what it is party to, insurer and regulator the transfers of their prefecture, the administrator what is of no patient. */
export const EVENTS: Access = { roles: ROLES, asInstitution: true };
/** Reads figures: the same, and an institution of what it sent. */
export const FIGURES: Access = { roles: ['coordinator', 'insurer', 'regulator', 'admin'], asInstitution: true };
/** Reads budgets: insurer and regulator of the prefecture, the coordinator of the lead, and who writes them. */
export const BUDGETS: Access = { roles: ['coordinator', 'insurer', 'regulator', 'admin'], asInstitution: true };
/** Tries policies on what is recorded: what they are told holds no patient. */
export const WHAT_IF: Access = { roles: ['insurer', 'regulator', 'admin'], asInstitution: false };
/** Anybody with a key: what is read holds no patient. */
export const ANYONE: Access = { roles: ROLES, asInstitution: false };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `open`: no key is asked for. Absent: a path that does not exist. */
    access?: Access | 'open';
    idempotent?: boolean;
    conditional?: boolean;
  }
}
