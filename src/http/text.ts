import { field, type FieldError } from '../kernel/problem.js';

/**
 * Texts as they arrive: brought to NFC and trimmed, so that the same name typed on two systems is the
 * same name, and refused where they carry what no form contains: control characters, halves of
 * surrogate pairs, keys that would reach into a prototype. A text in which nothing can be seen is blank,
 * whatever it is made of: what must be written (the three parts of a plan) is not written with it.
 */

/** Nothing to do: printable ASCII and common Chinese, with no space at either end. Nearly every text is this. */
const PLAIN = /^(?! )[\u0020-\u007e\u4e00-\u9fff\u3001\u3002\uff01-\uff9f\uffa1-\uffef]*(?<! )$/;
/** C0 and C1 without tab, line feed and carriage return. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
/** Blanks, controls, and what leaves no mark: zero widths, soft hyphens, fillers, the blank of braille. */
const UNSEEN = /^[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Deeper than any shape of the contract. */
const MAX_DEPTH = 24;
const MAX_ERRORS = 50;

export interface Tidied {
  readonly value: unknown;
  readonly errors: readonly FieldError[];
  /** How many values there are: an enormous body is not worth a complete list of its faults. */
  readonly count: number;
}

/** Tidies every text in `value`, in place. */
export function tidy(value: unknown): Tidied {
  const walk = new Walk();
  const tidied = walk.visit(value, 0);
  return { value: tidied, errors: walk.errors, count: walk.count };
}

class Walk {
  readonly errors: FieldError[] = [];
  count = 0;
  /** Where the walk stands; spelt out as a pointer only where something is wrong. */
  readonly #path: (string | number)[] = [];

  visit(value: unknown, depth: number): unknown {
    this.count += 1;
    if (typeof value === 'string') return PLAIN.test(value) ? value : this.#text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= MAX_DEPTH) {
      this.#refuse('嵌套过深', 'Nested too deeply');
      return null;
    }
    if (Array.isArray(value)) this.#items(value, depth + 1);
    else this.#fields(value as Record<string, unknown>, depth + 1);
    return value;
  }

  #items(items: unknown[], depth: number): void {
    for (let i = 0; i < items.length; i += 1) {
      this.#path.push(i);
      items[i] = this.visit(items[i], depth);
      this.#path.pop();
    }
  }

  #fields(fields: Record<string, unknown>, depth: number): void {
    for (const key of Object.keys(fields)) {
      this.#path.push(key);
      if (key === '__proto__' || key === 'constructor') this.#refuse('不允许的字段名', 'This field name is not allowed');
      else fields[key] = this.visit(fields[key], depth);
      this.#path.pop();
    }
  }

  #text(text: string): string {
    if (CONTROL.test(text)) this.#refuse('含有控制字符', 'Contains control characters');
    if (LONE_SURROGATE.test(text)) this.#refuse('含有不完整的字符', 'Contains half of a surrogate pair');
    return UNSEEN.test(text) ? '' : text.normalize('NFC').trim();
  }

  #refuse(zh: string, en: string): void {
    const pointer = this.#path.map((key) => `/${escapePointer(String(key))}`).join('');
    if (this.errors.length < MAX_ERRORS) this.errors.push(field(pointer, zh, en));
  }
}

/** RFC 6901. */
export function escapePointer(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1');
}
