import type { Static } from 'typebox';
import { formatInstant } from '../../kernel/calendar.js';
import type * as wire from '../../contract/backtest.js';
import type { Backtest, Pair, Row } from '../../domain/backtest.js';
import type { Wire } from '../declaration.js';
import { instantOrNull } from './referral.js';

export function backtestView({ id, area, trial, policyId, policyVersion, state, progress, createdAt, startedAt, endedAt }: Backtest): Wire<Static<typeof wire.Backtest>> {
  const { scheme, from, to, rules } = trial;
  const { persons, stays, ofStays, rows } = progress;
  return {
    id,
    policy: { id: policyId, version: policyVersion, provenance: rules.provenance },
    area,
    scheme,
    from,
    to,
    state,
    progress: { persons, stays, ofStays },
    rows: state === 'done' ? rows.map((row) => rowView(row, scheme)) : null,
    createdAt: formatInstant(createdAt),
    startedAt: instantOrNull(startedAt),
    endedAt: instantOrNull(endedAt),
  };
}

function rowView({ deductible, fund, personal, ...row }: Row, scheme: Backtest['trial']['scheme']): Wire<Static<typeof wire.BacktestRow>> {
  return { scheme, ...row, deductible: change(deductible), fund: change(fund), personal: change(personal) };
}

function change({ beforeFen, afterFen }: Pair): Wire<Static<typeof wire.BacktestRow>>['fund'] {
  return { beforeFen, afterFen, changeFen: afterFen - beforeFen };
}
