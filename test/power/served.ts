import { formatInstant } from '../../src/kernel/calendar.js';
import { at, CONSORTIA, INSTITUTIONS, POOLS, sessionOn, SINCE, upReferral } from '../kit/network.js';
import { ADMIN_KEY } from '../kit/program.js';

/** What a client has been told, and how it would ask again. */
export interface Acknowledged {
  readonly key: string;
  readonly method: 'PUT' | 'POST';
  readonly path: string;
  readonly idempotencyKey: string;
  readonly body: object;
  readonly status: number;
  readonly text: string;
}

const DAY = '2037-03-02';
const AT_ONCE = 12;

/** Clients of one program, who keep every answer. */
export class Clients {
  readonly acknowledged: Acknowledged[] = [];
  #keys = new Map<string, string>([['admin', ADMIN_KEY]]);
  #referrals: string[] = [];
  #sent = 0;

  constructor(public address: string) {}

  /** Two institutions of one group, a clinic with places, a key for each. */
  async settle(): Promise<void> {
    for (const id of ['t1', 'p1']) await this.#send('admin', 'PUT', `/v1/institutions/${id}`, INSTITUTIONS[id]!);
    await this.#send('admin', 'PUT', '/v1/consortia/g1', CONSORTIA['g1']!);
    for (const [id, role] of [['t1', 'lead'], ['p1', 'member']]) await this.#send('admin', 'PUT', `/v1/consortia/g1/members/${id}`, { periods: [{ role, from: SINCE }] });
    for (const institutionId of ['t1', 'p1']) {
      const client = await this.#send('admin', 'POST', '/v1/clients', { name: institutionId, institutionId, roles: ['clerk', 'doctor', 'coordinator', 'his'] });
      this.#keys.set(institutionId, (JSON.parse(client.text) as { key: string }).key);
    }
    await this.#send('t1', 'PUT', '/v1/pools/t1-clinic', POOLS['t1-clinic']!);
    await this.#send('t1', 'PUT', '/v1/pools/t1-clinic/sessions', { sessions: [sessionOn(DAY, 500)] });
  }

  /** Referrals with a place each, several at a time; some are then accepted. */
  async work(from: number, count: number): Promise<void> {
    const startsAt = formatInstant(at(DAY, 8));
    const numbers = Array.from({ length: count }, (_, i) => from + i);
    await inParallel(numbers, async (n) => {
      const { text } = await this.#send('p1', 'POST', '/v1/referrals', upReferral(n, { reserve: { items: [{ poolId: 't1-clinic', startsAt }] } }));
      this.#referrals.push((JSON.parse(text) as { id: string }).id);
    });
    await inParallel(this.#referrals.splice(0, Math.ceil(count / 3)), (id) => this.#send('t1', 'POST', `/v1/referrals/${id}/accept`, {}));
  }

  async #send(as: string, method: 'PUT' | 'POST', path: string, body: object): Promise<Acknowledged> {
    const key = this.#keys.get(as)!;
    this.#sent += 1;
    const idempotencyKey = `request-${this.#sent}`;
    const response = await fetch(`${this.address}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...(method === 'POST' && { 'idempotency-key': idempotencyKey }) },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (response.status >= 300) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const one = { key, method, path, idempotencyKey, body, status: response.status, text };
    this.acknowledged.push(one);
    return one;
  }
}

async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  const queue = [...all];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
