import { isRefusal, refuse } from '../../kernel/problem.js';
import type { DocumentInput } from '../../contract/referral.js';
import { legalActions, takesPapers } from '../../domain/referral-machine.js';
import type { DocumentRecord, Page, Query, UseCase } from '../ports.js';
import { findReferral, lockForChange, refuseOutsiders, type PageQuestion } from './access.js';
import { referralEvent } from './referral-event.js';

/** 病案交接 (Xinhui 2017, line 22): documents are appended and removed one by one, and signed for at the hand-over. */

export interface NewDocument {
  readonly id: string;
  readonly body: Omit<DocumentInput, 'content' | 'operator'>;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/**
 * Either side appends while the referral is open, and to an emergency afterwards. The same content is kept once for each time it is sent.
 *
 * Refused: `not_found`, `wrong_party`, `invalid_transition`.
 */
export const addDocument: UseCase<NewDocument, DocumentRecord> = async (unit, { id, body, bytes, sha256 }) => {
  const found = await lockForChange(unit, id, null, refuseOutsiders);
  if (isRefusal(found)) return found;
  const { referral } = found;
  if (!takesPapers(referral)) return refuse('invalid_transition', { currentStatus: referral.status });
  const document: DocumentRecord = {
    id: unit.ids.next(referral.area),
    referralId: id,
    kind: body.kind,
    title: body.title,
    mediaType: body.mediaType,
    author: body.author,
    institutionId: unit.actor.institutionId,
    bytes: bytes.byteLength,
    sha256,
    at: unit.now,
    state: 'delivered',
  };
  await unit.insertDocument(document, bytes);
  unit.append(referralEvent(referral, 'document-added', { documentId: document.id, kind: document.kind, bytes: document.bytes, sha256 }));
  return document;
};

/**
 * Who appended a document may remove it until it is signed for. The log keeps its hash.
 *
 * Refused: `not_found` (the referral, or the document in it), `wrong_party`, `invalid_transition` (signed for, or the referral has ended).
 */
export const removeDocument: UseCase<{ id: string; documentId: string }, DocumentRecord> = async (unit, { id, documentId }) => {
  const found = await lockForChange(unit, id, null);
  if (isRefusal(found)) return found;
  const document = (await unit.documents(id)).find((d) => d.id === documentId);
  if (!document) return refuse('not_found');
  if (document.institutionId !== unit.actor.institutionId) return refuse('wrong_party');
  if (document.state === 'acknowledged' || legalActions(found.referral.status).length === 0) {
    return refuse('invalid_transition', { currentStatus: found.referral.status });
  }
  await unit.deleteDocument(id, documentId);
  unit.append(referralEvent(found.referral, 'document-removed', { documentId, sha256: document.sha256 }));
  return document;
};

export const documentsOf: Query<PageQuestion, Page<DocumentRecord>> = async (reads, actor, { id, after, limit }) => {
  const found = await findReferral(reads, actor, id);
  return isRefusal(found) ? found : reads.documentsAfter(id, after, limit);
};

export const documentContent: Query<{ id: string; documentId: string }, DocumentRecord & { readonly content: Uint8Array }> = async (reads, actor, { id, documentId }) => {
  const found = await findReferral(reads, actor, id);
  if (isRefusal(found)) return found;
  const document = await reads.document(id, documentId);
  return document ?? refuse('not_found');
};
