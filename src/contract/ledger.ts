import { Type, type Static } from 'typebox';
import { MAX_FEN } from '../kernel/money.js';
import { Bp, Closed, Count, District, Fen, InstantText, Line, Nullable, OneOf, Page, Shared } from './scalars.js';
import { ArrivalEffect, EpisodeView, OutsideStays, PolicyReference, StayAssessment } from './insurance.js';
import { by } from './operator.js';
import { ARRIVALS, ENTRY_CAUSES, ENTRY_KINDS, LEVELS, STAY_KINDS, UNASSESSED_REASONS } from './vocabulary.js';

/** 起付线台账: what each stay of a person bears, what was entered because of what, and what is owed. */

const Settled = Closed(
  {
    totalFen: Fen(), eligibleFen: Fen(), deductibleFen: Fen(), ratioBp: Bp(), fundFen: Fen(), personalFen: Fen(),
    at: InstantText('When the settlement became known'),
  },
  { description: 'The figures by which the hospital settled with the patient: they stay' },
);

/** How a stay stands in the ledger. */
export const standing = {
  policy: Nullable(PolicyReference),
  unassessed: Nullable(OneOf(UNASSESSED_REASONS, { description: 'Why it is not assessed; null: it is' })),
  assessment: Nullable(Shared(StayAssessment)),
  effect: Nullable(Shared(ArrivalEffect)),
  settled: Nullable(Settled),
  owedFen: Type.Integer({ minimum: -MAX_FEN, maximum: MAX_FEN, description: 'Since the settlement: above 0 owed to the patient, below 0 by the patient' }),
};

export const DeductibleEntry = Closed(
  {
    seq: Count(Number.MAX_SAFE_INTEGER, { description: 'The event that told of it' }),
    stayId: Type.String(),
    institutionId: Type.String(),
    patientId: Type.String(),
    kind: OneOf(ENTRY_KINDS),
    deltaFen: Type.Integer({ minimum: -MAX_FEN, maximum: MAX_FEN }),
    resultFen: Fen('What the stay bears after it: the sum of its entries'),
    policyId: Type.String(),
    policyVersion: Count(1_000_000),
    because: OneOf(ENTRY_CAUSES, { description: 'The fact that brought it about' }),
    at: InstantText(),
  },
  { $id: 'DeductibleEntry' },
);
export const EntryPage = Page(Shared(DeductibleEntry));

export const StayLeg = Closed(
  {
    stayId: Type.String(),
    institutionId: Type.String(),
    level: OneOf(LEVELS),
    kind: OneOf(STAY_KINDS),
    admittedAt: InstantText(),
    dischargedAt: Nullable(InstantText()),
    via: OneOf(ARRIVALS),
    referralId: Nullable(Type.String()),
    ...standing,
  },
  { $id: 'StayLeg' },
);

export const PatientEpisodes = Closed(
  {
    patientId: Type.String(),
    asOf: InstantText(),
    episodes: Type.Array(Closed({ ...EpisodeView.properties, legs: Type.Array(Shared(StayLeg)) }), { description: '连续诊疗过程, in the order in which they begin' }),
    visits: Type.Array(Shared(StayLeg), { description: 'Outpatient visits, which belong to no episode' }),
    outside: Type.Array(Closed({ area: Type.String({ ...District, description: 'Of the insurer: its prefecture' }), year: Type.Integer(), ...OutsideStays.properties }), { description: 'What insurers state of stays outside the platform, each of the stays that it pays for' }),
  },
  { $id: 'PatientEpisodes' },
);

export const ReassessInput = Closed({ reasonCode: Line(64), ...by }, { $id: 'ReassessInput' });

export const AccumulatorInput = Closed({ ...OutsideStays.properties, ...by }, { $id: 'AccumulatorInput' });
export const AccumulatorView = Closed(
  {
    patientId: Type.String(),
    year: Type.Integer({ description: 'The calendar year in which the insurance year begins' }),
    ...OutsideStays.properties,
    applied: Type.Boolean({ description: 'False: a statement of an earlier date than the one kept; nothing changed' }),
    updatedAt: InstantText(),
  },
  { $id: 'Accumulator' },
);

export type AccumulatorInput = Static<typeof AccumulatorInput>;
