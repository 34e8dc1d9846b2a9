import { Type, type Static, type TSchema } from 'typebox';
import { Closed, Line } from './scalars.js';

/** Who speaks through the system that calls. */

export const Operator = Closed({ code: Line(64), name: Line(64) }, { description: 'The person behind the call of a system' });
export type Operator = Static<typeof Operator>;

/** Part of the body of every request. It goes to the log with what was done, never into what is written. */
export const by = { operator: Type.Optional(Operator) };

/** What a body states, apart from who sends it. */
export type Stated<S extends TSchema> = Omit<Static<S>, keyof typeof by>;
