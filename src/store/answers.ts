import { DAY, type Instant } from '../kernel/calendar.js';
import { passingUtf8 } from '../kernel/utf8.js';
import { isRefusal, PROBLEMS, refuse, type Refusal } from '../kernel/problem.js';
import type { Answer, IdempotencyKey } from '../usecase/store.js';
import type { Queries } from './queries/catalogue.js';
import type { StoreVault } from './vault.js';

/** How long an answer is kept under its idempotency key. */
export const KEPT_FOR = 7 * DAY;

/** Whether an outcome is an answer for good: what may succeed later without a change must be asked anew, not told from memory. */
export function isKept(outcome: unknown): boolean {
  return !isRefusal(outcome) || !PROBLEMS[outcome.code].retryable;
}

/**
 * Answers under idempotency keys: the very bytes, sealed (an answer holds a patient's data), written in
 * the transaction of their effect. The key is stored as a keyed digest, so the table tells nothing.
 */
export class Answers {
  constructor(
    private readonly queries: Queries,
    private readonly vault: StoreVault,
  ) {}

  idOf(key: IdempotencyKey): string {
    return this.vault.digestOf('answer', `${key.scope}\n${key.key}`);
  }

  /** The answer given before, a refusal where the key was used for another request, undefined where it is new. */
  async recall(id: string, key: IdempotencyKey, now: Instant): Promise<Answer | Refusal | undefined> {
    const row = await this.queries.answer.byId({ id });
    if (row === undefined || row.createdAt <= now - KEPT_FOR) return undefined;
    const text = this.vault.openBytes(`answer:${id}`, row.sealed).toString('utf8');
    const [requestHash, status, headers] = text.split('\n', 3) as [string, string, string];
    if (requestHash !== key.requestHash) return refuse('idempotency_key_reused');
    const body = text.slice(requestHash.length + status.length + headers.length + 3);
    return { status: Number(status), headers: JSON.parse(headers) as Answer['headers'], body };
  }

  async record(id: string, key: IdempotencyKey, answer: Answer, now: Instant): Promise<void> {
    // Lines before the body rather than one JSON text: escaping the body once more costs as much as sealing it.
    const head = `${key.requestHash}\n${answer.status}\n${JSON.stringify(answer.headers)}\n`;
    await this.queries.answer.put({ id, createdAt: now, sealed: this.vault.sealBytes(`answer:${id}`, passingUtf8(head, answer.body)) });
  }
}
