import { Type, type Static, type TSchema, type TSchemaOptions } from 'typebox';
import { MAX_FEN, WHOLE_BP } from '../kernel/money.js';

/**
 * The small shapes that all others are made of. Every string has a length, every number a range: a
 * schema that lets 1e308 through is no schema.
 */

/** A closed object: an unknown field is an error, since a misspelt one must not be lost silently. */
export function Closed<P extends Record<string, TSchema>>(properties: P, options: TSchemaOptions = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}

/** A value of a fixed list, as one `enum` rather than a union of constants. */
export function OneOf<const V extends readonly string[]>(values: V, options: TSchemaOptions = {}) {
  return Type.Unsafe<V[number]>({ type: 'string', enum: [...values], ...options });
}

/** A reference to a schema that stands under its `$id` in the API document, with the type of what it names. */
export function Shared<T extends TSchema>(schema: T) {
  return Type.Unsafe<Static<T>>({ $ref: `${(schema as { $id?: string }).$id}#` });
}

export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** One line: 1 to `max` characters, not blank. Control characters are refused before validation. */
export const Line = (max = 200, options: TSchemaOptions = {}) =>
  Type.String({ minLength: 1, maxLength: max, pattern: '\\S', ...options });

/** A clinical text: up to 2 000 characters (the paper form's 100 to 200 are a matter of print), not blank. */
export const Prose = (options: TSchemaOptions = {}) => Line(2_000, options);

/** An identifier that the caller chooses for master data. */
export const Key = (description: string) =>
  Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$', description });

/** An id that the service made: UUIDv7. */
export const Id = (description = 'UUIDv7') => Type.String({ minLength: 1, maxLength: 64, description });

export const InstantText = (description = 'RFC 3339 with offset') =>
  Type.String({ format: 'date-time', maxLength: 40, description });

export const DateText = (description = 'Local date in Asia/Shanghai') =>
  Type.String({ format: 'date', maxLength: 10, description });

export const Count = (max: number, options: TSchemaOptions = {}) => Type.Integer({ minimum: 0, maximum: max, ...options });
export const Fen = (description = 'Fen') => Type.Integer({ minimum: 0, maximum: MAX_FEN, description });
export const Bp = (description = 'Basis points') => Type.Integer({ minimum: 0, maximum: WHOLE_BP, description });

/** GB/T 2260, six digits. */
export const District = Type.String({ pattern: '^[1-9]\\d{5}$', description: 'GB/T 2260 district code' });

/** 诊疗科目 of the institution's licence; a leading A is stripped. */
export const DepartmentCode = Type.String({
  pattern: '^A?\\d{2}(\\.\\d{2}){0,2}$',
  maxLength: 9,
  description: 'Code of the diagnosis and treatment subjects (诊疗科目), 03 内科, 03.04 心血管',
});

/** Hours and days of allotments and timers. */
export const Hours = Type.Integer({ minimum: 0, maximum: 8_760 });
export const Days = Type.Integer({ minimum: 0, maximum: 365 });

/** A page of a list. */
export const Page = <T extends TSchema>(item: T) =>
  Closed({ data: Type.Array(item), nextCursor: Nullable(Type.String({ maxLength: 512 })) });

export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512 })),
};
