import { parseInstant } from '../../../src/kernel/calendar.js';
import { confirm } from '../../../src/usecase/reservation/confirm.js';
import { extend } from '../../../src/usecase/reservation/extend.js';
import { fulfil } from '../../../src/usecase/reservation/fulfil.js';
import { noShow } from '../../../src/usecase/reservation/no-show.js';
import { release } from '../../../src/usecase/reservation/release.js';
import { reschedule } from '../../../src/usecase/reservation/reschedule.js';
import { reserve } from '../../../src/usecase/reservation/reserve.js';
import type { Wish } from '../auditor/claim.js';
import { tellReservation, type KnownReferral, type KnownReservation } from '../desk.js';
import type { Request } from '../request.js';
import { itemsAt, ttlOf } from './referrals.js';
import type { Asks } from './asks.js';

/** The course of a reservation, from the hold to its end. */

const HELD = { confirm: 5, release: 2, extend: 4, reschedule: 3, 'no-show': 0.2, fulfil: 0.2 } as const;
const HELD_BY_DRAFT = { ...HELD, confirm: 0.3 } as const;
const BOOKED = { confirm: 0.5, release: 3, extend: 0.3, reschedule: 4, 'no-show': 3, fulfil: 2 } as const;

const PLANNING = ['draft', 'submitted', 'accepted', 'scheduled'];
const UNDER_WAY = [...PLANNING, 'arrived', 'in-care'];

/** Places for a referral that is under way. */
export function newReservation(asks: Asks): Request | undefined {
  const { chance, desk } = asks;
  const planning = desk.referrals.filter(({ status }) => PLANNING.includes(status));
  const referral = chance.recent(chance.oneIn(15) ? desk.referrals : planning, 20);
  if (!referral) return undefined;
  const items = itemsAt(asks, referral.target, chance.oneIn(4) ? 2 : 1);
  if (items.length === 0) return undefined;
  const booked = referral.status !== 'draft' && chance.oneIn(4) ? { confirm: true } : {};
  const body = { referralId: referral.id, items, ...ttlOf(asks), ...booked };
  const [first] = items;
  const wish: Wish | undefined =
    items.length === 1 && first?.nights === undefined ? { referralId: referral.id, poolId: first!.poolId, startsAt: parseInstant(first!.startsAt)! } : undefined;
  return asks.by(asks.oneOf(referral.source, referral.source, referral.target), 'reserve', reserve, { body }, tellReservation, wish);
}

/** A step of a reservation that is known; mostly one whose hold has not run out. */
export function reservationStep(asks: Asks): Request | undefined {
  const { chance, desk, now } = asks;
  const alive = desk.reservations.filter(({ state, expiresAt, referralId }) =>
    ['held', 'confirmed'].includes(state) && (expiresAt === null || expiresAt > now) && UNDER_WAY.includes(desk.referral(referralId)?.status ?? ''),
  );
  const reservation = chance.recent(chance.oneIn(3) ? desk.reservations : alive, chance.oneIn(2) ? 3 : 12);
  const referral = reservation && desk.referral(reservation.referralId);
  if (!reservation || !referral) return undefined;
  const step = chance.weighted(reservation.state === 'confirmed' ? BOOKED : referral.status === 'draft' ? HELD_BY_DRAFT : HELD);
  const receivers = step === 'no-show' || step === 'fulfil';
  const who = asks.oneOf(receivers ? referral.target : chance.pick([referral.source, referral.target]));
  const command = { id: reservation.id, ifMatch: asks.ifMatch(reservation) };
  switch (step) {
    case 'confirm':
      return asks.by(who, step, confirm, command, tellReservation);
    case 'extend':
      return asks.by(who, step, extend, command, tellReservation);
    case 'release':
      return asks.by(who, step, release, { ...command, ...someItems(asks, reservation) }, tellReservation);
    case 'no-show':
      return asks.by(who, step, noShow, { ...command, ...someItems(asks, reservation) }, tellReservation);
    case 'fulfil':
      return asks.by(who, step, fulfil, { ...command, ...someItems(asks, reservation) }, tellReservation);
    case 'reschedule':
      return moved(asks, reservation, referral, who);
  }
}

function someItems({ chance }: Asks, { items }: KnownReservation): { items?: number[] } {
  return items.length > 1 && chance.oneIn(2) ? { items: [chance.pick(items)] } : {};
}

/** Elsewhere, or where it is already. */
function moved(asks: Asks, reservation: KnownReservation, referral: KnownReferral, who: string): Request | undefined {
  const { chance } = asks;
  const items = itemsAt(asks, referral.target, chance.oneIn(3) ? 2 : 1);
  if (items.length === 0) return undefined;
  const [first] = reservation.items;
  const named = items.length === 1 && reservation.items.length > 1 && first !== undefined && chance.oneIn(2);
  const body = { items: items.map((item) => (named ? { ...item, item: first } : item)) };
  return asks.by(who, 'reschedule', reschedule, { id: reservation.id, ifMatch: asks.ifMatch(reservation), body }, tellReservation);
}

