import { Writable } from 'node:stream';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { Ajv } from 'ajv';
import { createReferralClient, type ReferralClient } from 'referral-router/client';
import type { After, Instant } from '../../src/kernel/calendar.js';
import { Prng } from '../../src/kernel/prng.js';
import { appStore, inProcess, packagedExamples } from '../../src/compose.js';
import type { Problem } from '../../src/contract/problem.js';
import type { ClientInput } from '../../src/contract/institution.js';
import type { Role } from '../../src/contract/vocabulary.js';
import { buildApp, type AppSettings } from '../../src/http/app.js';
import type { Gate } from '../../src/http/gate.js';
import { createLogger } from '../../src/http/log.js';
import { apiDocument } from '../../src/http/openapi.js';
import { reckonHere, workOff, type Backtesting } from '../../src/reckoning/runner.js';
import { settle } from '../../src/relay/tick.js';
import { createClient } from '../../src/usecase/network/create-client.js';
import type { StoreOptions, WholeStore } from '../../src/store/open.js';
import { TestGate } from './held.js';
import { ADMIN, accepted, putNetwork } from './network.js';
import { freshStore, type Fixture, type Teardown } from './store.js';

/** The app that production runs, on a fresh store, with a clock that only the test moves. */

export const ADMIN_KEY = 'admin-key-of-the-tests';

export interface Reply {
  readonly status: number;
  readonly headers: LightMyRequestResponse['headers'];
  /** The parsed body; undefined where there is none. */
  readonly body: unknown;
  readonly text: string;
}

export interface TestApp extends Fixture {
  readonly server: Awaited<ReturnType<typeof buildApp>>;
  /** Everything that was logged, line by line. */
  readonly logged: readonly string[];
  /** The key of a client, made when first asked for: `p1` is clerk, doctor, coordinator and his of institution p1. */
  keyOf(name: string): Promise<string>;
  makeKey(body: ClientInput): Promise<string>;
  /** A request through the whole app without a socket; every answer is held against the API document. */
  send(as: string | null, method: string, url: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  raw(options: InjectOptions): Promise<Reply>;
  /** A typed client over a real socket on a free port. */
  client(as: string): Promise<ReferralClient>;
  /** Where it listens, on a free port. */
  listen(): Promise<string>;
  /** Moves the clock, and does what is then due. */
  moveTo(now: Instant): Promise<void>;
  /** Reckons the backtests that wait. */
  reckon(): Promise<void>;
  /** Until a request waits for events. */
  waiting(): Promise<void>;
  /** Lets every wait for events run out. */
  runOut(): void;
}

export interface AppOptions extends Partial<StoreOptions> {
  readonly startAt?: Instant;
  readonly settings?: Partial<AppSettings>;
  /** Who carries out commands, where not the store at once. */
  readonly commander?: (store: Fixture['store']) => ReturnType<typeof inProcess>;
  /** Without it one for which no time passes. */
  readonly gate?: Gate;
  /** Without it the directory of test/kit/network.ts is there. */
  readonly empty?: boolean;
}

const INSTITUTION_ROLES: Role[] = ['clerk', 'doctor', 'coordinator', 'his'];
const WITHOUT_INSTITUTION: Readonly<Record<string, ClientInput>> = {
  insurer: { name: 'insurer', area: '440100', roles: ['insurer'] },
  regulator: { name: 'regulator', area: '440100', roles: ['regulator'] },
};

export async function startApp(t: Teardown, options: AppOptions = {}): Promise<TestApp> {
  const { settings, empty = false, commander, gate = new TestGate(), ...storeOptions } = options;
  const fixture = await freshStore(t, storeOptions);
  const { store, clock } = fixture;
  const logged: string[] = [];
  const waits = new Set<() => void>();
  const server = await buildApp({
    store: appStore(store),
    commander: commander?.(store) ?? inProcess(store),
    clock,
    gate,
    settings: { rateLimit: 1_000_000, maxConnections: 10_000, adminKeyHash: store.vault.hashKey(ADMIN_KEY), ...settings },
    logger: createLogger('info', lines(logged)),
    random: new Prng(2).bytes,
    after: manually(waits),
    examples: packagedExamples(),
    moveClock: async (now) => {
      clock.set(now);
      await settle(store);
    },
  });
  t.teardown(() => server.close());
  if (!empty) await putNetwork(store);

  const keys = new Map<string, Promise<string>>([['admin', Promise.resolve(ADMIN_KEY)]]);
  const makeKey = async (body: ClientInput): Promise<string> => (await accepted(store.write(ADMIN, (unit) => createClient(unit, { body })))).key;
  const keyOf = (name: string): Promise<string> => {
    const known = keys.get(name) ?? makeKey(WITHOUT_INSTITUTION[name] ?? { name, institutionId: name, roles: INSTITUTION_ROLES });
    keys.set(name, known);
    return known;
  };
  let contract: Contract | undefined;
  let count = 0;
  const raw = async (request: InjectOptions): Promise<Reply> => {
    const response = await server.inject(request);
    const text = response.body;
    const isJson = /json/.test(String(response.headers['content-type']));
    const reply: Reply = { status: response.statusCode, headers: response.headers, body: isJson ? JSON.parse(text) : undefined, text };
    contract ??= new Contract(apiDocument(server));
    contract.check(String(request.method ?? 'GET'), String(request.url), reply);
    return reply;
  };

  return Object.assign(Object.create(fixture) as Fixture, {
    server,
    logged,
    keyOf,
    makeKey,
    raw,
    async send(as: string | null, method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
      count += 1;
      return raw({
        method: method as 'GET',
        url,
        ...(body !== undefined && { payload: JSON.stringify(body) }),
        headers: {
          ...(as !== null && { authorization: `Bearer ${await keyOf(as)}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(method === 'POST' && { 'idempotency-key': `request-${count}` }),
          ...headers,
        },
      });
    },
    async listen() {
      const address = server.server.address();
      return typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : server.listen({ host: '127.0.0.1', port: 0 });
    },
    async client(as: string) {
      return createReferralClient({ baseUrl: await this.listen(), key: await keyOf(as) });
    },
    async moveTo(now: Instant) {
      clock.set(now);
      await settle(store);
    },
    reckon() {
      return workOff(inThisThread(store));
    },
    async waiting() {
      while (waits.size === 0) await new Promise((resolve) => setImmediate(resolve));
    },
    runOut() {
      for (const run of [...waits]) run();
    },
  });
}

/** Backtests reckoned where the store is; one that fails is a fault of the test. */
export function inThisThread(store: WholeStore): Backtesting {
  return { store, open: async () => reckonHere(store.slices), leaseMs: 0, report: (error) => { throw error; } };
}

/** The body as a problem document. */
export function problem({ body }: Reply): Problem {
  return body as Problem;
}

/** The pointers of a problem, in order. */
export function pointers(reply: Reply): string[] {
  return (problem(reply).errors ?? []).map((error) => error.pointer);
}

function lines(logged: string[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged.push(...chunk.toString('utf8').split('\n').filter((line) => line !== ''));
      done();
    },
  });
}

/** Timers that end when the test says so. */
function manually(waits: Set<() => void>): After {
  return (_ms, run) => {
    waits.add(run);
    return () => void waits.delete(run);
  };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string; readonly responses: Readonly<Record<string, ResponseObject>> }>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}
interface ResponseObject {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
  readonly 'x-problem-codes'?: readonly string[];
}

/** The API document as a judge: an answer has a declared status, the shape of it, and a code that the operation may answer. */
class Contract {
  readonly #ajv = new Ajv({ strict: false, validateFormats: false });
  readonly #patterns: readonly { readonly path: RegExp; readonly template: string }[];

  constructor(private readonly document: object) {
    this.#ajv.addSchema({ $id: 'api', ...document });
    this.#patterns = Object.keys((document as Document).paths)
      .map((template) => ({ template, path: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`) }))
      .sort((a, b) => a.template.split('{').length - b.template.split('{').length);
  }

  check(method: string, url: string, { status, headers, body }: Reply): void {
    const path = url.split('?', 1)[0] ?? '';
    const template = this.#patterns.find((pattern) => pattern.path.test(path))?.template;
    const operation = template === undefined ? undefined : (this.document as Document).paths[template]?.[method.toLowerCase()];
    if (operation === undefined || template === undefined) return;
    const response = operation.responses[status];
    if (response === undefined) throw new Error(`${operation.operationId} answered ${status}, which it does not declare: ${JSON.stringify(body)}`);
    const mediaType = String(headers['content-type']).split(';', 1)[0] ?? '';
    if (body === undefined) return;
    const pointer = ['paths', template, method.toLowerCase(), 'responses', String(status), 'content', mediaType, 'schema'].map(escape).join('/');
    const check = this.#ajv.getSchema(`api#/${pointer}`);
    if (!check?.(body)) throw new Error(`${operation.operationId} answered ${status} in another shape than it declares: ${this.#ajv.errorsText(check?.errors)}`);
    const codes = response['x-problem-codes'];
    const { code } = body as { code?: string };
    if (codes && code !== undefined && !codes.includes(code)) throw new Error(`${operation.operationId} answered ${code}, which it does not declare`);
  }
}

function escape(part: string): string {
  return encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1'));
}
