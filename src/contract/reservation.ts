import { Type, type Static } from 'typebox';
import { by } from './operator.js';
import { Closed, Count, Id, InstantText, Key, Line, Nullable, OneOf } from './scalars.js';
import { POOL_KINDS, RESERVATION_STATES } from './vocabulary.js';

/** 预约占位: a list of places in sessions, held all or none. */

export const ItemRequest = Closed({
  poolId: Key('Resource pool'),
  startsAt: InstantText(),
  nights: Type.Optional(Type.Integer({ minimum: 1, maximum: 60, description: 'Beds: an estimate; consecutive bed-nights' })),
});

const TtlSeconds = Type.Integer({ minimum: 30, maximum: 86_400, description: 'Default 600, with beds 7 200' });

/** What a new referral may ask to be reserved in the same transaction. */
export const ReserveRequest = Closed({
  items: Type.Array(ItemRequest, { minItems: 1, maxItems: 20 }),
  ttlSeconds: Type.Optional(TtlSeconds),
  confirm: Type.Optional(Type.Boolean()),
});

export const ReservationInput = Closed(
  {
    referralId: Id('Referral'),
    items: Type.Array(ItemRequest, { minItems: 1, maxItems: 20 }),
    ttlSeconds: Type.Optional(TtlSeconds),
    confirm: Type.Optional(Type.Boolean()),
    ...by,
  },
  { $id: 'ReservationInput' },
);

const itemNumbers = Type.Array(Type.Integer({ minimum: 1, maximum: 1_000 }), { minItems: 1, maxItems: 20, uniqueItems: true, description: 'Numbers of items; absent: all' });

export const ReservationActionInput = Closed({ ...by }, { $id: 'ReservationActionInput' });
export const ReservationItemsInput = Closed(
  { items: Type.Optional(itemNumbers), comment: Type.Optional(Line(2_000)), ...by },
  { $id: 'ReservationItemsInput' },
);
export const RescheduleInput = Closed(
  {
    items: Type.Array(
      Closed({
        item: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'The item that is replaced; absent in all: the list replaces every live item' })),
        poolId: Key('Resource pool'),
        startsAt: InstantText(),
        nights: Type.Optional(Type.Integer({ minimum: 1, maximum: 60 })),
      }),
      { minItems: 1, maxItems: 20 },
    ),
    ...by,
  },
  { $id: 'RescheduleInput' },
);

export const ReservationItem = Closed({
  item: Type.Integer({ minimum: 1, maximum: 1_000 }),
  poolId: Type.String(),
  institutionId: Type.String(),
  kind: OneOf(POOL_KINDS),
  startsAt: InstantText(),
  endsAt: InstantText(),
  nights: Type.Optional(Count(1_000)),
  bedNights: Type.Optional(Type.Array(Closed({ startsAt: InstantText(), state: OneOf(RESERVATION_STATES) }), { description: 'Beds: what became of each night, in order' })),
  state: OneOf(RESERVATION_STATES),
  allotmentIds: Type.Array(Nullable(Type.String()), { description: 'The allotment each session was drawn from; null: an open place' }),
});

export const Reservation = Closed(
  {
    id: Type.String(),
    code: Type.String({ description: 'Shown at the desk' }),
    referralId: Type.String(),
    state: OneOf(RESERVATION_STATES, { description: 'Derived from the items' }),
    version: Count(Number.MAX_SAFE_INTEGER),
    items: Type.Array(ReservationItem),
    createdAt: InstantText(),
    expiresAt: Nullable(InstantText('End of the hold; null once nothing is held')),
    extended: Type.Boolean(),
    asOf: InstantText(),
  },
  { $id: 'Reservation' },
);

export type ItemRequest = Static<typeof ItemRequest>;
export type ReserveRequest = Static<typeof ReserveRequest>;
export type ReservationInput = Static<typeof ReservationInput>;
export type RescheduleInput = Static<typeof RescheduleInput>;
export type ReservationItemsInput = Static<typeof ReservationItemsInput>;
export type ReservationView = Static<typeof Reservation>;
