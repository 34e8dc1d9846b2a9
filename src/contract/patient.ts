import { Type, type Static } from 'typebox';
import { Closed, DateText, Id, Line, Nullable, OneOf } from './scalars.js';
import { by } from './operator.js';
import { ID_TYPES, SEXES } from './vocabulary.js';

/** Two records of one person. */

export const MergeInput = Closed(
  {
    into: Type.Optional(Id('The record that stays, which the institution works with too')),
    idType: Type.Optional(OneOf(ID_TYPES, { default: '01' })),
    idNumber: Type.Optional(Line(32, { description: 'Instead of `into`: the document of the person whose record stays' })),
    ...by,
  },
  { $id: 'MergeInput' },
);

export const MergedPatient = Closed(
  {
    patientId: Type.String({ description: 'The record that stays; the other answers as this one' }),
    name: Type.String(),
    sex: OneOf(SEXES),
    birthDate: DateText(),
    idNumber: Nullable(Type.String()),
    phone: Nullable(Type.String()),
    applied: Type.Boolean({ description: 'False: they were one record already; nothing changed' }),
  },
  { $id: 'MergedPatient', description: 'Masked' },
);

export type MergeInput = Static<typeof MergeInput>;
