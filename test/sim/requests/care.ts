import { createHash } from 'node:crypto';
import { addDays, formatInstant, HOUR, localDateOf } from '../../../src/kernel/calendar.js';
import type { StayInput } from '../../../src/contract/stay.js';
import { putStay, type StayWritten } from '../../../src/usecase/insurance/put-stay.js';
import { addDocument } from '../../../src/usecase/referral/documents.js';
import { recordFollowUp } from '../../../src/usecase/referral/follow-ups.js';
import { giveConsent } from '../../../src/usecase/referral/give-consent.js';
import { postMessage } from '../../../src/usecase/referral/post-message.js';
import { redeemEntitlement, voidEntitlement } from '../../../src/usecase/referral/redeem-entitlement.js';
import { person } from '../../kit/network.js';
import type { Told } from '../auditor/claim.js';
import { tellReferral, type KnownStay } from '../desk.js';
import type { Request } from '../request.js';
import type { Asks } from './asks.js';

/** What goes along with a referral: stays, the counter, papers, messages, follow-ups. */

const CHANGED = (): Told => ({ changed: true });

/** The record of a stay: new, again, in an older version, or taken back. */
export function stayRecord(asks: Asks): Request {
  const { chance, desk } = asks;
  const again = chance.oneIn(2) ? chance.recent(desk.stays, 8) : undefined;
  const stay = again ?? newStay(asks);
  if (again) again.sourceVersion += chance.weighted({ newer: 5, same: 1, older: 1 }) === 'newer' ? 1 : 0;
  const sourceVersion = Math.max(0, stay.sourceVersion - (again && chance.oneIn(6) ? 1 : 0));
  const { institutionId, number } = stay;
  return asks.by(institutionId, 'stay', putStay, { institutionId, number, body: recordOf(asks, stay, sourceVersion) }, tellStay);
}

function newStay({ chance, desk }: Asks): KnownStay {
  const referral = chance.oneIn(4) ? undefined : chance.recent(desk.referrals, 15);
  const stay = { number: `ZY${desk.stays.length + 1}`, institutionId: referral?.target ?? 't1', patient: referral?.patient ?? chance.between(1, 40), sourceVersion: 1 };
  desk.stays.push(stay);
  return stay;
}

function recordOf({ chance, desk, now }: Asks, { patient, institutionId }: KnownStay, sourceVersion: number): StayInput {
  const named = chance.recent(desk.referrals.filter((r) => r.patient === patient && r.target === institutionId), 3);
  const arrival = named && !chance.oneIn(5) ? { via: 'referral' as const, referralId: named.id } : { via: 'none' as const };
  const admitted = now - chance.between(0, 20) * HOUR;
  return {
    patient: person(patient),
    arrival,
    admittedAt: formatInstant(admitted),
    mainDiagnosis: { code: 'I20.9', system: 'ICD-10', name: '心绞痛' },
    kind: 'inpatient',
    sourceVersion,
    ...(chance.oneIn(5) ? { voided: true } : {}),
  };
}

function tellStay({ stay: { id, version, sourceVersion } }: StayWritten): Told {
  return { changed: false, stay: { id, version, sourceVersion } };
}

/** 免挂号费 and the priorities at the counter, redeemed and void again. */
export function atTheCounter(asks: Asks): Request | undefined {
  const { chance, desk } = asks;
  const entitled = desk.referrals.filter(({ code }) => code !== null);
  const referral = chance.recent(entitled, 3);
  if (!referral?.code) return undefined;
  const command = { code: referral.code, body: { item: chance.pick(referral.items), institutionId: referral.target } };
  const useCase = chance.oneIn(3) ? voidEntitlement : redeemEntitlement;
  return asks.by(asks.oneOf(referral.target), useCase === voidEntitlement ? 'void' : 'redeem', useCase, command, tellReferral(referral.patient));
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
      return asks.by(who, 'consent', giveConsent, { id, ifMatch: null, body: { consent: { given: true, by: '本人', at: formatInstant(now) } } }, tellReferral(referral.patient));
    case 'follow-up': {
      const state = chance.pick(['done', 'done', 'unreachable', 'due'] as const);
      const body = { referralId: id, state, content: '随访', ...(state === 'due' ? { dueOn: addDays(localDateOf(now), 7) } : {}) };
      return asks.by(asks.oneOf(referral.target), 'follow-up', recordFollowUp, { body }, CHANGED);
    }
  }
}
