import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import t, { type Test } from 'tap';
import { readPlace } from '../../src/config.js';
import { DAY } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import { openPostgres, type PostgresStore } from '../../src/store/postgres/store.js';
import { sentenceOf } from '../../src/upkeep/command.js';
import { move } from '../../src/upkeep/move.js';
import { verifyChain } from '../../src/usecase/event/verify-chain.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import type { WholeStore } from '../../src/store/open.js';
import { City } from '../kit/city.js';
import { accepted, actorOf, ADMIN, fill, sessionOn, upReferral } from '../kit/network.js';
import { after } from '../../src/real-time.js';
import { releases, startServer, type Server } from '../kit/postgres.js';
import { DATA_KEY, freshSqlite, START, TestClock, type Fixture } from '../kit/store.js';
import { insured, put, stayOf, writePolicy } from '../kit/ledger.js';
import { AREA, CLERK, eventOf, patientOf, referralOf, stayOf as stayRow, transferOf } from '../store/rows.js';

/** Moving up: from the embedded database to a server. */

const servers = await Promise.all(releases().map((release) => startServer(t, release)));
const KEY = Buffer.from(DATA_KEY).toString('base64');
const IDEMPOTENCY = { scope: 'client-p1 POST /v1/referrals', key: 'before the move', requestHash: 'h' };

/** What the command says; a refusal as its one sentence. */
async function run(path: string, url: string, dataKey = KEY): Promise<string> {
  try {
    return (await move(['--from', `sqlite:${path}`, '--to', url], (from) => readPlace(from, { DATA_KEY: dataKey }))).join('\n');
  } catch (error) {
    return sentenceOf(error);
  }
}

/** A database that nobody serves, with something in nearly every table. */
async function lived(test: Test): Promise<Fixture> {
  const fixture = await freshSqlite(test);
  const { store } = fixture;
  const city = await City.on(fixture);
  await fill(store, 't1-clinic', sessionOn('2018-03-05', 4));
  for (let n = 0; n < 4; n++) await city.refer(n, { reserve: { items: [{ poolId: 't1-clinic', startsAt: '2018-03-05T08:00:00+08:00' }] } });
  await writePolicy(city);
  fixture.clock.advance(30 * DAY);
  for (const day of [1, 2]) await put(city, 't1', `ZY${day}`, stayOf(insured(20), day, 5_000));
  await store.write(CLERK, async (unit) => {
    const patient = patientOf(unit, null);
    await unit.insertPatient(patient);
    const referral = referralOf(unit, { patientId: patient.id, targetDepartment: null, content: { sex: '1', impression: '引号 " 和换行\n', z: 1, a: [null, 1.5, { y: '', b: false }] } as never });
    await unit.insertReferral(referral);
    await unit.insertStay(stayRow(unit, '住院 1', { patientId: patient.id, referralId: referral.id }));
    const common = { referralId: referral.id, institutionId: 'p1', author: '李医生', at: unit.now };
    await unit.insertMessage({ id: unit.ids.next(AREA), text: '您好', ...common });
    const facts = { kind: 'report', title: 'CT', mediaType: 'text/plain', bytes: 3, sha256: 'x', state: 'delivered' as const };
    await unit.insertDocument({ id: unit.ids.next(AREA), ...facts, ...common }, Buffer.from([0, 255, 10]));
    unit.append(eventOf('referral:x'));
    unit.appendTransfer(transferOf(unit));
  });
  await ask(store, 'first');
  for (let n = 0; n < 1_200; n++) await store.write(ADMIN, async (unit) => unit.append(eventOf(`e:${n}`)));
  await store.close();
  return fixture;
}

async function ask(store: WholeStore, body: string): Promise<string> {
  const outcome = await store.execute({ actor: CLERK, idempotency: IDEMPOTENCY, run: async () => body, answer: () => ({ status: 201, headers: {}, body }) });
  return isRefusal(outcome) ? outcome.code : `${outcome.answer.body}${outcome.replayed ? ' again' : ''}`;
}

function openAt(test: Test, url: string): Promise<PostgresStore> {
  const opened = openPostgres({ url, dataKey: DATA_KEY, clock: new TestClock(START + 31 * DAY), random: randomBytes, after, connections: 6 });
  test.teardown(async () => (await opened).close());
  return opened;
}

/** A database without a table. */
async function nothing(server: Server, name: string): Promise<string> {
  await (await server.client()).query(`CREATE DATABASE ${name}`);
  return server.url(name);
}

for (const server of servers) {
  t.test(`an installation goes on on PostgreSQL ${server.release} where it stood`, async (t) => {
    const fixture = await lived(t);
    const url = await nothing(server, 'moved');
    const said = await run(fixture.path, url);
    t.match(said, /^event: \d+ rows, the same on both sides, sum [0-9a-f]{64}$/m);
    t.match(said, /^the log ends at \d+, whole, signed with the same key$/m);

    const before = await fixture.reopen();
    const store = await openAt(t, url);
    const look = (from: WholeStore) =>
      from.read(async (reads) => {
        const events = await reads.eventsAfter(0, 10_000);
        const referrals = await reads.referrals({ institutionId: null, leadOf: [], before: null, limit: 100 });
        return {
          events, referrals, transfers: await reads.transfersAfter(0, 100, null), heads: await reads.headsAfter(0, 100),
          institutions: [...reads.network.institutions()].map((institution) => institution.id).sort(),
          sessions: await reads.sessions({ poolIds: ['t1-clinic'], from: 0, until: Number.MAX_SAFE_INTEGER }),
          patients: await Promise.all(referrals.data.map((referral) => reads.patient(referral.patientId))),
          documents: await Promise.all(referrals.data.map((referral) => reads.documents(referral.id))),
          stays: await Promise.all(referrals.data.map((referral) => reads.staysUnder(referral.id))),
        };
      });
    const [file, moved] = [await look(before), await look(store)];
    t.strictSame(moved, file);
    t.ok(file.events.length > 1_200 && file.referrals.data.length >= 5);
    t.equal(await ask(store, 'second'), 'first again', 'an answer given before the move is given after it');

    await accepted(store.write(actorOf('p1'), (unit) => createReferral(unit, { body: upReferral(50) })));
    t.equal(await store.read((reads) => reads.lastSeq()), file.events.length + 1, 'numbers go on');
    t.match(await verifyChain(store.slices, CLERK, {}), { intact: true });
  });
}

const server = servers[0]!;

t.test('where a row is not the same on the server, nothing is kept', async (t) => {
  const { path } = await lived(t);
  const name = await server.freshDatabase(t);
  const url = server.url(name);
  const client = await server.client(name);
  const faults: readonly (readonly [string, string, string, RegExp])[] = [
    ['altered', 'session', 'NEW.taken := NEW.taken + 1; RETURN NEW', /^session: row \d+ .* is not the same on the server\. Nothing was kept/],
    ['swallowed', 'message', 'RETURN NULL', /^message: the server has only 0 rows/],
    ['doubled', 'answer', "INSERT INTO meta VALUES (NEW.id, ''); RETURN NEW", /^meta: the server has more rows than the file|^meta: row/],
    ['written otherwise', 'event', "IF NEW.seq = 7 THEN NEW.data := NEW.data || ' '; END IF; RETURN NEW", /^event: row 7 /],
  ];
  for (const [what, table, body, why] of faults) {
    await client.query(`CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body}; END $$; CREATE TRIGGER meddle BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION meddle()`);
    t.match(await run(path, url), why, what);
    const rows = await server.rows(name);
    t.strictSame(Object.entries(rows).filter(([of, all]) => of !== 'schema_migrations' && all.length > 0), [], 'the server is as empty as before');
    await client.query(`DROP TRIGGER meddle ON ${table}; DROP FUNCTION meddle`);
  }
  t.match(await run(path, url), /the log ends at/, 'without the meddler it goes');
});

t.test('what may not be moved, and where to', async (t) => {
  const fixture = await lived(t);
  const { path } = fixture;
  const target = await server.freshDatabase(t);
  const url = server.url(target);
  t.match(await run(path, url, Buffer.alloc(32, 1).toString('base64')), /DATA_KEY is not the key/);
  t.match(await run(path, url, ''), /The data key is neither in DATA_KEY nor beside/);
  t.match(await run(`${path}.gone`, url), /There is no database/);
  t.match(await run(path, 'mysql://x'), /--to is the address of a PostgreSQL database/);
  t.match(await run(path, 'postgres://127.0.0.1:1/x'), /cannot be reached/);
  await fixture.reopen();
  t.match(await run(path, url), /another process already serves/, 'a served file stays where it is');
  await fixture.store.close();

  const client = await server.client(target);
  await client.query("INSERT INTO meta VALUES ('something', '')");
  t.match(await run(path, url), /the database is not empty: there are rows in meta/);
  await client.query('DELETE FROM meta');

  const db = new Sqlite(path);
  db.exec("UPDATE event SET subject = 'another' WHERE seq = 3");
  db.close();
  t.match(await run(path, url), /The log in .* is not whole: edited at 3\. Nothing was moved/);
  t.strictSame((await server.rows(target))['event'], []);
  rmSync(path, { force: true });
});
