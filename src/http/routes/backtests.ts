import { Type } from 'typebox';
import { Backtest, BacktestInput } from '../../contract/backtest.js';
import { Closed, Shared } from '../../contract/scalars.js';
import { endBacktest } from '../../usecase/insurance/end-backtest.js';
import { getBacktest } from '../../usecase/insurance/get-backtest.js';
import { requestBacktest } from '../../usecase/insurance/request-backtest.js';
import { WHAT_IF } from '../access.js';
import { command, question, type Http } from '../operation.js';
import { backtestView } from '../present/backtest.js';

/** 政策回测: asked for here, reckoned in the background. */

const BacktestId = Closed({ id: Type.String({ maxLength: 64, description: 'The backtest' }) });

export function backtestRoutes(http: Http): void {
  command(http, {
    method: 'POST', path: '/v1/policies/:id/backtest', id: 'requestBacktest', tag: 'Insurance', access: WHAT_IF,
    summary: 'Try a policy on the recorded chains of a period',
    description:
      'The stays of its prefecture and scheme that were admitted in the period are assessed by it, the others of the same persons by their own policies, and both are compared by level. ' +
      'It is reckoned in the background, one after the other, and goes on after a restart where it was: see `GET /v1/backtests/{id}`.',
    params: Closed({ id: Type.String({ maxLength: 100, description: 'The policy that is tried, or in whose place one that is sent along' }) }),
    body: Shared(BacktestInput), answer: Shared(Backtest), problems: ['not_found', 'wrong_party', 'invalid_content', 'overloaded'],
    run: (unit, { params, body }) => requestBacktest(unit, { policyId: params.id, body }),
    status: 202,
    location: ({ id }) => `/v1/backtests/${id}`,
    show: backtestView,
  });
  question(http, {
    method: 'GET', path: '/v1/backtests/:id', id: 'getBacktest', tag: 'Insurance', access: WHAT_IF,
    summary: 'How far a backtest is, and what it found',
    params: BacktestId, answer: Shared(Backtest),
    ask: (reads, actor, { params }) => getBacktest(reads, actor, params),
    show: backtestView,
  });
  command(http, {
    method: 'DELETE', path: '/v1/backtests/:id', id: 'endBacktest', tag: 'Insurance', access: WHAT_IF,
    summary: 'Cancel a backtest, or forget one that has ended',
    description: 'One that waits or runs stays as `cancelled`; one that has ended is gone.',
    params: BacktestId, answer: null, problems: ['not_found'],
    run: (unit, { params }) => endBacktest(unit, params),
  });
}
