import { formatInstant, HOUR } from '../../../src/kernel/calendar.js';
import { putStay } from '../../../src/usecase/insurance/put-stay.js';
import { act, type ActCommand } from '../../../src/usecase/referral/act.js';
import { createReferral } from '../../../src/usecase/referral/create-referral.js';
import { insured, stayOf, under } from '../../kit/ledger.js';
import { upReferral } from '../../kit/network.js';
import { tellReferral } from '../desk.js';
import type { Request } from '../request.js';
import type { Asks } from './asks.js';
import { tellStay } from './insurance.js';

/** A ward: who is sent there in a hurry lies in a bed the same day. */

/** An emergency with a bed for tonight and perhaps tomorrow. */
export function sentToTheWard(asks: Asks): Request | undefined {
  const { chance, desk, now } = asks;
  const tonight = desk.slots.find(({ poolId, endsAt, closed }) => poolId === 't1-bed' && endsAt > now && !closed);
  if (!tonight) return undefined;
  const patient = chance.between(1, 40);
  const reserve = { items: [{ poolId: 't1-bed', startsAt: formatInstant(tonight.startsAt), nights: chance.between(1, 2) }], confirm: true };
  const body = upReferral(patient, { patient: insured(patient), urgency: 'emergency', category: 'inpatient', reserve });
  return asks.by('p1', 'create', createReferral, { body }, tellReferral({ patient, unknown: false }));
}

/** The last of whom the desk knows arrives. */
export function arrivesThere(asks: Asks): Request | undefined {
  const referral = asks.desk.referrals.at(-1);
  if (!referral) return undefined;
  const command = { id: referral.id, action: 'arrive', ifMatch: null, body: {} } as ActCommand;
  return asks.by(referral.target, 'arrive', act, command, tellReferral(referral));
}

/** The ward tells of a stay: that it goes on, when it ended, or that it ended at another time. */
export function toldOnTheWard(asks: Asks): Request | undefined {
  const { chance, desk, now } = asks;
  const there = desk.referrals.filter(({ status, target }) => target === 't1' && (status === 'arrived' || status === 'in-care'));
  const referral = chance.recent(there, 5);
  if (!referral) return undefined;
  const number = `B${referral.no}`;
  const stay = desk.stays.find((known) => known.number === number) ?? { number, institutionId: 't1', patient: referral.patient, sourceVersion: 0 };
  if (stay.sourceVersion === 0) desk.stays.push(stay);
  stay.sourceVersion += 1;
  const left = chance.oneIn(4) ? {} : { dischargedAt: formatInstant(now - chance.pick([0, 0, 1, 20, 30]) * HOUR) };
  const record = { ...stayOf(insured(referral.patient), 1, null, under(referral)), admittedAt: formatInstant(now - 40 * HOUR), ...left, sourceVersion: stay.sourceVersion };
  return asks.by('t1', 'stay', putStay, { institutionId: 't1', number, body: record }, tellStay);
}
