import { Type, type Static } from 'typebox';

/** RFC 9457 with the extensions of this service. Open: more members may help more clients. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A URI that names the kind of problem' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What it means here, or what to do about it' }),
    code: Type.String({ description: 'Stable, never translated' }),
    retryable: Type.Boolean({ description: 'True where the same request may succeed later' }),
    requestId: Type.String(),
    errors: Type.Optional(
      Type.Array(Type.Object({ pointer: Type.String({ description: 'JSON pointer into the body, ?name for a query' }), message: Type.String() })),
    ),
    conflicts: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
    alternatives: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
    asOf: Type.Optional(Type.String()),
    currentStatus: Type.Optional(Type.String()),
    allowedActions: Type.Optional(Type.Array(Type.String())),
  },
  { $id: 'Problem', description: 'RFC 9457 problem document' },
);
export type Problem = Static<typeof Problem>;
