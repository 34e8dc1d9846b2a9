import { Type } from 'typebox';
import { Closed, InstantText, Nullable, OneOf } from './scalars.js';
import { REASON_SETS } from './vocabulary.js';

/** What is about the service itself: its codes, its health, its clock in a test. */

export const CODE_SETS = Object.keys(REASON_SETS) as (keyof typeof REASON_SETS)[];

export const CodeSet = Closed(
  {
    set: OneOf(CODE_SETS),
    role: OneOf(['sender', 'receiver', 'either', 'insurer'], { description: 'Who chooses from it' }),
    codes: Type.Array(
      Closed({
        code: Type.String(),
        zh: Type.String(),
        en: Type.String(),
        comment: Type.Boolean({ description: 'A comment is asked for beside it' }),
        validFrom: Type.String({ format: 'date' }),
        validUntil: Nullable(Type.String({ format: 'date' })),
      }),
    ),
  },
  { $id: 'CodeSet', description: 'Reason codes, as dated reference data' },
);

export const Health = Closed({ status: OneOf(['ok']) }, { $id: 'Health' });

/** Of the clock of a test, which is no part of the API document: no system of a hospital needs to know of it. */
export const TestClock = Closed({ now: InstantText('Not before the present of the clock') });
