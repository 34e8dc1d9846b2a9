import t, { type Test } from 'tap';
import type { Problem } from '../../src/contract/problem.js';
import { gatedReads } from '../../src/http/shedding.js';
import type { Store } from '../../src/usecase/store.js';
import { ADMIN_KEY, startApp, type TestApp } from '../kit/app.js';
import { Crowd, Desk, slowDown, TestGate, WAIT_MS } from '../kit/held.js';
import { upReferral } from '../kit/network.js';

/** Beyond its capacity the service says so at once, over real sockets, and goes on answering what must be answered. */

interface Said {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: Partial<Problem> & { readonly id?: string; readonly status?: unknown };
}

interface Busy {
  readonly app: TestApp;
  readonly gate: TestGate;
  readonly desk: Desk;
  /** A text is sent as it is, anything else as JSON. */
  ask(key: string, method: string, path: string, body?: unknown): Promise<Said>;
}

/** A service whose writer is as slow as can be, so that 128 calls fill the line before it. */
async function busy(t: Test, options: { readonly readsWait?: boolean } = {}): Promise<Busy> {
  const gate = new TestGate(options);
  const desk = new Desk();
  const app = await startApp(t, { gate, commander: desk.commander });
  await slowDown(gate);
  const address = await app.listen();
  t.teardown(() => desk.open());
  let count = 0;
  return {
    app, gate, desk,
    async ask(key, method, path, body) {
      count += 1;
      const response = await fetch(address + path, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(method === 'POST' && { 'idempotency-key': `asked-${count}` }),
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, retryAfter: response.headers.get('retry-after'), body: isJson ? (JSON.parse(text) as Said['body']) : {} };
    },
  };
}

function isShed(t: Test, { status, retryAfter, body }: Said, what: string): void {
  t.strictSame({ status, retryAfter, code: body.code, retryable: body.retryable }, { status: 503, retryAfter: '1', code: 'overloaded', retryable: true }, what);
}

/** What must be answered whatever the load; `emergency` is a referral that is one, `routine` one that is not. */
async function vital(t: Test, { app, ask, desk }: Busy, emergency: string): Promise<void> {
  for (const path of ['/livez', '/readyz', '/metrics']) t.equal((await ask(ADMIN_KEY, 'GET', path)).status, 200, path);
  const [sender, hospital] = [await app.keyOf('p1'), await app.keyOf('t1')];
  const before = desk.came;
  const asked = [
    ask(sender, 'POST', '/v1/referrals', upReferral(901, { urgency: 'emergency' })),
    ask(hospital, 'POST', `/v1/referrals/${emergency}/acknowledge`, { name: '急诊值班' }),
    ask(hospital, 'POST', `/v1/referrals/${emergency}/arrive`, {}),
  ];
  await desk.reached(before + asked.length);
  desk.open();
  t.strictSame((await Promise.all(asked)).map(({ status }) => status), [201, 200, 200], 'a submission, an acknowledgement and an arrival of emergencies');
}

t.test('a writer from which nothing comes: routine work is shed with Retry-After, health checks and emergencies are answered, and afterwards all is as before', async (t) => {
  const service = await busy(t);
  const { app, gate, desk, ask } = service;
  const key = await app.keyOf('p1');
  const [emergency, routine] = [await ask(key, 'POST', '/v1/referrals', upReferral(1, { urgency: 'emergency' })), await ask(key, 'POST', '/v1/referrals', upReferral(2))];
  const crowd = new Crowd(gate.writes);
  crowd.enter(64, { caller: 'a' });
  crowd.enter(64, { caller: 'b' });
  gate.pass(WAIT_MS + 1);
  desk.shut();
  const before = desk.came;
  isShed(t, await ask(key, 'POST', '/v1/referrals', upReferral(3)), 'a submission');
  isShed(t, await ask(await app.keyOf('t1'), 'POST', `/v1/referrals/${routine.body.id}/accept`, {}), 'an acceptance');
  isShed(t, await ask(ADMIN_KEY, 'PUT', '/v1/institutions/x1', {}), 'master data, before it is even looked at');
  isShed(t, await ask('no such key', 'PUT', '/v1/institutions/x1', {}), 'before a key is looked up');
  t.equal(desk.came, before, 'nothing of it came to the writer');
  t.equal((await ask(key, 'GET', `/v1/referrals/${routine.body.id}`)).status, 200, 'reading goes on');
  await vital(t, service, String(emergency.body.id));
  t.strictSame(gate.shed, { full: 4, share: 0, blocked: 0, late: 0 });
  await crowd.leave();
  t.equal((await ask(key, 'POST', '/v1/referrals', upReferral(3))).status, 201, 'what was shed is taken on when it is sent again');
});

t.test('a submission is shed unread where its bytes cannot tell of an emergency', async (t) => {
  const { app, gate, ask } = await busy(t);
  const key = await app.keyOf('p1');
  const crowd = new Crowd(gate.writes);
  crowd.enter(64, { caller: 'a' });
  crowd.enter(64, { caller: 'b' });
  const emergency = JSON.stringify(upReferral(1, { urgency: 'emergency' }));
  const escaped = emergency.replace('"emergency"', () => String.raw`"\u0065mergency"`);
  t.not(escaped, emergency);
  isShed(t, await ask(key, 'POST', '/v1/referrals', '{ no JSON'), 'what is no JSON, and is not looked at');
  isShed(t, await ask(key, 'POST', '/v1/referrals', {}), 'an empty one');
  isShed(t, await ask(key, 'POST', '/v1/referrals'), 'none at all');
  isShed(t, await ask(key, 'POST', '/v1/referrals', upReferral(2, { impression: 'no emergency' })), 'one that has the word elsewhere is read first');
  t.equal((await ask(key, 'POST', '/v1/referrals', '{ "emergency"')).status, 400, 'what might be one is read');
  t.equal((await ask(key, 'POST', '/v1/referrals', { urgency: 'emergency' })).status, 422, 'and validated');
  t.equal((await ask(key, 'POST', '/v1/referrals', escaped)).status, 201, 'and is one however its letters are written');
  await crowd.leave();
});

/** Resolves when so many have an answer. */
function answered(all: readonly Promise<unknown>[], number: number): Promise<void> {
  let count = 0;
  return new Promise((resolve) => {
    for (const one of all) void one.then(() => (count += 1) === number && resolve());
  });
}

t.test('a flood from one key is shed before it takes the room of others', async (t) => {
  const { app, desk, ask } = await busy(t);
  const [flooding, other] = [await app.keyOf('p1'), await app.keyOf('p2')];
  desk.shut();
  const before = desk.came;
  const flood = Array.from({ length: 150 }, (_, n) => ask(flooding, 'POST', '/v1/referrals', upReferral(n + 1)));
  await desk.reached(before + 64);
  const quiet = ask(other, 'POST', '/v1/referrals', upReferral(500, { sourceInstitutionId: 'p2' }));
  await desk.reached(before + 65);
  await answered(flood, 86);
  desk.open();
  t.equal((await quiet).status, 201, 'another key');
  const said = await Promise.all(flood);
  t.strictSame([201, 503].map((status) => said.filter((one) => one.status === status).length), [64, 86], 'of the flood as many as the share of a key');
  for (const one of said.filter(({ status }) => status === 503)) isShed(t, one, 'the rest');
});

t.test('a thread that is behind sheds reads and master data, and answers health checks, emergencies and whatever the writer can take', async (t) => {
  const service = await busy(t);
  const { app, gate, ask } = service;
  const key = await app.keyOf('p1');
  const emergency = await ask(key, 'POST', '/v1/referrals', upReferral(1, { urgency: 'emergency' }));
  gate.late(WAIT_MS * 2);
  t.equal((await ask(key, 'GET', '/v1/referrals')).status, 200, 'one in eight is served');
  isShed(t, await ask(key, 'GET', '/v1/referrals'), 'a list');
  isShed(t, await ask(key, 'POST', '/v1/patients/lookup', {}), 'a question sent as POST');
  isShed(t, await ask(ADMIN_KEY, 'PUT', '/v1/institutions/x1', {}), 'master data');
  t.equal((await ask(key, 'POST', '/v1/referrals', upReferral(2))).status, 201, 'a submission');
  t.strictSame(gate.shed, { full: 0, share: 0, blocked: 0, late: 3 });
  await vital(t, service, String(emergency.body.id));
  gate.late(0);
  t.equal((await ask(key, 'GET', '/v1/referrals')).status, 200, 'in time again, it answers again');
});

t.test('reads that wait for a server are bounded like writes', async (t) => {
  const { app, gate, ask } = await busy(t, { readsWait: true });
  const key = await app.keyOf('p1');
  t.ok(gate.reads);
  await slowDown(gate, gate.reads!);
  const crowd = new Crowd(gate.reads!);
  crowd.enter(128);
  isShed(t, await ask(key, 'GET', '/v1/referrals'), 'a list');
  await crowd.leave();
  t.equal((await ask(key, 'GET', '/v1/referrals')).status, 200);
});

t.test('reads of an embedded store wait for nothing and have no line: nobody is refused however many are open', async (t) => {
  const gate = new TestGate();
  t.equal(gate.reads, null);
  const leaving: (() => void)[] = [];
  const waiting: Pick<Store, 'read'> = { read: () => new Promise<never>((leave) => leaving.push(leave as () => void)) };
  const store = gatedReads(waiting, gate);
  const open = Array.from({ length: 200 }, () => store.read(async () => null));
  const one = store.read(async () => null);
  t.equal(leaving.length, 201, 'one more reads beside two hundred');
  for (const leave of leaving) leave();
  await Promise.all([...open, one]);
});

t.test('emergencies wait in a line of their own, which has an end too', async (t) => {
  const { app, gate, desk, ask } = await busy(t);
  const [sender, other] = [await app.keyOf('p1'), await app.keyOf('p2')];
  const [crowd, urgent] = [new Crowd(gate.writes), new Crowd(gate.writes)];
  for (const caller of ['a', 'b']) crowd.enter(64, { caller });
  desk.shut();
  const before = desk.came;
  const held = [1, 2, 3].map((n) => ask(sender, 'POST', '/v1/referrals', upReferral(n, { urgency: 'emergency' })));
  await desk.reached(before + 3);
  t.equal(gate.writes.waiting('emergency'), 3);
  await crowd.leave();
  t.equal(gate.writes.waiting('routine'), 0, 'they are in no other line');
  for (const caller of ['a', 'b']) crowd.enter(64, { caller });
  urgent.enter(63, { caller: 'c', lane: 'emergency' });
  urgent.enter(62, { caller: 'd', lane: 'emergency' });
  t.equal(gate.writes.waiting('emergency'), 128);
  const { full } = gate.shed;
  const next = ask(other, 'POST', '/v1/referrals', upReferral(4, { urgency: 'emergency', sourceInstitutionId: 'p2' }));
  // Answered while the writer is shut, or let through to it: then it is answered, too, and otherwise.
  await Promise.race([next, desk.reached(before + 4)]);
  desk.open();
  isShed(t, await next, 'the next emergency');
  t.equal(gate.shed.full, full + 1);
  t.strictSame((await Promise.all(held)).map(({ status }) => status), [201, 201, 201], 'those that wait are answered');
  await Promise.all([crowd.leave(), urgent.leave()]);
});

t.test('the metrics tell what was shed and why, and what waits', async (t) => {
  const { app, gate } = await busy(t);
  const crowd = new Crowd(gate.writes);
  crowd.enter(3);
  crowd.enter(2, { lane: 'emergency' });
  gate.shed.share = 7;
  const { text } = await app.send('admin', 'GET', '/metrics');
  for (const line of ['overload_waiting{lane="routine"} 3', 'overload_waiting{lane="emergency"} 2', 'overload_shed_total{reason="share"} 7', 'overload_shed_total{reason="late"} 0', 'overload_room 128']) {
    t.ok(text.includes(`${line}\n`), line);
  }
  await crowd.leave();
});
