import type { ProblemCode } from '../../kernel/problem.js';
import { ACTION_BODIES, Referral } from '../../contract/referral.js';
import { Shared } from '../../contract/scalars.js';
import { ACTIONS, type ReferralAction } from '../../contract/vocabulary.js';
import { ACTION_ROLES } from '../../domain/action-roles.js';
import { isEmergency } from '../../usecase/referral/access.js';
import { act, type ActCommand } from '../../usecase/referral/act.js';
import { asSeenBy } from '../../usecase/referral/as-seen.js';
import { DESK, type Access } from '../access.js';
import { command, type Http } from '../operation.js';
import { referralView } from '../present/referral.js';
import { ReferralId } from './referrals.js';

/** `POST /v1/referrals/{id}/{action}`: one operation for each action, with the body that it needs. */

interface ActionText {
  readonly summary: string;
  readonly problems?: readonly ProblemCode[];
}

const RESERVING: readonly ProblemCode[] = ['session_full', 'session_closed', 'session_over', 'session_not_open', 'already_reserved'];

const TEXTS: Readonly<Record<ReferralAction, ActionText>> = {
  submit: {
    summary: 'Send a draft (sender)',
    problems: ['no_candidate', 'not_in_consortium', 'duplicate_open_referral', ...RESERVING],
  },
  'request-info': { summary: 'Ask the sender for more (receiver)' },
  'provide-info': { summary: 'Answer the request, with changes where they are asked for (sender)' },
  accept: { summary: 'Accept (receiver)' },
  reject: { summary: 'Reject with a coded reason (receiver)' },
  retriage: { summary: 'Judge the urgency anew (receiver)' },
  redirect: {
    summary: 'Send on to another institution by a linked new referral (receiver or coordinator)',
    problems: ['not_in_consortium', 'duplicate_open_referral'],
  },
  cancel: { summary: 'Take back (sender)' },
  close: { summary: 'Close for death or treatment elsewhere (either side; after arrival the receiver)' },
  arrive: { summary: 'The patient is here: the transfer is executed and enters the ledger (receiver)' },
  'revoke-arrival': { summary: 'Take back a mistaken arrival by a second entry in the ledger (receiver)', problems: ['arrival_settled'] },
  receive: { summary: 'Take over: hand-over acknowledged, responsibility moves (receiving doctor)' },
  complete: { summary: 'Finish with feedback to the sender (receiver)', problems: ['follow_up_missing'] },
  reinstate: { summary: 'Bring back an expired referral within 30 days (receiver)' },
  acknowledge: { summary: 'Answer an emergency by name, once; not a transition (receiver)' },
};

export function actionRoutes(http: Http): void {
  for (const action of ACTIONS) {
    const { summary, problems = [] } = TEXTS[action];
    command(http, {
      method: 'POST', path: `/v1/referrals/:id/${action}`, id: operationId(action), tag: 'Referrals', access: accessTo(action),
      summary,
      description: 'Answers the referral as it is now. What the action makes useless is freed in the same transaction.',
      params: ReferralId, body: Shared(ACTION_BODIES[action]), answer: Shared(Referral), conditional: true,
      problems: ['wrong_party', 'invalid_transition', 'invalid_content', ...problems],
      // The schema of the route is the one that belongs to the action; the compiler cannot pair them through the loop.
      run: async (unit, { params, body, ifMatch }) => asSeenBy(unit, unit.actor, await act(unit, { id: params.id, action, ifMatch, body } as ActCommand)),
      urgent: { is: (reads, actor, { params }) => isEmergency(reads, actor, params.id) },
      version: (referral) => referral.version,
      show: referralView,
    });
  }
}

function accessTo(action: ReferralAction): Access {
  const roles = ACTION_ROLES[action];
  return roles ? { ...DESK, roles } : DESK;
}

/** revoke-arrival → revokeArrivalReferral. */
function operationId(action: ReferralAction): string {
  return `${action.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}Referral`;
}
