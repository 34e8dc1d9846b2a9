import { Type } from 'typebox';
import { PolicyInput, PolicyPage, PolicyView, Simulation, SimulationInput } from '../../contract/insurance.js';
import { Closed, Count, District, Key, OneOf, PageQuery, Shared } from '../../contract/scalars.js';
import { INSURANCE_SCHEMES } from '../../contract/vocabulary.js';
import { getPolicy, listPolicies } from '../../usecase/insurance/get-policy.js';
import { putPolicy } from '../../usecase/insurance/put-policy.js';
import { simulateDeductibles } from '../../usecase/insurance/simulate-deductibles.js';
import { ADMIN, ANYONE } from '../access.js';
import { command, question, type Http } from '../operation.js';
import { paged } from '../paging.js';
import { policyView, simulationView } from '../present/insurance.js';

/** Insurance policies, and what a chain of stays would bear by one of them. */

export function policyRoutes(http: Http): void {
  command(http, {
    method: 'PUT', path: '/v1/policies/:id', id: 'putPolicy', tag: 'Insurance', access: ADMIN,
    summary: 'Write an insurance policy: its amounts, its rules, each with its clause',
    description: 'Each change makes a new version; a stay keeps the version by which it was first assessed. Policies of one area and scheme may not overlap.',
    params: Closed({ id: Key('Chosen by the caller') }), body: Shared(PolicyInput), answer: Shared(PolicyView), problems: ['invalid_content'],
    run: (unit, { params, body }) => putPolicy(unit, { id: params.id, body }),
    created: (result) => result.created,
    show: ({ policy }) => policyView(policy),
  });
  question(http, {
    method: 'GET', path: '/v1/policies/:id', id: 'getPolicy', tag: 'Insurance', access: ANYONE,
    summary: 'One policy, in its latest version or in the one that is asked for',
    description: 'Version 0 is an example that is shipped with the service: it can be simulated, and is applied to nobody until it is written.',
    params: Closed({ id: Type.String({ maxLength: 100 }) }), query: Closed({ version: Type.Optional(Count(1_000_000)) }), answer: Shared(PolicyView),
    ask: (reads, actor, { params, query }) => getPolicy(reads, actor, { id: params.id, version: query.version }),
    show: policyView,
  });
  question(http, {
    method: 'GET', path: '/v1/policies', id: 'listPolicies', tag: 'Insurance', access: ANYONE,
    summary: 'All policies in their latest version, in order of id, the shipped examples too',
    query: Closed({ area: Type.Optional(District), scheme: Type.Optional(OneOf(INSURANCE_SCHEMES)), ...PageQuery }), answer: PolicyPage,
    ask: (reads, actor, { query: { area, scheme, ...page } }) =>
      paged('policies', page, (after, limit) => listPolicies(reads, actor, { area, scheme, after, limit }), policyView),
    show: (page) => page,
  });
  question(http, {
    method: 'POST', path: '/v1/deductibles/simulate', id: 'simulateDeductibles', tag: 'Insurance', access: ANYONE,
    summary: 'What a chain of stays bears by a policy, step by step',
    description:
      'Nothing is stored and no `Idempotency-Key` is needed. The policy is one of this service (`policyId`) or is sent along (`policy`), whose validity is not asked. ' +
      'A stay without costs counts as not settled: its figures are provisional. Each step has a sentence in Chinese and in English.',
    body: Shared(SimulationInput), answer: Shared(Simulation), problems: ['invalid_content', 'no_policy'],
    ask: (reads, actor, { body }) => simulateDeductibles(reads, actor, body),
    show: simulationView,
  });
}
