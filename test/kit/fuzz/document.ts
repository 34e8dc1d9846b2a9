import { readFileSync } from 'node:fs';

/** The API document as whoever makes requests and whoever judges answers read it. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly format?: string;
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Media {
  readonly schema: Schema;
}

export interface Operation {
  readonly operationId: string;
  /** In capital letters. */
  readonly method: string;
  /** The path with its parameters in braces. */
  readonly template: string;
  readonly parameters: readonly Parameter[];
  /** Of the JSON body; null: it has none. */
  readonly body: Schema | null;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>>; readonly 'x-problem-codes'?: readonly string[] }>>;
}

interface Raw extends Omit<Operation, 'method' | 'template' | 'parameters' | 'body'> {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
}

interface Text {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Raw>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export class ApiDocument {
  readonly operations: readonly Operation[];
  readonly #patterns: readonly { readonly path: RegExp; readonly operation: Operation }[];

  constructor(readonly text: Text) {
    this.operations = Object.entries(text.paths).flatMap(([template, methods]) =>
      Object.entries(methods).map(([method, raw]) => ({
        ...raw,
        method: method.toUpperCase(),
        template,
        parameters: raw.parameters ?? [],
        body: raw.requestBody?.content['application/json']?.schema ?? null,
      })));
    // The more of a path is fixed the earlier it is tried.
    this.#patterns = this.operations
      .map((operation) => ({ operation, path: new RegExp(`^${operation.template.replace(/\{\w+\}/g, '[^/]*')}$`) }))
      .sort((a, b) => a.operation.template.split('{').length - b.operation.template.split('{').length);
  }

  /** The document that is committed and published: test/openapi holds it against what the program generates. */
  static published(): ApiDocument {
    return new ApiDocument(JSON.parse(readFileSync('openapi/openapi.json', 'utf8')) as Text);
  }

  /** Which operation a request gets to, whatever it was made from. */
  operationAt(method: string, url: string): Operation | undefined {
    // Dots in a path are walked before it is sent.
    const path = new URL(url, 'http://localhost').pathname;
    return this.#patterns.find((pattern) => pattern.operation.method === method && pattern.path.test(path))?.operation;
  }

  operation(id: string): Operation {
    const found = this.operations.find(({ operationId }) => operationId === id);
    if (!found) throw new Error(`the document has no operation ${id}`);
    return found;
  }

  /** The schema itself, where it is only named. */
  resolve(schema: Schema): Schema {
    if (schema.$ref === undefined) return schema;
    const name = schema.$ref.replace('#/components/schemas/', '');
    const found = this.text.components.schemas[name];
    if (!found) throw new Error(`the document has no schema ${name}`);
    return this.resolve(found);
  }
}
