/**
 * Every closed list of values, once. The Chinese term, the standard it comes from and what the word is
 * not stand in docs/glossary.md.
 */
export const LEVELS = ['primary', 'secondary', 'tertiary', 'provincial'] as const;
export const INSTITUTION_KINDS = [
  'general', 'tcm', 'specialist', 'community', 'township', 'village', 'rehabilitation', 'nursing', 'maternal',
] as const;
export const CONSORTIUM_TYPES = [
  'medical-group', 'medical-community', 'specialty-alliance', 'telemedicine-network', 'other',
] as const;
export const TIGHTNESS = ['tight', 'loose'] as const;
export const SCOPES = ['cross-city', 'cross-district', 'district'] as const;
export const MEMBER_ROLES = ['lead', 'member'] as const;
export const ROLES = ['clerk', 'doctor', 'coordinator', 'his', 'insurer', 'regulator', 'admin'] as const;

export const POOL_KINDS = ['clinic', 'exam', 'bed'] as const;
export const CLINIC_TIERS = ['expert', 'general'] as const;
export const BOOKINGS = ['direct', 'arranged'] as const;

export const DIRECTIONS = ['up', 'down', 'lateral'] as const;
export const CATEGORIES = ['outpatient', 'inpatient', 'exam', 'emergency'] as const;
export const URGENCIES = ['routine', 'urgent', 'emergency'] as const;
export const SEVERITIES = ['mild', 'moderate', 'severe', 'critical'] as const;
export const STATUSES = [
  'draft', 'submitted', 'info-requested', 'accepted', 'scheduled', 'arrived', 'in-care', 'expired',
  'completed', 'rejected', 'cancelled', 'redirected', 'closed',
] as const;
export const ACTIONS = [
  'submit', 'request-info', 'provide-info', 'accept', 'reject', 'retriage', 'redirect', 'cancel', 'close',
  'arrive', 'revoke-arrival', 'receive', 'complete', 'reinstate', 'acknowledge',
] as const;

/** GB/T 2261.1: 0 unknown, 1 male, 2 female, 9 not stated. */
export const SEXES = ['0', '1', '2', '9'] as const;
/** CV02.01.101: 01 resident identity card, 02 household register, 03 passport, 04 officer, 06 and 07 travel permits, 99 other. */
export const ID_TYPES = ['01', '02', '03', '04', '06', '07', '99'] as const;
export const INSURANCE_SCHEMES = ['employee', 'resident'] as const;
export const PERSON_KINDS = ['active', 'retired', 'resident', 'student'] as const;
export const STAY_KINDS = ['inpatient', 'day-surgery', 'day-chemo', 'mental', 'outpatient'] as const;
/** Everything but an outpatient visit: what takes the inpatient row, is linked, counted and numbered. */
export const ADMISSION_KINDS = ['inpatient', 'day-surgery', 'day-chemo', 'mental'] as const satisfies readonly (typeof STAY_KINDS)[number][];
export const VISIT_TYPES = ['inpatient', 'outpatient'] as const;
export const ARRIVALS = ['referral', 'emergency', 'none'] as const;
export const PROVENANCES = ['sourced', 'adopted', 'illustrative'] as const;
/** What a referral does to the deductible of the stay that it leads to. */
export const RELIEFS = ['full', 'difference', 'zero'] as const;
export const CREDITS = ['paid', 'standard'] as const;
export const CREDIT_WINDOWS = ['episode', 'insurance-year'] as const;
export const SAME_DISEASE = ['none', 'icd3'] as const;
export const REPEAT_STAY_RULES = ['none', 'percent-off', 'step-minus'] as const;
export const STACKINGS = ['min', 'referral-only'] as const;
export const OVERSPENDS = ['none', 'share'] as const;
/** The parts of a policy that carry a clause of their own. */
export const POLICY_PARTS = ['benefits', 'annualCapFen', 'referral', 'unreferredPenalty', 'repeatStay', 'stacking', 'fixed', 'budget'] as const;
/** The steps of an assessment, in the order of the arithmetic. */
export const STEP_CODES = [
  'no-policy', 'no-benefit-row', 'outpatient', 'standard', 'fixed',
  'not-referred', 'referral-used', 'emergency', 'outside-consortium', 'link', 'no-earlier-stay', 'link-too-late', 'another-disease',
  'counted-in-year', 'none-in-year', 'outside-stays',
  'relief-zero', 'relief-difference', 'no-relief', 'no-first-deductible', 'repeat-percent-off', 'repeat-step-minus', 'stacking',
  'deductible', 'eligible-lower', 'provisional', 'ratio', 'penalty', 'fund', 'annual-cap', 'late-discharge', 'overlap',
] as const;

/** What an entry of the deductible ledger does. */
export const ENTRY_KINDS = ['assessment', 'adjustment', 'reversal'] as const;
/** The fact that brought it about. */
export const ENTRY_CAUSES = [
  'stay-recorded', 'stay-voided', 'transfer-executed', 'transfer-reversed', 'patients-merged', 'outside-stays-stated', 'policy-arrived', 'reassessment',
] as const;
export const UNASSESSED_REASONS = ['voided', 'insurance-not-stated', 'no-policy', 'no-benefit-row'] as const;
/** A line of the feed of filings with the insurer. */
export const FILING_KINDS = ['filed', 'withdrawn'] as const;
/** How a filed referral was accepted, and what became of one whose filing is withdrawn. */
export const FILING_CAUSES = [
  'receiver', 'standing-rule', 'green-channel', 'arrival',
  'rejected', 'cancelled', 'redirected', 'closed', 'expired', 'arrival-revoked',
] as const;

/** 重点人群 of family-doctor contracts. */
export const KEY_POPULATIONS = ['elderly', 'hypertension', 'diabetes', 'other-chronic', 'severe-mental-disorder', 'maternal', 'child', 'disabled'] as const;
/** By what a budget covers a person. */
export const BUDGET_COVERS = ['contracts', 'districts'] as const;
export const OUTPATIENT_FEEDS = ['visits', 'statement'] as const;
/** Where what a budget is charged with was settled. */
export const CHARGE_PLACES = ['inside', 'outside', 'elsewhere', 'anywhere'] as const;
/** What an account does not hold. */
export const BUDGET_GAPS = ['outpatient', 'elsewhere'] as const;
/** How the end of a budget's year is reckoned. */
export const PROJECTIONS = ['linear', 'year-over'] as const;

/** What has become of a backtest. */
export const BACKTEST_STATES = ['queued', 'running', 'done', 'cancelled', 'failed'] as const;

export const INDICATIONS = [
  'post-surgery', 'chronic-stable', 'common-disease', 'critical-stable', 'acute-care', 'er-observation',
  'day-surgery', 'rehabilitation', 'palliative', 'elderly-care', 'other',
] as const;
export const OUTCOMES = ['cured', 'improved', 'unchanged', 'worsened', 'died', 'transferred'] as const;

export const PRIORITIES = ['expert-clinic', 'exam', 'admission'] as const;
export const ENTITLEMENT_ITEMS = ['registration-fee', ...PRIORITIES] as const;
export const ENTITLEMENT_STATES = ['granted', 'honoured', 'missed', 'not-needed'] as const;

export const RESERVATION_STATES = ['held', 'confirmed', 'fulfilled', 'no-show', 'released', 'expired'] as const;
export const FOLLOW_UP_STATES = ['due', 'done', 'unreachable'] as const;

export type InsuranceScheme = (typeof INSURANCE_SCHEMES)[number];
export type PersonKind = (typeof PERSON_KINDS)[number];
export type StayKind = (typeof STAY_KINDS)[number];
export type VisitType = (typeof VISIT_TYPES)[number];
export type Arrival = (typeof ARRIVALS)[number];
export type Relief = (typeof RELIEFS)[number];
export type PolicyPart = (typeof POLICY_PARTS)[number];
export type StepCode = (typeof STEP_CODES)[number];
export type EntryKind = (typeof ENTRY_KINDS)[number];
export type EntryCause = (typeof ENTRY_CAUSES)[number];
export type UnassessedReason = (typeof UNASSESSED_REASONS)[number];
export type BacktestState = (typeof BACKTEST_STATES)[number];
export type KeyPopulation = (typeof KEY_POPULATIONS)[number];
export type ChargePlace = (typeof CHARGE_PLACES)[number];
export type BudgetGap = (typeof BUDGET_GAPS)[number];
export type Projection = (typeof PROJECTIONS)[number];
export type FilingCause = (typeof FILING_CAUSES)[number];
export type Level = (typeof LEVELS)[number];
export type InstitutionKind = (typeof INSTITUTION_KINDS)[number];
export type ConsortiumType = (typeof CONSORTIUM_TYPES)[number];
export type Role = (typeof ROLES)[number];
export type PoolKind = (typeof POOL_KINDS)[number];
export type Direction = (typeof DIRECTIONS)[number];
export type Category = (typeof CATEGORIES)[number];
export type Urgency = (typeof URGENCIES)[number];
export type ReferralStatus = (typeof STATUSES)[number];
export type ReferralAction = (typeof ACTIONS)[number];
export type Priority = (typeof PRIORITIES)[number];
export type EntitlementItemName = (typeof ENTITLEMENT_ITEMS)[number];
export type EntitlementState = (typeof ENTITLEMENT_STATES)[number];
export type PlaceState = (typeof RESERVATION_STATES)[number];
export type FollowUpState = (typeof FOLLOW_UP_STATES)[number];

/** The statuses in which a referral still wants something of somebody. */
export const OPEN_STATUSES = ['submitted', 'info-requested', 'accepted', 'scheduled', 'arrived', 'in-care'] as const satisfies readonly ReferralStatus[];

/** A coded reason. `comment` asks for a text beside it; dates make the list a dated reference. */
export interface ReasonCode {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly comment: boolean;
  readonly validFrom: string;
  readonly validUntil: string | null;
}

const reason = (code: string, zh: string, en: string, comment = false): ReasonCode => ({
  code, zh, en, comment, validFrom: '2017-01-01', validUntil: null,
});
const other = reason('other', '其他', 'Other', true);

/** Who chooses from the set, and its codes. */
export const REASON_SETS = {
  up: {
    role: 'sender',
    codes: [
      reason('lack-examination', '基层缺乏检查条件', 'Examination not available at primary care'),
      reason('lack-treatment', '缺乏治疗条件', 'Treatment not available here'),
      reason('specialist-needed', '需专科诊治', 'Specialist needed'),
      reason('surgery', '需手术治疗', 'Surgery needed'),
      reason('deteriorating', '病情加重', 'Condition deteriorating'),
      reason('follow-up-abnormal', '术后复查/随访异常', 'Abnormal at follow-up'),
      reason('admission-evaluation', '住院评估', 'Evaluation for admission'),
      reason('patient-request', '患者要求', 'Request of the patient'),
      other,
    ],
  },
  down: {
    role: 'sender',
    codes: [
      reason('post-surgery', '术后康复', 'Recovery after surgery'),
      reason('chronic-stable', '慢性病稳定期', 'Chronic disease, stable'),
      reason('er-observation', '急诊留观', 'After emergency observation'),
      reason('day-surgery', '日间手术', 'After day surgery'),
      reason('rehabilitation', '康复期', 'Rehabilitation'),
      reason('palliative', '晚期肿瘤及临终关怀', 'Palliative care'),
      reason('wound-care', '伤口护理', 'Wound care'),
      reason('patient-preference', '患者意愿', 'Preference of the patient'),
      other,
    ],
  },
  lateral: {
    role: 'sender',
    codes: [
      reason('specialist-needed', '需专科诊治', 'Specialist needed'),
      reason('lack-examination', '缺乏检查条件', 'Examination not available here'),
      reason('lack-treatment', '缺乏治疗条件', 'Treatment not available here'),
      reason('no-capacity', '床位或号源不足', 'No capacity here'),
      reason('patient-request', '患者要求', 'Request of the patient'),
      other,
    ],
  },
  reject: {
    role: 'receiver',
    codes: [
      reason('out-of-scope', '超出诊疗范围', 'Out of scope'),
      reason('insufficient-information', '资料不足', 'Insufficient information'),
      reason('admission-criteria-not-met', '不符合入院标准', 'Admission criteria not met'),
      reason('other-department', '应转其他科室', 'Another department'),
      reason('higher-level-needed', '需更高级别医院', 'A higher level is needed'),
      reason('no-capacity', '无床位或号源', 'No capacity'),
      other,
    ],
  },
  'return-down': {
    role: 'receiver',
    codes: [
      reason('no-capability', '无相应服务能力', 'Capability not available'),
      reason('medication-shortage', '药品配备不足', 'Medication not stocked'),
      reason('equipment-shortage', '设备不足', 'Equipment not available'),
      reason('bed-full', '床位已满', 'No bed'),
      reason('out-of-area', '不在服务范围', 'Outside the service area'),
      other,
    ],
  },
  cancel: {
    role: 'sender',
    codes: [
      reason('form-error', '填写错误', 'Form filled in wrongly'),
      reason('condition-changed', '病情变化', 'Condition changed'),
      reason('patient-withdrew', '患者放弃', 'Patient withdrew'),
      other,
    ],
  },
  redirect: {
    role: 'receiver',
    codes: [
      reason('other-department', '应转其他科室', 'Another department'),
      reason('higher-level-needed', '需更高级别医院', 'A higher level is needed'),
      reason('no-capacity', '无床位或号源', 'No capacity'),
      reason('nearer-to-home', '就近安排', 'Nearer to the patient'),
      reason('patient-request', '患者要求', 'Request of the patient'),
      other,
    ],
  },
  close: {
    role: 'either',
    codes: [
      reason('died', '患者死亡', 'Patient died'),
      reason('gone-elsewhere', '已在他处就诊', 'Treated elsewhere'),
      reason('unreachable', '无法联系患者', 'Patient unreachable'),
      other,
    ],
  },
  retriage: {
    role: 'receiver',
    codes: [
      reason('condition-worse', '病情较申报为重', 'Worse than stated'),
      reason('condition-milder', '病情较申报为轻', 'Milder than stated'),
      reason('green-channel-misuse', '不符合绿色通道条件', 'Green channel not justified'),
      other,
    ],
  },
  'revoke-arrival': {
    role: 'receiver',
    codes: [
      reason('wrong-patient', '登记对象错误', 'Wrong patient'),
      reason('not-arrived', '患者并未到院', 'Patient did not arrive'),
      other,
    ],
  },
  // No free text: what is said of a person's insurance goes into the log.
  reassess: {
    role: 'insurer',
    codes: [
      reason('policy-corrected', '政策文本更正', 'The policy was corrected'),
      reason('policy-adopted', '示例数额已由经办机构确认', 'Illustrative amounts were adopted'),
      reason('appeal', '参保人申诉', 'Appeal of the insured person'),
      reason('audit', '医保稽核', 'Audit by the insurer'),
    ],
  },
} as const satisfies Record<string, { role: string; codes: readonly ReasonCode[] }>;

export type ReasonSet = keyof typeof REASON_SETS;
