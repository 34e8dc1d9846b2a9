import { Type, type Static } from 'typebox';
import { by, type Stated } from './operator.js';
import { Bp, Closed, Count, DepartmentCode, Fen, InstantText, Key, Line, Nullable, OneOf, Page, Shared } from './scalars.js';
import { BOOKINGS, CLINIC_TIERS, LEVELS, POOL_KINDS, URGENCIES } from './vocabulary.js';

/** 号源池, 检查池, 床位池, their sessions, the allotments kept in them, and what a sender may see. */

export const Audience = Closed({
  level: Type.Optional(OneOf(LEVELS, { description: "The sender's level" })),
  consortiumId: Type.Optional(Key('A consortium that both institutions share')),
  urgency: Type.Optional(OneOf(URGENCIES)),
});

export const Allotment = Closed({
  id: Key('Chosen by the caller, unique in the pool'),
  audience: Audience,
  shareBp: Type.Optional(Bp('Places = floor(capacity × share)')),
  places: Type.Optional(Count(100_000)),
  visibleFromDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 365, description: 'Visible from this many × 24 h before the session; absent: always' })),
  releaseHours: Type.Optional(Type.Integer({ minimum: 0, maximum: 8_760, description: 'This many hours before the session the remainder is open to all; absent: never' })),
});

const pool = {
  institutionId: Key('The institution whose capacity it is'),
  kind: OneOf(POOL_KINDS),
  department: DepartmentCode,
  practitioner: Type.Optional(Closed({ code: Line(64), name: Line(64) })),
  tier: Type.Optional(OneOf(CLINIC_TIERS)),
  item: Type.Optional(Line(64, { description: 'What is examined; the kind of bed' })),
  sex: Type.Optional(OneOf(['1', '2'], { description: 'A ward for one sex, GB/T 2261.1' })),
  name: Line(200),
  booking: Type.Optional(OneOf(BOOKINGS, { description: 'direct: the sender books; arranged: the receiver confirms', default: 'direct' })),
  registrationFeeFen: Type.Optional(Fen('挂号费 of this clinic')),
  openFromDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 365, description: 'Open places are visible from this many × 24 h before the session; absent: always' })),
  allotments: Type.Optional(Type.Array(Allotment, { maxItems: 50 })),
};
export const PoolInput = Closed({ ...pool, ...by }, { $id: 'PoolInput' });
export const Pool = Closed(
  { id: Key('Chosen by the caller'), ...pool, area: Type.String(), version: Count(Number.MAX_SAFE_INTEGER), updatedAt: InstantText() },
  { $id: 'Pool' },
);
export const PoolPage = Page(Shared(Pool));

export const SessionInput = Closed({
  startsAt: InstantText(),
  endsAt: InstantText(),
  capacity: Count(100_000),
  takenElsewhere: Type.Optional(Count(100_000)),
  reportedAt: Type.Optional(InstantText('When the figures were true, at most five minutes ahead of now; an older report never overwrites a newer')),
  source: Type.Optional(Line(64)),
  closed: Type.Optional(Nullable(Closed({ reason: Line(200) }))),
});
export const SessionsInput = Closed(
  { sessions: Type.Array(SessionInput, { minItems: 1, maxItems: 1_000 }), ...by },
  { $id: 'SessionsInput' },
);
export const SessionResult = Closed({
  startsAt: InstantText(),
  status: OneOf(['created', 'updated', 'unchanged', 'stale']),
  capacity: Count(100_000),
  taken: Count(100_000),
  takenElsewhere: Count(100_000),
  overcommitted: Type.Boolean({ description: 'Capacity is below what is taken: no new hold, and its referrals enter the worklist' }),
  releasedReservations: Count(100_000),
});
export const SessionsResult = Closed({ data: Type.Array(SessionResult) }, { $id: 'SessionsResult' });

export const AvailabilityEntry = Closed({
  poolId: Type.String(),
  institutionId: Type.String(),
  kind: OneOf(POOL_KINDS),
  department: Type.String(),
  tier: Nullable(Type.String()),
  item: Nullable(Type.String()),
  startsAt: InstantText(),
  endsAt: InstantText(),
  capacity: Count(100_000),
  free: Count(100_000, { description: 'Places this sender could take now' }),
  freeOpen: Count(100_000),
  freeReserved: Count(100_000),
  asOf: InstantText('When the institution last reported the session'),
});
export const Availability = Closed({ asOf: InstantText(), data: Type.Array(AvailabilityEntry) }, { $id: 'Availability' });

export const Worklist = Page(
  Closed({
    problem: Type.String(),
    referralId: Type.String(),
    referralNo: Type.String(),
    status: Type.String(),
    urgency: Type.String(),
    reservationId: Nullable(Type.String()),
    poolId: Nullable(Type.String()),
    startsAt: Nullable(InstantText()),
    since: InstantText(),
  }),
);

export type PoolInput = Stated<typeof PoolInput>;
export type Allotment = Static<typeof Allotment>;
export type SessionsInput = Stated<typeof SessionsInput>;
export type SessionInput = Static<typeof SessionInput>;
export type SessionResult = Static<typeof SessionResult>;
export type AvailabilityEntry = Static<typeof AvailabilityEntry>;
