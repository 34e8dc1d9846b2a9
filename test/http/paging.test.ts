import t from 'tap';
import { pointers, problem, startApp, type Reply } from '../kit/app.js';
import { person, upReferral } from '../kit/network.js';

/** Lists: pages of `{ data, nextCursor }`, masked, stable while others write. */

const app = await startApp(t);
interface PageOf { readonly data: readonly { readonly id: string }[]; readonly nextCursor: string | null }
const page = (reply: Reply): PageOf => reply.body as PageOf;
const ids = (reply: Reply): string[] => page(reply).data.map(({ id }) => id);
const get = (url: string, as = 'p1'): Promise<Reply> => app.send(as, 'GET', url);

const made: string[] = [];
for (let n = 1; n <= 7; n += 1) {
  app.clock.advance(1_000);
  made.push(((await app.send('p1', 'POST', '/v1/referrals', upReferral(n))).body as { id: string }).id);
}
const first = made[0]!;
for (const text of ['一', '二', '三']) await app.send('p1', 'POST', `/v1/referrals/${first}/messages`, { text });
for (const title of ['一', '二', '三']) await app.send('p1', 'POST', `/v1/referrals/${first}/documents`, { kind: 'other', title, mediaType: 'text/plain', content: 'MQ==', author: '李' });
for (const action of ['arrive', 'receive']) await app.send('t1', 'POST', `/v1/referrals/${first}/${action}`, {});
for (const state of ['done', 'due', 'unreachable', 'due']) await app.send('t1', 'POST', '/v1/follow-ups', { referralId: first, state, dueOn: '2018-05-01', content: '测血压' });

const LISTS = ['/v1/referrals', '/v1/institutions', '/v1/consortia', '/v1/pools', '/v1/worklist', '/v1/follow-ups', `/v1/referrals/${first}/messages`,
  `/v1/referrals/${first}/documents`, `/v1/referrals/${first}/history`] as const;

t.test('limit is 1 to 100, a cursor is one that this list gave out: anything else is 422 with a pointer', async (t) => {
  const referrals = page(await get('/v1/referrals?limit=1')).nextCursor!;
  const pools = page(await get('/v1/pools?limit=1')).nextCursor!;
  t.ok(referrals && pools);
  for (const list of LISTS) {
    for (const limit of ['0', '101', '-1', '1.5', 'ten', '', '1e308']) {
      const reply = await get(`${list}?limit=${limit}`);
      t.same([reply.status, pointers(reply)], [422, ['?limit']], `${list} limit=${limit}`);
    }
    for (const limit of [1, 100]) t.equal((await get(`${list}?limit=${limit}`)).status, 200, `${list} limit=${limit}`);
    const foreign = list === '/v1/referrals' ? pools : referrals;
    for (const cursor of [foreign, 'nonsense', first, '%F0%9F%98%80', foreign.slice(0, -2)]) {
      const reply = await get(`${list}?cursor=${cursor}`);
      t.same([reply.status, problem(reply).code, pointers(reply)], [422, 'invalid_cursor', ['?cursor']], `${list} cursor=${cursor}`);
    }
  }
});

t.test('page by page a list is the whole list, each item once, and the last page has no cursor', async (t) => {
  const of = `/v1/referrals/${first}`;
  const few = { [`${of}/messages`]: 3, [`${of}/documents`]: 3, [`/v1/follow-ups?referralId=${first}`]: 4, [`/v1/follow-ups?referralId=${first}&state=due`]: 2 };
  for (const list of ['/v1/referrals', '/v1/institutions', '/v1/consortia', '/v1/pools', ...Object.keys(few)]) {
    const join = list.includes('?') ? '&' : '?';
    const whole = ids(await get(`${list}${join}limit=100`));
    t.equal(whole.length, few[list] ?? whole.length, list);
    const walked: string[] = [];
    let cursor: string | null = null;
    do {
      const reply: Reply = await get(`${list}${join}limit=2${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
      t.ok(ids(reply).length <= 2, list);
      walked.push(...ids(reply));
      cursor = page(reply).nextCursor;
    } while (cursor !== null);
    t.same(walked, whole, list);
    t.equal(new Set(walked).size, walked.length, list);
  }
});

t.test('what is written while somebody turns the pages neither repeats nor hides an item', async (t) => {
  const before = ids(await get('/v1/referrals?limit=100'));
  t.same(before, [...made].reverse(), 'newest first');
  const opening = await get('/v1/referrals?limit=3');
  app.clock.advance(1_000);
  const late = await app.send('p1', 'POST', '/v1/referrals', upReferral(8));
  t.equal(late.status, 201, late.text);
  await app.send('t1', 'POST', `/v1/referrals/${made[1]}/accept`, {});
  const rest = await get(`/v1/referrals?limit=100&cursor=${page(opening).nextCursor}`);
  t.same([...ids(opening), ...ids(rest)], before);
});

t.test('a cursor opens nothing: another caller with it sees only its own', async (t) => {
  const { nextCursor } = page(await get('/v1/referrals?limit=2'));
  t.same(ids(await get(`/v1/referrals?cursor=${nextCursor}`, 'p3')), []);
});

t.test('a list shows patients masked, in the list and in the look-up, whoever asks', async (t) => {
  const { idNumber, phone, address, name } = person(1);
  for (const as of ['p1', 't1']) {
    const listed = await get('/v1/referrals', as);
    const found = await app.send(as, 'POST', '/v1/patients/lookup', { idType: '01', idNumber });
    t.equal(found.status, 200, found.text);
    for (const reply of [listed, found]) for (const clear of [idNumber, phone, address, name, '劳力性心绞痛']) t.notOk(reply.text.includes(clear!), `${as} ${clear}`);
  }
  t.ok((await get(`/v1/referrals/${first}`)).text.includes(idNumber!), 'in full where one is opened');
});

t.test('an unknown filter is refused, not ignored', async (t) => {
  for (const query of ['state=submitted', 'status=open', 'changedSince=2018-03-01T00:00:00', 'patient=李']) {
    const reply = await get(`/v1/referrals?${encodeURI(query)}`);
    t.same([reply.status, pointers(reply)], [422, [`?${query.split('=')[0]}`]], query);
  }
});
