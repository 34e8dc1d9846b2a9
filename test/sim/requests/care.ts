import { createHash } from 'node:crypto';
import { addDays, formatInstant, localDateOf } from '../../../src/kernel/calendar.js';
import { addDocument } from '../../../src/usecase/referral/documents.js';
import { recordFollowUp } from '../../../src/usecase/referral/follow-ups.js';
import { giveConsent } from '../../../src/usecase/referral/give-consent.js';
import { postMessage } from '../../../src/usecase/referral/post-message.js';
import { redeemEntitlement, voidEntitlement } from '../../../src/usecase/referral/redeem-entitlement.js';
import type { Told } from '../auditor/claim.js';
import { tellReferral } from '../desk.js';
import type { Request } from '../request.js';
import type { Asks } from './asks.js';

/** What goes along with a referral: the counter, papers, messages, follow-ups. */

const CHANGED = (): Told => ({ changed: true });

/** 免挂号费 and the priorities at the counter, redeemed and void again. */
export function atTheCounter(asks: Asks): Request | undefined {
  const { chance, desk } = asks;
  const entitled = desk.referrals.filter(({ code }) => code !== null);
  const referral = chance.recent(entitled, 3);
  if (!referral?.code) return undefined;
  const command = { code: referral.code, ifMatch: null, body: { item: chance.pick(referral.items), institutionId: referral.target } };
  const useCase = chance.oneIn(3) ? voidEntitlement : redeemEntitlement;
  return asks.by(asks.oneOf(referral.target), useCase === voidEntitlement ? 'void' : 'redeem', useCase, command, tellReferral(referral));
}

/** Words and papers about a referral. */
export function correspondence(asks: Asks): Request | undefined {
  const { chance, desk, now } = asks;
  const inCare = desk.referrals.filter(({ status }) => status === 'in-care');
  const referral = chance.recent(chance.oneIn(2) && inCare.length > 0 ? inCare : desk.referrals, 20);
  if (!referral) return undefined;
  const { id } = referral;
  const who = asks.oneOf(referral.source, referral.target);
  switch (chance.weighted({ message: 2, document: 1, consent: 1, 'follow-up': 4 })) {
    case 'message':
      return asks.by(who, 'message', postMessage, { id, body: { text: '患者已联系' } }, CHANGED);
    case 'document': {
      const bytes = Buffer.from(`报告 ${chance.int(1_000)}`);
      const body = { kind: 'laboratory', title: '检查报告', mediaType: 'text/plain', author: '医生' } as const;
      return asks.by(who, 'document', addDocument, { id, body, bytes, sha256: createHash('sha256').update(bytes).digest('hex') }, CHANGED);
    }
    case 'consent':
      return asks.by(who, 'consent', giveConsent, { id, ifMatch: null, body: { consent: { given: true, by: '本人', at: formatInstant(now) } } }, tellReferral(referral));
    case 'follow-up': {
      const state = chance.pick(['done', 'done', 'unreachable', 'due'] as const);
      const body = { referralId: id, state, content: '随访', ...(state === 'due' ? { dueOn: addDays(localDateOf(now), 7) } : {}) };
      return asks.by(asks.oneOf(referral.target), 'follow-up', recordFollowUp, { body }, CHANGED);
    }
  }
}
