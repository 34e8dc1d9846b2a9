import t from 'tap';
import { fill, sessionOn, upReferral } from '../kit/network.js';
import { stayOf } from '../kit/ledger.js';
import { startApp, type Reply } from '../kit/app.js';

/** Forbidden looks exactly like missing: status, headers and body, the id of the request apart. */

const app = await startApp(t);
const START = '2018-03-05T08:00:00+08:00';
await fill(app.store, 't1-expert', sessionOn('2018-03-05', 10));

const made = await app.send('p1', 'POST', '/v1/referrals', upReferral(1, { reserve: { items: [{ poolId: 't1-expert', startsAt: START }] } }));
const referral = made.body as { id: string; reservationIds: string[]; entitlement: { code: string }; patient: { idNumber: string } };
const reservationId = referral.reservationIds[0]!;
const appended = await app.send('p1', 'POST', `/v1/referrals/${referral.id}/documents`, {
  kind: 'other', title: '门诊病历', mediaType: 'text/plain', content: Buffer.from('病历').toString('base64'), author: '陈全科',
});
const document = (appended.body as { id: string }).id;
const otherReferral = await app.send('p3', 'POST', '/v1/referrals', upReferral(2, { sourceInstitutionId: 'p3', targetInstitutionId: 't2' }));
const own = (otherReferral.body as { id: string }).id;

const patientId = (made.body as { patientId: string }).patientId;
const stayPut = await app.send('t1', 'PUT', '/v1/institutions/t1/stays/ZY1', {
  ...stayOf({ ...upReferral(1).patient, insurance: { area: '440600', scheme: 'employee', personKind: 'active' } }, 1, null), admittedAt: '2018-03-01T08:00:00+08:00',
});
const stayId = (stayPut.body as { id: string }).id;
const quoteFor = (id: string) => ({ patientId: id, institutionId: 't1', admittedAt: START, arrival: { via: 'none' } });
const STATEMENT = { stays: 1, borneFen: 0, paidFen: 0, asOf: '2018-02-28' };

/** An id of the right form that nothing has. */
const MISSING = '0161df12-b280-7fff-9131-ffffffffffff';
const REASON = { reasonCode: 'other', comment: '说明' };
const FEEDBACK = { diagnosis: upReferral(1).diagnosis, treatment: '介入', outcome: 'improved' };
const MESSAGE = { text: '请补充' };

type Request = readonly [method: string, path: string, body?: unknown];
const REFERRAL: readonly Request[] = [
  ['GET', ''],
  ['PATCH', '', { impression: '改' }],
  ...['actions', 'history', 'messages', 'entitlement', 'form', 'documents'].map((part): Request => ['GET', `/${part}`]),
  ['POST', '/messages', MESSAGE],
  ['POST', '/consent', { consent: { given: true, by: '本人', at: START } }],
  ['POST', '/documents', { kind: 'other', title: '病历', mediaType: 'text/plain', content: 'AAAA', author: '甲' }],
  ['POST', '/submit', {}],
  ['POST', '/request-info', { comment: '补充' }],
  ['POST', '/provide-info', { comment: '补充' }],
  ['POST', '/accept', {}],
  ['POST', '/reject', REASON],
  ['POST', '/cancel', REASON],
  ['POST', '/close', REASON],
  ['POST', '/retriage', { urgency: 'urgent', ...REASON }],
  ['POST', '/redirect', { targetInstitutionId: 's1', ...REASON }],
  ['POST', '/arrive', {}],
  ['POST', '/revoke-arrival', REASON],
  ['POST', '/receive', {}],
  ['POST', '/complete', { feedback: FEEDBACK }],
  ['POST', '/reinstate', {}],
  ['POST', '/acknowledge', { name: '黄主任' }],
];
const ITEMS = { items: [{ poolId: 't1-expert', startsAt: START }] };
const RESERVATION: readonly Request[] = [
  ['GET', ''],
  ...['confirm', 'extend', 'release', 'no-show', 'fulfil'].map((action): Request => ['POST', `/${action}`, {}]),
  ['POST', '/reschedule', ITEMS],
];

/** Everything that an answer says, without what names this one request. */
function said({ status, headers, body }: Reply): object {
  // As long as the id of the request, which is no longer the same length at the tenth.
  const { 'x-request-id': _id, date: _date, 'content-length': _length, ...rest } = headers;
  return { status, headers: rest, body: { ...(body as object), requestId: '' } };
}

interface Pair {
  readonly name: string;
  readonly as?: string;
  readonly headers?: Record<string, string>;
  readonly hidden: Request;
  readonly missing: Request;
}
const under = (collection: string, id: string, requests: readonly Request[], headers: Record<string, string> = {}): Pair[] =>
  requests.map(([method, path, body]) => ({
    name: `${method} ${collection}/{id}${path}`, headers,
    hidden: [method, `${collection}/${id}${path}`, body], missing: [method, `${collection}/${MISSING}${path}`, body],
  }));

const PAIRS: readonly Pair[] = [
  ...under('/v1/referrals', referral.id, REFERRAL),
  ...under('/v1/referrals', referral.id, [['POST', '/accept', {}], ['PATCH', '', {}]], { 'if-match': '"99"' }).map((pair) => ({ ...pair, name: `${pair.name}, another version` })),
  ...under('/v1/reservations', reservationId, RESERVATION),
  ...under('/v1/reservations', reservationId, [['POST', '/confirm', {}]], { 'if-match': '"99"' }).map((pair) => ({ ...pair, name: `${pair.name}, another version` })),
  {
    name: 'a document of a hidden referral',
    hidden: ['GET', `/v1/referrals/${referral.id}/documents/${document}`], missing: ['GET', `/v1/referrals/${MISSING}/documents/${MISSING}`],
  },
  {
    name: 'its removal',
    hidden: ['DELETE', `/v1/referrals/${referral.id}/documents/${document}`], missing: ['DELETE', `/v1/referrals/${MISSING}/documents/${MISSING}`],
  },
  {
    name: 'a document of another referral under one that is seen',
    hidden: ['GET', `/v1/referrals/${own}/documents/${document}`], missing: ['GET', `/v1/referrals/${own}/documents/${MISSING}`],
  },
  {
    name: 'the removal of one', hidden: ['DELETE', `/v1/referrals/${own}/documents/${document}`], missing: ['DELETE', `/v1/referrals/${own}/documents/${MISSING}`],
  },
  {
    name: 'a reservation for a hidden referral',
    hidden: ['POST', '/v1/reservations', { referralId: referral.id, ...ITEMS }], missing: ['POST', '/v1/reservations', { referralId: MISSING, ...ITEMS }],
  },
  {
    name: 'the follow-ups of a hidden referral', hidden: ['GET', `/v1/follow-ups?referralId=${referral.id}`], missing: ['GET', `/v1/follow-ups?referralId=${MISSING}`],
  },
  {
    name: 'a follow-up of a hidden referral',
    hidden: ['POST', '/v1/follow-ups', { referralId: referral.id, state: 'done', content: '好' }], missing: ['POST', '/v1/follow-ups', { referralId: MISSING, state: 'done', content: '好' }],
  },
  ...['redeem', 'void'].map((action): Pair => ({
    name: `${action} an entitlement of somebody else`, as: 't2',
    hidden: ['POST', `/v1/entitlements/${referral.entitlement.code}/${action}`, { item: 'exam', institutionId: 't2' }],
    missing: ['POST', `/v1/entitlements/E1803019AAAAAAAA/${action}`, { item: 'exam', institutionId: 't2' }],
  })),
  ...under('/v1/patients', patientId, [
    ['GET', '/episodes'], ['POST', '/merge', { idNumber: upReferral(2).patient.idNumber }],
  ]),
  {
    name: 'a quote for a patient of somebody else',
    hidden: ['POST', '/v1/deductibles/quote', quoteFor(patientId)], missing: ['POST', '/v1/deductibles/quote', quoteFor(MISSING)],
  },
  { name: 'a stay of another hospital', hidden: ['GET', `/v1/stays/${stayId}`], missing: ['GET', `/v1/stays/${MISSING}`] },
  { name: 'a stay that another insurer pays for', as: 'insurer', hidden: ['GET', `/v1/stays/${stayId}`], missing: ['GET', `/v1/stays/${MISSING}`] },
  {
    name: 'its reassessment', as: 'insurer',
    hidden: ['POST', `/v1/stays/${stayId}/reassess`, { reasonCode: 'audit' }], missing: ['POST', `/v1/stays/${MISSING}/reassess`, { reasonCode: 'audit' }],
  },
  {
    name: 'a statement about who is insured elsewhere', as: 'insurer',
    hidden: ['PUT', `/v1/accumulators/${patientId}/2018`, STATEMENT], missing: ['PUT', `/v1/accumulators/${MISSING}/2018`, STATEMENT],
  },
  {
    name: 'sessions of a pool of somebody else',
    hidden: ['PUT', '/v1/pools/t1-expert/sessions', { sessions: [sessionOn('2018-03-06', 5)] }], missing: ['PUT', '/v1/pools/nobodys/sessions', { sessions: [sessionOn('2018-03-06', 5)] }],
  },
];

t.test('whoever is no party cannot tell a hidden record from a missing one, by any operation', async (t) => {
  t.same([made.status, appended.status, otherReferral.status, stayPut.status], [201, 201, 201, 201], `${appended.text} ${stayPut.text}`);
  for (const { name, as = 'p3', headers = {}, hidden, missing } of PAIRS) {
    const [one, other] = [await app.send(as, ...hidden, headers), await app.send(as, ...missing, headers)];
    t.equal(one.status, 404, `${name}: ${one.text.slice(0, 300)}`);
    t.same(said(one), said(other), name);
  }
  t.equal((await app.send('p1', 'GET', `/v1/referrals/${referral.id}`)).text, (await app.send('t1', 'GET', `/v1/referrals/${referral.id}`)).text, 'the two sides see the same');
  t.match((await app.send('p1', 'GET', `/v1/referrals/${referral.id}`)).body, { version: 1, status: 'submitted' }, 'nothing was changed');
});

t.test('a referral that brings back or replaces what is hidden is refused like one of what is missing', async (t) => {
  for (const field of ['returnOf', 'replaces'] as const) {
    const ask = (id: string): Promise<Reply> => app.send('p3', 'POST', '/v1/referrals', upReferral(3, { sourceInstitutionId: 'p3', targetInstitutionId: 't2', [field]: id }));
    const [hidden, missing] = [await ask(referral.id), await ask(MISSING)];
    t.equal(hidden.status, 422, `${field}: ${hidden.text.slice(0, 200)}`);
    t.same(said(hidden), said(missing), field);
  }
});

t.test('lists, the log and the look-up hold nothing of what is hidden', async (t) => {
  for (const path of ['/v1/referrals', `/v1/referrals?patientId=${patientId}`, '/v1/worklist', '/v1/follow-ups', '/v1/events?limit=100']) {
    const { status, text } = await app.send('p3', 'GET', path);
    t.equal(status, 200, path);
    for (const secret of [referral.id, referral.patient.idNumber, reservationId]) t.notOk(text.includes(secret), path);
  }
});

t.test('it exists for its sender, its receiver and the coordinator of the lead hospital alone', async (t) => {
  const down = await app.send('p1', 'POST', '/v1/referrals', upReferral(4, { targetInstitutionId: 's1', consortiumId: 'g1' }));
  const url = `/v1/referrals/${(down.body as { id: string }).id}`;
  const clerkOfLead = await app.makeKey({ name: 'clerk of t1', institutionId: 't1', roles: ['clerk'] });
  for (const [name, status] of [['p1', 200], ['s1', 200], ['t1', 200], ['p2', 404], ['t2', 404], ['v1', 404]] as const) {
    t.equal((await app.send(name, 'GET', url)).status, status, name);
  }
  t.equal((await app.raw({ url, headers: { authorization: `Bearer ${clerkOfLead}` } })).status, 404, 'a clerk of the lead hospital');
});

t.test('after a redirect the earlier receiver sees it up to the hand-over, and the new one sees the new', async (t) => {
  const first = await app.send('p1', 'POST', '/v1/referrals', upReferral(5, { targetInstitutionId: 's1' }));
  const { id } = first.body as { id: string };
  const sent = await app.send('s1', 'POST', `/v1/referrals/${id}/redirect`, { targetInstitutionId: 't1', reasonCode: 'higher-level-needed' });
  t.equal(sent.status, 200, sent.text);
  const { redirectedTo } = sent.body as { redirectedTo: string };
  t.equal((await app.send('s1', 'GET', `/v1/referrals/${id}`)).status, 200);
  t.equal((await app.send('t1', 'GET', `/v1/referrals/${redirectedTo}`)).status, 200);
});

t.test('the older referral that an urgent one overtook is named to its own parties alone', async (t) => {
  const older = (await app.send('p1', 'POST', '/v1/referrals', upReferral(31))).body as { id: string };
  const sent = await app.send('p2', 'POST', '/v1/referrals', upReferral(31, { sourceInstitutionId: 'p2', targetInstitutionId: 's1', urgency: 'emergency' }));
  const url = `/v1/referrals/${(sent.body as { id: string }).id}`;
  const names = async (who: string) => ((await app.send(who, 'GET', url)).body as { linkedOlder: string | null }).linkedOlder;
  t.match(sent.body, { linkedOlder: null, facts: ['green-channel', 'overtakes-open-referral'] }, 'its sender, who is no party of the older');
  t.same([await names('p2'), await names('s1'), await names('t1')], [null, null, older.id], 'the lead coordinates the one and receives the other');
  for (const [who, action, body] of [['s1', 'acknowledge', { name: '黄主任' }], ['s1', 'arrive', {}]] as const) {
    t.match((await app.send(who, 'POST', `${url}/${action}`, body)).body, { linkedOlder: null }, action);
  }
  const told = [await app.send('p2', 'GET', `${url}/history`), await app.send('p2', 'GET', '/v1/events?limit=100'), await app.send('s1', 'GET', '/v1/events?limit=100')];
  for (const { text } of told) t.notOk(text.includes(older.id));
});
