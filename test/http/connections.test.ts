import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { PROBLEMS, type ProblemCode } from '../../src/kernel/problem.js';
import type { Problem } from '../../src/contract/problem.js';
import { SERVER_LIMITS } from '../../src/http/server-limits.js';
import { startApp, type AppOptions } from '../kit/app.js';

/** Callers that are slow, silent, gone or many hold nothing that others need. */

const QUICK = { ...SERVER_LIMITS, headersMs: 150, requestMs: 300, checkMs: 20 };
const QUICK_TO_CLOSE = { ...SERVER_LIMITS, keepAliveMs: 200 };

async function listening(t: Test, settings: AppOptions['settings'] = {}) {
  const app = await startApp(t, { empty: true, settings });
  const { port } = new URL(await app.listen());
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(port), '127.0.0.1');
    t.teardown(() => void socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const isServed = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/readyz`, { headers: { connection: 'close' } })).status === 200;
  return { app, open, isServed, key: await app.keyOf('admin') };
}

/** Everything that the other side says until it closes. */
async function heard(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  if (!socket.closed) await once(socket, 'close');
  return text;
}

/** The problem documents among the answers. */
function problemIn(text: string): Problem | undefined {
  const body = text.split('\r\n\r\n').at(-1) ?? '';
  return body.startsWith('{') ? (JSON.parse(body) as Problem) : undefined;
}

const HEAD = (key: string): string => `POST /v1/clients HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\nidempotency-key: slow\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`;

interface Slow {
  readonly what: string;
  readonly says: (key: string) => string;
  /** What goes on coming, a byte at a time, for as long as it is listened to. */
  readonly drips?: string;
  readonly told: ProblemCode | null;
}

const SLOW: readonly Slow[] = [
  { what: 'who opens a connection and says nothing', says: () => '', told: 'request_timeout' },
  { what: 'who stops within the headers', says: () => 'GET /livez HTTP/1.1\r\nhost: x\r\nx-a: ', told: 'request_timeout' },
  { what: 'who sends headers a byte at a time', says: () => 'GET /livez HTTP/1.1\r\nhost: x\r\nx-a: ', drips: 'a', told: 'request_timeout' },
  { what: 'who stops within the body', says: (key) => `${HEAD(key)}{"name":`, told: 'request_timeout' },
  { what: 'who sends a body a byte at a time', says: HEAD, drips: ' ', told: 'request_timeout' },
  { what: 'who asks once and then keeps the connection', says: () => 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n', told: null },
];

t.test('a connection over which nothing gets done is closed in bounded time, and others are answered meanwhile', async (t) => {
  const slow = await listening(t, { limits: QUICK });
  const kept = await listening(t, { limits: QUICK_TO_CLOSE });
  for (const { what, says, drips, told } of SLOW) {
    const { open, isServed, key } = told === null ? kept : slow;
    const sockets = await Promise.all(Array.from({ length: 20 }, open));
    const hearing = Promise.all(sockets.map(heard));
    for (const socket of sockets) socket.write(says(key));
    let served = await isServed();
    // A byte from each for every request of others: never silent, and never done.
    while (drips !== undefined && sockets.some((socket) => socket.writable)) {
      for (const socket of sockets) if (socket.writable) socket.write(drips);
      served &&= await isServed();
    }
    t.ok(served, `${what}: others are answered`);
    const texts = await hearing;
    if (told === null) t.ok(texts.every((text) => text.startsWith('HTTP/1.1 200 ')), `${what} was answered and is closed later`);
    else {
      t.ok(texts.every((text) => text.startsWith(`HTTP/1.1 ${PROBLEMS[told].status} `)), `${what} is told ${PROBLEMS[told].status}: ${texts[0]?.slice(0, 60)}`);
      t.strictSame([...new Set(texts.map((text) => problemIn(text)?.code))], [told], `${what} is told why`);
    }
  }
});

t.test('headers above 16 KiB are answered 431, in one line or in many, and hold nobody up', async (t) => {
  const { open, isServed } = await listening(t);
  const floods = [`x-long: ${'x'.repeat(20_000)}\r\n`, Array.from({ length: 900 }, (_, n) => `x-${n}: ${'y'.repeat(20)}\r\n`).join('')];
  for (const headers of floods) {
    const sockets = await Promise.all(Array.from({ length: 20 }, open));
    const texts = sockets.map(heard);
    for (const socket of sockets) socket.write(`GET /livez HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);
    t.ok(await isServed());
    for (const text of await Promise.all(texts)) {
      t.match(text, /^HTTP\/1\.1 431 /);
      t.equal(problemIn(text)?.code, 'headers_too_large');
    }
  }
});

t.test('hundreds of connections that are silent, half a request, or cut off in the middle of one: the next is answered', async (t) => {
  const { app, open, isServed, key } = await listening(t);
  const halves = ['', 'GET /livez HT', HEAD(key)];
  const sockets = await Promise.all(Array.from({ length: 300 }, open));
  for (const [n, socket] of sockets.entries()) {
    socket.write(halves[n % halves.length]!);
    // Without a farewell, as when a cable is pulled and the kernel notices.
    if (n % 5 === 0) socket.resetAndDestroy();
  }
  t.ok(await isServed());
  t.equal((await app.send('admin', 'GET', '/v1/clients')).status, 200);
  for (const socket of sockets) socket.destroy();
  t.ok(await isServed());
});

t.test('beyond the limit of connections a new one is closed at once; when one leaves the next is served', async (t) => {
  const { open } = await listening(t, { maxConnections: 10 });
  const sockets = await Promise.all(Array.from({ length: 10 }, open));
  const ask = (socket: Socket): Promise<unknown[]> => {
    socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
    return once(socket, 'data');
  };
  await Promise.all(sockets.map(ask));
  t.equal(await heard(await open()), '', 'the eleventh');
  t.match(String((await ask(sockets[0]!))[0]), /^HTTP\/1\.1 200 /, 'those who have one go on');
  const gone = once(sockets[0]!, 'close');
  sockets[0]!.destroy();
  await gone;
  let served = '';
  // The service hears of the farewell a moment after us.
  while (served === '') {
    const socket = await open();
    const answer = heard(socket);
    socket.end('GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    served = await answer;
  }
  t.match(served, /^HTTP\/1\.1 200 /);
});
