/**
 * Many clients before several instances, as a balancer spreads them: each sends its request again, under the
 * same key, to the next instance, until it has an answer.
 */
export interface Given {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
}

/** What is no answer: nothing was decided, or nobody knows. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const AT_ONCE = 12;

export class Crowd {
  /** The first answer under each key. */
  readonly answers = new Map<string, Given>();
  /** Bodies of refusals that were no answer, each once. */
  readonly passing = new Set<string>();
  readonly #waiting = new Map<string, Promise<void>>();
  #turn = 0;

  constructor(
    /** Where instances listen; changes as they come and go. */
    readonly addresses: string[],
    private readonly key: string,
  ) {}

  /** Sends each body under its key; calls `answered` with how many have an answer by now. */
  async post(path: string, bodies: ReadonlyMap<string, object>, answered: (count: number) => void = () => undefined): Promise<void> {
    const queue = [...bodies];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [name, body] = next;
        this.answers.set(name, await this.#insist(path, name, body));
        answered(this.answers.size);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** One request to one instance. undefined: the connection failed. */
  async ask(address: string, method: string, path: string, key = this.key, body?: object, idempotencyKey?: string): Promise<Given | undefined> {
    try {
      const response = await fetch(`${address}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body && { 'content-type': 'application/json' }),
          ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text(), replayed: response.headers.get('idempotency-replayed') === 'true' };
    } catch {
      return undefined;
    }
  }

  async #insist(path: string, name: string, body: object): Promise<Given> {
    for (;;) {
      const address = this.next();
      const given = await this.ask(address, 'POST', path, this.key, body, name);
      if (given === undefined) continue;
      if (!PASSING.has(given.status) && !given.text.includes('idempotency_in_progress')) return given;
      this.passing.add(`${given.status} ${(JSON.parse(given.text) as { code: string }).code}`);
      if (given.status === 503) await this.#untilReady(address);
    }
  }

  next(): string {
    return this.addresses[(this.#turn += 1) % this.addresses.length]!;
  }

  /** All who were refused by one instance wait for it together; one that has left is waited for no longer. */
  #untilReady(address: string): Promise<void> {
    const known = this.#waiting.get(address);
    if (known) return known;
    const waiting = (async () => {
      for (let ready = false; !ready; ) {
        const given = await this.ask(address, 'GET', '/readyz');
        ready = given === undefined || given.status === 200;
      }
      this.#waiting.delete(address);
    })();
    this.#waiting.set(address, waiting);
    return waiting;
  }
}
