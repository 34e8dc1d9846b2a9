import { connect, type Socket } from 'node:net';

/**
 * A keep-alive client for HTTP/1.1 that does nothing but ask and count: requests are finished bytes,
 * of an answer it reads the status and the length. So one core of it keeps a service busy that does
 * real work. It knows only what this service and Fastify send: answers with a Content-Length.
 */
export interface Tally {
  /** Seconds from the last answer of the warm-up to the last answer of all. */
  readonly seconds: number;
  /** Answers counted, the warm-up apart. */
  readonly answers: number;
  readonly perSecond: number;
  readonly milliseconds: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** How many answers of each status, the warm-up included. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Bytes of the last answer. */
  readonly bytes: number;
}

export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly requests: readonly Buffer[];
  /** How many of them, the first, are not counted. */
  readonly warmUp: number;
}

/** Sends every request once, each connection one after the other. */
export function send(load: Load): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const run = new Run(load, resolve, reject);
    run.begin();
  });
}

class Run {
  readonly #times: Float64Array;
  readonly #statuses: Record<number, number> = {};
  readonly #open: Connection[] = [];
  #sent = 0;
  #received = 0;
  #countedFrom = 0;
  #bytes = 0;

  constructor(
    private readonly load: Load,
    private readonly resolve: (tally: Tally) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.#times = new Float64Array(load.requests.length);
  }

  begin(): void {
    this.#countedFrom = performance.now();
    for (let i = 0; i < this.load.connections; i += 1) this.#open.push(new Connection(this.load.port, this));
  }

  /** The next request; undefined when all are sent. */
  next(): Buffer | undefined {
    const request = this.load.requests[this.#sent];
    this.#sent += 1;
    return request;
  }

  answered(status: number, bytes: number, milliseconds: number): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    this.#times[this.#received] = milliseconds;
    this.#bytes = bytes;
    this.#received += 1;
    if (this.#received === this.load.warmUp) this.#countedFrom = performance.now();
    if (this.#received === this.load.requests.length) this.#end();
  }

  fail(error: Error): void {
    for (const connection of this.#open) connection.end();
    this.reject(error);
  }

  #end(): void {
    const seconds = (performance.now() - this.#countedFrom) / 1_000;
    for (const connection of this.#open) connection.end();
    const times = this.#times.subarray(this.load.warmUp).sort();
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
    this.resolve({
      seconds,
      answers: times.length,
      perSecond: times.length / seconds,
      milliseconds: { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) },
      statuses: this.#statuses,
      bytes: this.#bytes,
    });
  }
}

const HEAD_END = '\r\n\r\n';
const NOTHING = Buffer.alloc(0);

class Connection {
  readonly #socket: Socket;
  #received: Buffer = NOTHING;
  /** Bytes of the whole answer; 0 while its head has not arrived. */
  #expected = 0;
  #status = 0;
  #asked = 0;
  #done = false;

  constructor(
    port: number,
    private readonly run: Run,
  ) {
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.on('connect', () => this.#ask());
    this.#socket.on('data', (bytes) => this.#take(bytes));
    this.#socket.on('error', (error) => this.#lost(error));
    this.#socket.on('close', () => this.#lost(new Error('the service closed a connection')));
  }

  end(): void {
    this.#done = true;
    this.#socket.destroy();
  }

  #ask(): void {
    const request = this.run.next();
    if (request === undefined) return;
    this.#asked = performance.now();
    this.#socket.write(request);
  }

  #take(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    if (this.#expected === 0 && !this.#readHead()) return;
    if (this.#received.length < this.#expected) return;
    const length = this.#expected;
    this.#received = NOTHING;
    this.#expected = 0;
    this.run.answered(this.#status, length, performance.now() - this.#asked);
    if (!this.#done) this.#ask();
  }

  #readHead(): boolean {
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = this.#received.toString('latin1', 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      this.#lost(new Error(`an answer without a length: ${head.split('\r\n', 1)[0]}`));
      return false;
    }
    this.#status = Number(head.slice(9, 12));
    this.#expected = end + HEAD_END.length + Number(length);
    return true;
  }

  #lost(error: Error): void {
    if (!this.#done) this.run.fail(error);
  }
}
