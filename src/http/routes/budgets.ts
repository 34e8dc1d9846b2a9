import { Type } from 'typebox';
import { isRefusal } from '../../kernel/problem.js';
import { Budget, BudgetInput, BudgetWritten } from '../../contract/budget.js';
import { Closed, Key, Shared } from '../../contract/scalars.js';
import { getBudget, type BudgetQuestion } from '../../usecase/insurance/get-budget.js';
import { putBudget } from '../../usecase/insurance/put-budget.js';
import type { Slices } from '../../usecase/ports.js';
import { ADMIN, BUDGETS } from '../access.js';
import { actorOf, command, define, type Http } from '../operation.js';
import { budgetView, writtenBudgetView } from '../present/budget.js';
import { sendProblem } from '../problems.js';

/** 总额预付: budgets are written like master data, and reckoned from the settled stays when somebody asks. */

const BudgetKey = Closed({ consortiumId: Key('The consortium'), year: Type.Integer({ minimum: 2000, maximum: 2199, description: 'In which the insurance year begins' }) });
const path = '/v1/budgets/:consortiumId/:year';

export function budgetCommands(http: Http): void {
  command(http, {
    method: 'PUT', path, id: 'putBudget', tag: 'Insurance', access: ADMIN,
    summary: 'Write the prepaid budget (总额预付) of a consortium for one year, an account for each scheme',
    description:
      'An account without a rule of its own takes that of the policy in force for its scheme when the year begins: surplus kept (结余留用), overrun shared (合理超支分担) or borne alone (超支不补). ' +
      'Two consortia may not cover the same districts.',
    params: BudgetKey, body: Shared(BudgetInput), answer: Shared(BudgetWritten), problems: ['not_found', 'invalid_content'],
    run: (unit, { params, body }) => putBudget(unit, { ...params, body }),
    created: (result) => result.created,
    show: ({ budget }) => writtenBudgetView(budget),
  });
}

export function budgetRoutes(http: Http, slices: Slices): void {
  define(
    http,
    {
      method: 'GET', path, id: 'getBudget', tag: 'Insurance', access: BUDGETS,
      summary: 'How a budget stands: prepaid, spent inside and outside, balance, projected end of the year, and the sharing',
      description: 'Reckoned from the stays that are settled now, so that a correction or a void is in it at once.',
      params: BudgetKey, answer: Shared(Budget), problems: ['not_found'],
    },
    { statuses: [200] },
    async (request, reply) => {
      const standing = await getBudget(slices, actorOf(request), request.params as BudgetQuestion);
      return isRefusal(standing) ? sendProblem(reply, standing) : reply.send(budgetView(standing));
    },
  );
}
