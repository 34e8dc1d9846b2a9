import { connect } from 'node:net';
import t from 'tap';
import type { Problem } from '../../src/contract/problem.js';
import { PROBLEMS, type ProblemCode } from '../../src/kernel/problem.js';
import { ADMIN_KEY, problem, startApp, type Reply } from '../kit/app.js';

/** What the framework itself refuses is a problem document like any other, in both languages. */

const LANGUAGES = [['zh-CN', 'zh'], ['en', 'en']] as const;

interface Wrong {
  readonly what: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';
  readonly url: string;
  readonly payload?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly code: ProblemCode;
  readonly pointers?: readonly string[];
}

const CLIENTS = '/v1/clients';
const JSON_TYPE = { 'content-type': 'application/json' };

const WRONG: readonly Wrong[] = [
  { what: 'a path that leads nowhere', method: 'GET', url: '/v1/nowhere', code: 'not_found' },
  { what: 'a path outside the API', method: 'GET', url: '/nowhere', code: 'not_found' },
  { what: 'a method that the path does not have', method: 'DELETE', url: '/v1/institutions/t1', code: 'method_not_allowed' },
  { what: 'a path that is no valid encoding', method: 'GET', url: '/v1/institutions/%zz', code: 'malformed_request' },
  { what: 'a path cut within a character', method: 'GET', url: '/v1/institutions/%E4%B8', code: 'malformed_request' },
  { what: 'an id longer than any', method: 'GET', url: `/v1/institutions/${'x'.repeat(200)}`, code: 'not_found' },
  { what: 'JSON cut short', method: 'POST', url: CLIENTS, payload: '{"name":', headers: JSON_TYPE, code: 'malformed_request' },
  { what: 'two JSON values', method: 'POST', url: CLIENTS, payload: '{}{}', headers: JSON_TYPE, code: 'malformed_request' },
  { what: 'bytes that are not UTF-8', method: 'POST', url: CLIENTS, payload: Buffer.from([0x22, 0xc3, 0x28, 0x22]), headers: JSON_TYPE, code: 'malformed_request' },
  { what: 'no body at all', method: 'POST', url: CLIENTS, code: 'invalid_request', pointers: ['/name', '/roles'] },
  { what: 'an empty body', method: 'POST', url: CLIENTS, payload: '', headers: JSON_TYPE, code: 'invalid_request', pointers: ['/name', '/roles'] },
  { what: 'null for a body', method: 'POST', url: CLIENTS, payload: 'null', headers: JSON_TYPE, code: 'invalid_request', pointers: [''] },
  { what: 'a list for a body', method: 'POST', url: CLIENTS, payload: '[]', headers: JSON_TYPE, code: 'invalid_request', pointers: [''] },
  { what: 'a form of a browser', method: 'POST', url: CLIENTS, payload: 'name=x', headers: { 'content-type': 'application/x-www-form-urlencoded' }, code: 'unsupported_media_type' },
  { what: 'text', method: 'POST', url: CLIENTS, payload: '{}', headers: { 'content-type': 'text/plain' }, code: 'unsupported_media_type' },
  { what: 'a body of no type', method: 'POST', url: CLIENTS, payload: Buffer.from('{}'), code: 'unsupported_media_type' },
  { what: 'JSON in GB 18030', method: 'POST', url: CLIENTS, payload: '{}', headers: { 'content-type': 'application/json; charset=gb18030' }, code: 'unsupported_media_type' },
  { what: 'a body above 1 MiB', method: 'POST', url: CLIENTS, payload: JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), headers: JSON_TYPE, code: 'payload_too_large' },
  { what: 'a null byte in a text', method: 'POST', url: CLIENTS, payload: '{"name":"a\\u0000b","roles":["his"]}', headers: JSON_TYPE, code: 'invalid_request', pointers: ['/name'] },
  { what: 'a null byte in a path', method: 'GET', url: '/v1/institutions/t1%00', code: 'invalid_request', pointers: ['{id}'] },
  { what: 'a reach into a prototype', method: 'POST', url: CLIENTS, payload: '{"name":"x","roles":["his"],"__proto__":{"isAdmin":true}}', headers: JSON_TYPE, code: 'invalid_request', pointers: ['/__proto__'] },
  { what: 'the same by constructor', method: 'POST', url: CLIENTS, payload: '{"name":"x","roles":["his"],"constructor":{"prototype":{}}}', headers: JSON_TYPE, code: 'invalid_request', pointers: ['/constructor'] },
  { what: 'nesting without end', method: 'POST', url: CLIENTS, payload: `{"name":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, headers: JSON_TYPE, code: 'invalid_request' },
  { what: 'a query that the path does not know', method: 'GET', url: '/v1/institutions?page=2', code: 'invalid_request', pointers: ['?page'] },
  { what: 'a query that a probe does not know', method: 'GET', url: '/livez?verbose=1', code: 'invalid_request', pointers: ['?verbose'] },
  { what: 'a body where none is wanted', method: 'DELETE', url: `${CLIENTS}/one`, payload: '<a/>', headers: { 'content-type': 'application/xml' }, code: 'unsupported_media_type' },
  { what: 'JSON cut short where none is wanted', method: 'DELETE', url: `${CLIENTS}/one`, payload: '{', headers: JSON_TYPE, code: 'malformed_request' },
  { what: 'a number beyond numbers', method: 'GET', url: '/v1/institutions?limit=1e999', code: 'invalid_request', pointers: ['?limit'] },
  { what: 'a number of many digits', method: 'GET', url: `/v1/events?after=${'9'.repeat(400)}`, code: 'invalid_request', pointers: ['?after'] },
  { what: 'the same query twice', method: 'GET', url: '/v1/institutions?limit=1&limit=2', code: 'invalid_request', pointers: ['?limit'] },
];

const app = await startApp(t, { empty: true });

t.test('each failure of the framework is a problem document with its code, in Chinese and English', async (t) => {
  for (const { what, method, url, payload, headers, code, pointers } of WRONG) {
    for (const [tag, language] of LANGUAGES) {
      const reply = await app.raw({
        method, url, payload,
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'idempotency-key': 'one', 'accept-language': tag, ...headers },
      });
      const name = `${what} (${tag})`;
      t.equal(reply.status, PROBLEMS[code].status, `${name}: ${reply.text}`);
      t.match(reply.headers['content-type'], /^application\/problem\+json\b/, name);
      t.equal(reply.headers['content-language'], tag, name);
      t.equal(reply.headers['cache-control'], 'no-store', name);
      t.match(problem(reply), {
        type: `urn:referral-router:problem:${code}`, title: PROBLEMS[code][language], status: PROBLEMS[code].status, code, retryable: PROBLEMS[code].retryable,
        requestId: reply.headers['x-request-id'],
      }, name);
      // Of a request that cannot be parsed the framework knows less than the body's own reader.
      if (code !== 'malformed_request') t.equal(problem(reply).detail, PROBLEMS[code].detail[language], name);
      else t.match(problem(reply).detail, language === 'zh' ? /\p{Script=Han}/u : /^[ -~]+$/, name);
      if (pointers) t.same(problem(reply).errors?.map((error) => error.pointer), pointers, name);
    }
  }
  t.equal(({} as { isAdmin?: boolean }).isAdmin, undefined, 'no prototype was touched');
  t.equal((await app.send('admin', 'GET', '/v1/clients')).text.includes('"data":[]'), true, 'nothing was made');
});

t.test('of every code there is a sentence in both languages that says more than its title', async (t) => {
  for (const [code, { zh, en, detail }] of Object.entries(PROBLEMS)) {
    t.match(detail.zh, /^[^\s].*\p{Script=Han}.*[^。.]$/u, code);
    t.match(detail.en, /^[A-Z`].*[^.]$/, code);
    t.notMatch(detail.en, /\p{Script=Han}/u, code);
    t.ok(detail.zh.length > zh.length && detail.en.length > en.length, code);
  }
});

t.test('405 says which methods the path has', async (t) => {
  const allow = async (method: string, url: string): Promise<Reply['headers'][string]> => (await app.send('admin', method, url)).headers['allow'];
  t.equal(await allow('DELETE', '/v1/institutions/t1'), 'GET, HEAD, PUT');
  t.equal(await allow('PUT', '/v1/referrals'), 'GET, HEAD, POST');
  t.equal(await allow('GET', '/v1/reservations'), 'POST');
});

t.test('what is no HTTP, or has headers without end, is answered by a problem document before the line is cut', async (t) => {
  const { port } = new URL(await app.listen());
  const say = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let heard = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
      socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk)).on('error', reject).on('close', () => resolve(heard));
    });
  const cases: readonly (readonly [string, string, ProblemCode])[] = [
    ['no HTTP', 'hello\r\n\r\n', 'malformed_request'],
    ['headers above 16 KiB', `GET /livez HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`, 'headers_too_large'],
  ];
  for (const [what, sent, code] of cases) {
    const [head = '', body = ''] = (await say(sent)).split('\r\n\r\n');
    t.match(head, new RegExp(`^HTTP/1.1 ${PROBLEMS[code].status} `), what);
    t.match(head, /content-type: application\/problem\+json/, what);
    t.equal((JSON.parse(body) as Problem).code, code, what);
  }
});
