import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { PROBLEMS } from '../../src/kernel/problem.js';
import { apiDocument } from '../../src/http/openapi.js';
import { problemsPage } from '../../src/http/problems-page.js';
import { startApp } from '../kit/app.js';
import { scratch } from '../kit/program.js';
import { ROOT } from '../kit/source.js';

/** What is committed beside the program is what the program says of itself today: `npm run openapi` writes it anew. */

interface OperationObject {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: object }>> };
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, { readonly schema?: object }>>; readonly 'x-problem-codes'?: readonly string[] }>>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const committed = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const document = JSON.parse(committed('openapi/openapi.json')) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ at: `${method} ${path}`, operation })));
const problemResponses = (operation: OperationObject) => Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);

t.test('the committed API document is what the program generates', async (t) => {
  const app = await startApp(t, { empty: true });
  await app.server.ready();
  const generated = JSON.parse(JSON.stringify(apiDocument(app.server))) as { paths: Record<string, object> };
  // Only a service on a test clock has it.
  delete generated.paths['/v1/test-clock'];
  t.strictSame(document, generated);
});

t.test('the committed types of the client are what the API document generates', async (t) => {
  const output = join(scratch(t), 'schema.ts');
  const command = (JSON.parse(committed('package.json')) as { scripts: { client: string } }).scripts.client;
  const [tool = '', ...options] = command.split(' ').map((part) => (part === 'src/client/schema.ts' ? output : part));
  execFileSync(join(ROOT, 'node_modules/.bin', tool), options, { cwd: ROOT });
  t.equal(committed('src/client/schema.ts'), readFileSync(output, 'utf8'));
});

t.test('the committed page of problems names every code and no other', async (t) => {
  const page = committed('docs/problems.md');
  t.equal(page, problemsPage(document));
  t.strictSame([...page.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1]), Object.keys(PROBLEMS));
});

t.test('the document is OpenAPI 3.1, and no two operations share an id', async (t) => {
  t.match(document.openapi, /^3\.1\.\d$/);
  const ids = operations.map(({ operation }) => operation.operationId);
  t.equal(new Set(ids).size, ids.length);
});

t.test('what is filled in where it is missing is never asked for', async (t) => {
  const asked: string[] = [];
  const look = (value: unknown, at: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { required = [], properties = {} } = value as { required?: string[]; properties?: Record<string, object | undefined> };
    if (Array.isArray(required)) asked.push(...required.filter((name) => 'default' in (properties[name] ?? {})).map((name) => `${at}/${name}`));
    for (const [key, each] of Object.entries(value)) look(each, `${at}/${key}`);
  };
  look(document.components.schemas, '');
  t.strictSame(asked, []);
});

t.test('every operation says what it is, who may call it, what it takes and what it answers', async (t) => {
  for (const { at, operation } of operations) {
    const { operationId, summary, tags, security, requestBody, responses } = operation;
    const missing = [
      !operationId && 'operationId',
      !summary && 'summary',
      tags?.length !== 1 && 'one tag',
      security === undefined && 'security',
      requestBody && !Object.values(requestBody.content).every(({ schema }) => schema) && 'the shape of its body',
      !Object.keys(responses).some((status) => status.startsWith('2')) && 'a success',
      !Object.entries(responses).every(([status, { content = {} }]) => status === '204' || (Object.keys(content).length > 0 && Object.values(content).every(({ schema }) => schema))) && 'the shape of each answer',
      !Object.values(responses).every(({ description }) => description) && 'a word on each answer',
    ];
    t.strictSame(missing.filter(Boolean), [], at);
  }
});

t.test('every problem that an operation declares is one of the table, under its own status', async (t) => {
  for (const { at, operation } of operations) {
    for (const [status, { 'x-problem-codes': codes = [] }] of problemResponses(operation)) {
      t.not(codes.length, 0, `${at} ${status} names its codes`);
      for (const code of codes) t.equal((PROBLEMS as Readonly<Record<string, { status: number }>>)[code]?.status, Number(status), `${at}: ${code}`);
    }
  }
});

t.test('every body may name the person behind the call of a system', async (t) => {
  const shapes = document.components.schemas as Readonly<Record<string, { properties?: object }>>;
  for (const { at, operation } of operations) {
    const { $ref } = (operation.requestBody?.content['application/json']?.schema ?? {}) as { $ref?: string };
    if (operation.requestBody) t.match(shapes[String($ref?.split('/').at(-1))]?.properties, { operator: { required: ['code', 'name'] } }, at);
  }
});

t.test('every code of the table is answered by some operation, or before any is known', async (t) => {
  const declared = new Set(operations.flatMap(({ operation }) => problemResponses(operation)).flatMap(([, { 'x-problem-codes': codes = [] }]) => codes));
  const elsewhere = ['request_timeout', 'headers_too_large', 'method_not_allowed', 'clock_backwards'];
  t.strictSame(Object.keys(PROBLEMS).filter((code) => !declared.has(code)).sort(), elsewhere.sort());
});
