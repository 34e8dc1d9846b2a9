import createFetchClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema.js';

/**
 * A typed client, generated from the API document. It knows the key, the institution acted for, and how
 * to ask again: each POST gets an `Idempotency-Key` that is kept over its retries, so that a request
 * whose answer was lost is never carried out twice.
 */

export interface ReferralClientOptions {
  /** Where the service is reached: `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  readonly key: string;
  /** The institution acted for, for a client of several. */
  readonly actFor?: string;
  readonly fetch?: (request: Request) => Promise<Response>;
  /** How often a request is sent again after a lost connection, 429, 503 or "still being processed". Default 3. */
  readonly retries?: number;
}

/** Headers that the client sets itself need not be given. */
type Eased<Operation> = Operation extends { parameters: { header?: infer Header } }
  ? Omit<Operation, 'parameters'> & { parameters: Omit<Operation['parameters'], 'header'> & { header?: Partial<Header> } }
  : Operation;
type EasedPaths = { [Path in keyof paths]: { [Method in keyof paths[Path]]: Eased<paths[Path][Method]> } };

export type ReferralClient = Client<EasedPaths>;

/** The shapes by their names in the API document: `Schemas['Referral']`. */
export type Schemas = components['schemas'];

const DEFAULT_RETRIES = 3;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

export function createReferralClient({ baseUrl, key, actFor, retries = DEFAULT_RETRIES, fetch = globalThis.fetch }: ReferralClientOptions): ReferralClient {
  const client = createFetchClient<EasedPaths>({ baseUrl, fetch: (request) => persist(fetch, request, retries) });
  client.use({
    onRequest({ request }) {
      request.headers.set('authorization', `Bearer ${key}`);
      if (actFor !== undefined && !request.headers.has('act-for')) request.headers.set('act-for', actFor);
      if (request.method === 'POST' && !request.headers.has('idempotency-key')) request.headers.set('idempotency-key', globalThis.crypto.randomUUID());
      return request;
    },
  });
  return client;
}

async function persist(fetch: (request: Request) => Promise<Response>, request: Request, retries: number): Promise<Response> {
  for (let attempt = 0; ; attempt += 1) {
    const last = attempt >= retries || request.method === 'PATCH';
    // A body can be read once: each attempt but the last sends a copy.
    const outcome = await fetch(last ? request : request.clone()).catch((error: unknown) => {
      if (last) throw error;
      return undefined;
    });
    if (outcome && (last || !(await passes(outcome)))) return outcome;
    await pause(outcome, attempt);
  }
}

/** Whether the same request may succeed a moment later. */
async function passes(response: Response): Promise<boolean> {
  if (response.status === 429 || response.status === 503) return true;
  if (response.status !== 409) return false;
  const problem = (await response.clone().json().catch(() => ({}))) as { code?: unknown };
  return problem.code === 'idempotency_in_progress';
}

function pause(response: Response | undefined, attempt: number): Promise<void> {
  const asked = Number(response?.headers.get('retry-after') ?? '') * 1_000;
  const ms = Math.min(LONGEST_WAIT_MS, Math.max(asked || 0, FIRST_WAIT_MS * 2 ** attempt));
  return new Promise((resolve) => setTimeout(resolve, ms));
}
