import t from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import { isRefusal, refuse, type Refusal } from '../../src/kernel/problem.js';
import type { Unit } from '../../src/usecase/ports.js';
import type { WholeStore } from '../../src/store/open.js';
import type { Answer } from '../../src/usecase/store.js';
import { freshStore } from '../kit/store.js';
import { clientOf, CLERK, eventOf, institutionOf } from './rows.js';

const KEY = { scope: 'client-p1 POST /v1/referrals', key: 'a1', requestHash: 'h1' };

/** Executes under a key and tells what came out, in one line. */
async function ask(
  store: WholeStore,
  run: (unit: Unit) => Promise<string | Refusal>,
  idempotency: typeof KEY | null = KEY,
): Promise<string> {
  const result = await store.execute({
    actor: CLERK,
    idempotency,
    run,
    answer: (outcome): Answer =>
      isRefusal(outcome)
        ? { status: 409, headers: {}, body: outcome.code }
        : { status: 201, headers: { location: `/x/${outcome}` }, body: `${outcome}\n第二行\n` },
  });
  if (isRefusal(result)) return `refused ${result.code}`;
  const { answer, replayed } = result;
  return `${replayed ? 'replayed ' : ''}${answer.status} ${JSON.stringify(answer.headers)} ${answer.body}`;
}

const creates = (name: string) => async (unit: Unit) => {
  unit.append(eventOf(`made:${name}`));
  return name;
};

const count = (store: WholeStore): Promise<number> => store.read((reads) => reads.lastSeq());

t.test('the same request again gets the very same answer, and nothing happens twice', async (t) => {
  const fixture = await freshStore(t);
  const first = await ask(fixture.store, creates('one'));
  t.equal(first, '201 {"location":"/x/one"} one\n第二行\n');
  t.equal(await ask(fixture.store, creates('two')), `replayed ${first}`);
  await fixture.reopen();
  t.equal(await ask(fixture.store, creates('three')), `replayed ${first}`, 'after a restart too');
  t.equal(await count(fixture.store), 1);
});

t.test('a refusal is an answer too: it stays, whatever has become possible since', async (t) => {
  const { store } = await freshStore(t);
  const refusing = async (unit: Unit) => {
    await unit.saveInstitution(institutionOf('h1'));
    return refuse('session_full');
  };
  t.equal(await ask(store, refusing), '409 {} session_full');
  t.equal(await ask(store, creates('now free')), 'replayed 409 {} session_full');
  t.equal(await count(store), 0);
  t.equal(await store.read(async (reads) => reads.network.institution('h1')), undefined);
});

t.test('a refusal that time may mend is no answer to keep: the same request is decided anew', async (t) => {
  const { store } = await freshStore(t);
  t.equal(await ask(store, async () => refuse('overloaded')), '409 {} overloaded');
  t.equal(await ask(store, creates('now there is room')), '201 {"location":"/x/now there is room"} now there is room\n第二行\n');
});

t.test('whose key was revoked gets nothing from a unit: no new answer, none from before, and nothing is written', async (t) => {
  const { store } = await freshStore(t);
  t.match(await ask(store, creates('one')), /^201/);
  await store.write({ ...CLERK, clientId: 'admin' }, async (unit) => {
    await unit.insertClient(clientOf(unit, { id: CLERK.clientId }));
    await unit.revokeClient(CLERK.clientId);
  });
  t.equal(await ask(store, creates('two')), 'refused unauthenticated');
  t.equal(await ask(store, creates('three'), { ...KEY, key: 'a2' }), 'refused unauthenticated');
  t.equal(await ask(store, creates('four'), null), 'refused unauthenticated');
  t.match(await store.write(CLERK, creates('five')), { code: 'unauthenticated' });
  t.equal(await count(store), 1);
});

t.test('a key belongs to its request and to its scope', async (t) => {
  const { store } = await freshStore(t);
  await ask(store, creates('one'));
  t.equal(await ask(store, creates('two'), { ...KEY, requestHash: 'h2' }), 'refused idempotency_key_reused');
  t.match(await ask(store, creates('three'), { ...KEY, scope: 'client-p2 POST /v1/referrals' }), /^201/);
  t.match(await ask(store, creates('four'), { ...KEY, key: 'a2' }), /^201/);
  t.match(await ask(store, creates('five'), null), /^201/, 'without a key nothing is recalled');
  t.equal(await count(store), 4);
});

t.test('while a request is being processed, the same key is refused and can be tried again', async (t) => {
  const { store } = await freshStore(t);
  const [first, second] = await Promise.all([ask(store, creates('one')), ask(store, creates('two'))]);
  t.match(first, /^201/);
  t.equal(second, 'refused idempotency_in_progress');
  t.equal(await ask(store, creates('two')), `replayed ${first}`);
});

t.test('what failed by a bug, or could not be answered, was not done and may be tried again', async (t) => {
  const { store } = await freshStore(t);
  const failing = async (unit: Unit): Promise<string> => {
    unit.append(eventOf('lost'));
    throw new Error('a bug');
  };
  await t.rejects(ask(store, failing), /a bug/);
  const unanswerable = store.execute({
    actor: CLERK, idempotency: KEY, run: creates('lost'),
    answer: () => { throw new Error('does not fit the schema'); },
  });
  await t.rejects(unanswerable, /does not fit/);
  t.equal(await count(store), 0, 'a response that does not fit its schema fails before the commit');
  t.match(await ask(store, creates('one')), /^201/);
  t.equal(await count(store), 1);
});

t.test('answers are kept for seven days, then the key is new; old ones are deleted a few at a time', async (t) => {
  const { store, clock } = await freshStore(t);
  const forget = () => store.write(CLERK, (unit) => unit.forgetAnswers(2));
  for (const key of ['a', 'b', 'c']) await ask(store, creates(key), { ...KEY, key });
  clock.advance(7 * DAY - 1);
  t.match(await ask(store, creates('again'), { ...KEY, key: 'a' }), /^replayed/);
  t.equal(await forget(), 0);
  clock.advance(1);
  t.match(await ask(store, creates('again'), { ...KEY, key: 'a' }), /^201/, 'seven days are over');
  t.match(await ask(store, creates('again'), { ...KEY, key: 'a' }), /^replayed/);
  clock.advance(1);
  t.strictSame([await forget(), await forget()], [2, 0], 'the renewed one stays');
});

t.test('an expired answer gives way to a refusal as well', async (t) => {
  const { store, clock } = await freshStore(t);
  await ask(store, creates('one'));
  clock.advance(8 * DAY);
  t.equal(await ask(store, async () => refuse('session_closed')), '409 {} session_closed');
  t.equal(await ask(store, creates('two')), 'replayed 409 {} session_closed');
});

t.test('a full queue is no answer: the key stays free', async (t) => {
  const { store } = await freshStore(t, { queueLimit: 1 });
  const [, refused] = await Promise.all([ask(store, creates('one'), { ...KEY, key: 'first' }), ask(store, creates('two'))]);
  t.equal(refused, 'refused overloaded');
  t.match(await ask(store, creates('two')), /^201/);
});
