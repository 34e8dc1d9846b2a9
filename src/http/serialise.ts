import type { FastifySerializerCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { AssertionError, assert } from '../kernel/assert.js';

/**
 * Response schemas compiled to functions that write JSON text and throw where a value does not fit. An
 * answer is written inside its transaction, so one that breaks the contract must fail there, not arrive
 * half true: the framework's own writer would put `""` for a name that is null and leave it at that.
 * It asks for types, presence and enumerations; what is not in a closed schema is never written.
 *
 * The code is generated from our own schemas at start, never from anything that a caller sent.
 */

interface Schema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

export type Serialise = (value: unknown) => string;

/** From so many fields on, none of them required, an object is expected to have few of them. */
const MANY_FIELDS = 8;

/** Up to this length a loop over the characters is quicker than the engine's own writer. */
const SHORT = 42;

const helpers = {
  fail(path: string): never {
    throw new AssertionError(`an answer fits its schema at ${path}`);
  },
  string(value: unknown, path: string): string {
    if (typeof value !== 'string') return helpers.fail(path);
    if (value.length > SHORT) return JSON.stringify(value);
    for (let i = 0; i < value.length; i += 1) {
      const c = value.charCodeAt(i);
      if (c < 32 || c === 34 || c === 92 || (c >= 0xd800 && c <= 0xdfff)) return JSON.stringify(value);
    }
    return `"${value}"`;
  },
  integer(value: unknown, path: string): string {
    return Number.isSafeInteger(value) ? String(value) : helpers.fail(path);
  },
  number(value: unknown, path: string): string {
    return Number.isFinite(value) ? String(value) : helpers.fail(path);
  },
  boolean(value: unknown, path: string): string {
    return value === true ? 'true' : value === false ? 'false' : helpers.fail(path);
  },
  literal(texts: ReadonlyMap<unknown, string>, value: unknown, path: string): string {
    return texts.get(value) ?? helpers.fail(path);
  },
  /** What is frozen never changes: its text is made once, and kept as long as the value lives. */
  lasting(texts: WeakMap<object, string>, value: unknown, write: Serialise): string {
    if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return write(value);
    let text = texts.get(value);
    if (text === undefined) texts.set(value, (text = write(value)));
    return text;
  },
  /** An object of many fields of which few are there: those that it has are looked up, not those that it may have. */
  sparse(fields: Readonly<Record<string, Serialise>>, value: unknown, path: string): string {
    if (typeof value !== 'object' || value === null) return helpers.fail(path);
    let text = '';
    for (const key in value) {
      const write = fields[key];
      const field = (value as Record<string, unknown>)[key];
      if (write !== undefined && field !== undefined) text += text === '' ? write(field) : `,${write(field)}`;
    }
    return `{${text}}`;
  },
  open(value: unknown, path: string): string {
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : helpers.fail(path);
  },
  array(items: unknown, write: (item: unknown) => string, path: string): string {
    if (!Array.isArray(items)) return helpers.fail(path);
    let text = '[';
    for (let i = 0; i < items.length; i += 1) text += i === 0 ? write(items[i]) : `,${write(items[i])}`;
    return `${text}]`;
  },
};

/** A compiler for one set of shared schemas, which it writes out once however often they are named. */
export function serialiserCompiler(shared: readonly TSchema[]): (schema: TSchema) => Serialise {
  const byId = new Map((shared as readonly Schema[]).map((schema) => [schema.$id, schema]));
  return (schema) => {
    const code = new Generator(byId);
    const entry = code.writer(schema as Schema, 'answer');
    const source = `${code.functions.join('\n')}\nreturn ${entry};`;
    return new Function(...Object.keys(helpers), 'literals', source)(...Object.values(helpers), code.literals) as Serialise;
  };
}

/** In the shape that Fastify asks for, each compiled when first needed. A text (CSV) goes out as it is. */
export function fastifySerialiserCompiler(shared: readonly TSchema[]): FastifySerializerCompiler<TSchema> {
  const compile = serialiserCompiler(shared);
  return ({ schema, contentType }) => {
    if (contentType !== undefined && !contentType.includes('json')) return String;
    let write: Serialise | undefined;
    return (value) => (write ??= compile(schema))(value);
  };
}

class Generator {
  readonly functions: string[] = [];
  readonly literals: ReadonlyMap<unknown, string>[] = [];
  readonly #named = new Map<string, string>();
  #count = 0;

  constructor(private readonly byId: ReadonlyMap<string | undefined, Schema>) {}

  /** The name of a function that writes values of this schema. */
  writer(schema: Schema, path: string): string {
    if (schema.$ref !== undefined) return this.#shared(schema.$ref);
    const name = this.#name();
    this.functions.push(`function ${name}(v) { return ${this.#expression(schema, 'v', path)}; }`);
    return name;
  }

  #name(): string {
    this.#count += 1;
    return `write${this.#count}`;
  }

  #shared(ref: string): string {
    const id = ref.replace(/#$/, '');
    const known = this.#named.get(id);
    if (known !== undefined) return known;
    const schema = this.byId.get(id);
    assert(schema, `schema ${id} is shared`);
    const name = this.#name();
    this.#named.set(id, name);
    const expression = this.#expression({ ...schema, $ref: undefined }, 'v', id);
    if (schema.type === 'object') {
      this.functions.push(`const ${name}_texts = new WeakMap();\nfunction ${name}_write(v) { return ${expression}; }`);
      this.functions.push(`function ${name}(v) { return lasting(${name}_texts, v, ${name}_write); }`);
    } else this.functions.push(`function ${name}(v) { return ${expression}; }`);
    return name;
  }

  /** Code whose value is the JSON text of `value`. */
  #expression(schema: Schema, value: string, path: string): string {
    const at = JSON.stringify(path);
    if (schema.$ref !== undefined) return `${this.#shared(schema.$ref)}(${value})`;
    if (schema.anyOf) return this.#union(schema.anyOf, value, path);
    if (schema.enum) return this.#literal(schema.enum, value, at);
    if ('const' in schema) return this.#literal([schema.const], value, at);
    switch (schema.type) {
      case 'string':
      case 'integer':
      case 'number':
      case 'boolean':
        return `${schema.type}(${value}, ${at})`;
      case 'null':
        return `(${value} === null ? 'null' : fail(${at}))`;
      case 'array':
        return `array(${value}, ${this.writer(schema.items ?? {}, `${path}[]`)}, ${at})`;
      case 'object':
        return schema.additionalProperties === true ? `open(${value}, ${at})` : `${this.#object(schema, path)}(${value})`;
      default:
        throw new AssertionError(`schema at ${path} is of a kind that can be written`);
    }
  }

  #literal(values: readonly unknown[], value: string, at: string): string {
    this.literals.push(new Map(values.map((each) => [each, JSON.stringify(each)])));
    return `literal(literals[${this.literals.length - 1}], ${value}, ${at})`;
  }

  /** Branches are told apart by the type of the value: null, text, object. No schema of an answer needs more. */
  #union(branches: readonly Schema[], value: string, path: string): string {
    const last = branches.at(-1);
    assert(last, `union at ${path} has branches`);
    return branches
      .slice(0, -1)
      .reduceRight((otherwise, branch) => `(${typeTest(this.#resolve(branch), value)} ? ${this.#expression(branch, value, path)} : ${otherwise})`,
        this.#expression(last, value, path));
  }

  #resolve(schema: Schema): Schema {
    return schema.$ref === undefined ? schema : (this.byId.get(schema.$ref.replace(/#$/, '')) ?? schema);
  }

  #object(schema: Schema, path: string): string {
    const name = this.#name();
    const required = new Set(schema.required);
    const entries = Object.entries(schema.properties ?? {});
    if (required.size === 0 && entries.length >= MANY_FIELDS) return this.#sparse(name, entries, path);
    // Required fields first: then only an object without any has to ask whether a comma is due.
    const ordered = [...entries.filter(([key]) => required.has(key)), ...entries.filter(([key]) => !required.has(key))];
    let body = '';
    for (const [i, [key, property]] of ordered.entries()) {
      const field = `v[${JSON.stringify(key)}]`;
      const comma = i === 0 ? '' : required.size > 0 ? `',' + ` : `(t === '' ? '' : ',') + `;
      const write = `t += ${comma}${JSON.stringify(`${JSON.stringify(key)}:`)} + ${this.#expression(property, field, `${path}.${key}`)};`;
      body += required.has(key) ? `${write}\n` : `if (${field} !== undefined) ${write}\n`;
    }
    this.functions.push(
      `function ${name}(v) {\nif (typeof v !== 'object' || v === null) fail(${JSON.stringify(path)});\nlet t = '';\n${body}return '{' + t + '}';\n}`,
    );
    return name;
  }

  #sparse(name: string, entries: readonly (readonly [string, Schema])[], path: string): string {
    const fields = entries.map(([key, property]) => {
      const label = JSON.stringify(`${JSON.stringify(key)}:`);
      return `[${JSON.stringify(key)}]: (v) => ${label} + ${this.#expression(property, 'v', `${path}.${key}`)},`;
    });
    this.functions.push(`const ${name}_fields = { __proto__: null,\n${fields.join('\n')}\n};\nfunction ${name}(v) { return sparse(${name}_fields, v, ${JSON.stringify(path)}); }`);
    return name;
  }
}

function typeTest(schema: Schema, value: string): string {
  const type = schema.type ?? (schema.enum ? typeof schema.enum[0] : 'object');
  if (type === 'null') return `${value} === null`;
  if (type === 'integer') return `typeof ${value} === 'number'`;
  if (type === 'array') return `Array.isArray(${value})`;
  return type === 'object' ? `typeof ${value} === 'object' && ${value} !== null` : `typeof ${value} === '${type}'`;
}
