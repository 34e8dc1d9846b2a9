import { Type, type Static } from 'typebox';
import { PolicyDocument, Provenance } from './insurance.js';
import { by } from './operator.js';
import { Closed, Count, DateText, District, InstantText, Nullable, OneOf, Shared } from './scalars.js';
import { BACKTEST_STATES, INSURANCE_SCHEMES, LEVELS } from './vocabulary.js';

/** 政策回测: the recorded chains of a period, assessed by another policy, and what would have been different. */

export const BacktestInput = Closed(
  {
    from: DateText('First local date of admission'),
    to: DateText('Last one'),
    version: Type.Optional(Count(1_000_000, { description: 'Of the policy in the path; absent: the latest' })),
    policy: Type.Optional(Shared(PolicyDocument)),
    ...by,
  },
  { $id: 'BacktestInput', description: 'With `policy` that one is tried, which is stored nowhere else; its validity is not asked.' },
);

const Sum = Type.Integer({ minimum: 0 });
const Change = (description: string) => Closed({ beforeFen: Sum, afterFen: Sum, changeFen: Type.Integer({ description: 'After less before' }) }, { description });

export const BacktestRow = Closed(
  {
    scheme: OneOf(INSURANCE_SCHEMES),
    level: OneOf(LEVELS),
    stays: Sum,
    settled: Type.Integer({ minimum: 0, description: 'Of them: only these have fund and personal payments' }),
    deductible: Change('起付线 of all of them'),
    fund: Change('基金支付 of those that are settled'),
    personal: Change('个人负担 of those that are settled'),
    lighter: Type.Integer({ minimum: 0, description: 'Stays of which the patient would have borne less: of the whole cost where it is settled, else of the deductible' }),
    heavier: Sum,
    same: Sum,
    unassessed: Type.Integer({ minimum: 0, description: 'Stays without figures to compare with: no policy was in force for them' }),
    uncovered: Type.Integer({ minimum: 0, description: 'Stays for which the tried policy has no benefit' }),
  },
  { $id: 'BacktestRow' },
);

export const Backtest = Closed(
  {
    id: Type.String(),
    policy: Closed({ id: Type.String(), version: Nullable(Count(1_000_000, { description: 'null: sent along' })), provenance: Shared(Provenance) }),
    area: District,
    scheme: OneOf(INSURANCE_SCHEMES),
    from: DateText(),
    to: DateText(),
    state: OneOf(BACKTEST_STATES),
    progress: Closed({
      persons: Type.Integer({ minimum: 0, description: 'Looked at so far' }),
      stays: Type.Integer({ minimum: 0, description: 'Theirs' }),
      ofStays: Nullable(Type.Integer({ minimum: 0, description: 'All that there were when it began; null: not begun' })),
    }),
    rows: Nullable(Type.Array(Shared(BacktestRow), { description: 'By level; null until it is done' })),
    createdAt: InstantText(),
    startedAt: Nullable(InstantText()),
    endedAt: Nullable(InstantText()),
  },
  { $id: 'Backtest' },
);

export type BacktestInput = Static<typeof BacktestInput>;
