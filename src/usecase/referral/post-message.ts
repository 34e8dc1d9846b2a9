import { isRefusal } from '../../kernel/problem.js';
import type { Referral } from '../../domain/referral.js';
import type { Message, Page, Query, Unit, UseCase } from '../ports.js';
import { findReferral, lockForChange, type PageQuestion } from './access.js';
import { referralEvent } from './referral-event.js';

/** Puts a text into the conversation of a referral, under the name of who speaks. */
export async function say(unit: Unit, referral: Referral, text: string): Promise<Message> {
  const message: Message = {
    id: unit.ids.next(referral.area),
    referralId: referral.id,
    institutionId: unit.actor.institutionId,
    author: unit.actor.operator?.name ?? unit.actor.clientId,
    text,
    at: unit.now,
  };
  await unit.insertMessage(message);
  return message;
}

/** Everyone who sees a referral may speak, in every status: guidance goes on after the end. Refused: `not_found`. */
export const postMessage: UseCase<{ id: string; body: { text: string } }, Message> = async (unit, { id, body }) => {
  const found = await lockForChange(unit, id, null);
  if (isRefusal(found)) return found;
  const message = await say(unit, found.referral, body.text);
  unit.append(referralEvent(found.referral, 'message-posted', { messageId: message.id }));
  return message;
};

export const messagesOf: Query<PageQuestion, Page<Message>> = async (reads, actor, { id, after, limit }) => {
  const found = await findReferral(reads, actor, id);
  return isRefusal(found) ? found : reads.messages(id, after, limit);
};
