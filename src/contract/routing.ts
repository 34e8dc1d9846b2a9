import { Type, type Static } from 'typebox';
import { Closed, Count, DateText, DepartmentCode, InstantText, Key, Nullable, OneOf } from './scalars.js';
import { CATEGORIES, DIRECTIONS, URGENCIES } from './vocabulary.js';
import { Need } from './referral.js';

/** Where a patient should go, and why; and why not elsewhere. */

export const RecommendationInput = Closed(
  {
    direction: OneOf(DIRECTIONS),
    category: OneOf(CATEGORIES),
    urgency: Type.Optional(OneOf(URGENCIES, { default: 'routine' })),
    sourceInstitutionId: Key('The sender'),
    targetDepartment: Type.Optional(DepartmentCode),
    capabilities: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 20 })),
    needs: Type.Optional(Type.Array(Need, { maxItems: 20 })),
    from: Type.Optional(DateText('First day looked at; absent: today')),
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 31, default: 14 })),
  },
  { $id: 'RecommendationInput' },
);

export const Reason = Closed({ code: Type.String(), text: Type.String() });

export const Recommendation = Closed(
  {
    asOf: InstantText(),
    candidates: Type.Array(
      Closed({
        institutionId: Type.String(),
        name: Type.String(),
        department: Nullable(Type.String()),
        rank: Count(10_000),
        reasons: Type.Array(Reason),
        distanceKm: Nullable(Type.Number()),
        earliest: Nullable(Closed({ poolId: Type.String(), startsAt: InstantText() })),
        reservedLeft: Count(1_000_000),
      }),
    ),
    excluded: Type.Array(Closed({ institutionId: Type.String(), name: Type.String(), reason: Reason })),
  },
  { $id: 'Recommendation' },
);

export type RecommendationInput = Static<typeof RecommendationInput>;
