import t from 'tap';
import ts from 'typescript';
import { PROBLEMS } from '../src/kernel/problem.js';
import { circles, filesBelow, lineOf, linesOf, packageOf, read, sources, visit, type SourceFile } from './kit/source.js';

/**
 * The plan of the house, held against the house. Each check names the places that break it, so the list
 * that should be empty is the message.
 */
const architecture = JSON.parse(read('test/architecture.json')) as {
  layers: Record<string, { uses: string[]; packages: string[] }>;
  outside: string[];
  fromOutside: string[];
  mayReadClockAndEnvironment: string[];
};
const manifest = JSON.parse(read('package.json')) as { name: string; dependencies: Record<string, string>; devDependencies: Record<string, string> };

const source = sources('src');
const tests = sources('test');
const everything = filesBelow('');

/** The first folder below src; a file directly in src is its own room. */
function layerOf(path: string): string {
  return path.split('/')[1]!.replace(/\.ts$/, '');
}

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 70;

t.test('imports point down, through the layers of the plan', async (t) => {
  const wrong = source.flatMap((file) => {
    const layer = layerOf(file.path);
    if (architecture.outside.includes(layer)) return [];
    const plan = architecture.layers[layer];
    if (!plan) return [`${file.path} stands in no layer of test/architecture.json`];
    return file.imports.flatMap((i) => {
      const to = i.file === null ? undefined : layerOf(i.file);
      return to === undefined || to === layer || plan.uses.includes(to) ? [] : [`${file.path}:${i.line} ${layer} reaches into ${to}`];
    });
  });
  t.same(wrong, []);
});

t.test('no file reaches itself again through its imports', async (t) => {
  t.same(circles(source), []);
});

t.test('each layer uses the packages of the plan and no other', async (t) => {
  const wrong = source.flatMap((file) => {
    const plan = architecture.layers[layerOf(file.path)];
    if (!plan) return [];
    return file.imports
      .filter((i) => i.file === null && !i.typeOnly)
      .filter((i) => !plan.packages.some((p) => (/[/:]$/.test(p) ? i.specifier.startsWith(p) : packageOf(i.specifier) === p)))
      .map((i) => `${file.path}:${i.line} ${i.specifier}`);
  });
  t.same(wrong, []);
});

t.test('the database drivers are known in the store alone, types included', async (t) => {
  const drivers = ['better-sqlite3', 'drizzle-orm', 'pg'];
  const wrong = source
    .filter((file) => layerOf(file.path) !== 'store')
    .flatMap((file) => file.imports.filter((i) => drivers.includes(packageOf(i.specifier))).map((i) => `${file.path}:${i.line} ${i.specifier}`));
  t.same(wrong, []);
});

t.test('time, chance and environment come in from outside', async (t) => {
  const wrong = source
    .filter((file) => !architecture.mayReadClockAndEnvironment.includes(file.path))
    .flatMap((file) => places(file, (node) => {
      if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0;
      const called = ts.isCallExpression(node) && ts.isIdentifier(node.expression);
      return (called || ts.isPropertyAccessExpression(node)) && architecture.fromOutside.includes((called ? node.expression : node).getText());
    }));
  t.same(wrong, []);
});

t.test('files and functions stay short enough to be read', async (t) => {
  const long = [...source, ...tests]
    .filter((file) => !isGenerated(file))
    .map((file) => [file.path, file.text.split('\n').length - 1] as const)
    .filter(([, lines]) => lines > MAX_FILE_LINES)
    .map(([path, lines]) => `${path} has ${lines} lines`);
  const longFunctions = source.flatMap((file) =>
    places(file, (node) => ts.isFunctionLike(node) && linesOf(file.tree, node) > MAX_FUNCTION_LINES && !isList(node)),
  );
  t.same([...long, ...longFunctions], []);
});

t.test('no barrels and no drawer for odds and ends', async (t) => {
  const barrels = source
    .filter((file) => file.path !== 'src/client/index.ts')
    .filter((file) => file.tree.statements.length > 0 && file.tree.statements.every((s) => ts.isExportDeclaration(s) || ts.isImportDeclaration(s)))
    .map((file) => `${file.path} only passes on`);
  const drawers = everything.filter((path) => /(^|\/)(utils?|helpers?|misc|common)([./]|$)/i.test(path)).map((path) => `${path} says nothing about what is in it`);
  t.same([...barrels, ...drawers], []);
});

t.test('every problem of the table can happen', async (t) => {
  const named = new Set<string>();
  for (const file of source) {
    visit(file.tree, (node) => {
      if (ts.isStringLiteral(node)) named.add(node.text);
    });
  }
  t.same(Object.keys(PROBLEMS).filter((code) => !named.has(code)), []);
});

t.test('every policy clause leads to a file and to a test that exist', async (t) => {
  const rows = tableRows(read('docs/policy-clauses.md'));
  t.ok(rows.length >= 20, 'the table is there');
  const wrong = rows.flatMap((cells) => {
    const [id, , , files = '', proofs = ''] = cells;
    const missing = quoted(files).filter((path) => !everything.includes(path)).map((path) => `${id}: no file ${path}`);
    const proof = /^`(?<path>[^`]+)`: “(?<title>.+)”$/.exec(proofs)?.groups;
    if (!proof) return [...missing, `${id}: the test is written as \`file\`: “title”`];
    if (!everything.includes(proof.path!)) return [...missing, `${id}: no test file ${proof.path}`];
    return read(proof.path!).includes(proof.title!) ? missing : [...missing, `${id}: no test “${proof.title}” in ${proof.path}`];
  });
  t.same(wrong, []);
});

t.test('every clause that the code cites stands in the table', async (t) => {
  const known = new Set(tableRows(read('docs/policy-clauses.md')).map(([, cited]) => cited));
  const wrong = source.flatMap((file) =>
    [...file.text.matchAll(/(?<document>(Guangzhou|Xinhui|Foshan|Mianyang|Yueyang) 20\d\d), lines? (?<lines>\d+( and \d+)?)/g)].flatMap(({ groups }) =>
      groups!.lines!.split(' and ').map((line) => `${groups!.document!}, line ${line}`).filter((cited) => !known.has(cited)).map((cited) => `${file.path} cites ${cited}`),
    ),
  );
  t.same(wrong, []);
});

t.test('migrations come in pairs: same number, same name, no number left out', async (t) => {
  const named = (engine: string) => filesBelow(`migrations/${engine}`).map((path) => path.split('/').at(-1)!).sort();
  const sqlite = named('sqlite');
  t.ok(sqlite.length > 0, 'there is a first migration');
  t.same(named('postgres'), sqlite, 'both engines have the same steps');
  t.same(sqlite.map((name) => name.slice(0, 5)), sqlite.map((_, i) => `${String(i + 1).padStart(4, '0')}_`), 'numbered from 0001 without a gap');
});

t.test('every package that is imported is declared, and every declared one is used and explained', async (t) => {
  const declared = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
  const undeclared = [
    ...source.flatMap((file) => packagesOf(file).filter((name) => !(name in manifest.dependencies)).map((name) => `${file.path} imports ${name}, no dependency`)),
    ...tests.flatMap((file) => packagesOf(file).filter((name) => !declared.includes(name)).map((name) => `${file.path} imports ${name}, not declared`)),
  ];
  const scripts = ['package.json', 'eslint.config.js', '.ci/run'].map((path) => (path === 'package.json' ? JSON.stringify((JSON.parse(read(path)) as { scripts: object }).scripts) : read(path))).join('\n');
  const imported = new Set([...source, ...tests].flatMap(packagesOf));
  const commands: Record<string, string> = { '@redocly/cli': 'redocly', typescript: 'tsc' };
  const unused = declared
    .filter((name) => !imported.has(name) && !scripts.includes(commands[name] ?? name))
    .filter((name) => !(name.startsWith('@types/') && (name === '@types/node' || imported.has(name.slice(7)))))
    .map((name) => `${name} is declared and not used`);
  const contributing = read('CONTRIBUTING.md');
  const unexplained = declared.filter((name) => !contributing.includes(`| \`${name}\` |`)).map((name) => `${name} has no line in CONTRIBUTING.md`);
  t.same([...undeclared, ...unused, ...unexplained], []);
});

t.test('nothing is unfinished, switched off or silenced', async (t) => {
  const marks = /\b(TO[D]O|FIX[M]E)\b|@ts-(ignore|nocheck|expect-error)|eslint-disable|\bt\.(skip|todo)\(|\bskip: true|\.only\(/;
  t.same(matches([...source, ...tests].map((file) => file.path).filter((path) => path !== 'test/tidy.test.ts'), marks), []);
});

t.test('no path of one machine and no address of a registry stands in any file', async (t) => {
  const paths = /(^|[^\w.~)/}-])\/(work|home|root|Users|private|farm)\/\w|"resolved": *"|registry\.npm/;
  t.same(matches(everything.filter((path) => !/\.(png|ico|db|woff2?)$/.test(path)), paths), []);
});

/** `path:line start of the text` for every node that fits. */
function places(file: SourceFile, fits: (node: ts.Node) => boolean): string[] {
  const found: string[] = [];
  visit(file.tree, (node) => {
    if (fits(node)) found.push(`${file.path}:${lineOf(file.tree, node)} ${node.getText(file.tree).slice(0, 60).split('\n')[0]}`);
  });
  return found;
}

/** A function that decides nothing, such as one that declares tables, is a list: as long as what it lists. */
function isList(node: ts.Node): boolean {
  let decides = false;
  visit(node, (inner) => {
    decides ||= ts.isIfStatement(inner) || ts.isConditionalExpression(inner) || ts.isIterationStatement(inner, false) || ts.isAwaitExpression(inner) || ts.isSwitchStatement(inner);
  });
  return !decides;
}

function matches(paths: readonly string[], pattern: RegExp): string[] {
  return paths.flatMap((path) => read(path).split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1} ${line.trim().slice(0, 80)}`] : [])));
}

/** The packages of others: the project's own name leads to what it exports. */
function packagesOf(file: SourceFile): string[] {
  return file.imports
    .filter((i) => i.file === null && !i.specifier.startsWith('node:'))
    .map((i) => packageOf(i.specifier))
    .filter((name) => name !== manifest.name);
}

function isGenerated(file: SourceFile): boolean {
  return file.text.slice(0, 200).includes('auto-generated');
}

/** The rows of the tables of a Markdown text, headings and rules apart, as trimmed cells. */
function tableRows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line, i, lines) => line.startsWith('|') && !/^\|[\s:|-]+\|$/.test(line) && !/^\|[\s:|-]+\|$/.test(lines[i + 1] ?? ''))
    .map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim()));
}

function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map((m) => m[1]!);
}
