import { Type } from 'typebox';
import { by, type Stated } from './operator.js';
import { Closed, Count, DateText, InstantText, Key, Line, Nullable, OneOf, Shared } from './scalars.js';
import { Patient, Person } from './referral.js';
import { KEY_POPULATIONS } from './vocabulary.js';

/** 家庭医生签约: who has signed with which team, from when until when. */

const contract = {
  institutionId: Key('The institution of the team'),
  patient: Shared(Patient),
  team: Closed({ name: Line(64), leader: Person, members: Type.Optional(Type.Array(Person, { maxItems: 20 })) }),
  from: DateText('First local date on which it holds'),
  until: Type.Optional(Nullable(DateText('Last local date on which it holds; null: open'))),
  tags: Type.Optional(Type.Array(OneOf(KEY_POPULATIONS), { maxItems: KEY_POPULATIONS.length, default: [], description: '重点人群' })),
};

export const ContractInput = Closed({ ...contract, ...by }, { $id: 'ContractInput' });
export const ContractView = Closed(
  {
    id: Type.String({ description: 'Chosen by the caller' }),
    patientId: Type.String(),
    ...contract,
    until: Nullable(DateText()),
    tags: Type.Array(OneOf(KEY_POPULATIONS)),
    holds: Type.Boolean({ description: 'Today' }),
    version: Count(Number.MAX_SAFE_INTEGER),
    updatedAt: InstantText(),
  },
  { $id: 'Contract' },
);

export type ContractInput = Stated<typeof ContractInput>;
