import { isRefusal } from '../../../kernel/problem.js';
import { submittedFacts } from '../create-referral.js';
import { submit } from '../submission.js';
import type { Action } from './action.js';

/** A draft is sent. Holds that it already has stay its own. */
export const send: Action<'submit'> = async (unit, { referral }, body) => {
  const sent = await submit(unit, referral, body.reserve);
  if (isRefusal(sent)) return sent;
  return { referral: sent.referral, data: submittedFacts(sent.referral, sent.reservation) };
};
