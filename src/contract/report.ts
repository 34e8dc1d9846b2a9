import { Type, type Static } from 'typebox';
import { Closed, Count, DateText, InstantText, Nullable, OneOf } from './scalars.js';
import { CATEGORIES, CONSORTIUM_TYPES, DIRECTIONS } from './vocabulary.js';

export const TransferReport = Closed(
  {
    from: DateText(),
    to: DateText(),
    asOf: InstantText(),
    total: Count(1_000_000_000),
    rows: Type.Array(
      Closed({
        period: Nullable(Type.String({ description: '2018, 2018Q1, 2018-03' })),
        institutionId: Nullable(Type.String({ description: 'The sender' })),
        direction: OneOf(DIRECTIONS),
        category: OneOf(CATEGORIES),
        count: Count(1_000_000_000),
      }),
    ),
  },
  { $id: 'TransferReport' },
);
export const ConsortiumReport = Closed(
  {
    on: DateText(),
    asOf: InstantText(),
    total: Count(1_000_000),
    rows: Type.Array(Closed({ type: OneOf(CONSORTIUM_TYPES), count: Count(1_000_000), tight: Count(1_000_000), loose: Count(1_000_000) })),
  },
  { $id: 'ConsortiumReport' },
);
export type TransferReport = Static<typeof TransferReport>;
export type ConsortiumReport = Static<typeof ConsortiumReport>;
