import { Type, type Static } from 'typebox';
import { Closed, Count, DateText, InstantText, Nullable, OneOf, Shared } from './scalars.js';
import { Patient, ReferralInput } from './referral.js';
import { SEXES } from './vocabulary.js';

/** Where a patient should go, and why; and why not elsewhere. */

/**
 * The facts of a referral, or the whole of it as it is about to be sent: of that the urgency, department, needs, the
 * patient's sex and the time of what is entered after the fact count, and the rest must only be well formed.
 */
export const RecommendationInput = Closed(
  {
    ...ReferralInput.properties,
    patient: Type.Optional(Shared(Patient)),
    sex: Type.Optional(OneOf(SEXES, { description: 'Wards of this sex; absent: that of `patient`, else of either' })),
    capabilities: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 20 })),
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
