import { setImmediate } from 'node:timers/promises';
import type { InjectOptions } from 'fastify';
import { Prng } from '../../../src/kernel/prng.js';
import { packagedExamples } from '../../../src/compose.js';
import { startApp, type Reply, type TestApp } from '../app.js';
import { play, type Told } from '../examples.js';
import type { Teardown } from '../store.js';
import { ERRANDS, type Made } from './errands.js';
import { ApiDocument, type Operation } from './document.js';
import { Judge, type Heard } from './judge.js';
import { sent, type Draft, type Sent } from './request.js';
import { Known, Sampler } from './sample.js';
import { spoil } from './spoil.js';
import { Watch } from './watch.js';

/**
 * Bad input at scale. First the story of `openapi/examples` is told, and before each of its requests come
 * spoiled copies of it: so every operation is met with data that fit it, in the state in which it works.
 * Then requests to every operation in turn, made from the story or from the schema, sound and spoiled.
 */

export interface Finding {
  readonly operationId: string;
  readonly complaint: string;
  /** What was done to the request, and the request. */
  readonly request: string;
  readonly draft: Draft;
}

/** What an operation answered, by status. */
export type Tally = ReadonlyMap<string, ReadonlyMap<number, number>>;

export interface Campaign {
  readonly seed: number;
  /** Requests after the story. */
  readonly count: number;
  /** Stands between the service and the judge: how a planted fault is made. */
  readonly tamper?: (app: TestApp, asked: Draft, heard: Heard) => Promise<Heard> | Heard;
}

export interface Outcome {
  readonly findings: readonly Finding[];
  readonly tally: Tally;
  /** Answers to requests to which nothing had been done. */
  readonly sound: Tally;
  readonly requests: number;
}

const DOCUMENT = ApiDocument.published();
/** One for every run: it compiles each schema once. */
const JUDGE = new Judge(DOCUMENT);

/** Spoiled copies of each request of the story. */
const COPIES = 5;

/** How many requests of each kind an operation answered. */
class Counts {
  readonly byOperation = new Map<string, Map<number, number>>();

  add(operationId: string, status: number): void {
    const counts = this.byOperation.get(operationId) ?? new Map<number, number>();
    this.byOperation.set(operationId, counts.set(status, (counts.get(status) ?? 0) + 1));
  }
}

export async function campaign(t: Teardown, plan: Campaign): Promise<Outcome> {
  const app = await startApp(t, { empty: true });
  const watch = new Watch(app.path);
  t.teardown(() => watch.end());
  const run = new Run(app, plan, watch);
  await run.story();
  await run.roam();
  return { findings: run.findings, tally: run.tally.byOperation, sound: run.sound.byOperation, requests: run.requests };
}

interface Place {
  readonly as: string;
  readonly path: Readonly<Record<string, string>>;
}

class Run {
  readonly findings: Finding[] = [];
  readonly tally = new Counts();
  readonly sound = new Counts();
  requests = 0;
  readonly #document = DOCUMENT;
  readonly #known = new Known();
  readonly #prng: Prng;
  readonly #sampler: Sampler;
  /** Sound requests of the story, by operation. */
  readonly #told = new Map<string, Draft[]>();
  /** Things that are there, by the template that leads to them. */
  readonly #places = new Map<string, Place[]>();
  readonly #senders = new Set<string>();
  /** Whose role an operation is not for: `operation sender`. */
  readonly #strangers = new Set<string>();

  constructor(
    private readonly app: TestApp,
    private readonly plan: Campaign,
    private readonly watch: Watch,
  ) {
    this.#prng = new Prng(plan.seed);
    this.#sampler = new Sampler(this.#document, this.#known, this.#prng, app.clock);
  }

  async story(): Promise<void> {
    // The story goes on whatever a spoiled request has changed: what it prints is for another test to compare.
    for await (const _ of play(this.app, packagedExamples(), ({ operationId, as }, told) => this.#tell(operationId, as, told))) continue;
    await this.#errands();
  }

  async #errands(): Promise<void> {
    const answers = new Map<string, Readonly<Record<string, unknown>>>();
    const made: Made = (name) => answers.get(name) ?? {};
    for (const { as, operationId, of, path, body, name, at } of ERRANDS) {
      if (at !== undefined) await this.app.moveTo(at);
      const reply = await this.#tell(operationId, as, { path: path?.(made) ?? (of === undefined ? {} : { id: String(made(of)['id']) }), query: {}, headers: {}, body: body?.(made) });
      if (name !== undefined && reply.status < 300) answers.set(name, reply.body as Readonly<Record<string, unknown>>);
    }
  }

  async #tell(operationId: string, as: string, { path, query, headers, body }: Told): Promise<Reply> {
    const operation = this.#document.operation(operationId);
    const draft: Draft = {
      operation, as, method: operation.method, path, query: Object.entries(query),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])), body, spoiled: '', wrong: false,
    };
    this.#told.set(operation.operationId, [...(this.#told.get(operation.operationId) ?? []), draft]);
    this.#senders.add(as);
    this.#known.learn(path);
    this.#known.learn(body);
    for (let n = 0; n < COPIES; n += 1) {
      const spoiled = spoil(draft, this.#prng);
      const reply = await this.#send(spoiled);
      // What was accepted has taken the place of the request of which it is a copy.
      if (reply.status < 300 && spoiled.path === draft.path && operation.method === 'POST' && spoiled.method === 'POST') return reply;
    }
    return this.#send(draft);
  }

  async roam(): Promise<void> {
    const { operations } = this.#document;
    // Every fourth makes something new: what is there comes to its end.
    const makers = operations.filter(({ method, responses }) => method === 'POST' && responses['201']);
    for (let n = 0; n < this.plan.count; n += 1) {
      const operation = n % 4 === 3 ? this.#prng.pick(makers) : (operations[n % operations.length] as Operation);
      const draft = this.#draft(operation);
      await this.#send(this.#prng.int(5) < 2 ? draft : spoil(draft, this.#prng));
    }
  }

  /** A sound request: one of the story, or one from the schema, to things that are there. */
  #draft(operation: Operation): Draft {
    const prng = this.#prng;
    const told = this.#told.get(operation.operationId) ?? [];
    const model = told.length > 0 && prng.int(5) < 3 ? prng.pick(told) : undefined;
    const all = this.#places.get(leading(operation.template)) ?? [];
    const fit = all.filter(({ as }) => !this.#strangers.has(`${operation.operationId} ${as}`));
    const places = fit.length > 0 ? fit : all;
    const place = places.length > 0 && prng.int(4) > 0 ? prng.pick(places) : undefined;
    const named = operation.parameters.filter((parameter) => parameter.in === 'path');
    const path = Object.fromEntries(named.map(({ name, schema }) => [name, place?.path[name] ?? model?.path[name] ?? this.#sampler.text(this.#document.resolve(schema), name)]));
    const asked = operation.parameters.filter((parameter) => parameter.in === 'query' && (parameter.required || prng.int(4) === 0));
    const query = asked.map(({ name, schema }) => [name, String(this.#sampler.sample(schema, name))] as const);
    return {
      operation,
      as: model && prng.int(4) > 0 ? model.as : place && prng.int(3) > 0 ? place.as : this.#sender(operation),
      method: operation.method,
      path,
      query: model && prng.int(2) === 0 ? model.query : query,
      headers: {},
      body: operation.body === null ? undefined : (model?.body !== undefined && prng.int(3) > 0 ? model.body : this.#sampler.sample(operation.body)),
      spoiled: '',
      wrong: false,
    };
  }

  /** Somebody; mostly not one of those who were told that it is not for them. */
  #sender({ operationId }: Operation): string {
    const all = [...this.#senders];
    const fit = all.filter((each) => !this.#strangers.has(`${operationId} ${each}`));
    return this.#prng.pick(fit.length > 0 && this.#prng.int(8) > 0 ? fit : all);
  }

  async #send(draft: Draft): Promise<Reply> {
    this.requests += 1;
    const { operationId } = draft.operation;
    const request = sent(draft, await this.app.keyOf(draft.as), `fuzz-${this.requests}`);
    this.watch.hasChanged(); // A key that was made for the sender is not the request's doing.
    let reply: Reply;
    try {
      reply = await this.#inject(request);
    } catch (error) {
      this.#find(draft, request, `threw ${String(error)}`);
      return { status: 599, headers: {}, body: undefined, text: '' };
    }
    const heard: Heard = { status: reply.status, contentType: String(reply.headers['content-type'] ?? ''), text: reply.text };
    const judged = { ...((await this.plan.tamper?.(this.app, draft, heard)) ?? heard), changed: this.watch.hasChanged() };
    const asked = { method: draft.method, url: request.url, body: draft.body, wrong: draft.wrong };
    for (const complaint of JUDGE.complaints(asked, judged)) this.#find(draft, request, complaint);
    if (draft.method === draft.operation.method) {
      this.tally.add(operationId, reply.status);
      if (draft.spoiled === '') this.sound.add(operationId, reply.status);
    }
    if (reply.status < 300) this.#learn(draft, reply);
    else if ((reply.body as { code?: string } | undefined)?.code === 'forbidden') this.#strangers.add(`${operationId} ${draft.as}`);
    return reply;
  }

  #find(draft: Draft, { method, url, payload = '' }: Sent, complaint: string): void {
    const request = `${draft.as}: ${method} ${url.slice(0, 300)} ${payload.slice(0, 1500)} (${draft.spoiled || 'sound'})`;
    this.findings.push({ operationId: draft.operation.operationId, complaint, request, draft });
  }

  async #inject(request: Sent): Promise<Reply> {
    let answered = false;
    const pending = this.app.server.inject(request as InjectOptions).finally(() => (answered = true));
    // Whoever waits for events has waited long enough.
    while (!answered && request.url.startsWith('/v1/events')) {
      await setImmediate();
      this.app.runOut();
    }
    const { statusCode, headers, body } = await pending;
    return { status: statusCode, headers, body: /json/.test(String(headers['content-type'])) && body !== '' ? JSON.parse(body) : undefined, text: body };
  }

  #learn({ operation, as, path }: Draft, { body }: Reply): void {
    this.#known.learn(body);
    const { template } = operation;
    const id = (body as { id?: unknown } | undefined)?.id;
    if (template.endsWith('}')) this.#put(template, { as, path });
    else if (typeof id === 'string') {
      for (const each of new Set(this.#document.operations.map((other) => leading(other.template)))) {
        const name = each.startsWith(`${template}/{`) ? each.slice(template.length + 2, -1) : '';
        if (/^\w+$/.test(name)) this.#put(each, { as, path: { ...path, [name]: id } });
      }
    }
    const holder = leading(template);
    if (holder !== template && holder !== '') this.#put(holder, { as, path });
  }

  #put(template: string, place: Place): void {
    this.#places.set(template, [...(this.#places.get(template) ?? []), place].slice(-60));
  }
}

/** The template up to its last parameter: the thing that the operation is about. */
function leading(template: string): string {
  return template.slice(0, template.lastIndexOf('}') + 1);
}
