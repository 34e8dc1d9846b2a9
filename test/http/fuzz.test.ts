import { randomInt } from 'node:crypto';
import t, { type Test } from 'tap';
import type { ClientInput } from '../../src/contract/institution.js';
import { createClient } from '../../src/usecase/network/create-client.js';
import type { TestApp } from '../kit/app.js';
import { campaign, type Campaign, type Outcome } from '../kit/fuzz/campaign.js';
import { ApiDocument } from '../kit/fuzz/document.js';
import type { Heard } from '../kit/fuzz/judge.js';
import type { Draft } from '../kit/fuzz/request.js';
import { ADMIN, accepted } from '../kit/network.js';

/**
 * Bad input at scale, made from the API document: `FUZZ_SEED` repeats a run that has found something,
 * `FUZZ_COUNT` makes it longer.
 */

const GIVEN = process.env['FUZZ_SEED'];
const COUNT = Number(process.env['FUZZ_COUNT'] ?? 1_200);
const FIXED = 20180301;

t.setTimeout(3_600_000);

/** What each operation answered, by status, in one line each. */
function report(t: Test, { tally, requests }: Outcome): void {
  t.comment(`${requests} requests`);
  for (const [operationId, counts] of [...tally].sort()) {
    t.comment(`${operationId}: ${[...counts].sort(([a], [b]) => a - b).map(([status, n]) => `${n} × ${status}`).join(', ')}`);
  }
}

/** What the service understood and did, or refused only for what stands in its store. */
const isUnderstood = (status: number): boolean => status < 300 || status === 409 || status === 412;

async function holds(t: Test, plan: Campaign): Promise<Outcome> {
  const again = `FUZZ_SEED=${plan.seed} FUZZ_COUNT=${plan.count} npx tap dist/test/http/fuzz.test.js`;
  t.comment(again);
  const outcome = await campaign(t, plan);
  report(t, outcome);
  for (const { operationId, complaint, request } of outcome.findings) t.fail(`${operationId} ${complaint}`, { request, again });
  t.equal(outcome.findings.length, 0, 'no answer is other than the document promises');
  return outcome;
}

/** Asked of the run that is the same as ever: in another a spoiled request that is taken on may take the ground from under a later one. */
function reaches(t: Test, outcome: Outcome): void {
  const { operations } = ApiDocument.published();
  const missed = operations.map(({ operationId }) => operationId).filter((id) => ![...(outcome.tally.get(id)?.keys() ?? [])].some(isUnderstood));
  const done = operations.filter(({ operationId }) => [...(outcome.tally.get(operationId)?.keys() ?? [])].some((status) => status < 300));
  t.comment(`missed: ${missed.join(', ') || 'none'}; not done: ${operations.filter((each) => !done.includes(each)).map(({ operationId }) => operationId).join(', ')}`);
  t.ok(missed.length <= 4, `all but a few operations understood a request: ${missed.join(', ')}`);
  t.ok(done.length >= operations.length * 0.8, `${done.length} of ${operations.length} operations did what was asked`);
}

if (GIVEN !== undefined) {
  t.test(`whatever comes in is done or refused as the document says (seed ${GIVEN})`, async (t) => void (await holds(t, { seed: Number(GIVEN), count: COUNT })));
} else {
  for (const [name, seed] of [['the same as ever', FIXED], ['another each time', randomInt(2 ** 31)]] as const) {
    t.test(`whatever comes in is done or refused as the document says (${name}: seed ${seed})`, async (t) => {
      const outcome = await holds(t, { seed, count: COUNT });
      if (seed === FIXED) reaches(t, outcome);
    });
  }
}

interface Planted {
  readonly fault: string;
  readonly on: (heard: Heard, asked: Draft) => boolean;
  readonly make: (heard: Heard, app: TestApp) => Heard | Promise<Heard>;
  readonly says: RegExp;
}

const INTRUDER: ClientInput = { name: 'intruder', area: '440100', roles: ['regulator'] };

async function changing(heard: Heard, { store }: TestApp): Promise<Heard> {
  await accepted(store.write(ADMIN, (unit) => createClient(unit, { body: INTRUDER })));
  return heard;
}

/** The answer with some fields of its body replaced; undefined takes one away. */
const edited = (fields: Readonly<Record<string, unknown>>) => (heard: Heard): Heard => ({ ...heard, text: JSON.stringify({ ...(JSON.parse(heard.text) as object), ...fields }) });
const answering = (change: Partial<Heard>) => (heard: Heard): Heard => ({ ...heard, ...change });
const status = (expected: number) => (heard: Heard) => heard.status === expected;
const saying = (code: string) => ({ text }: Heard) => text.includes(`"${code}"`);
const done = (id: string) => (heard: Heard, { operation }: Draft) => heard.status === 200 && operation.operationId === id;
const JSON_TYPE = 'application/json';

/** Each makes one answer of a run wrong in one place; all else is the service's own. */
const PLANTED: readonly Planted[] = [
  { fault: 'a failure inside', on: status(422), make: answering({ status: 500 }), says: /^answered 500$/ },
  { fault: 'a change behind a wrong body', on: status(422), make: changing, says: /changed something though it refused/ },
  { fault: 'a change behind a forbidden request', on: status(403), make: changing, says: /changed something though it refused/ },
  { fault: 'a change behind a conflict', on: status(409), make: changing, says: /changed something though it refused/ },
  { fault: 'a change behind a question', on: done('getReferralActions'), make: changing, says: /changed something though it was only asked/ },
  { fault: 'a problem without a code', on: status(404), make: edited({ code: undefined }), says: /another shape: .*'code'/ },
  { fault: 'a code that nobody knows', on: status(422), make: edited({ code: 'oops' }), says: /oops, which it does not declare/ },
  { fault: 'a code of another status', on: status(422), make: edited({ code: 'not_found' }), says: /422 with the code not_found/ },
  { fault: 'a field of a problem that no schema names', on: status(422), make: edited({ stack: 'at app.js:1' }), says: /must NOT have additional properties/ },
  { fault: 'a refusal as plain JSON', on: status(422), make: answering({ contentType: JSON_TYPE }), says: /not as a problem document/ },
  { fault: 'a page of HTML', on: status(400), make: answering({ contentType: 'text/html', text: '<h1>Bad Request</h1>' }), says: /not as a problem document/ },
  { fault: 'a refusal that does not say where', on: saying('invalid_request'), make: edited({ errors: [] }), says: /without saying where/ },
  { fault: 'a pointer to nowhere', on: saying('invalid_request'), make: edited({ errors: [{ pointer: '/no/such/place', message: 'x' }] }), says: /leads nowhere/ },
  { fault: 'a field that no schema names', on: done('getReferral'), make: edited({ secret: 1 }), says: /must NOT have additional properties/ },
  { fault: 'a field of another type', on: done('acceptReferral'), make: edited({ version: '4' }), says: /version must be integer/ },
  { fault: 'a field that is missing', on: done('rejectReferral'), make: edited({ status: undefined }), says: /required property 'status'/ },
  { fault: 'a success of another status', on: done('getStay'), make: answering({ status: 202 }), says: /202, which it does not declare/ },
  { fault: 'a redirection', on: done('listEvents'), make: answering({ status: 302 }), says: /neither success nor refusal/ },
  { fault: 'no answer at all where there is one', on: done('getPolicy'), make: answering({ text: '', contentType: '' }), says: /as nothing, which it does not declare/ },
  { fault: 'a success without a key', on: status(401), make: answering({ status: 200, contentType: JSON_TYPE }), says: /what the document forbids/ },
  { fault: 'a success with a body cut off', on: (heard, { text, body }) => heard.status === 400 && text !== undefined && body === undefined, make: answering({ status: 200, contentType: JSON_TYPE }), says: /what the document forbids/ },
  { fault: 'a wrong body that is accepted', on: (heard, { spoiled }) => heard.status === 422 && spoiled.startsWith('/direction is'), make: answering({ status: 201, contentType: JSON_TYPE }), says: /what the document forbids/ },
];

t.test('whatever is wrong about an answer is found, and nothing else', async (t) => {
  const planted = new Map<Draft, Planted>();
  const toPlant = new Set(PLANTED);
  const { findings } = await campaign(t, {
    seed: FIXED, count: 0,
    async tamper(app, asked, heard) {
      const chosen = asked.method === asked.operation.method ? [...toPlant].find(({ on }) => on(heard, asked)) : undefined;
      if (!chosen) return heard;
      toPlant.delete(chosen);
      planted.set(asked, chosen);
      return chosen.make(heard, app);
    },
  });
  t.same([...toPlant].map(({ fault }) => fault), [], 'every fault was planted');
  for (const [asked, { fault, says }] of planted) {
    const complaints = findings.filter(({ draft }) => draft === asked).map(({ complaint }) => complaint);
    t.ok(complaints.some((complaint) => says.test(complaint)), `${fault}: ${complaints.join('; ') || 'not found'}`);
  }
  t.same(findings.filter(({ draft }) => !planted.has(draft)).map(({ complaint }) => complaint), [], 'where nothing was planted nothing was found');
});
