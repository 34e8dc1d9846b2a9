import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The project's own source as data, for the tests that hold it to its plan. */

/** Compiled tests stand three levels below the project. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const NOT_OURS = new Set(['.git', '.tap', 'node_modules', 'dist', 'data', 'coverage', 'logs']);

export interface Import {
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** The file it names, from the project's root; null for a package. */
  readonly file: string | null;
  /** Nothing of it remains when the program runs. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** From the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

export function read(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}

/** Every file of the project below `folder` ('' for all), generated and installed ones apart. */
export function filesBelow(folder: string): string[] {
  return readdirSync(ROOT + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (NOT_OURS.has(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

export function sources(folder: string): SourceFile[] {
  return filesBelow(folder).filter((path) => path.endsWith('.ts')).map(parse);
}

function parse(path: string): SourceFile {
  const text = read(path);
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const imports: Import[] = [];
  visit(tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    imports.push({
      line: lineOf(tree, node),
      specifier,
      file: specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts') : null,
      typeOnly: isTypeOnly(node),
    });
  });
  return { path, text, tree, imports };
}

export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** How many lines a node takes, its own comments apart. */
export function linesOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getEnd()).line + 2 - lineOf(tree, node);
}

function specifierOf(node: ts.Node): string | undefined {
  if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return node.moduleSpecifier.text;
  }
  const argument = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined;
  return argument && ts.isStringLiteral(argument) ? argument.text : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return ts.isImportDeclaration(node) && node.importClause?.isTypeOnly === true;
}

/** The package that a specifier names: `drizzle-orm/sqlite-core` is of `drizzle-orm`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}

/** Groups of files that reach themselves again, each as the way round; empty where imports only point down. */
export function circles(files: readonly SourceFile[]): string[] {
  const edges = new Map(files.map((f) => [f.path, f.imports.flatMap((i) => (i.file === null ? [] : [i.file]))]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) walk(path, []);
  return found;
}
