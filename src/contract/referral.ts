import { Type, type Static } from 'typebox';
import { Closed, Count, DateText, DepartmentCode, District, Id, InstantText, Key, Line, Nullable, OneOf, Page, Prose, Shared } from './scalars.js';
import {
  ACTIONS, CATEGORIES, CLINIC_TIERS, DIRECTIONS, ENTITLEMENT_ITEMS, ENTITLEMENT_STATES, ID_TYPES, INDICATIONS, INSURANCE_SCHEMES,
  LEVELS, OUTCOMES, PERSON_KINDS, POOL_KINDS, SEVERITIES, SEXES, STATUSES, URGENCIES,
} from './vocabulary.js';
import { by, Operator } from './operator.js';
import { ReserveRequest } from './reservation.js';

/** 转诊单: what is asked, by whom, for whom, with what right, and how far it has come. */

export const DiagnosisCode = Type.String({ maxLength: 12, pattern: '^[A-Z]\\d{2}(\\.[0-9xX]\\d{0,5})?[+*]?$', description: 'ICD-10' });
export const Diagnosis = Closed({
  code: DiagnosisCode,
  system: OneOf(['ICD-10']),
  version: Type.Optional(OneOf(['clinical', 'insurance'])),
  name: Line(200),
});

export const Guardian = Closed({ name: Line(64), relation: Line(32), idType: Type.Optional(OneOf(ID_TYPES)), idNumber: Type.Optional(Line(32)), phone: Type.Optional(Line(32)) });

export const Insurance = Closed({
  area: District,
  scheme: OneOf(INSURANCE_SCHEMES),
  personKind: OneOf(PERSON_KINDS),
  memberNo: Type.Optional(Line(32)),
});

export const Patient = Closed(
  {
    name: Line(64),
    sex: OneOf(SEXES),
    birthDate: DateText(),
    idType: Type.Optional(OneOf(ID_TYPES)),
    idNumber: Type.Optional(Line(32, { description: '01: GB 11643; others: 4 to 32 letters, digits, hyphens, parentheses, Chinese characters' })),
    phone: Type.Optional(Line(32)),
    address: Type.Optional(Line(200)),
    healthRecordNo: Type.Optional(Line(64, { description: '档案编号' })),
    inpatientNo: Type.Optional(Line(64, { description: '病案号' })),
    guardian: Type.Optional(Guardian),
    insurance: Type.Optional(Insurance),
  },
  { $id: 'Patient' },
);

export const Person = Closed({ code: Type.Optional(Line(64)), name: Line(64), phone: Type.Optional(Line(32)) });

export const Need = Closed({
  kind: OneOf(POOL_KINDS),
  department: Type.Optional(DepartmentCode),
  item: Type.Optional(Line(64)),
  tier: Type.Optional(OneOf(CLINIC_TIERS)),
  from: Type.Optional(DateText()),
  nights: Type.Optional(Type.Integer({ minimum: 1, maximum: 60 })),
});

/** One part of the plan: a text, or for outpatients the statement that it is not needed. */
const PlanPart = Type.Union([Prose(), Closed({ notNeeded: Type.Literal(true) })]);

export const CarePlan = Closed({
  treatment: Prose({ description: '接续治疗' }),
  rehabilitation: PlanPart,
  nursing: PlanPart,
  medications: Type.Optional(
    Type.Array(Closed({ name: Line(100), dose: Line(64), usage: Line(100), days: Type.Integer({ minimum: 1, maximum: 365 }) }), { maxItems: 50 }),
  ),
  followUps: Type.Optional(Type.Array(Closed({ dueOn: DateText(), content: Line(500) }), { maxItems: 50 })),
});

export const Consent = Closed({
  given: Type.Boolean(),
  by: Line(64, { description: 'The patient, or who signs for the patient' }),
  at: InstantText(),
  relation: Type.Optional(Line(32)),
  toldBy: Type.Optional(Line(64)),
});

export const Responsible = Closed({
  firstContact: Type.Optional(Person),
  handler: Type.Optional(Person),
  manager: Type.Optional(Person),
});

const content = {
  direction: OneOf(DIRECTIONS),
  category: OneOf(CATEGORIES),
  urgency: Type.Optional(OneOf(URGENCIES, { default: 'routine' })),
  sourceInstitutionId: Key('The sender'),
  sourceDepartment: Type.Optional(DepartmentCode),
  targetInstitutionId: Type.Optional(Key('The receiver; absent: routed')),
  targetDepartment: Type.Optional(DepartmentCode),
  consortiumId: Type.Optional(Key('Consortium')),
  patient: Shared(Patient),
  diagnosis: Type.Optional(Type.Array(Diagnosis, { maxItems: 20 })),
  impression: Type.Optional(Prose({ description: '初步印象' })),
  presentIllness: Type.Optional(Prose({ description: '主要现病史（转出原因）' })),
  pastHistory: Type.Optional(Prose({ description: '主要既往史' })),
  treatment: Type.Optional(Prose({ description: '治疗经过' })),
  examinations: Type.Optional(Prose({ description: '主要检查结果' })),
  allergies: Type.Optional(Prose({ description: '过敏史' })),
  reasonCode: Type.Optional(Line(64)),
  reasonText: Type.Optional(Prose({ description: 'With reason code other' })),
  severity: Type.Optional(OneOf(SEVERITIES)),
  consent: Type.Optional(Consent),
  responsible: Type.Optional(Responsible),
  needs: Type.Optional(Type.Array(Need, { maxItems: 20 })),
  fromStayId: Type.Optional(Id('The stay before')),
  returnOf: Type.Optional(Id('The up-referral that this brings back')),
  replaces: Type.Optional(Id('The ended referral that this stands in for')),
  carePlan: Type.Optional(CarePlan),
  indication: Type.Optional(OneOf(INDICATIONS)),
  conditionStable: Type.Optional(Type.Boolean()),
  clinicalPathway: Type.Optional(Closed({ code: Line(64), stage: Type.Optional(Line(64)) })),
  occurredAt: Type.Optional(InstantText('补录: when it really happened')),
  retroReason: Type.Optional(Line(500)),
  source: Type.Optional(Closed({ system: Line(64), number: Line(64) }, { description: "The sender's own system and number" })),
};

export const ReferralInput = Closed(
  { ...content, draft: Type.Optional(Type.Boolean()), reserve: Type.Optional(ReserveRequest), ...by },
  { $id: 'ReferralInput' },
);

/** What a draft, or the answer to a request for information, may change: everything but the sender. */
const { sourceInstitutionId: _fixed, ...others } = content;
/** Without a default: what a change does not name stays as it is. */
const changeable = { ...others, urgency: Type.Optional(OneOf(URGENCIES)) };
const optionalContent = Object.fromEntries(
  Object.entries(changeable).map(([name, schema]) => [name, Type.Optional(schema)]),
) as unknown as { [K in keyof typeof changeable]: (typeof changeable)[K] };
export const ReferralChanges = Type.Partial(Closed({ ...optionalContent }), { $id: 'ReferralChanges', additionalProperties: false });
export const ReferralPatch = Type.Partial(Closed({ ...optionalContent, operator: Operator }), { $id: 'ReferralPatch', additionalProperties: false });

export const EntitlementView = Closed(
  {
    eligible: Type.Boolean(),
    because: Type.Array(Closed({ rule: Type.String(), holds: Type.Boolean(), fact: Type.String() }), { description: 'Every condition, whether it holds, and the fact behind it' }),
    ruleVersion: Nullable(Type.String()),
    items: Type.Array(
      Closed({
        item: OneOf(ENTITLEMENT_ITEMS),
        state: OneOf(ENTITLEMENT_STATES),
        amountFen: Type.Optional(Count(100_000_000_000)),
        redeemedAt: Type.Optional(InstantText()),
        redeemedBy: Type.Optional(Type.String()),
      }),
    ),
    code: Nullable(Type.String()),
  },
  { $id: 'Entitlement', description: '一免三优先, as decided at submission' },
);

const Feedback = Closed({
  diagnosis: Type.Array(Diagnosis, { minItems: 1, maxItems: 20 }),
  treatment: Prose(),
  outcome: OneOf(OUTCOMES),
});

export const Referral = Closed(
  {
    id: Type.String(),
    referralNo: Type.String(),
    status: OneOf(STATUSES),
    version: Count(Number.MAX_SAFE_INTEGER),
    ...content,
    urgency: OneOf(URGENCIES),
    targetInstitutionId: Nullable(Type.String()),
    consortiumId: Nullable(Type.String()),
    patient: Shared(Patient),
    patientId: Type.String(),
    sourceLevel: Nullable(OneOf(LEVELS)),
    targetLevel: Nullable(OneOf(LEVELS)),
    outside: Type.Boolean({ description: 'No consortium shared on the date of submission: no entitlement, no allotment' }),
    retro: Type.Boolean({ description: 'Recorded after the fact' }),
    facts: Type.Array(Type.String(), { description: 'What supervision should know: skipped-level, outside, green-channel …' }),
    warnings: Type.Array(Closed({ pointer: Type.String(), code: Type.String() })),
    entitlement: Nullable(Shared(EntitlementView)),
    reservationIds: Type.Array(Type.String()),
    acceptedBy: Nullable(OneOf(['receiver', 'standing-rule', 'green-channel', 'arrival'])),
    acknowledged: Nullable(Closed({ name: Type.String(), phone: Type.Optional(Type.String()), at: InstantText() })),
    transferId: Nullable(Type.String()),
    filingId: Nullable(Type.String({ description: '转院备案 that stands with the insurer' })),
    feedback: Nullable(Feedback),
    noReturnReason: Nullable(Type.String()),
    ending: Nullable(Closed({ reasonCode: Type.String(), comment: Nullable(Type.String()) })),
    redirectedFrom: Nullable(Type.String()),
    redirectedTo: Nullable(Type.String()),
    linkedOlder: Nullable(Type.String({ description: 'The older open referral that a more urgent one did not wait for; null to who is no party of that one' })),
    consentDueAt: Nullable(InstantText()),
    expiresAt: Nullable(InstantText('When the present status lapses without an answer')),
    createdAt: InstantText(),
    submittedAt: Nullable(InstantText()),
    arrivedAt: Nullable(InstantText()),
    receivedAt: Nullable(InstantText()),
    endedAt: Nullable(InstantText()),
    updatedAt: InstantText(),
  },
  { $id: 'Referral' },
);

/** A list shows who and what, never the clinical text or the patient in clear. */
export const ReferralSummary = Closed(
  {
    id: Type.String(),
    referralNo: Type.String(),
    status: OneOf(STATUSES),
    version: Count(Number.MAX_SAFE_INTEGER),
    direction: OneOf(DIRECTIONS),
    category: OneOf(CATEGORIES),
    urgency: OneOf(URGENCIES),
    sourceInstitutionId: Type.String(),
    targetInstitutionId: Nullable(Type.String()),
    targetDepartment: Nullable(Type.String()),
    consortiumId: Nullable(Type.String()),
    patientId: Type.String(),
    patient: Closed({ name: Type.String(), sex: OneOf(SEXES), age: Nullable(Type.Integer()), idNumber: Nullable(Type.String()), phone: Nullable(Type.String()) }, { description: 'Masked' }),
    diagnosisCode: Nullable(Type.String()),
    outside: Type.Boolean(),
    createdAt: InstantText(),
    submittedAt: Nullable(InstantText()),
    updatedAt: InstantText(),
  },
  { $id: 'ReferralSummary' },
);
export const ReferralPage = Page(Shared(ReferralSummary));

const comment = { comment: Type.Optional(Prose()) };
const reasoned = { reasonCode: Line(64), ...comment, ...by };

/** The bodies of `POST …/{id}/{action}`, by action. */
export const ACTION_BODIES = {
  submit: Closed({ reserve: Type.Optional(ReserveRequest), ...by }, { $id: 'SubmitInput' }),
  'request-info': Closed({ comment: Prose(), ...by }, { $id: 'RequestInfoInput' }),
  'provide-info': Closed({ comment: Prose(), changes: Type.Optional(Shared(ReferralChanges)), ...by }, { $id: 'ProvideInfoInput' }),
  accept: Closed({ handler: Type.Optional(Person), ...comment, ...by }, { $id: 'AcceptInput' }),
  reject: Closed(reasoned, { $id: 'RejectInput' }),
  cancel: Closed(reasoned, { $id: 'CancelInput' }),
  close: Closed(reasoned, { $id: 'CloseInput' }),
  retriage: Closed({ urgency: OneOf(URGENCIES), ...reasoned }, { $id: 'RetriageInput' }),
  redirect: Closed({ targetInstitutionId: Key('The new receiver'), targetDepartment: Type.Optional(DepartmentCode), ...reasoned }, { $id: 'RedirectInput' }),
  arrive: Closed({ at: Type.Optional(InstantText()), reservationId: Type.Optional(Id('Reservation')), ...by }, { $id: 'ArriveInput' }),
  'revoke-arrival': Closed(reasoned, { $id: 'RevokeArrivalInput' }),
  receive: Closed({ manager: Type.Optional(Person), documentsAcknowledged: Type.Optional(Type.Array(Id('Document'), { maxItems: 200 })), ...by }, { $id: 'ReceiveInput' }),
  complete: Closed({ feedback: Feedback, noReturnReason: Type.Optional(Line(500)), ...by }, { $id: 'CompleteInput' }),
  reinstate: Closed({ ...comment, ...by }, { $id: 'ReinstateInput' }),
  acknowledge: Closed({ name: Line(64), phone: Type.Optional(Line(32)), ...by }, { $id: 'AcknowledgeInput' }),
} as const;

export const ActionsView = Closed({ status: OneOf(STATUSES), version: Count(Number.MAX_SAFE_INTEGER), actions: Type.Array(OneOf(ACTIONS)) }, { $id: 'Actions' });

export const ConsentInput = Closed({ consent: Consent, ...by }, { $id: 'ConsentInput' });
export const MessageInput = Closed({ text: Prose(), ...by }, { $id: 'MessageInput' });
export const Message = Closed({ id: Type.String(), institutionId: Nullable(Type.String()), author: Type.String(), text: Type.String(), at: InstantText() }, { $id: 'Message' });
export const MessagePage = Page(Shared(Message));

export const DocumentInput = Closed(
  {
    kind: OneOf(['referral-form', 'record-summary', 'discharge-summary', 'consent', 'image', 'laboratory', 'other']),
    title: Line(200),
    mediaType: OneOf(['application/pdf', 'image/jpeg', 'image/png', 'text/plain', 'application/xml', 'application/json']),
    content: Type.String({ minLength: 1, maxLength: 14_000_000, contentEncoding: 'base64', pattern: '^[A-Za-z0-9+/]+={0,2}$' }),
    author: Line(64),
    ...by,
  },
  { $id: 'DocumentInput' },
);
export const DocumentView = Closed(
  {
    id: Type.String(),
    kind: Type.String(),
    title: Type.String(),
    mediaType: Type.String(),
    author: Type.String(),
    institutionId: Nullable(Type.String()),
    bytes: Count(10_485_760),
    sha256: Type.String(),
    at: InstantText(),
    state: OneOf(['delivered', 'acknowledged'], { description: '已送达 / 已签收' }),
  },
  { $id: 'Document' },
);
export const DocumentPage = Page(Shared(DocumentView));
export const DocumentContent = Closed({ ...DocumentView.properties, content: Type.String({ contentEncoding: 'base64' }) }, { $id: 'DocumentContent' });

export const HistoryPage = Page(
  Closed({
    seq: Count(Number.MAX_SAFE_INTEGER),
    at: InstantText(),
    type: Type.String(),
    by: Closed({ clientId: Nullable(Type.String()), institutionId: Nullable(Type.String()), operator: Nullable(Closed({ code: Type.String(), name: Type.String() })) }),
    data: Type.Object({}, { additionalProperties: true }),
  }),
);

/** 双向转诊单 of the national standard for basic public health services, as data. */
export const FormView = Closed(
  {
    form: OneOf(['转出单', '回转单']),
    referralNo: Type.String(),
    stub: Type.Object({}, { additionalProperties: true, description: '存根: stays with the sender' }),
    head: Type.String(),
    clinical: Type.Object({}, { additionalProperties: true }),
    arrangement: Type.Object({}, { additionalProperties: true }),
    signature: Type.Object({}, { additionalProperties: true }),
    notice: Nullable(Type.String({ description: '本归档版不作为患者继续就诊凭证, on what has ended' })),
  },
  { $id: 'Form' },
);

export const RedeemInput = Closed({ item: OneOf(ENTITLEMENT_ITEMS), institutionId: Key('The receiver, whose counter it is'), ...by }, { $id: 'RedeemInput' });

export const FollowUpInput = Closed(
  {
    referralId: Id('Referral'),
    followUpId: Type.Optional(Id('The planned follow-up that this carries out; absent: one beyond the plan')),
    state: OneOf(['due', 'done', 'unreachable']),
    dueOn: Type.Optional(DateText('When it is planned for: not before the arrival')),
    at: Type.Optional(InstantText('When it was made: after the arrival, not in the future; absent: now')),
    content: Prose(),
    guidance: Type.Optional(Prose({ description: '随诊指导, back to the sender' })),
    ...by,
  },
  { $id: 'FollowUpInput' },
);
export const FollowUpView = Closed(
  {
    id: Type.String(),
    referralId: Type.String(),
    institutionId: Type.String({ description: 'Whose task it is' }),
    state: OneOf(['due', 'done', 'unreachable']),
    dueOn: DateText(),
    content: Type.String(),
    result: Nullable(Type.String()),
    guidance: Nullable(Type.String()),
    doneAt: Nullable(InstantText()),
    doneBy: Nullable(Type.String()),
  },
  { $id: 'FollowUp' },
);
export const FollowUpPage = Page(Shared(FollowUpView));

export const PatientLookupInput = Closed({ idType: OneOf(ID_TYPES), idNumber: Line(32), ...by }, { $id: 'PatientLookupInput' });
export const PatientLookup = Closed(
  {
    patientId: Type.String(),
    name: Type.String(),
    idNumber: Nullable(Type.String()),
    phone: Nullable(Type.String()),
    sex: OneOf(SEXES),
    birthDate: DateText(),
    openReferrals: Type.Array(Shared(ReferralSummary), { description: 'Those that the caller may see' }),
    openElsewhere: Count(1_000, { description: 'Open referrals that the caller may not see' }),
  },
  { $id: 'PatientLookup' },
);

export type ReferralInput = Static<typeof ReferralInput>;
export type Patient = Static<typeof Patient>;
export type Diagnosis = Static<typeof Diagnosis>;
export type CarePlan = Static<typeof CarePlan>;
export type Consent = Static<typeof Consent>;
export type Person = Static<typeof Person>;
export type Responsible = Static<typeof Responsible>;
export type Need = Static<typeof Need>;
export type Insurance = Static<typeof Insurance>;
export type Feedback = Static<typeof Feedback>;
export type DocumentInput = Static<typeof DocumentInput>;
export type FollowUpInput = Static<typeof FollowUpInput>;
