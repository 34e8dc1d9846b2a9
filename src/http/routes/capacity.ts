import { Type } from 'typebox';
import { refuse } from '../../kernel/problem.js';
import { Availability, Pool, PoolInput, PoolPage, SessionsInput, SessionsResult, Worklist } from '../../contract/capacity.js';
import { Closed, DateText, DepartmentCode, Key, OneOf, PageQuery, Shared } from '../../contract/scalars.js';
import { POOL_KINDS, URGENCIES } from '../../contract/vocabulary.js';
import { availability } from '../../usecase/capacity/availability.js';
import { putPool } from '../../usecase/capacity/put-pool.js';
import { putSessions } from '../../usecase/capacity/put-sessions.js';
import { worklist, WORKLIST_PROBLEMS } from '../../usecase/capacity/worklist.js';
import { ANYONE, CAPACITY, DESK } from '../access.js';
import { command, question, type Http } from '../operation.js';
import { pageOf, paged } from '../paging.js';
import { availabilityView, sessionResults, worklistEntry } from '../present/capacity.js';
import { poolView } from '../present/directory.js';

/** Pools, their sessions, what a sender may see of them, and what somebody should look at. */

const ById = Closed({ id: Key('Chosen by the caller') });

export function capacityRoutes(http: Http): void {
  command(http, {
    method: 'PUT', path: '/v1/pools/:id', id: 'putPool', tag: 'Capacity', access: CAPACITY,
    summary: 'Write a resource pool of the institution: a clinic, an examination, a ward',
    description:
      'Allotments keep places for whom their audience names. A reservation draws the allotments whose audience its referral meets, in listed order, then open places.',
    params: ById, body: Shared(PoolInput), answer: Shared(Pool),
    problems: ['wrong_party', 'invalid_content', 'allotment_in_use'],
    run: (unit, { params, body }) => putPool(unit, { id: params.id, body }),
    created: (result) => result.created,
    show: ({ pool }) => poolView(pool),
  });
  question(http, {
    method: 'GET', path: '/v1/pools/:id', id: 'getPool', tag: 'Capacity', access: ANYONE,
    summary: 'One resource pool',
    params: Closed({ id: Type.String({ maxLength: 100 }) }), answer: Shared(Pool),
    ask: async (reads, _actor, { params }) => reads.pool(params.id) ?? refuse('not_found'),
    show: poolView,
  });
  question(http, {
    method: 'GET', path: '/v1/pools', id: 'listPools', tag: 'Capacity', access: ANYONE,
    summary: 'Resource pools, in order of id',
    query: Closed({ ...PageQuery, institutionId: Type.Optional(Key('Only those of this institution')) }), answer: PoolPage,
    ask: (reads, _actor, { query }) =>
      paged('pools', query, async (after, limit) => pageOf(query.institutionId === undefined ? reads.pools() : reads.poolsOf(query.institutionId), after, limit), poolView),
    show: (page) => page,
  });
  command(http, {
    method: 'PUT', path: '/v1/pools/:id/sessions', id: 'putSessions', tag: 'Capacity', access: CAPACITY,
    summary: 'Write sessions of a pool, up to 1 000 at once, an answer for each',
    description:
      'An older `reportedAt` never overwrites a newer. Capacity below what is taken is accepted and shown as overcommitted. A stopped clinic (停诊) releases its reservations and tells their referrals.',
    params: ById, body: Shared(SessionsInput), answer: Shared(SessionsResult),
    problems: ['invalid_content'],
    run: (unit, { params, body }) => putSessions(unit, { poolId: params.id, body }),
    show: sessionResults,
  });
  question(http, {
    method: 'GET', path: '/v1/availability', id: 'getAvailability', tag: 'Capacity', access: ANYONE,
    summary: 'Free places, as a given sender would see them',
    description: 'Sessions that begin from `from` to `to`, both included, at most 31 days. What is closed, over or not yet open to the sender is left out.',
    query: Closed({
      kind: Type.Optional(OneOf(POOL_KINDS)),
      department: Type.Optional(DepartmentCode),
      consortiumId: Type.Optional(Key('Only pools of its present members')),
      institutionId: Type.Optional(Key('Only pools of this institution')),
      from: DateText('First day'),
      to: DateText('Last day'),
      sourceInstitutionId: Type.Optional(Key('Whose view it is; absent: open places only')),
      urgency: Type.Optional(OneOf(URGENCIES)),
    }),
    answer: Shared(Availability), problems: ['window_too_wide', 'invalid_content'],
    ask: (reads, actor, { query }) => availability(reads, actor, query),
    show: ({ asOf, data }) => availabilityView(asOf, data),
  });
  question(http, {
    method: 'GET', path: '/v1/worklist', id: 'getWorklist', tag: 'Capacity', access: DESK,
    summary: 'What somebody of the institution should look at',
    description: 'A page may be short although more follows: go on while a cursor is given.',
    query: Closed({ ...PageQuery, problem: Type.Optional(Type.String({ maxLength: 64, description: WORKLIST_PROBLEMS.join(', ') })) }), answer: Worklist,
    problems: ['invalid_content'],
    ask: (reads, actor, { query }) => paged('worklist', query, (after, limit) => worklist(reads, actor, { problem: query.problem, after, limit }), worklistEntry),
    show: (page) => page,
  });
}
