import fc from 'fast-check';
import type { Prng } from '../../../src/kernel/prng.js';
import { formatInstant, localDateOf, type Clock } from '../../../src/kernel/calendar.js';
import { patientOf } from '../../../src/demo/people.js';
import type { ApiDocument, Schema } from './document.js';

/** Makes values that a schema allows, with names that the service knows where it has heard of any. */

const TEXTS = ['示例', 'Example', '转诊 → 上级医院', 'a\tb\nc', '😀 𠮷野家', "O'Brien; -- x", '<b>bold</b>', '${7*7}', 'é'.normalize('NFD')];
const DAY = 86_400_000;
/** Values that are kept of one name. */
const KEPT = 40;

/** What has been seen in requests and answers, by the name of the field that held it. */
export class Known {
  readonly #values = new Map<string, string[]>();

  learn(value: unknown, name = ''): void {
    if (typeof value === 'string') return this.#add(name, value);
    if (typeof value !== 'object' || value === null) return;
    for (const [key, each] of Object.entries(value)) this.learn(each, Array.isArray(value) ? name : key);
  }

  #add(name: string, value: string): void {
    if (value.length > 100) return;
    const values = this.#values.get(name) ?? [];
    if (values.includes(value)) return;
    this.#values.set(name, [...values, value].slice(-KEPT));
  }

  of(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

export class Sampler {
  constructor(
    private readonly document: ApiDocument,
    private readonly known: Known,
    private readonly prng: Prng,
    private readonly clock: Clock,
  ) {}

  sample(named: Schema, name = ''): unknown {
    const schema = this.document.resolve(named);
    if ('const' in schema) return schema.const;
    if (schema.enum) return this.prng.pick(schema.enum);
    if (schema.anyOf) return this.sample(this.prng.pick(schema.anyOf), name);
    switch (schema.type) {
      case 'object':
        return this.#object(schema, name);
      case 'array':
        return this.#array(schema, name);
      case 'string':
        return this.text(schema, name);
      case 'integer':
      case 'number':
        return this.#number(schema);
      case 'boolean':
        return this.prng.int(2) === 0;
      default:
        return null;
    }
  }

  #object(schema: Schema, name: string): unknown {
    // Nobody guesses the check digits of a person.
    if (name === 'patient' && this.prng.int(4) > 0) return patientOf(this.prng.int(500), '440114');
    const required = new Set(schema.required);
    const chosen = Object.entries(schema.properties ?? {}).filter(([key]) => required.has(key) || this.prng.int(3) === 0);
    return Object.fromEntries(chosen.map(([key, each]) => [key, this.sample(each, key)]));
  }

  #array({ items = {}, minItems = 0, maxItems = 3 }: Schema, name: string): unknown[] {
    const length = minItems + this.prng.int(Math.min(maxItems - minItems, 2) + 1);
    return Array.from({ length }, () => this.sample(items, name));
  }

  #number({ minimum = 0, maximum = minimum + 1000 }: Schema): number {
    const span = Math.min(maximum - minimum, Number.MAX_SAFE_INTEGER - 1);
    return this.prng.pick([minimum, maximum, minimum + this.prng.int(Math.min(span, 20) + 1), minimum + Math.floor(this.prng.next() * span)]);
  }

  text(schema: Schema, name: string): string {
    const { pattern, format, maxLength = 200, minLength = 0 } = schema;
    const fits = (text: string): boolean => text.length >= minLength && text.length <= maxLength && (pattern === undefined || new RegExp(pattern, 'u').test(text));
    const known = this.known.of(name).filter(fits);
    if (known.length > 0 && this.prng.int(5) > 0) return this.prng.pick(known);
    const near = this.clock.now() + (this.prng.int(60) - 20) * DAY;
    if (format === 'date') return localDateOf(near);
    if (format === 'date-time') return formatInstant(near + this.prng.int(24) * 3_600_000);
    if (pattern === undefined || pattern === '\\S') return this.prng.pick(TEXTS).slice(0, maxLength);
    const [made = ''] = fc.sample(fc.stringMatching(new RegExp(pattern, 'u')).filter(fits), { seed: this.prng.int(2 ** 31), numRuns: 1 });
    return made;
  }
}
