import { Type } from 'typebox';
import type { ProblemCode } from '../../kernel/problem.js';
import { RedeemInput, Referral } from '../../contract/referral.js';
import { RescheduleInput, Reservation, ReservationActionInput, ReservationInput, ReservationItemsInput } from '../../contract/reservation.js';
import { Closed, Shared } from '../../contract/scalars.js';
import { confirm } from '../../usecase/reservation/confirm.js';
import { extend } from '../../usecase/reservation/extend.js';
import { fulfil } from '../../usecase/reservation/fulfil.js';
import { getReservation } from '../../usecase/reservation/get-reservation.js';
import { noShow } from '../../usecase/reservation/no-show.js';
import { release } from '../../usecase/reservation/release.js';
import { reschedule } from '../../usecase/reservation/reschedule.js';
import { reserve } from '../../usecase/reservation/reserve.js';
import { asSeenBy } from '../../usecase/referral/as-seen.js';
import { redeemEntitlement, voidEntitlement } from '../../usecase/referral/redeem-entitlement.js';
import { DESK } from '../access.js';
import { command, question, type Http } from '../operation.js';
import { reservationView } from '../present/capacity.js';
import { referralView } from '../present/referral.js';

/** Reservations, and what the counter redeems with them. */

const ById = Closed({ id: Type.String({ description: 'The reservation' }) });

const TAKING: readonly ProblemCode[] = ['session_full', 'session_closed', 'session_over', 'session_not_open', 'already_reserved'];
const MOVING: readonly ProblemCode[] = ['wrong_party', 'invalid_transition', 'invalid_content'];

export function reservationRoutes(http: Http): void {
  command(http, {
    method: 'POST', path: '/v1/reservations', id: 'createReservation', tag: 'Reservations', access: DESK,
    summary: 'Hold places for a referral, all or none',
    description: 'Any mix of clinic slots, examinations and bed-nights. `confirm` books at once; without it they are held for `ttlSeconds` (600, with beds 7 200).',
    body: Shared(ReservationInput), answer: Shared(Reservation), status: 201,
    problems: ['not_found', 'wrong_party', 'invalid_transition', 'invalid_content', ...TAKING],
    run: (unit, { body }) => reserve(unit, { body }),
    version: (reservation) => reservation.version,
    location: (reservation) => `/v1/reservations/${reservation.id}`,
    show: (reservation, reads) => reservationView(reservation, reads.now),
  });
  question(http, {
    method: 'GET', path: '/v1/reservations/:id', id: 'getReservation', tag: 'Reservations', access: DESK,
    summary: 'One reservation with its items',
    params: ById, answer: Shared(Reservation),
    ask: (reads, actor, { params }) => getReservation(reads, actor, params),
    version: (reservation) => reservation.version,
    show: (reservation, reads) => reservationView(reservation, reads.now),
  });
  whole(http, 'confirm', 'Book what is held', confirm, ['session_over', 'hold_expired']);
  whole(http, 'extend', 'Hold once more as long; once only', extend, ['hold_expired', 'already_extended']);
  items(http, 'release', 'Give up held or booked places', release, ['hold_expired']);
  items(http, 'no-show', 'The patient did not come', noShow, []);
  items(http, 'fulfil', 'The place was used, from the local date of its beginning on', fulfil, ['hold_expired']);
  command(http, {
    method: 'POST', path: '/v1/reservations/:id/reschedule', id: 'rescheduleReservation', tag: 'Reservations', access: DESK,
    summary: 'Free the old places and take the new in one step, or change nothing',
    params: ById, body: Shared(RescheduleInput), answer: Shared(Reservation), conditional: true,
    problems: [...MOVING, ...TAKING, 'hold_expired'],
    run: (unit, { params, body, ifMatch }) => reschedule(unit, { id: params.id, ifMatch, body }),
    version: (reservation) => reservation.version,
    show: (reservation, reads) => reservationView(reservation, reads.now),
  });
  counter(http);
}

function whole(http: Http, action: 'confirm' | 'extend', summary: string, run: typeof confirm, problems: readonly ProblemCode[]): void {
  command(http, {
    method: 'POST', path: `/v1/reservations/:id/${action}`, id: `${action}Reservation`, tag: 'Reservations', access: DESK,
    summary,
    params: ById, body: Shared(ReservationActionInput), answer: Shared(Reservation), conditional: true,
    problems: [...MOVING, ...problems],
    run: (unit, { params, ifMatch }) => run(unit, { id: params.id, ifMatch }),
    version: (reservation) => reservation.version,
    show: (reservation, reads) => reservationView(reservation, reads.now),
  });
}

function items(http: Http, action: 'release' | 'no-show' | 'fulfil', summary: string, run: typeof release, problems: readonly ProblemCode[]): void {
  const verb = action === 'no-show' ? 'missReservation' : `${action}Reservation`;
  command(http, {
    method: 'POST', path: `/v1/reservations/:id/${action}`, id: verb, tag: 'Reservations', access: DESK,
    summary: `${summary}, all of them or the given items`,
    params: ById, body: Shared(ReservationItemsInput), answer: Shared(Reservation), conditional: true,
    problems: [...MOVING, ...problems],
    run: (unit, { params, body, ifMatch }) => run(unit, { id: params.id, ifMatch, items: body.items, comment: body.comment }),
    version: (reservation) => reservation.version,
    show: (reservation, reads) => reservationView(reservation, reads.now),
  });
}

function counter(http: Http): void {
  const ByCode = Closed({ code: Type.String({ description: 'The code of the entitlement' }) });
  for (const [action, summary, run] of [
    ['redeem', 'Redeem an item of 一免三优先 at the counter, once each', redeemEntitlement],
    ['void', 'Take a redemption back because the visit was cancelled', voidEntitlement],
  ] as const) {
    command(http, {
      method: 'POST', path: `/v1/entitlements/:code/${action}`, id: `${action}Entitlement`, tag: 'Reservations', access: DESK,
      summary,
      params: ByCode, body: Shared(RedeemInput), answer: Shared(Referral), conditional: true,
      problems: ['wrong_party', 'invalid_transition', 'not_entitled', 'already_redeemed'],
      run: async (unit, { params, body, ifMatch }) => asSeenBy(unit, unit.actor, await run(unit, { code: params.code, ifMatch, body })),
      version: (referral) => referral.version,
      show: referralView,
    });
  }
}
