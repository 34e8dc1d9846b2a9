import { createReferralClient, type ReferralClient } from '../../client/index.js';
import type { ClientInput, ConsortiumInput, InstitutionInput, MemberInput } from '../../contract/institution.js';
import type { PolicyInput, QuoteInput } from '../../contract/insurance.js';
import type { PoolInput, SessionInput } from '../../contract/capacity.js';
import type { DocumentInput, Feedback, FollowUpInput, ReferralInput } from '../../contract/referral.js';
import type { RecommendationInput } from '../../contract/routing.js';
import type { StayInput } from '../../contract/stay.js';
import type { EntitlementItemName } from '../../contract/vocabulary.js';

/** One system that calls the service with its own key, through the client that is generated from the API document. */
export class Desk {
  readonly #api: ReferralClient;

  /** @param actFor for a system of several institutions: the one that it acts for. */
  constructor(
    private readonly baseUrl: string,
    readonly key: string,
    actFor?: string,
  ) {
    this.#api = createReferralClient({ baseUrl, key, ...(actFor === undefined ? {} : { actFor }) });
  }

  putInstitution(id: string, body: InstitutionInput) {
    return this.#api.PUT('/v1/institutions/{id}', { params: { path: { id } }, body });
  }

  putConsortium(id: string, body: ConsortiumInput) {
    return this.#api.PUT('/v1/consortia/{id}', { params: { path: { id } }, body });
  }

  putMember(id: string, institutionId: string, body: MemberInput) {
    return this.#api.PUT('/v1/consortia/{id}/members/{institutionId}', { params: { path: { id, institutionId } }, body });
  }

  createClient(body: ClientInput) {
    return this.#api.POST('/v1/clients', { body });
  }

  /** The clock of a test is no part of the API document, so that no client of a hospital knows it. */
  async moveClock(now: string) {
    const response = await fetch(`${this.baseUrl}/v1/test-clock`, {
      method: 'PUT', headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' }, body: JSON.stringify({ now }),
    });
    const body: unknown = await response.json();
    return response.ok ? { data: body, response } : { error: body, response };
  }

  putPool(id: string, body: PoolInput) {
    return this.#api.PUT('/v1/pools/{id}', { params: { path: { id } }, body });
  }

  putSessions(id: string, sessions: SessionInput[]) {
    return this.#api.PUT('/v1/pools/{id}/sessions', { params: { path: { id } }, body: { sessions } });
  }

  availability(query: { institutionId: string; kind: 'clinic' | 'exam' | 'bed'; from: string; to: string; sourceInstitutionId: string }) {
    return this.#api.GET('/v1/availability', { params: { query } });
  }

  recommend(body: RecommendationInput) {
    return this.#api.POST('/v1/recommendations', { body });
  }

  refer(body: ReferralInput) {
    return this.#api.POST('/v1/referrals', { body });
  }

  referral(id: string) {
    return this.#api.GET('/v1/referrals/{id}', { params: { path: { id } } });
  }

  reservation(id: string) {
    return this.#api.GET('/v1/reservations/{id}', { params: { path: { id } } });
  }

  confirm(id: string) {
    return this.#api.POST('/v1/reservations/{id}/confirm', { params: { path: { id } }, body: {} });
  }

  redeem(code: string, item: EntitlementItemName, institutionId: string) {
    return this.#api.POST('/v1/entitlements/{code}/redeem', { params: { path: { code } }, body: { item, institutionId } });
  }

  arrive(id: string, reservationId: string) {
    return this.#api.POST('/v1/referrals/{id}/arrive', { params: { path: { id } }, body: { reservationId } });
  }

  receive(id: string, manager: { code: string; name: string }, documentsAcknowledged: string[] = []) {
    return this.#api.POST('/v1/referrals/{id}/receive', { params: { path: { id } }, body: { manager, documentsAcknowledged } });
  }

  complete(id: string, feedback: Feedback) {
    return this.#api.POST('/v1/referrals/{id}/complete', { params: { path: { id } }, body: { feedback } });
  }

  addDocument(id: string, body: DocumentInput) {
    return this.#api.POST('/v1/referrals/{id}/documents', { params: { path: { id } }, body });
  }

  followUps(referralId: string) {
    return this.#api.GET('/v1/follow-ups', { params: { query: { referralId } } });
  }

  recordFollowUp(body: FollowUpInput) {
    return this.#api.POST('/v1/follow-ups', { body });
  }

  form(id: string) {
    return this.#api.GET('/v1/referrals/{id}/form', { params: { path: { id } } });
  }

  policy(id: string) {
    return this.#api.GET('/v1/policies/{id}', { params: { path: { id } } });
  }

  putPolicy(id: string, body: PolicyInput) {
    return this.#api.PUT('/v1/policies/{id}', { params: { path: { id } }, body });
  }

  putStay(institutionId: string, number: string, body: StayInput) {
    return this.#api.PUT('/v1/institutions/{institutionId}/stays/{number}', { params: { path: { institutionId, number } }, body });
  }

  quote(body: QuoteInput) {
    return this.#api.POST('/v1/deductibles/quote', { body });
  }

  episodes(patientId: string) {
    return this.#api.GET('/v1/patients/{id}/episodes', { params: { path: { id: patientId } } });
  }

  entries() {
    return this.#api.GET('/v1/deductible-entries', {});
  }

  transfers() {
    return this.#api.GET('/v1/transfers', {});
  }

  reportTransfers(from: string, to: string) {
    return this.#api.GET('/v1/reports/transfers', { params: { query: { from, to } } });
  }

  verifyEvents() {
    return this.#api.GET('/v1/events/verify', {});
  }
}
