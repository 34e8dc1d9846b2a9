import { readFileSync } from 'node:fs';
import swagger from '@fastify/swagger';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import { PROBLEMS } from '../kernel/problem.js';
import type { Example } from './examples.js';
import type { Description, Tag } from './declaration.js';
import { plugin } from './plugin.js';
import { byStatus, problemCodesOf } from './problem-codes.js';
import { PROBLEM_MEDIA_TYPE } from './media-types.js';
import { SHARED } from './schemas.js';

/** The API document, made from the declarations of the operations: OpenAPI 3.1. */

const TAGS: Readonly<Record<Tag, string>> = {
  Directory: '机构、医联体与接入系统 · institutions, consortia, members, clients, codes',
  Capacity: '号源、检查与床位 · pools, sessions, allotments, availability, worklist',
  Patients: '患者 · look-up by identity document',
  Referrals: '转诊 · referrals and everything that is done with them',
  Reservations: '预约占位与权益核销 · places held all or none, 一免三优先 at the counter',
  Routing: '转诊推荐 · where a patient should go, and why',
  Care: '随访 · care after the transfer',
  Insurance: '医保 · stays and the ledger of transfers',
  Events: '事件 · one ordered, hash-chained log',
  Reports: '统计 · figures of supervision',
  Service: '服务 · health of the service',
};

const DESCRIPTION = `Two-way referral between the institutions of medical consortiums (双向转诊).

Times are RFC 3339 with an offset, local dates are in Asia/Shanghai, money is integer fen. Every failure is an RFC 9457 problem document with a stable \`code\`; titles and messages are Chinese, or English by \`Accept-Language\`. Every POST that changes state needs an \`Idempotency-Key\`: the same key and body answer the same again. Referrals and reservations carry their version as \`ETag\`; actions take \`If-Match\`.`;

interface Operation {
  readonly spec: Description;
  readonly statuses: readonly number[];
  readonly idempotent: boolean;
}

interface MediaObject {
  schema?: object;
  examples?: Record<string, object>;
}
interface ResponseObject {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, MediaObject>;
  'x-problem-codes'?: readonly string[];
}
interface ParameterObject {
  in: string;
  name: string;
  required?: boolean;
  description?: string;
  schema: object;
  example?: unknown;
}
interface OperationObject {
  operationId?: string;
  parameters?: ParameterObject[];
  requestBody?: { required?: boolean; content: Record<string, MediaObject> };
  responses: Record<string, ResponseObject>;
  security?: object[];
  'x-roles'?: readonly string[];
}

/** Of the program, which the document describes. */
const VERSION = (JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

export const openapi = plugin<{ examples: readonly Example[] }>('openapi', async (app, { examples }) => {
  const operations = new Map<string, Operation>();
  app.addHook('onRoute', ({ config }) => {
    if (config?.operation) operations.set(config.operation.id, { spec: config.operation, statuses: config.statuses ?? [200], idempotent: config.idempotent ?? false });
  });
  for (const schema of SHARED) app.addSchema(schema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'referral-router', version: VERSION, description: DESCRIPTION, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      servers: [{ url: '/', description: 'Wherever the service is reached' }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'A key from `POST /v1/clients`' } } },
    },
    hideUntagged: true,
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `def-${i}`) },
    transform: ({ schema, url, route }) => ({ schema: described(schema as object, route), url }),
    transformObject: (made) => {
      if (!('openapiObject' in made)) return made.swaggerObject;
      const document = made.openapiObject;
      for (const path of Object.values(document.paths ?? {})) {
        for (const each of Object.values(path ?? {})) {
          const target = each as OperationObject;
          const operation = operations.get(target.operationId ?? '');
          if (operation) {
            complete(target, operation, examples.filter((example) => example.operationId === target.operationId));
            if (target.requestBody) target.requestBody.required = asksForFields(operation.spec.body);
          }
        }
      }
      return document;
    },
  });
});

/** Summary, description and tag come from the operation; routes that are none are left out. */
function described(schema: object, route: RouteOptions): object {
  const spec = route.config?.operation;
  if (!spec) return { ...schema, hide: true };
  return { ...schema, operationId: spec.id, tags: [spec.tag], summary: spec.summary, ...(spec.description !== undefined && { description: spec.description }) };
}

function complete(target: OperationObject, { spec, statuses, idempotent }: Operation, examples: readonly Example[]): void {
  if (spec.access === 'open') target.security = [];
  else {
    target.security = [{ apiKey: [] }];
    target['x-roles'] = spec.access.roles;
  }
  target.parameters = [...(target.parameters ?? []), ...headersOf(spec, idempotent)];
  if (target.parameters.length === 0) delete target.parameters;
  answers(target, spec, statuses);
  problems(target, spec, idempotent);
  for (const example of examples) show(target, example);
}

/** A body whose fields are all optional may be left out. */
function asksForFields(body: TSchema | undefined): boolean {
  const { $ref } = (body ?? {}) as { $ref?: string };
  const schema = SHARED.find((each) => `${(each as { $id?: string }).$id}#` === $ref) ?? body;
  return ((schema as { required?: readonly string[] } | undefined)?.required ?? []).length > 0;
}

function headersOf(spec: Description, idempotent: boolean): ParameterObject[] {
  const header = (name: string, description: string, schema: object, required = false): ParameterObject => ({ in: 'header', name, required, description, schema });
  return [
    ...(spec.access !== 'open' && spec.access.asInstitution ? [header('Act-For', 'The institution acted for; required of a client of several', { type: 'string', maxLength: 64 })] : []),
    ...(idempotent
      ? [header('Idempotency-Key', 'Names this request: with the same key and body the same answer again, for 7 days', { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' }, true)]
      : []),
    ...(spec.conditional ? [header('If-Match', 'The `ETag` of the version that was seen, or `*`', { type: 'string', maxLength: 32 })] : []),
  ];
}

const STATUS_WORDS: Readonly<Record<number, string>> = { 200: 'As asked', 201: 'Made', 204: 'Done' };

/** What success looks like, with the headers it brings. */
function answers(target: OperationObject, spec: Description, statuses: readonly number[]): void {
  for (const status of statuses) {
    const response = (target.responses[status] ??= { description: '' });
    response.description = STATUS_WORDS[status] ?? 'Success';
    const versioned = 'version' in spec && spec.version !== undefined;
    const located = 'location' in spec && spec.location !== undefined;
    if (versioned || located) {
      response.headers = {
        ...(versioned && { ETag: { description: 'The version, quoted', schema: { type: 'string' } } }),
        ...(located && { Location: { description: 'Where it stands', schema: { type: 'string' } } }),
      };
    }
  }
  if (!statuses.includes(200)) delete target.responses['200'];
}

function problems(target: OperationObject, spec: Description, idempotent: boolean): void {
  for (const [status, codes] of byStatus(problemCodesOf(spec, idempotent))) {
    target.responses[status] = {
      description: codes.map((code) => `\`${code}\` ${PROBLEMS[code].en}`).join('; '),
      content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      'x-problem-codes': codes,
    };
  }
}

function show(target: OperationObject, { name, summary, request, response }: Example): void {
  const sent = target.requestBody?.content['application/json'];
  if (sent && request.body !== undefined) sent.examples = { ...sent.examples, [name]: { summary, value: request.body } };
  for (const parameter of target.parameters ?? []) {
    const values = parameter.in === 'path' ? request.path : parameter.in === 'query' ? request.query : undefined;
    const value = values?.[parameter.name];
    if (value !== undefined) parameter.example ??= value;
  }
  const content = target.responses[response.status]?.content;
  for (const media of Object.values(content ?? {})) {
    if (response.body !== undefined) media.examples = { ...media.examples, [name]: { summary, value: response.body } };
    return;
  }
}

/** The document of an app that is ready. */
export function apiDocument(app: FastifyInstance): object {
  return app.swagger();
}
