import { Type } from 'typebox';
import { parseInstant } from '../../kernel/calendar.js';
import { ActionsView, ConsentInput, EntitlementView, FormView, HistoryPage, PatientLookup, PatientLookupInput, Referral, ReferralInput, ReferralPage, ReferralPatch } from '../../contract/referral.js';
import { Closed, InstantText, Key, OneOf, PageQuery, Shared } from '../../contract/scalars.js';
import { DIRECTIONS, STATUSES } from '../../contract/vocabulary.js';
import { lookupPatient } from '../../usecase/network/lookup-patient.js';
import { asSeenBy } from '../../usecase/referral/as-seen.js';
import { createReferral } from '../../usecase/referral/create-referral.js';
import { formOf } from '../../usecase/referral/form-of.js';
import { actionsOf, entitlementOf, getReferral, historyOf } from '../../usecase/referral/get-referral.js';
import { giveConsent } from '../../usecase/referral/give-consent.js';
import { listReferrals } from '../../usecase/referral/list-referrals.js';
import { patchReferral } from '../../usecase/referral/patch-referral.js';
import { DESK } from '../access.js';
import { seqOf } from '../cursor.js';
import { command, question, type Http } from '../operation.js';
import { paged } from '../paging.js';
import { historyEntry, patientFoundView, referralSummary, referralView } from '../present/referral.js';
import { isRefusal } from '../../kernel/problem.js';

/** Referrals: asked for, looked at, changed while a draft. What is done with them stands in actions.ts. */

export const ReferralId = Closed({ id: Type.String({ description: 'The referral' }) });

export function referralRoutes(http: Http): void {
  writing(http);
  reading(http);
  details(http);
}

function writing(http: Http): void {
  command(http, {
    method: 'POST', path: '/v1/referrals', id: 'createReferral', tag: 'Referrals', access: DESK,
    summary: 'Ask for a referral, with places held in the same step where `reserve` says so',
    description:
      'Up, down or lateral. `draft: true` keeps it a draft. Without `targetInstitutionId` it is routed. With `reserve` the places are held (or booked): both or neither. An emergency is accepted at once through the green channel.',
    body: Shared(ReferralInput), answer: Shared(Referral), status: 201,
    problems: [
      'invalid_content', 'no_candidate', 'not_in_consortium', 'wrong_party', 'duplicate_open_referral', 'session_full', 'session_closed', 'session_over',
      'session_not_open', 'already_reserved',
    ],
    run: async (unit, { body }) => asSeenBy(unit, unit.actor, await createReferral(unit, { body })),
    urgent: { is: async (_reads, _actor, { body }) => body.urgency === 'emergency', word: 'emergency' },
    version: (referral) => referral.version,
    location: (referral) => `/v1/referrals/${referral.id}`,
    show: referralView,
  });
  command(http, {
    method: 'PATCH', path: '/v1/referrals/:id', id: 'patchReferral', tag: 'Referrals', access: DESK,
    summary: 'Change a draft: the fields that are given are replaced',
    params: ReferralId, body: Shared(ReferralPatch), answer: Shared(Referral), conditional: true,
    problems: ['invalid_content', 'wrong_party', 'invalid_transition'],
    run: async (unit, { params, body, ifMatch }) => asSeenBy(unit, unit.actor, await patchReferral(unit, { id: params.id, ifMatch, body })),
    version: (referral) => referral.version,
    show: referralView,
  });
  command(http, {
    method: 'POST', path: '/v1/referrals/:id/consent', id: 'giveConsent', tag: 'Referrals', access: DESK,
    summary: 'Record the consent that an emergency deferred',
    params: ReferralId, body: Shared(ConsentInput), answer: Shared(Referral), conditional: true,
    problems: ['invalid_content', 'wrong_party', 'invalid_transition'],
    run: async (unit, { params, body, ifMatch }) => asSeenBy(unit, unit.actor, await giveConsent(unit, { id: params.id, ifMatch, body })),
    version: (referral) => referral.version,
    show: referralView,
  });
}

function reading(http: Http): void {
  question(http, {
    method: 'GET', path: '/v1/referrals', id: 'listReferrals', tag: 'Referrals', access: DESK,
    summary: 'The referrals of the institution, newest first, patients masked',
    query: Closed({
      ...PageQuery,
      status: Type.Optional(OneOf(STATUSES)),
      direction: Type.Optional(OneOf(DIRECTIONS)),
      sourceInstitutionId: Type.Optional(Key('The sender')),
      targetInstitutionId: Type.Optional(Key('The receiver')),
      patientId: Type.Optional(Type.String({ maxLength: 64 })),
      referralNo: Type.Optional(Type.String({ maxLength: 32 })),
      changedSince: Type.Optional(InstantText('Changed at this instant or later')),
    }),
    answer: ReferralPage,
    ask: (reads, actor, { query: { limit: size, cursor, changedSince, ...filter } }) =>
      paged(
        'referrals', { limit: size, cursor },
        (before, limit) => listReferrals(reads, actor, { ...filter, ...(changedSince !== undefined && { changedSince: parseInstant(changedSince) }), before, limit }),
        (referral) => referralSummary(referral, reads),
      ),
    show: (page) => page,
  });
  question(http, {
    method: 'GET', path: '/v1/referrals/:id', id: 'getReferral', tag: 'Referrals', access: DESK,
    summary: 'One referral in full',
    params: ReferralId, answer: Shared(Referral),
    ask: (reads, actor, { params }) => getReferral(reads, actor, params),
    version: (referral) => referral.version,
    lasting: true,
    show: referralView,
  });
  question(http, {
    method: 'POST', path: '/v1/patients/lookup', id: 'lookupPatient', tag: 'Patients', access: DESK,
    summary: 'The person behind an identity document, masked, and what is open for them',
    description: 'A question sent as POST so that the number stands in no log; needs no `Idempotency-Key`.',
    body: Shared(PatientLookupInput), answer: Shared(PatientLookup), problems: ['not_found'],
    ask: (reads, actor, { body }) => lookupPatient(reads, actor, body),
    show: patientFoundView,
  });
}

function details(http: Http): void {
  question(http, {
    method: 'GET', path: '/v1/referrals/:id/actions', id: 'getReferralActions', tag: 'Referrals', access: DESK,
    summary: 'What the caller may do with the referral now',
    params: ReferralId, answer: Shared(ActionsView),
    ask: (reads, actor, { params }) => actionsOf(reads, actor, params),
    version: ({ version }) => version,
    show: (actions) => actions,
  });
  question(http, {
    method: 'GET', path: '/v1/referrals/:id/history', id: 'getReferralHistory', tag: 'Referrals', access: DESK,
    summary: 'Every change of the referral, in the order of the log',
    params: ReferralId, query: Closed(PageQuery), answer: HistoryPage,
    ask: async (reads, actor, { params, query }) => {
      const after = seqOf('history', query.cursor);
      if (isRefusal(after)) return after;
      return paged('history', { limit: query.limit }, (_first, limit) => historyOf(reads, actor, { id: params.id, after, limit }), historyEntry);
    },
    show: (page) => page,
  });
  question(http, {
    method: 'GET', path: '/v1/referrals/:id/entitlement', id: 'getReferralEntitlement', tag: 'Referrals', access: DESK,
    summary: '一免三优先 of the referral: what was granted, why, and what has become of it',
    params: ReferralId, answer: Shared(EntitlementView),
    ask: (reads, actor, { params }) => entitlementOf(reads, actor, params),
    show: (entitlement) => entitlement,
  });
  question(http, {
    method: 'GET', path: '/v1/referrals/:id/form', id: 'getReferralForm', tag: 'Referrals', access: DESK,
    summary: 'The official 转出单 or 回转单 as data',
    params: ReferralId, answer: Shared(FormView), problems: ['wrong_party'],
    ask: (reads, actor, { params }) => formOf(reads, actor, params),
    show: (form) => form,
  });
}
