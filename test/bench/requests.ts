import type { ReferralInput } from '../../src/contract/referral.js';
import { upReferral } from '../kit/network.js';

/** What the load asks, as the bytes that go out. */

export interface Slot {
  readonly poolId: string;
  readonly startsAt: string;
}

export type Work =
  /** New referrals of p1 to t1, each of another person, each with a hold on one session; the sessions in turn. */
  | { readonly kind: 'submit'; readonly firstPerson: number; readonly slots: readonly Slot[] }
  /** Questions that are sent as POST, in turn. */
  | { readonly kind: 'post'; readonly path: string; readonly bodies: readonly string[] }
  | { readonly kind: 'get'; readonly paths: readonly string[] };

/** The same path for submissions as the contract's; a place is held for an hour, so that none runs out under load. */
const HELD_SECONDS = 3_600;

export function requestsOf(work: Work, key: string, count: number): Buffer[] {
  const common = `host: 127.0.0.1\r\nauthorization: Bearer ${key}\r\n`;
  if (work.kind === 'get') {
    const bytes = work.paths.map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\n${common}\r\n`));
    return Array.from({ length: count }, (_, i) => bytes[i % bytes.length]!);
  }
  if (work.kind === 'post') {
    const bytes = work.bodies.map((body) => Buffer.from(`POST ${work.path} HTTP/1.1\r\n${common}${contentOf(body)}`));
    return Array.from({ length: count }, (_, i) => bytes[i % bytes.length]!);
  }
  return Array.from({ length: count }, (_, i) => {
    const person = work.firstPerson + i;
    return submissionOf(common, person, submission(person, work.slots[i % work.slots.length]!));
  });
}

/** Emergencies of p1 to t1, each of another person. */
export function emergencies(key: string, firstPerson: number, count: number): Buffer[] {
  const common = `host: 127.0.0.1\r\nauthorization: Bearer ${key}\r\n`;
  return Array.from({ length: count }, (_, i) => submissionOf(common, firstPerson + i, upReferral(firstPerson + i, { urgency: 'emergency' })));
}

function submissionOf(common: string, person: number, body: ReferralInput): Buffer {
  return Buffer.from(`POST /v1/referrals HTTP/1.1\r\n${common}idempotency-key: visit-${person}\r\n${contentOf(JSON.stringify(body))}`);
}

function contentOf(body: string): string {
  return `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

export function submission(person: number, slot: Slot): ReferralInput {
  return upReferral(person, { reserve: { items: [slot], ttlSeconds: HELD_SECONDS } });
}
