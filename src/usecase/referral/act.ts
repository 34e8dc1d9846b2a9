import { isRefusal, refuse, type Refusal } from '../../kernel/problem.js';
import type { ReferralAction } from '../../contract/vocabulary.js';
import { actionsIn } from '../../domain/action-roles.js';
import { refuseParty, refuseTransition } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import { arrivalChanged } from '../insurance/arrival-changed.js';
import { tellWithFiling, withFiling } from '../insurance/filing.js';
import type { Actor, Unit, UseCase } from '../ports.js';
import { lockForChange, type Found } from './access.js';
import type { Action, ActionBody, Changed } from './actions/action.js';
import { accept, acknowledge, provideInfo, reinstate, requestInfo, retriage } from './actions/answer.js';
import { arrive, revokeArrival } from './actions/arrive.js';
import { complete, receive } from './actions/care.js';
import { cancel, close, reject } from './actions/end.js';
import { redirect } from './actions/redirect.js';
import { send } from './actions/send.js';
import { say } from './post-message.js';
import { referralEvent } from './referral-event.js';
import { repriced } from './registration-fee.js';

/** Each action, and what the log calls the change. */
const ACTIONS: { readonly [A in ReferralAction]: { readonly run: Action<A>; readonly change: string } } = {
  submit: { run: send, change: 'submitted' },
  'request-info': { run: requestInfo, change: 'info-requested' },
  'provide-info': { run: provideInfo, change: 'info-provided' },
  accept: { run: accept, change: 'accepted' },
  reject: { run: reject, change: 'rejected' },
  retriage: { run: retriage, change: 'retriaged' },
  redirect: { run: redirect, change: 'redirected' },
  cancel: { run: cancel, change: 'cancelled' },
  close: { run: close, change: 'closed' },
  arrive: { run: arrive, change: 'arrived' },
  'revoke-arrival': { run: revokeArrival, change: 'arrival-revoked' },
  receive: { run: receive, change: 'received' },
  complete: { run: complete, change: 'completed' },
  reinstate: { run: reinstate, change: 'reinstated' },
  acknowledge: { run: acknowledge, change: 'acknowledged' },
};

export type ActCommand = {
  [A in ReferralAction]: { readonly id: string; readonly action: A; readonly ifMatch: number | null; readonly body: ActionBody<A> };
}[ReferralAction];

/**
 * One action on a referral: lock, judge, do, save, tell. Answers the referral as it is now.
 *
 * Refused, in this order: `not_found`, `wrong_party`, `version_mismatch`, `invalid_transition`, and what the action itself refuses.
 */
export const act: UseCase<ActCommand, Referral> = async (unit, command) => {
  const { action } = command;
  const found = await lockForChange(unit, command.id, command.ifMatch, (f) => refuseParty(f.referral, action, f.parties, unit.now));
  if (isRefusal(found)) return toldTo(unit.actor, found);
  const refusal = refuseTransition(found.referral, action, found.parties, unit.now);
  if (refusal) return toldTo(unit.actor, refusal);
  const changed = await run(unit, found, command);
  if (isRefusal(changed)) return changed;
  const referral = await commit(unit, changed, ACTIONS[action].change);
  if (changed.transfer) await arrivalChanged(unit, referral);
  // A comment is free text and may name the patient: it goes to the messages, never into the log.
  const { body } = command;
  if ('comment' in body && body.comment !== undefined) await say(unit, referral, body.comment);
  return referral;
};

/** The refusal with such actions alone as the caller's roles permit. */
function toldTo({ roles }: Actor, { code, extra }: Refusal): Refusal {
  const { allowedActions } = extra;
  return refuse(code, allowedActions ? { ...extra, allowedActions: actionsIn(allowedActions, roles) } : extra);
}

/** Saves what a change made of the referral and tells the log; a transfer and a filing stand under the number of that event. */
export async function commit(unit: Unit, changed: Changed, change: string): Promise<Referral> {
  const { referral, filing } = await withFiling(unit, await repriced(unit, changed.referral));
  await unit.saveReferral(referral);
  tellWithFiling(unit, referralEvent(referral, change, changed.data), filing);
  if (changed.transfer) unit.appendTransfer(changed.transfer);
  return referral;
}

function run<A extends ReferralAction>(unit: Unit, found: Found, command: { readonly action: A; readonly body: ActionBody<A> }): Promise<Changed | Refusal> {
  return ACTIONS[command.action].run(unit, found, command.body);
}
