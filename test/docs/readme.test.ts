import t from 'tap';
import ts from 'typescript';
import { ADMIN_KEY, scratch, scriptsOf, shell, startProgram } from '../kit/program.js';
import { filesBelow, read, ROOT } from '../kit/source.js';

/** The first thing that a new vendor tries is the first thing that must work. */
t.test('the first referral of the README goes from request to arrival, as it stands there', async (t) => {
  const { address } = await startProgram(t, { DATABASE_URL: `sqlite:${scratch(t)}/referral.db` });
  const script = scriptsOf(read('README.md')).join('\n').replace('http://127.0.0.1:3000', address).replace('ADMIN_KEY=change-me-please', `ADMIN_KEY=${ADMIN_KEY}`);
  const said = await shell(script);
  t.match(said, /R\w+ scheduled/, 'the place is booked with the referral');
  t.match(said, /^3000$/m, 'the fee of that clinic is waived');
  t.match(said, /^arrived$/m, 'the transfer is executed');
  t.match(said, /"referral\.arrived"/, 'and stands in the history');
  t.match(said, /^in-care\ncompleted$/m, 'the doctor takes over and ends the visit');
  t.match(said, /^本次起付线 750\.00 元。$/m, 'and the second stay bears what is left of the deductible');
  t.notMatch(said, /重叠/, 'of two stays one after the other');
});

t.test('the example of the client compiles against the client that is shipped', async (t) => {
  const path = `${ROOT}example-of-the-readme.ts`;
  const text = /^```ts\n(?<code>[^]*?)^```$/m.exec(read('README.md'))!.groups!.code!;
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true, noEmit: true, skipLibCheck: true, types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.readFile = (name) => (name === path ? text : readFile(name));
  host.getSourceFile = (name, language) => (name === path ? ts.createSourceFile(name, text, language) : getSourceFile(name, language));
  const faults = ts.getPreEmitDiagnostics(ts.createProgram([path], options, host));
  t.same(faults.map((fault) => ts.flattenDiagnosticMessageText(fault.messageText, ' ')), []);
});

t.test('what the documents link to is there', async (t) => {
  const documents = filesBelow('').filter((path) => path.endsWith('.md'));
  const broken = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#)(?<target>[^)#\s]+)(#[^)]*)?\)/g)]
      .map((m) => new URL(m.groups!.target!, `file:///${path}`).pathname.slice(1))
      .filter((target) => !filesBelow('').includes(target) && !filesBelow('').some((file) => file.startsWith(`${target.replace(/\/$/, '')}/`)))
      .map((target) => `${path} → ${target}`),
  );
  t.same(broken, []);
});
