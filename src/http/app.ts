import fastify, { LogController, type FastifyBaseLogger, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { After, Clock, Instant } from '../kernel/calendar.js';
import type { RandomBytes } from '../kernel/ids.js';
import type { Slices } from '../usecase/ports.js';
import type { Store } from '../usecase/store.js';
import { actFor } from './act-for.js';
import { auth } from './auth.js';
import { jsonBody } from './body.js';
import { CommandTable, type Commander } from './commands.js';
import { Commits } from './commits.js';
import { conditions } from './conditions.js';
import { docs } from './docs.js';
import type { Example } from './examples.js';
import type { Gate } from './gate.js';
import { API_HEADERS, securityHeaders } from './headers.js';
import { idempotency } from './idempotency.js';
import { languages } from './language.js';
import { requestLog, safeError } from './log.js';
import { metrics, type StoreGauges } from './metrics.js';
import { notFound } from './not-found.js';
import { openapi } from './openapi.js';
import type { Http } from './operation.js';
import { refusalOf, sendProblem } from './problems.js';
import { rateLimits } from './rate-limit.js';
import { REQUEST_ID, requestIdHeader, requestIds } from './request-id.js';
import { budgetRoutes } from './routes/budgets.js';
import { eventRoutes } from './routes/events.js';
import { reportRoutes } from './routes/reports.js';
import { resourceRoutes } from './routes/resources.js';
import { healthRoutes, testClockRoutes } from './routes/service.js';
import { fastifySerialiserCompiler } from './serialise.js';
import { SHARED } from './schemas.js';
import { limitedServer, SERVER_LIMITS, type ServerLimits } from './server-limits.js';
import { shapeCompiler } from './shape.js';
import { gated, gatedReads, shedding } from './shedding.js';
import { answerSocket } from './socket.js';
import { Turns } from './turns.js';

export interface AppSettings {
  /** Requests a second for each key. */
  readonly rateLimit: number;
  /** Hash of `ADMIN_KEY`; null without one. */
  readonly adminKeyHash: string | null;
  /** Open connections at most. */
  readonly maxConnections: number;
  /** A test has no minutes to wait. */
  readonly limits?: ServerLimits;
}

/** What the app asks of the store; what it tells it goes through the commander. */
export interface AppStore extends Pick<Store, 'read' | 'clientByKeyHash' | 'catchUp'> {
  readonly slices: Slices;
  readonly vault: { hashKey(key: string): string };
  ready(): Promise<boolean>;
  /** Calls after every commit. */
  onCommit(listener: () => void): void;
  gauges(): StoreGauges;
}

export interface AppParts {
  readonly store: AppStore;
  /** Carries out the commands of the table: in this thread, or where the writer is. */
  readonly commander: (commands: CommandTable) => Commander;
  /** Decides what is taken on. */
  readonly gate: Gate;
  readonly clock: Clock;
  readonly settings: AppSettings;
  readonly logger: Logger;
  readonly random: RandomBytes;
  readonly after: After;
  readonly examples: readonly Example[];
  /** Moves the clock of a test and does what is then due; null: the service runs on the real clock. */
  readonly moveClock: ((now: Instant) => Promise<void>) | null;
}

/** Bytes of a body, documents apart. */
const BODY_LIMIT = 1024 * 1024;

/** The one app: production listens with it, tests inject into it or listen on a free port. */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { clock, settings, logger, gate } = parts;
  const store = gatedReads(parts.store, gate);
  const server = bare(parts);
  const commits = new Commits(parts.after);
  store.onCommit(() => commits.told());
  server.addHook('preClose', async () => commits.endAll());

  await server.register(languages, {});
  await server.register(requestIdHeader, {});
  await server.register(securityHeaders, {});
  await server.register(requestLog, { logger });
  // Before anything that costs more than to say no.
  await server.register(shedding, { gate });
  await server.register(openapi, { examples: parts.examples });
  // Before anything that asks who calls: the document and its pages are open to all.
  await server.register(docs);
  await server.register(jsonBody, {});
  await server.register(auth, { store, hashKey: (key) => store.vault.hashKey(key), adminKeyHash: settings.adminKeyHash });
  await server.register(rateLimits, { perSecond: settings.rateLimit });
  await server.register(notFound, {});
  await server.register(actFor, {});
  await server.register(conditions, {});
  await server.register(idempotency, {});
  await server.register(metrics, { gauges: () => store.gauges(), gate });
  await server.register(async function api(app) {
    const commands = new CommandTable();
    const http: Http = { app, store, commands, commander: gated(parts.commander(commands), gate, commands, parts.store) };
    resourceRoutes(http);
    routes(http, { ...parts, store }, commits, clock);
  });
  return server;
}

function routes(http: Http, parts: AppParts, commits: Commits, clock: Clock): void {
  const { store, moveClock } = parts;
  eventRoutes(http, commits, store.slices);
  reportRoutes(http, store.slices);
  budgetRoutes(http, store.slices);
  healthRoutes(http, () => store.ready());
  if (moveClock) testClockRoutes(http, clock, moveClock);
}

/** Fastify with its limits, compilers and error handlers; no route yet. */
function bare({ logger, random, settings, gate }: AppParts): FastifyInstance {
  const report = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const refusal = refusalOf(error);
    if (refusal.code === 'internal' || refusal.code === 'unavailable') {
      logger.error({ requestId: request.id, method: request.method, code: refusal.code, error: safeError(error) }, 'request failed');
    }
    void sendProblem(reply, refusal);
  };
  const server = fastify({
    loggerInstance: logger as FastifyBaseLogger,
    // Ids stand in our own lines: a child logger for each request would be made for nothing.
    childLoggerFactory: (parent) => parent,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIds(random),
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT,
    serverFactory: (serve) => {
      const turns = new Turns(serve, { stopwatch: () => performance.now(), soon: setImmediate, serving: (waitedMs) => gate.serving(waitedMs) });
      return turns.of(limitedServer(settings.limits ?? SERVER_LIMITS));
    },
    return503OnClosing: false,
    // No hook has run for a path that cannot be read: what every answer carries is put on here.
    frameworkErrors: (error, request, reply) => report(error, request, reply.headers(API_HEADERS).header(REQUEST_ID, request.id)),
    clientErrorHandler: answerSocket,
    routerOptions: { maxParamLength: 100 },
  });
  server.server.maxConnections = settings.maxConnections;
  server.setErrorHandler(report);
  server.setNotFoundHandler((request, reply) => report({ code: 'FST_ERR_NOT_FOUND', name: 'NotFound', message: '' }, request, reply));
  server.setValidatorCompiler(shapeCompiler(SHARED));
  server.setSerializerCompiler(fastifySerialiserCompiler(SHARED));
  return server;
}
