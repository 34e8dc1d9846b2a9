import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { field, refuse } from '../../kernel/problem.js';
import { DocumentContent, DocumentInput, DocumentPage, DocumentView, FollowUpInput, FollowUpPage, FollowUpView, Message, MessageInput, MessagePage } from '../../contract/referral.js';
import { Closed, DateText, OneOf, PageQuery, Shared } from '../../contract/scalars.js';
import { FOLLOW_UP_STATES } from '../../contract/vocabulary.js';
import { addDocument, documentContent, documentsOf, removeDocument } from '../../usecase/referral/documents.js';
import { followUps, recordFollowUp } from '../../usecase/referral/follow-ups.js';
import { messagesOf, postMessage } from '../../usecase/referral/post-message.js';
import { DESK } from '../access.js';
import { command, question, type Http } from '../operation.js';
import { paged } from '../paging.js';
import { documentContentView, documentView, followUpView, messageView } from '../present/referral.js';
import { ReferralId } from './referrals.js';

/** What passes between the two sides besides the referral itself: messages, documents, follow-ups. */

const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024;
/** Ten mebibytes in base64, and the fields around them. */
const DOCUMENT_BODY_LIMIT = Math.ceil(MAX_DOCUMENT_BYTES / 3) * 4 + 512 * 1024;

const DocumentId = Closed({ id: Type.String({ description: 'The referral' }), documentId: Type.String({ description: 'The document' }) });

export function conversationRoutes(http: Http): void {
  messages(http);
  documents(http);
  care(http);
}

function messages(http: Http): void {
  question(http, {
    method: 'GET', path: '/v1/referrals/:id/messages', id: 'listMessages', tag: 'Referrals', access: DESK,
    summary: 'The conversation about a referral, oldest first',
    params: ReferralId, query: Closed(PageQuery), answer: MessagePage,
    ask: (reads, actor, { params, query }) => paged('messages', query, (after, limit) => messagesOf(reads, actor, { id: params.id, after, limit }), messageView),
    show: (page) => page,
  });
  command(http, {
    method: 'POST', path: '/v1/referrals/:id/messages', id: 'postMessage', tag: 'Referrals', access: DESK,
    summary: 'Say something about a referral, in any status',
    params: ReferralId, body: Shared(MessageInput), answer: Shared(Message), status: 201,
    run: (unit, { params, body }) => postMessage(unit, { id: params.id, body }),
    show: messageView,
  });
}

function documents(http: Http): void {
  question(http, {
    method: 'GET', path: '/v1/referrals/:id/documents', id: 'listDocuments', tag: 'Referrals', access: DESK,
    summary: 'The documents of a referral, oldest first, without their content',
    params: ReferralId, query: Closed(PageQuery), answer: DocumentPage,
    ask: (reads, actor, { params, query }) => paged('documents', query, (after, limit) => documentsOf(reads, actor, { id: params.id, after, limit }), documentView),
    show: (page) => page,
  });
  command(http, {
    method: 'POST', path: '/v1/referrals/:id/documents', id: 'addDocument', tag: 'Referrals', access: DESK,
    summary: 'Append a document, up to 10 MiB',
    params: ReferralId, body: Shared(DocumentInput), bodyLimit: DOCUMENT_BODY_LIMIT, answer: Shared(DocumentView), status: 201,
    problems: ['wrong_party', 'invalid_transition'],
    prepare: ({ body }) => {
      const bytes = Buffer.from(body.content, 'base64');
      if (body.content.length % 4 !== 0 || bytes.length === 0) {
        return refuse('invalid_request', { errors: [field('/content', '不是有效的 base64', 'Is not valid base64')] });
      }
      if (bytes.length > MAX_DOCUMENT_BYTES) return refuse('payload_too_large');
      return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
    },
    run: (unit, { params, body }, { bytes, sha256 }) => addDocument(unit, { id: params.id, body, bytes, sha256 }),
    location: (document) => `/v1/referrals/${document.referralId}/documents/${document.id}`,
    show: documentView,
  });
  question(http, {
    method: 'GET', path: '/v1/referrals/:id/documents/:documentId', id: 'getDocument', tag: 'Referrals', access: DESK,
    summary: 'One document with its content',
    params: DocumentId, answer: Shared(DocumentContent),
    ask: (reads, actor, { params }) => documentContent(reads, actor, params),
    show: documentContentView,
  });
  command(http, {
    method: 'DELETE', path: '/v1/referrals/:id/documents/:documentId', id: 'removeDocument', tag: 'Referrals', access: DESK,
    summary: 'Remove a document that the institution appended and nobody has signed for',
    params: DocumentId, answer: null, problems: ['wrong_party', 'invalid_transition'],
    run: (unit, { params }) => removeDocument(unit, params),
  });
}

function care(http: Http): void {
  question(http, {
    method: 'GET', path: '/v1/follow-ups', id: 'listFollowUps', tag: 'Care', access: DESK,
    summary: 'Follow-ups: the tasks of the institution, or those of one referral',
    query: Closed({
      ...PageQuery,
      referralId: Type.Optional(Type.String({ maxLength: 64 })),
      state: Type.Optional(OneOf(FOLLOW_UP_STATES)),
      dueBefore: Type.Optional(DateText('Due before this local date')),
    }),
    answer: FollowUpPage, problems: ['not_found'],
    ask: (reads, actor, { query: { limit: size, cursor, ...filter } }) =>
      paged('followUps', { limit: size, cursor }, (after, limit) => followUps(reads, actor, { ...filter, after, limit }), followUpView),
    show: (page) => page,
  });
  command(http, {
    method: 'POST', path: '/v1/follow-ups', id: 'recordFollowUp', tag: 'Care', access: DESK,
    summary: 'Plan a follow-up, or record that it was done or that nobody was reached',
    body: Shared(FollowUpInput), answer: Shared(FollowUpView), status: 201,
    problems: ['not_found', 'wrong_party', 'invalid_transition', 'invalid_content'],
    run: (unit, { body }) => recordFollowUp(unit, { body }),
    show: followUpView,
  });
}
