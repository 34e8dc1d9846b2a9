import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * One example: what it shows, what is sent, what comes back. The files of `openapi/examples` are one
 * story in the order of their names; they are printed in the API document and executed as tests.
 */
export interface Example {
  /** The name of the file without its number. */
  readonly name: string;
  readonly operationId: string;
  readonly summary: string;
  /** Who sends it: a client of the story. */
  readonly as: string;
  readonly request: {
    readonly path?: Readonly<Record<string, string>>;
    readonly query?: Readonly<Record<string, string>>;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly response: { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown };
}

export function readExamples(folder: string): readonly Example[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ name: file.replace(/^\d+-|\.json$/g, ''), ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Omit<Example, 'name'>) }));
}
