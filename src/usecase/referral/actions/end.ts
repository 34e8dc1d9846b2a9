import { invalid } from '../../../kernel/problem.js';
import type { ReasonSet, ReferralStatus } from '../../../contract/vocabulary.js';
import { checkReason } from '../../../domain/content.js';
import { advance } from '../../../domain/referral-machine.js';
import type { Referral } from '../../../domain/referral.js';
import { endPlaces } from '../../reservation/places.js';
import { timersFor } from '../referral-event.js';
import type { Action } from './action.js';

/** Endings: each frees in its own unit what it makes useless. */

type Ending = 'reject' | 'cancel' | 'close';

function ending(status: ReferralStatus, setOf: (referral: Referral) => ReasonSet): Action<Ending> {
  return async (unit, { referral }, body) => {
    const errors = checkReason(setOf(referral), body.reasonCode, body.comment, '/reasonCode', '/comment');
    if (errors.length > 0) return invalid(...errors);
    const released = await endPlaces(unit, referral);
    const course = { ending: { reasonCode: body.reasonCode, comment: body.comment ?? null }, endedAt: unit.now };
    return {
      referral: advance(referral, { status, course }, unit.now, timersFor(unit, referral)),
      data: { reasonCode: body.reasonCode, released },
    };
  };
}

/** A down-referral is refused with the reasons of those who cannot take a patient back. */
export const reject = ending('rejected', (referral) => (referral.direction === 'down' ? 'return-down' : 'reject'));
export const cancel = ending('cancelled', () => 'cancel');
export const close = ending('closed', () => 'close');
