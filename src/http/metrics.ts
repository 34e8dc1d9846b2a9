import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ADMIN } from './access.js';
import { SHED_REASONS, type Gate } from './gate.js';
import { addHook, plugin } from './plugin.js';

/** What the store says about itself. */
export interface StoreGauges {
  /** Units of work that wait for the writer. */
  readonly queued: number;
  /** Units in the batch that was committed last. */
  readonly lastBatch: number;
  /** Commits and units of work since the start. */
  readonly batches: number;
  readonly units: number;
  /** Connections to a database server, by what they are for; absent where there is none. */
  readonly connections?: Readonly<Record<string, { readonly busy: number; readonly idle: number; readonly waiting: number }>>;
  /** Why the last commit failed, where none has gone through since. */
  readonly failing: string | null;
}

export const metrics = plugin<{ readonly gauges: () => StoreGauges; readonly gate: Gate }>('metrics', (app, { gauges, gate }) => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30],
    registers: [registry],
  });
  new Gauge({
    name: 'store_queue_depth', help: 'Units of work that wait for the writer', registers: [registry],
    collect() { this.set(gauges().queued); },
  });
  new Gauge({
    name: 'store_batch_size', help: 'Units of work in the last commit', registers: [registry],
    collect() { this.set(gauges().lastBatch); },
  });
  new Gauge({
    name: 'store_failing', help: '1 since a commit has failed, until the next one went through', registers: [registry],
    collect() { this.set(gauges().failing === null ? 0 : 1); },
  });
  new Counter({
    name: 'store_commits_total', help: 'Commits since the start', registers: [registry],
    collect() { countTo(this, gauges().batches); },
  });
  new Counter({
    name: 'store_units_total', help: 'Units of work since the start, those that were refused included', registers: [registry],
    collect() { countTo(this, gauges().units); },
  });

  ofGate(registry, gate);
  if (gauges().connections) {
    new Gauge({
      name: 'store_connections', help: 'Connections to the database server that are busy and idle, and what waits for one', labelNames: ['pool', 'state'] as const, registers: [registry],
      collect() {
        for (const [pool, states] of Object.entries(gauges().connections ?? {})) {
          for (const [state, number] of Object.entries(states)) this.set({ pool, state }, number);
        }
      },
    });
  }

  app.addHook('onRoute', (route) => {
    // One observer for each status, found by number: looking it up by its labels would cost more than the observation.
    const observers: ReturnType<typeof duration.labels>[] = [];
    addHook(route, 'onResponse', (request, reply, done) => {
      const { statusCode } = reply;
      const observer = (observers[statusCode] ??= duration.labels(request.method, route.url, String(statusCode)));
      observer.observe(reply.elapsedTime / 1_000);
      done();
    });
  });
  app.addHook('onResponse', (request, reply, done) => {
    if (request.is404) duration.labels(request.method, 'unmatched', String(reply.statusCode)).observe(reply.elapsedTime / 1_000);
    done();
  });

  app.get('/metrics', { schema: { hide: true }, config: { access: ADMIN, vital: true } }, async (_request, reply) => {
    return reply.type(registry.contentType).send(await registry.metrics());
  });
});

/** What is taken on and what is not. */
function ofGate(registry: Registry, gate: Gate): void {
  new Counter({
    name: 'overload_shed_total', help: 'Requests that were answered 503 overloaded since the start, by reason', labelNames: ['reason'] as const, registers: [registry],
    collect() {
      this.reset();
      for (const reason of SHED_REASONS) this.inc({ reason }, gate.shed[reason]);
    },
  });
  new Gauge({
    name: 'overload_waiting', help: 'Calls that wait for the writer, by lane', labelNames: ['lane'] as const, registers: [registry],
    collect() {
      for (const lane of ['routine', 'emergency'] as const) this.set({ lane }, gate.writes.waiting(lane));
    },
  });
  new Gauge({
    name: 'overload_room', help: 'Calls of a lane that may wait for the writer, as measured', registers: [registry],
    collect() { this.set(gate.writes.room); },
  });
}

/** Somebody else counts; the counter only says how far. */
function countTo(counter: Counter, count: number): void {
  counter.reset();
  counter.inc(count);
}
