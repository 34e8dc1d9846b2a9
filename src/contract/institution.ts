import { Type, type Static } from 'typebox';
import { by, type Stated } from './operator.js';
import { Closed, Count, DateText, Days, DepartmentCode, District, Fen, Hours, InstantText, Key, Line, Nullable, OneOf, Page, Shared } from './scalars.js';
import { CONSORTIUM_TYPES, INSTITUTION_KINDS, LEVELS, MEMBER_ROLES, PRIORITIES, ROLES, SCOPES, TIGHTNESS } from './vocabulary.js';

/** 医疗机构, its departments, 医联体, its members, and the systems that call in their name. */

export const Location = Closed({
  lat: Type.Number({ minimum: -90, maximum: 90 }),
  lng: Type.Number({ minimum: -180, maximum: 180 }),
});

const department = { code: DepartmentCode, name: Line(100) };
export const DepartmentInput = Closed({ ...department, capabilities: Type.Optional(Type.Array(Line(64), { maxItems: 100, default: [] })) });
export const Department = Closed({ ...department, capabilities: Type.Array(Line(64), { maxItems: 100 }) });

const institution = {
  name: Line(200),
  level: OneOf(LEVELS),
  levelSince: Type.Optional(DateText('The local date from which the level holds; absent: today where the level changes')),
  kind: OneOf(INSTITUTION_KINDS),
  district: District,
  location: Type.Optional(Location),
  capabilities: Type.Optional(Type.Array(Line(64), { maxItems: 100, description: 'Centres: chest-pain, stroke, trauma …' })),
  referralOffice: Type.Optional(Closed({ phone: Line(32), hours: Type.Optional(Line(100)), dutyPhone: Type.Optional(Line(32)) })),
  registrationFeeFen: Type.Optional(Fen('挂号费, in fen, where the pool does not say')),
  socialCreditCode: Type.Optional(Type.String({ maxLength: 18, description: '统一社会信用代码, GB 32100' })),
  licenceNumber: Type.Optional(Type.String({ pattern: '^[0-9A-Za-z]{15,22}$', maxLength: 22, description: '执业许可证登记号' })),
  insuranceCode: Type.Optional(Type.String({ pattern: '^H\\d{11}$', maxLength: 12, description: '医保定点编号' })),
  formulary: Type.Optional(Type.Array(Line(100), { maxItems: 5_000, description: 'Names of the medicines in stock' })),
};
export const InstitutionInput = Closed({ ...institution, departments: Type.Array(DepartmentInput, { maxItems: 500 }), ...by }, { $id: 'InstitutionInput' });
export const Institution = Closed(
  {
    id: Key('Chosen by the caller'),
    ...institution,
    departments: Type.Array(Department, { maxItems: 500 }),
    area: District,
    levels: Type.Array(Closed({ level: OneOf(LEVELS), since: DateText() }), { description: 'History, oldest first' }),
    version: Count(Number.MAX_SAFE_INTEGER),
    updatedAt: InstantText(),
  },
  { $id: 'Institution' },
);
export const InstitutionPage = Page(Shared(Institution));

/** 一免三优先 as a rule of one consortium: Guangzhou waives the fee, Foshan grants the priorities alone. */
export const EntitlementRule = Closed({
  waiveRegistrationFee: Type.Boolean(),
  priorities: Type.Array(OneOf(PRIORITIES), { maxItems: 3, uniqueItems: true }),
  senderLevels: Type.Array(OneOf(LEVELS), { maxItems: 4, uniqueItems: true }),
});

/** Timers are practice, not policy: each consortium may set its own. They never change a clinical decision. */
export const Timers = Closed({
  reminderHours: Type.Optional(Hours),
  answerHours: Type.Optional(Hours),
  deferredDocumentsHours: Type.Optional(Hours),
  unansweredDays: Type.Optional(Days),
  unscheduledDays: Type.Optional(Days),
  missedAppointmentDays: Type.Optional(Days),
  followUpDays: Type.Optional(Days),
  retroDays: Type.Optional(Days),
});

const consortium = {
  name: Line(200),
  type: OneOf(CONSORTIUM_TYPES),
  tightness: OneOf(TIGHTNESS),
  scope: OneOf(SCOPES),
  specialty: Type.Optional(Line(64)),
  leadInstitutionId: Key('The lead hospital (牵头医院)'),
  entitlementRule: EntitlementRule,
  recognition: Type.Optional(Closed({ sameLevelOnly: Type.Boolean(), validDays: Days })),
  stepwise: Type.Optional(Type.Boolean({ description: 'True: an up-referral may not skip a level, emergencies excepted' })),
  outsideReferral: Type.Optional(OneOf(['allow', 'refuse'])),
  timers: Type.Optional(Timers),
};
export const ConsortiumInput = Closed({ ...consortium, ...by }, { $id: 'ConsortiumInput' });

export const MemberPeriod = Closed({
  role: OneOf(MEMBER_ROLES),
  from: DateText(),
  until: Type.Optional(Nullable(DateText('Included'))),
});
export const MemberInput = Closed({ periods: Type.Array(MemberPeriod, { minItems: 1, maxItems: 50 }), ...by }, { $id: 'MemberInput' });
export const Member = Closed({ institutionId: Type.String(), periods: Type.Array(MemberPeriod) }, { $id: 'Member' });
export const Consortium = Closed(
  {
    id: Key('Chosen by the caller'),
    ...consortium,
    members: Type.Array(Shared(Member)),
    version: Count(Number.MAX_SAFE_INTEGER),
    updatedAt: InstantText(),
  },
  { $id: 'Consortium' },
);
export const ConsortiumPage = Page(Shared(Consortium));

export const ClientInput = Closed(
  {
    name: Line(100),
    institutionIds: Type.Optional(Type.Array(Key('Institution'), { minItems: 1, maxItems: 500, uniqueItems: true })),
    institutionId: Type.Optional(Key('Institution')),
    area: Type.Optional(District),
    roles: Type.Array(OneOf(ROLES), { minItems: 1, maxItems: 7, uniqueItems: true }),
    ...by,
  },
  { $id: 'ClientInput' },
);
export const Client = Closed(
  {
    id: Type.String(),
    name: Type.String(),
    institutionIds: Type.Array(Type.String()),
    area: Nullable(Type.String()),
    roles: Type.Array(OneOf(ROLES)),
    createdAt: InstantText(),
    revokedAt: Nullable(InstantText()),
  },
  { $id: 'Client' },
);
export const ClientPage = Page(Shared(Client));
export const ClientCreated = Closed({ id: Type.String(), key: Type.String({ description: 'Shown this once' }) }, { $id: 'ClientCreated' });

export type InstitutionInput = Stated<typeof InstitutionInput>;
export type ConsortiumInput = Stated<typeof ConsortiumInput>;
export type MemberInput = Stated<typeof MemberInput>;
export type MemberPeriod = Static<typeof MemberPeriod>;
export type EntitlementRule = Static<typeof EntitlementRule>;
export type Timers = Static<typeof Timers>;
export type ClientInput = Stated<typeof ClientInput>;
export type Department = Static<typeof Department>;
