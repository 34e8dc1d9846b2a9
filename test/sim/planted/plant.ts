import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { read, ROOT } from '../../kit/source.js';

/**
 * Bugs are planted from outside: a line of the program's source is replaced, the file compiled, and the
 * result handed to one child process in place of the compiled file. The program itself has no switch.
 */
export interface Edit {
  /** From the project's root. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
}

/** Edits that fit the source no more. */
export function misfits(edits: readonly Edit[]): Edit[] {
  return edits.filter(({ file, from }) => read(file).split(from).length !== 2);
}

/** Writes what has to be loaded instead, and answers how a child is started with it. */
export function plant(edits: readonly Edit[], path: string): { readonly execArgv: string[]; readonly env: Record<string, string> } {
  const sources = new Map<string, string>();
  for (const edit of edits) sources.set(edit.file, edited(sources.get(edit.file) ?? read(edit.file), edit));
  const compiled = [...sources].map(([file, text]) => [urlOf(file), compile(text)]);
  writeFileSync(path, JSON.stringify(Object.fromEntries(compiled)));
  return { execArgv: ['--import', urlOf('test/sim/planted/register.ts')], env: { PLANTED: path } };
}

function edited(text: string, { file, from, to }: Edit): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`a planted bug fits ${file} no more: it is there ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}

/** Where the compiled file is loaded from. */
function urlOf(file: string): string {
  return pathToFileURL(join(ROOT, 'dist', file.replace(/\.ts$/, '.js'))).href;
}

function compile(text: string): string {
  const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { compilerOptions: object };
  const { options } = ts.convertCompilerOptionsFromJson({ ...compilerOptions, sourceMap: false, declaration: false, incremental: false }, ROOT);
  return ts.transpileModule(text, { compilerOptions: { ...options, module: ts.ModuleKind.ESNext } }).outputText;
}
