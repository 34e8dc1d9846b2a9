import { Type, type Static } from 'typebox';
import { by } from './operator.js';
import { Bp, Closed, Count, DateText, District, Fen, Id, InstantText, Key, Line, Nullable, OneOf, Page, Shared } from './scalars.js';
import { DiagnosisCode } from './referral.js';
import {
  ADMISSION_KINDS, ARRIVALS, CREDITS, CREDIT_WINDOWS, DIRECTIONS, INSURANCE_SCHEMES, LEVELS, OVERSPENDS, PERSON_KINDS, POLICY_PARTS, PROVENANCES,
  RELIEFS, REPEAT_STAY_RULES, SAME_DISEASE, STACKINGS, STAY_KINDS, STEP_CODES, VISIT_TYPES,
} from './vocabulary.js';

/** 医保政策 as data, the assessment of a chain of stays by it, and every step of that assessment. */

export const Provenance = Closed(
  {
    status: OneOf(PROVENANCES, { description: 'sourced: a document gives it · adopted: the insurer has stated it · illustrative: an example' }),
    citation: Line(500, { description: 'Document and line, or who adopted it' }),
  },
  { $id: 'Provenance' },
);
const From = Shared(Provenance);

export const Benefit = Closed({
  personKind: OneOf(PERSON_KINDS),
  level: OneOf(LEVELS),
  visitType: Type.Optional(OneOf(VISIT_TYPES, { default: 'inpatient' })),
  deductibleFen: Fen('起付标准'),
  ratioBp: Bp('支付比例'),
  provenance: Type.Optional(From),
});

export const ReferralRule = Closed({
  sameConsortium: Type.Boolean({ description: 'Both institutions in one consortium on the date on which the referral was submitted' }),
  linkWindowHours: Nullable(Count(87_600, { description: 'From the earlier discharge to the submission; null: no limit' })),
  sameDisease: OneOf(SAME_DISEASE, { description: 'icd3: the first three characters of the main diagnosis agree' }),
  onUp: OneOf(RELIEFS),
  onDown: OneOf(RELIEFS),
  onLateral: OneOf(RELIEFS),
  credit: OneOf(CREDITS, { description: 'What counts against the highest standard: what was borne, or the highest standard before' }),
  window: OneOf(CREDIT_WINDOWS, { description: 'Which earlier stays count' }),
});

export const UnreferredPenalty = Closed({
  bp: Bp('Off the ratio'),
  visitTypes: Type.Array(OneOf(VISIT_TYPES), { maxItems: VISIT_TYPES.length }),
  senderLevels: Type.Array(OneOf(LEVELS), { maxItems: LEVELS.length, description: 'A referral from one of these levels, or an emergency, spares the penalty' }),
});

export const RepeatStay = Closed({
  kind: OneOf(REPEAT_STAY_RULES),
  bp: Type.Optional(Bp('percent-off: taken off the standard')),
  from: Type.Optional(Type.Integer({ minimum: 2, maximum: 100, description: 'percent-off: from which stay of the insurance year on; absent: the second' })),
  stepFen: Type.Optional(Fen('step-minus: taken off for each earlier stay of the insurance year')),
  floorFen: Type.Optional(Fen('step-minus: down to this')),
});

export const FixedAmount = Closed({
  when: OneOf(ADMISSION_KINDS),
  deductibleFen: Fen('Replaces the standard'),
  provenance: Type.Optional(From),
});

export const BudgetRule = Closed({
  surplusKeptBp: Bp('结余留用: the part of a surplus that the consortium keeps'),
  overspend: Closed({
    kind: OneOf(OVERSPENDS, { description: 'none: 超支不补 · share: 合理超支分担' }),
    bp: Type.Optional(Bp('share: the part of an overrun that the fund bears')),
    capBp: Type.Optional(Bp('share: of the prepaid total; what goes beyond is not shared')),
  }),
});

const document = {
  area: District,
  scheme: OneOf(INSURANCE_SCHEMES),
  validFrom: DateText('First local date of admission'),
  validUntil: Type.Optional(Nullable(DateText('Last local date of admission; null: open'))),
  provenance: From,
  clauses: Type.Optional(
    Closed(Object.fromEntries(POLICY_PARTS.map((part) => [part, Type.Optional(From)])) as Record<(typeof POLICY_PARTS)[number], ReturnType<typeof Type.Optional<typeof From>>>, {
      description: 'The clause of one part, where it has another than the whole',
    }),
  ),
  insuranceYearStart: Type.Optional(Type.String({ pattern: '^\\d{2}-\\d{2}$', default: '01-01', description: 'MM-DD in Asia/Shanghai; a stay belongs to the year of its admission' })),
  benefits: Type.Array(Benefit, { minItems: 1, maxItems: 64 }),
  annualCapFen: Type.Optional(Nullable(Fen('What the fund pays in an insurance year at most; null: no limit'))),
  referral: ReferralRule,
  unreferredPenalty: Type.Optional(UnreferredPenalty),
  repeatStay: Type.Optional(RepeatStay),
  stacking: Type.Optional(OneOf(STACKINGS, { default: 'min', description: 'min: the lower of the repeat-stay and the referral result' })),
  fixed: Type.Optional(Type.Array(FixedAmount, { maxItems: ADMISSION_KINDS.length, default: [] })),
  budget: Type.Optional(BudgetRule),
};

/** A policy that is sent along, to be tried. */
export const PolicyDocument = Closed({ id: Type.Optional(Key('As in the path')), ...document }, { $id: 'PolicyDocument' });
export const PolicyInput = Closed({ ...PolicyDocument.properties, ...by }, { $id: 'PolicyInput' });
export const PolicyView = Closed(
  {
    id: Key('Chosen by the caller'),
    ...document,
    version: Count(1_000_000, { description: '0: shipped as an example, applied to nobody until it is written' }),
    updatedAt: Nullable(InstantText()),
  },
  { $id: 'Policy' },
);
export const PolicyPage = Page(Shared(PolicyView));

/** Stays outside the platform in one insurance year, as the insurer states them. */
export const OutsideStays = Closed({
  stays: Count(1_000, { description: 'How many there were' }),
  borneFen: Fen('Deductibles borne in them'),
  paidFen: Fen('What the fund paid for them'),
  asOf: DateText('The statement is of this local date'),
});

export const PolicyReference = Closed({
  id: Nullable(Type.String({ description: 'null: a policy sent along' })),
  version: Nullable(Count(1_000_000)),
  provenance: From,
});

const money = Type.Optional(Type.Integer({ minimum: 0, description: 'Fen' }));
const count = Type.Optional(Type.Integer({ minimum: 0 }));

/** The figures of a step, each under the one name that it has in every step. */
export const StepNumbers = Closed({
  standardFen: money, rowDeductibleFen: money, highestStandardFen: money, borneFen: money, creditFen: money, resultFen: money, repeatResultFen: money,
  deductibleFen: money, eligibleFen: money, totalFen: money, fundFen: money, personalFen: money, capFen: money, capLeftFen: money,
  stepFen: money, floorFen: money, ratioBp: count, penaltyBp: count, offBp: count, nth: count, count, windowHours: count,
  gapMs: Type.Optional(Type.Integer({ minimum: 0, description: 'Milliseconds from the earlier discharge to the submission' })),
});

/** What else the step was decided on. */
export const StepFacts = Closed({
  personKind: Type.Optional(OneOf(PERSON_KINDS)),
  level: Type.Optional(OneOf(LEVELS)),
  kind: Type.Optional(OneOf(STAY_KINDS)),
  visitType: Type.Optional(OneOf(VISIT_TYPES)),
  via: Type.Optional(OneOf(ARRIVALS)),
  direction: Type.Optional(OneOf(DIRECTIONS)),
  senderLevel: Type.Optional(OneOf(LEVELS)),
  credit: Type.Optional(OneOf(CREDITS)),
  asOf: Type.Optional(DateText()),
});

export const StepView = Closed({
  code: OneOf(STEP_CODES),
  rule: OneOf([...POLICY_PARTS, 'assessment'], { description: 'The part of the policy that decided; assessment: the arithmetic that all policies share' }),
  provenance: From,
  stays: Type.Array(Type.String(), { description: 'The earlier stays that it rests on' }),
  numbers: StepNumbers,
  facts: StepFacts,
  text: Closed({ zh: Type.String(), en: Type.String() }, { description: 'To be read to the patient' }),
});

/** One stay, assessed. */
const assessed = {
  key: Type.String(),
  standardFen: Fen('起付标准, before any relief'),
  deductibleFen: Fen('起付线 of this stay'),
  ratioBp: Bp('支付比例'),
  fundFen: Nullable(Fen('基金支付; null until the stay is settled')),
  personalFen: Nullable(Fen('个人负担; null until the stay is settled')),
  provisional: Type.Boolean({ description: 'The stay is not settled: its eligible cost counts as unlimited' }),
  linkedTo: Nullable(Type.String({ description: 'The earlier stay that the referral continues, where the policy counts by episode' })),
  episode: Nullable(Type.String({ description: 'The first stay of its chain; null for an outpatient visit' })),
  overlaps: Type.Array(Closed({ key: Type.String(), lateDischarge: Type.Boolean({ description: 'False: a matter for supervision' }) })),
  outside: Nullable(OutsideStays),
  steps: Type.Array(StepView),
};
export const StayAssessment = Closed(assessed, { $id: 'StayAssessment' });

export const EpisodeView = Closed(
  {
    episode: Type.String({ description: 'Its first stay' }),
    stays: Type.Array(Type.String()),
    highestStandardFen: Fen(),
    deductibleFen: Fen('Of all its stays'),
    fundFen: Fen('Of those that are settled'),
    personalFen: Fen('Of those that are settled'),
    provisional: Type.Boolean({ description: 'Some stay of it is not settled' }),
  },
  { $id: 'EpisodeSums' },
);

const StayKey = Type.String({ minLength: 1, maxLength: 64, description: "The caller's name for a stay" });

export const SimulatedArrival = Closed({
  via: OneOf(ARRIVALS),
  direction: Type.Optional(Nullable(OneOf(DIRECTIONS))),
  senderLevel: Type.Optional(Nullable(OneOf(LEVELS))),
  referredAt: Type.Optional(Nullable(InstantText('Submission of the referral; absent: the admission'))),
  fromStay: Type.Optional(Nullable(StayKey)),
  sameConsortium: Type.Optional(Nullable(Type.Boolean({ description: 'On the date of the submission' }))),
});

export const SimulatedStay = Closed({
  key: StayKey,
  level: OneOf(LEVELS),
  admittedAt: InstantText(),
  dischargedAt: Type.Optional(Nullable(InstantText())),
  mainDiagnosis: Type.Optional(
    Nullable(Type.Union([DiagnosisCode, Closed({ code: DiagnosisCode, system: Type.Optional(OneOf(['ICD-10'])), version: Type.Optional(OneOf(['clinical', 'insurance'])), name: Type.Optional(Line(200)) })])),
  ),
  kind: OneOf(STAY_KINDS),
  totalFen: Type.Optional(Nullable(Fen('Whole cost; absent with eligibleFen: not settled'))),
  eligibleFen: Type.Optional(Nullable(Fen('Cost that the insurance recognises'))),
  arrival: SimulatedArrival,
});

export const SimulationInput = Closed(
  {
    policyId: Type.Optional(Key('A policy of this service, in its latest version')),
    policy: Type.Optional(Shared(PolicyDocument)),
    personKind: OneOf(PERSON_KINDS),
    stays: Type.Array(SimulatedStay, { minItems: 1, maxItems: 500 }),
    outside: Type.Optional(
      Type.Array(Closed({ year: Type.Integer({ minimum: 2000, maximum: 2199 }), ...OutsideStays.properties }), { maxItems: 50, description: 'Stays outside the platform, by the year in which the insurance year begins' }),
    ),
    ...by,
  },
  { $id: 'SimulationInput' },
);
export const Simulation = Closed(
  { policy: PolicyReference, stays: Type.Array(Shared(StayAssessment)), episodes: Type.Array(Shared(EpisodeView)) },
  { $id: 'Simulation' },
);

export const ArrivalEffect = Closed(
  {
    came: OneOf(['referred', 'emergency', 'unreferred'], { description: 'Under an executed referral, as an emergency, or by himself' }),
    deductibleFen: Fen('Of this stay'),
    ratioBp: Bp('Of this stay'),
    unreferredDeductibleFen: Fen('Had the patient come by himself'),
    unreferredRatioBp: Bp('Had the patient come by himself'),
  },
  { $id: 'ArrivalEffect', description: 'What the referral, or the emergency, was worth' },
);

export const QuoteInput = Closed(
  {
    patientId: Id('The patient'),
    institutionId: Key('Where the patient would be admitted'),
    admittedAt: InstantText(),
    kind: Type.Optional(OneOf(STAY_KINDS, { default: 'inpatient' })),
    mainDiagnosis: Type.Optional(DiagnosisCode),
    arrival: Closed({
      via: OneOf(ARRIVALS),
      referralId: Type.Optional(Id('The referral that brings the patient')),
      referralNo: Type.Optional(Line(32, { description: 'The same, by its number' })),
    }),
    ...by,
  },
  { $id: 'QuoteInput' },
);
export const Quote = Closed(
  {
    asOf: InstantText('What was known then'),
    policy: PolicyReference,
    stay: Shared(StayAssessment),
    effect: Nullable(Shared(ArrivalEffect)),
    before: Type.Array(Shared(StayAssessment), { description: 'The other stays of its episode' }),
    episode: Nullable(Shared(EpisodeView)),
  },
  { $id: 'Quote' },
);

export type Provenance = Static<typeof Provenance>;
export type Benefit = Static<typeof Benefit>;
export type ReferralRule = Static<typeof ReferralRule>;
export type UnreferredPenalty = Static<typeof UnreferredPenalty>;
export type RepeatStay = Static<typeof RepeatStay>;
export type FixedAmount = Static<typeof FixedAmount>;
export type BudgetRule = Static<typeof BudgetRule>;
export type PolicyInput = Static<typeof PolicyDocument>;
export type OutsideStays = Static<typeof OutsideStays>;
export type StepNumbers = Static<typeof StepNumbers>;
export type StepFacts = Static<typeof StepFacts>;
export type SimulatedStay = Static<typeof SimulatedStay>;
export type SimulationInput = Static<typeof SimulationInput>;
export type QuoteInput = Static<typeof QuoteInput>;
