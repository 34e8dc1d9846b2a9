import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { isLocalDate, parseInstant } from '../kernel/calendar.js';
import { field, refuse, type FieldError } from '../kernel/problem.js';
import { RefusedError } from './problems.js';
import { shapeMessage, typeMessage } from './shape-messages.js';
import { escapePointer, tidy } from './text.js';

/**
 * The shape of what arrives. Nothing is coerced, removed or guessed: a string is no number, an unknown
 * field is an error. Queries alone are read from text. Each wrong field gets a pointer, `?name` in a
 * query and `{name}` in a path.
 */

/** Above this many values only the first fault is looked for: a list of a million is an attack, not a form. */
const WHOLE_LIST_UP_TO = 20_000;
const MAX_ERRORS = 50;

const COMMON: Options = {
  strict: true,
  allowUnionTypes: true,
  useDefaults: true,
  ownProperties: true,
  formats: { 'date-time': { validate: (text: string) => parseInstant(text) !== undefined }, date: { validate: isLocalDate } },
};

type Part = 'body' | 'querystring' | 'params' | 'headers';

/**
 * One validator that stops at the first fault, and beside it one that finds them all. Both are compiled
 * when first needed: a service that starts in a moment is worth more than a first request that is
 * quicker by some milliseconds.
 */
export function shapeCompiler(shared: readonly TSchema[]): FastifySchemaCompiler<TSchema> {
  const make = (options: Options) => new Ajv({ ...COMMON, ...options }).addSchema(shared as TSchema[]);
  const body = { quick: make({}), whole: make({ allErrors: true }) };
  // `1e999` reads as infinity, which strict numbers would spare the bounds of its schema.
  const reading: Options = { coerceTypes: true, strictNumbers: false };
  const text = { quick: make(reading), whole: make({ ...reading, allErrors: true }) };

  return ({ schema, httpPart }) => {
    const part = httpPart as Part;
    const { quick, whole } = part === 'body' ? body : text;
    let check: ValidateFunction | undefined;
    let checkAll: ValidateFunction | undefined;
    return (value: unknown) => {
      check ??= quick.compile(schema);
      const tidied = tidy(value);
      if (tidied.errors.length > 0) return refused(part, tidied.errors);
      if (check(tidied.value)) return { value: tidied.value };
      if (tidied.count > WHOLE_LIST_UP_TO) return refused(part, fieldErrors(check.errors ?? []));
      checkAll ??= whole.compile(schema);
      checkAll(tidied.value);
      return refused(part, fieldErrors(checkAll.errors ?? check.errors ?? []));
    };
  };
}

function refused(part: Part, errors: readonly FieldError[]): { error: Error } {
  const located = part === 'body' ? errors : errors.map(({ pointer, message }) => ({ pointer: locate(part, pointer), message }));
  return { error: new RefusedError(refuse('invalid_request', { errors: located })) };
}

function locate(part: Part, pointer: string): string {
  const name = pointer.slice(1).replace(/~1/g, '/').replace(/~0/g, '~');
  return part === 'querystring' ? `?${name}` : `{${name}}`;
}

/** One error for each wrong place. A value that fits no branch of a union is explained by the branch that it meant. */
export function fieldErrors(errors: readonly ErrorObject[]): FieldError[] {
  const unions = errors.filter((error) => error.keyword === 'anyOf');
  const found = new Map<string, FieldError>();
  for (const error of errors) {
    const union = unions.find((other) => isWithin(error, other));
    const said = union ? ofBranch(error, union, errors) : error.keyword === 'anyOf' ? undefined : say(error);
    if (said && !found.has(said.pointer)) found.set(said.pointer, said);
    if (found.size >= MAX_ERRORS) break;
  }
  return [...found.values()];
}

function isWithin(error: ErrorObject, union: ErrorObject): boolean {
  const place = union.instancePath;
  return error.schemaPath.startsWith(`${union.schemaPath}/`) && (error.instancePath === place || error.instancePath.startsWith(`${place}/`));
}

function say(error: ErrorObject): FieldError {
  return { pointer: pointerOf(error), message: shapeMessage(error) };
}

/** Missing and unknown fields are pointed at themselves, not at the object around them. */
function pointerOf(error: ErrorObject): string {
  if (error.keyword === 'required') return `${error.instancePath}/${escapePointer(String(error.params['missingProperty']))}`;
  if (error.keyword === 'additionalProperties') return `${error.instancePath}/${escapePointer(String(error.params['additionalProperty']))}`;
  return error.instancePath;
}

/** Errors of a branch whose type is right are worth telling; where every type is wrong, the types are. */
function ofBranch(error: ErrorObject, union: ErrorObject, all: readonly ErrorObject[]): FieldError | undefined {
  const inside = all.filter((other) => isWithin(other, union));
  const wrongTypes = inside.filter((other) => other.keyword === 'type' && other.instancePath === union.instancePath);
  const telling = inside.filter((other) => other.keyword !== 'anyOf' && !wrongTypes.includes(other));
  if (telling.length > 0) return telling.includes(error) ? say(error) : undefined;
  const { zh, en } = typeMessage(...wrongTypes.map((other) => String(other.params['type'])));
  return field(union.instancePath, zh, en);
}
