import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { PROBLEMS } from '../../../src/kernel/problem.js';
import type { ApiDocument, Operation, Schema } from './document.js';

/** Holds an answer against the API document and says everything that is wrong about it. */

export interface Asked {
  readonly method: string;
  readonly url: string;
  /** What the body says; undefined where it has none or is no JSON. */
  readonly body: unknown;
  /** The document forbids this request, whatever its body. */
  readonly wrong: boolean;
}

export interface Heard {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

export interface Answered extends Heard {
  /** Something was committed between the request and its answer. */
  readonly changed: boolean;
}

const PROBLEM = 'application/problem+json';
/** What a request may be told that gets to no operation. */
const NOWHERE: readonly string[] = ['not_found', 'method_not_allowed', 'unauthenticated', 'malformed_request', 'payload_too_large', 'unsupported_media_type', 'headers_too_large'];

export class Judge {
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false });
  readonly #checks = new Map<Schema, ValidateFunction>();
  readonly #problem: Schema;

  constructor(private readonly document: ApiDocument) {
    for (const [name, schema] of Object.entries(document.text.components.schemas)) this.#ajv.addSchema(closed(schema), `#/components/schemas/${name}`);
    this.#problem = { $ref: '#/components/schemas/Problem' };
  }

  complaints(asked: Asked, answered: Answered): string[] {
    const operation = this.document.operationAt(asked.method, asked.url);
    const { status, changed } = answered;
    const found = status >= 500 ? [`answered ${status}`] : [];
    if (status < 200 || (status >= 300 && status < 400)) found.push(`answered ${status}, which is neither success nor refusal`);
    if (status >= 400) {
      found.push(...this.#refusal(operation, asked, answered));
      if (changed) found.push('changed something though it refused');
    } else {
      found.push(...this.#success(operation, asked, answered));
      if (changed && asked.method === 'GET') found.push('changed something though it was only asked');
    }
    return found;
  }

  #refusal(operation: Operation | undefined, asked: Asked, { status, contentType, text }: Answered): string[] {
    // The answer to HEAD is only its head.
    if (asked.method === 'HEAD') return [];
    if (mediaType(contentType) !== PROBLEM) return [`answered ${status} as ${contentType || 'nothing'}, not as a problem document`];
    const body = parsed(text) as { code?: string; status?: number; errors?: { pointer: string }[] } | undefined;
    const misshapen = this.#check(this.#problem, body);
    if (body === undefined || misshapen !== null) return [`answered ${status} with a problem document in another shape: ${misshapen}`];
    const { code = '', errors } = body;
    const found: string[] = [];
    if (body.status !== status || !Object.hasOwn(PROBLEMS, code) || PROBLEMS[code as keyof typeof PROBLEMS].status !== status) found.push(`answered ${status} with the code ${code} and the status ${body.status}`);
    const known = operation ? (operation.responses[status]?.['x-problem-codes'] ?? []) : NOWHERE;
    if (!known.includes(code)) found.push(`answered ${code}, which it does not declare`);
    if (code === 'invalid_request' && !errors?.length) found.push('answered invalid_request without saying where');
    for (const { pointer } of errors ?? []) if (!leads(pointer, asked.body)) found.push(`pointed at ${pointer}, which leads nowhere`);
    return found;
  }

  #success(operation: Operation | undefined, asked: Asked, { status, contentType, text }: Answered): string[] {
    if (!operation) return ['HEAD', 'OPTIONS'].includes(asked.method) ? [] : [`answered ${status}, though the document has no such operation`];
    const found = asked.wrong || this.#forbidden(operation, asked) ? [`answered ${status} to what the document forbids`] : [];
    const response = operation.responses[status];
    if (!response) return [...found, `answered ${status}, which it does not declare`];
    const media = response.content?.[mediaType(contentType)];
    if (!response.content) return text === '' ? found : [...found, `answered ${status} with a body where there is none`];
    if (!media) return [...found, `answered ${status} as ${contentType || 'nothing'}, which it does not declare`];
    const misshapen = /json/.test(contentType) ? this.#check(media.schema, parsed(text)) : null;
    return misshapen === null ? found : [...found, `answered ${status} in another shape than it declares: ${misshapen}`];
  }

  #forbidden({ body, parameters }: Operation, asked: Asked): boolean {
    if (body !== null && asked.body !== undefined && this.#check(body, asked.body) !== null) return true;
    const query = new URL(asked.url, 'http://localhost').searchParams;
    return parameters.some(({ in: place, name, required, schema }) => {
      if (place !== 'query') return false;
      const text = query.get(name);
      return text === null ? required === true : this.#check(schema, schema.type === 'integer' || schema.type === 'number' ? Number(text) : text) !== null;
    });
  }

  /** null: it has that shape. */
  #check(schema: Schema, value: unknown): string | null {
    const check = this.#checks.get(schema) ?? this.#ajv.compile(closed(schema));
    this.#checks.set(schema, check);
    return check(value) ? null : this.#ajv.errorsText(check.errors);
  }
}

/** The same schema, failing on fields that it does not name. */
function closed<T>(schema: T): T {
  if (Array.isArray(schema)) return schema.map(closed) as T;
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, each]) => [key, closed(each as unknown)]));
  const open = isObject(inner['properties']) && inner['type'] === 'object' && inner['additionalProperties'] === undefined;
  return (open ? { ...inner, additionalProperties: false } : inner) as T;
}

/** A pointer into the body leads to a value or to a member that is missing; into the request it names a parameter. */
function leads(pointer: string, body: unknown): boolean {
  if (pointer === '' || /^\?|^\{\w+\}$/.test(pointer)) return true;
  if (!pointer.startsWith('/')) return false;
  // A missing body reads as an empty one.
  let at: unknown = body ?? {};
  for (const part of pointer.split('/').slice(1)) {
    if (at === undefined) return false;
    at = isObject(at) && Object.hasOwn(at, unescaped(part)) ? at[unescaped(part)] : undefined;
  }
  return true;
}

function unescaped(part: string): string {
  return part.replace(/~1/g, '/').replace(/~0/g, '~');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function mediaType(contentType: string): string {
  return contentType.split(';', 1)[0] ?? '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
