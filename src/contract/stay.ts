import { Type } from 'typebox';
import { by, type Stated } from './operator.js';
import { Closed, Count, Fen, Id, InstantText, Line, Nullable, OneOf, Shared } from './scalars.js';
import { ARRIVALS, LEVELS, STAY_KINDS } from './vocabulary.js';
import { DeductibleEntry, standing } from './ledger.js';
import { Diagnosis, Patient } from './referral.js';

/** 就诊/住院记录: the whole record under the hospital's own visit number, sent as often as it changes. */

const stay = {
  arrival: Closed({
    via: OneOf(ARRIVALS),
    referralId: Type.Optional(Id('The referral that brought the patient')),
    referralNo: Type.Optional(Line(32, { description: 'The same, by its number' })),
  }),
  admittedAt: InstantText(),
  dischargedAt: Type.Optional(InstantText()),
  mainDiagnosis: Diagnosis,
  kind: OneOf(STAY_KINDS),
  settlement: Type.Optional(Closed({ totalFen: Fen('Whole cost'), eligibleFen: Fen('Cost that the insurance recognises') })),
  voided: Type.Optional(Type.Boolean({ description: 'Entered by mistake: it leaves no trace in what follows' })),
  sourceVersion: Count(Number.MAX_SAFE_INTEGER, { description: "The sender's version; an older one never overwrites a newer" }),
};

export const StayInput = Closed({ patient: Shared(Patient), ...stay, ...by }, { $id: 'StayInput' });
export const StayView = Closed(
  {
    id: Type.String(),
    institutionId: Type.String(),
    number: Type.String(),
    patientId: Type.String(),
    referralId: Nullable(Type.String()),
    level: OneOf(LEVELS, { description: 'Of the institution at admission, frozen' }),
    ...stay,
    ...standing,
    entries: Type.Optional(Type.Array(Shared(DeductibleEntry), { description: 'Of the ledger, where the stay is asked for by itself' })),
    applied: Type.Boolean({ description: 'False: an older sourceVersion than the one kept; nothing changed' }),
    version: Count(Number.MAX_SAFE_INTEGER),
    updatedAt: InstantText(),
  },
  { $id: 'Stay' },
);

export type StayInput = Stated<typeof StayInput>;
