import type { ReferralAction, Role } from '../contract/vocabulary.js';

/** Actions that are not for every desk of an institution. */
export const ACTION_ROLES: Readonly<Partial<Record<ReferralAction, readonly Role[]>>> = {
  // Guangzhou 2018, line 27: responsibility (首诊负责制、转诊办理责任制和管理责任制) passes from doctor to doctor, or through the hospital's own system.
  receive: ['doctor', 'his'],
};

/** The actions, in their order, that somebody in these roles may take. */
export function actionsIn<A extends string>(actions: readonly A[], roles: readonly string[]): A[] {
  const needed: Readonly<Record<string, readonly string[] | undefined>> = ACTION_ROLES;
  return actions.filter((action) => needed[action]?.some((role) => roles.includes(role)) ?? true);
}
