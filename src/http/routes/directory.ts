import { Type } from 'typebox';
import { refuse } from '../../kernel/problem.js';
import {
  Client, ClientCreated, ClientInput, ClientPage, Consortium, ConsortiumInput, ConsortiumPage, Institution, InstitutionInput, InstitutionPage, Member, MemberInput,
} from '../../contract/institution.js';
import { Closed, Key, PageQuery, Shared } from '../../contract/scalars.js';
import { CODE_SETS, CodeSet } from '../../contract/service.js';
import { REASON_SETS, type ReasonSet } from '../../contract/vocabulary.js';
import { createClient } from '../../usecase/network/create-client.js';
import { putConsortium } from '../../usecase/network/put-consortium.js';
import { putInstitution } from '../../usecase/network/put-institution.js';
import { putMember } from '../../usecase/network/put-member.js';
import { revokeClient } from '../../usecase/network/revoke-client.js';
import { ADMIN, ANYONE } from '../access.js';
import { command, question, type Http } from '../operation.js';
import { pageOf, paged } from '../paging.js';
import { clientView, consortiumView, institutionView, memberView } from '../present/directory.js';

/** Institutions, consortia, members, the systems that call, and the codes. */

const ById = Closed({ id: Key('Chosen by the caller') });
const ByAnyId = Closed({ id: Type.String({ maxLength: 100 }) });
const Pages = Closed(PageQuery);

export function directoryRoutes(http: Http): void {
  institutions(http);
  consortia(http);
  clients(http);

  question(http, {
    method: 'GET', path: '/v1/codes/:set', id: 'getCodes', tag: 'Directory', access: ANYONE,
    summary: 'Reason codes of one set, with who chooses from it',
    params: Closed({ set: Type.String({ maxLength: 64, description: CODE_SETS.join(', ') }) }),
    answer: Shared(CodeSet),
    ask: async (_reads, _actor, { params }) => (Object.hasOwn(REASON_SETS, params.set) ? (params.set as ReasonSet) : refuse('not_found')),
    show: (set) => ({ set, ...REASON_SETS[set] }),
  });
}

function institutions(http: Http): void {
  command(http, {
    method: 'PUT', path: '/v1/institutions/:id', id: 'putInstitution', tag: 'Directory', access: ADMIN,
    summary: 'Write an institution, as often as it changes',
    description: 'A new level holds from `levelSince` (absent: today); the levels before are kept, since referrals are judged by the level of their day. Today’s level without a date leaves a change that lies ahead as it is; with its own date it takes it back.',
    params: ById, body: Shared(InstitutionInput), answer: Shared(Institution),
    problems: ['invalid_content', 'department_in_use'],
    run: (unit, { params, body }) => putInstitution(unit, { id: params.id, body }),
    created: (result) => result.created,
    show: ({ institution }, reads) => institutionView(institution, reads.now),
  });
  question(http, {
    method: 'GET', path: '/v1/institutions/:id', id: 'getInstitution', tag: 'Directory', access: ANYONE,
    summary: 'One institution',
    params: ByAnyId, answer: Shared(Institution),
    ask: async (reads, _actor, { params }) => reads.network.institution(params.id) ?? refuse('not_found'),
    show: (institution, reads) => institutionView(institution, reads.now),
  });
  question(http, {
    method: 'GET', path: '/v1/institutions', id: 'listInstitutions', tag: 'Directory', access: ANYONE,
    summary: 'All institutions, in order of id',
    query: Pages, answer: InstitutionPage,
    ask: (reads, _actor, { query }) =>
      paged('institutions', query, async (after, limit) => pageOf(reads.network.institutions(), after, limit), (institution) => institutionView(institution, reads.now)),
    show: (page) => page,
  });
}

function consortia(http: Http): void {
  command(http, {
    method: 'PUT', path: '/v1/consortia/:id', id: 'putConsortium', tag: 'Directory', access: ADMIN,
    summary: 'Write a consortium: its type, its rule of priority service, its timers',
    description: 'Each change makes a new rule version; what was decided keeps the version it was decided by.',
    params: ById, body: Shared(ConsortiumInput), answer: Shared(Consortium),
    problems: ['invalid_content'],
    run: (unit, { params, body }) => putConsortium(unit, { id: params.id, body }),
    created: (result) => result.created,
    show: ({ consortium }) => consortiumView(consortium),
  });
  question(http, {
    method: 'GET', path: '/v1/consortia/:id', id: 'getConsortium', tag: 'Directory', access: ANYONE,
    summary: 'One consortium with its members',
    params: ByAnyId, answer: Shared(Consortium),
    ask: async (reads, _actor, { params }) => reads.network.consortium(params.id) ?? refuse('not_found'),
    show: consortiumView,
  });
  question(http, {
    method: 'GET', path: '/v1/consortia', id: 'listConsortia', tag: 'Directory', access: ANYONE,
    summary: 'All consortia, in order of id',
    query: Pages, answer: ConsortiumPage,
    ask: (reads, _actor, { query }) => paged('consortia', query, async (after, limit) => pageOf(reads.network.consortia(), after, limit), consortiumView),
    show: (page) => page,
  });
  command(http, {
    method: 'PUT', path: '/v1/consortia/:id/members/:institutionId', id: 'putMember', tag: 'Directory', access: ADMIN,
    summary: 'Write the membership of an institution: its periods, both ends included',
    description: 'What is under way when a member leaves finishes with its benefits; what comes after is an outside referral.',
    params: Closed({ id: Key('Consortium'), institutionId: Key('Institution') }), body: Shared(MemberInput), answer: Shared(Member),
    problems: ['invalid_content'],
    run: (unit, { params, body }) => putMember(unit, { consortiumId: params.id, institutionId: params.institutionId, body }),
    show: memberView,
  });
}

function clients(http: Http): void {
  command(http, {
    method: 'POST', path: '/v1/clients', id: 'createClient', tag: 'Directory', access: ADMIN,
    summary: 'Give a system a key; it is shown this once',
    description: 'A client acts for one institution, or for several and then names one in `Act-For`. Insurer and regulator have an `area` instead.',
    body: Shared(ClientInput), answer: Shared(ClientCreated), status: 201,
    problems: ['invalid_content'],
    run: (unit, { body }) => createClient(unit, { body }),
    location: ({ id }) => `/v1/clients/${id}`,
    show: (created) => created,
  });
  question(http, {
    method: 'GET', path: '/v1/clients', id: 'listClients', tag: 'Directory', access: ADMIN,
    summary: 'All clients, revoked ones too, without their keys',
    query: Pages, answer: ClientPage,
    ask: (reads, _actor, { query }) => paged('clients', query, (after, limit) => reads.clients(after, limit), clientView),
    show: (page) => page,
  });
  command(http, {
    method: 'DELETE', path: '/v1/clients/:id', id: 'revokeClient', tag: 'Directory', access: ADMIN,
    summary: 'Revoke a client: its key is refused from now on',
    params: ByAnyId, answer: Shared(Client),
    run: (unit, { params }) => revokeClient(unit, { id: params.id }),
    show: clientView,
  });
}
