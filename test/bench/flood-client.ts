import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * Open-loop load: requests go out when they are due, whether or not what came before is answered, as the
 * patients of a city come. A request is timed from when it was due, so a service that stalls cannot hide it.
 * Connections are opened as they are needed; each carries one request at a time.
 */
export interface Flood {
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** In turn. */
  readonly requests: readonly Buffer[];
  /** Open at most; what is due beyond it waits here, and its time runs. */
  readonly connections: number;
}

export interface FloodTally {
  readonly sent: number;
  readonly perSecond: number;
  /** Answers of each status; 0: none at all. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Of what was done (2xx): how many a second of the flood, and how long each took. */
  readonly done: { readonly perSecond: number; readonly p50: number; readonly p99: number; readonly max: number };
  /** Of what was shed. */
  readonly shed: { readonly p50: number; readonly p99: number };
}

/** Requests are looked for this often. */
const STEP_MS = 2;
const HEAD_END = Buffer.from('\r\n\r\n');

export async function flood(load: Flood): Promise<FloodTally> {
  const run = new FloodRun(load);
  return run.result;
}

class FloodRun {
  readonly result: Promise<FloodTally>;
  readonly #idle: Asker[] = [];
  readonly #all: Asker[] = [];
  /** When each request that waits for a connection was due. */
  readonly #due: { readonly request: Buffer; readonly at: number }[] = [];
  readonly #done: number[] = [];
  readonly #shed: number[] = [];
  readonly #statuses: Record<number, number> = {};
  readonly #begun = performance.now();
  readonly #total: number;
  #sent = 0;
  #answered = 0;
  #end!: (tally: FloodTally) => void;

  constructor(private readonly load: Flood) {
    this.#total = Math.round(load.perSecond * load.seconds);
    this.result = new Promise((resolve) => (this.#end = resolve));
    void this.#send();
  }

  async #send(): Promise<void> {
    for (; this.#sent < this.#total; await wait(STEP_MS)) this.#step();
  }

  #step(): void {
    const wanted = Math.min(this.#total, Math.floor(((performance.now() - this.#begun) / 1_000) * this.load.perSecond));
    for (; this.#sent < wanted; this.#sent += 1) {
      const request = this.load.requests[this.#sent % this.load.requests.length]!;
      this.#due.push({ request, at: this.#begun + (this.#sent / this.load.perSecond) * 1_000 });
    }
    while (this.#due.length > 0) {
      const asker = this.#idle.pop() ?? this.#open();
      if (asker === undefined) return;
      const { request, at } = this.#due.shift()!;
      asker.ask(request, at);
    }
  }

  #open(): Asker | undefined {
    if (this.#all.length >= this.load.connections) return undefined;
    const asker = new Asker(this.load.port, (status, ms) => this.#hear(asker, status, ms));
    this.#all.push(asker);
    return asker;
  }

  #hear(asker: Asker, status: number, ms: number): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (status >= 200 && status < 300) this.#done.push(ms);
    else this.#shed.push(ms);
    this.#answered += 1;
    const next = this.#due.shift();
    if (next) asker.ask(next.request, next.at);
    else this.#idle.push(asker);
    if (this.#answered === this.#total) this.#finish();
  }

  #finish(): void {
    for (const asker of this.#all) asker.end();
    const seconds = (performance.now() - this.#begun) / 1_000;
    const [done, shed] = [quantiles(this.#done), quantiles(this.#shed)];
    this.#end({ sent: this.#sent, perSecond: this.#sent / this.load.seconds, statuses: this.#statuses, done: { perSecond: this.#done.length / seconds, ...done }, shed });
  }
}

function quantiles(times: number[]): { p50: number; p99: number; max: number } {
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

/** One connection; a connection that is lost in the middle of a request is opened anew, and the request counts as status 0. */
class Asker {
  #socket: Socket;
  #received: Buffer | undefined;
  #at = 0;
  #busy = false;
  #over = false;

  constructor(
    private readonly port: number,
    private readonly heard: (status: number, ms: number) => void,
  ) {
    this.#socket = this.#connect();
  }

  ask(request: Buffer, at: number): void {
    if (this.#socket.destroyed) this.#socket = this.#connect();
    this.#busy = true;
    this.#at = at;
    this.#socket.write(request);
  }

  end(): void {
    this.#over = true;
    this.#socket.destroy();
  }

  #connect(): Socket {
    const socket = connect({ host: '127.0.0.1', port: this.port, noDelay: true });
    socket.on('data', (bytes) => this.#take(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#busy && !this.#over && socket === this.#socket) this.#tell(0);
    });
    return socket;
  }

  #take(bytes: Buffer): void {
    const received = (this.#received = this.#received ? Buffer.concat([this.#received, bytes]) : bytes);
    const end = received.indexOf(HEAD_END);
    if (end < 0) return;
    const head = received.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    if (received.length >= end + HEAD_END.length + length) this.#tell(Number(head.slice(9, 12)));
  }

  #tell(status: number): void {
    this.#received = undefined;
    this.#busy = false;
    this.heard(status, performance.now() - this.#at);
  }
}
