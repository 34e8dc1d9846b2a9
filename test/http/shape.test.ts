import t from 'tap';
import type { ReferralInput } from '../../src/contract/referral.js';
import { pointers, problem, startApp } from '../kit/app.js';
import { downReferral, upReferral } from '../kit/network.js';

/** Each wrong field of a new referral: 422, a pointer to it, and nothing is changed. */

type Json = Record<string, unknown>;
/** A copy of the form with one place written over; `undefined` takes it out. */
function written(form: ReferralInput, pointer: string, value: unknown): string {
  const copy = structuredClone(form) as unknown as Json;
  const path = pointer.slice(1).split('/').map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'));
  const last = path.pop()!;
  const place = path.reduce<Json>((at, key) => (at[key] ??= {}) as Json, copy);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return JSON.stringify(copy);
}

const UP = upReferral(1);
const DOWN = downReferral(2, { carePlan: { ...downReferral(2).carePlan!, followUps: [{ dueOn: '2018-04-01', content: '复查' }] } });
const LONG = '病'.repeat(2_001);

/** Why it is wrong, where, and what stands there. */
const WRONG_UP: readonly (readonly [why: string, pointer: string, value: unknown])[] = [
  ['a number for a text', '/impression', 7],
  ['a text for an object', '/patient', '李淑芬'],
  ['an object for a list', '/diagnosis', {}],
  ['a list for an object', '/patient', []],
  ['a text for true or false', '/consent/given', 'yes'],
  ['a number for true or false', '/draft', 1],
  ['null for a required text', '/direction', null],
  ['null for an optional text', '/allergies', null],
  ['null for an optional object', '/responsible', null],
  ['null in a list', '/diagnosis/0', null],
  ['a text for a number', '/reserve', { items: [{ poolId: 't1-expert', startsAt: '2018-03-05T08:00:00+08:00' }], ttlSeconds: '600' }],
  ['part of a night', '/needs', [{ kind: 'bed', nights: 1.5 }]],
  ['more nights than a stay has', '/needs', [{ kind: 'bed', nights: 1e308 }]],
  ['no night at all', '/needs', [{ kind: 'bed', nights: 0 }]],
  ['a time to hold that is negative', '/reserve', { items: [{ poolId: 't1-expert', startsAt: '2018-03-05T08:00:00+08:00' }], ttlSeconds: -1 }],
  ['a reservation of nothing', '/reserve', { items: [] }],
  ['a direction that does not exist', '/direction', 'sideways'],
  ['a category in capitals', '/category', 'OUTPATIENT'],
  ['an urgency that does not exist', '/urgency', 'yesterday'],
  ['a sex of another list', '/patient/sex', 'F'],
  ['a document of no type', '/patient/idType', '05'],
  ['another classification', '/diagnosis/0/system', 'ICD-9'],
  ['a diagnosis that is no code', '/diagnosis/0/code', '心绞痛'],
  ['a department that is no code', '/targetDepartment', 'cardiology'],
  ['an institution with a blank in its id', '/targetInstitutionId', 't 1'],
  ['a misspelt field', '/impresion', '心绞痛'],
  ['an unknown field of the patient', '/patient/nickname', '小李'],
  ['a field whose name has a slash', '/a~1b', 1],
  ['a time without its offset', '/consent/at', '2018-03-01T08:00:00'],
  ['a time of no day', '/consent/at', '2018-02-30T08:00:00+08:00'],
  ['an hour of no day', '/occurredAt', '2018-03-01T25:00:00+08:00'],
  ['a local date for an instant', '/consent/at', '2018-03-01'],
  ['a date that does not exist', '/patient/birthDate', '1953-02-29'],
  ['a date written in another order', '/patient/birthDate', '06/09/1953'],
  ['a number for a date', '/patient/birthDate', 19_530_906],
  ['a blank', '/presentIllness', '   '],
  ['a blank of Chinese width', '/patient/name', '\u3000'],
  ['a character of no width', '/impression', '\u200b'],
  ['a byte order mark and a soft hyphen', '/treatment', '\ufeff\u00ad'],
  ['fillers of Hangul', '/patient/name', '\u3164\u115f\uffa0'],
  ['a joiner between blanks', '/consent/by', ' \u200d\u2060 '],
  ['signs of direction', '/retroReason', '\u202e\u2066\u2069'],
  ['a tag and a variation selector', '/pastHistory', '\u{e0041}\ufe0f'],
  ['the blank of braille', '/diagnosis/0/name', '\u2800'],
  ['nothing between the quotes', '/impression', ''],
  ['2 001 characters', '/presentIllness', LONG],
  ['a name of 65 characters', '/patient/name', '李'.repeat(65)],
  ['a control character', '/impression', '心绞痛\u0007'],
  ['a null byte', '/patient/name', '李\u0000淑芬'],
  ['half a surrogate pair', '/pastHistory', '高血压\ud800'],
  ['no direction', '/direction', undefined],
  ['no category', '/category', undefined],
  ['no sender', '/sourceInstitutionId', undefined],
  ['no patient', '/patient', undefined],
  ['a patient of no name', '/patient/name', undefined],
  ['a patient of no date of birth', '/patient/birthDate', undefined],
  ['a diagnosis of no name', '/diagnosis/0/name', undefined],
  ['a consent of nobody', '/consent/by', undefined],
];
/** Where what is wrong lies deeper than what was written over. */
const DEEPER: Readonly<Record<string, string>> = {
  'a text for a number': '/reserve/ttlSeconds',
  'part of a night': '/needs/0/nights',
  'more nights than a stay has': '/needs/0/nights',
  'no night at all': '/needs/0/nights',
  'a time to hold that is negative': '/reserve/ttlSeconds',
  'a reservation of nothing': '/reserve/items',
};

const WRONG_DOWN: typeof WRONG_UP = [
  ['a plan of no treatment', '/carePlan/treatment', undefined],
  ['a plan whose rehabilitation is blank', '/carePlan/rehabilitation', ' '],
  ['nursing that cannot be seen', '/carePlan/nursing', '\u200b\u200b'],
  ['a treatment that cannot be seen', '/carePlan/treatment', '\u3164'],
  ['nursing that is neither text nor statement', '/carePlan/nursing', 7],
  ['nursing that says it is needed', '/carePlan/nursing/notNeeded', false],
  ['a plan of 2 001 characters', '/carePlan/nursing', LONG],
  ['medication for half a day', '/carePlan/medications/0/days', 0.5],
  ['medication for ever', '/carePlan/medications/0/days', 366],
  ['a follow-up on no date', '/carePlan/followUps/0/dueOn', '2018-04-31'],
  ['an indication that does not exist', '/indication', 'tired-of-him'],
  ['a stability that is not known', '/conditionStable', 'maybe'],
];

const app = await startApp(t);

t.test('each wrong field of a new referral is refused with a pointer to it, and nothing is changed', async (t) => {
  const events = async (): Promise<string> => (await app.send('regulator', 'GET', '/v1/events/verify')).text;
  for (const name of ['p1', 't1']) await app.keyOf(name);
  const before = await events();
  let key = 0;
  for (const [from, form, table] of [['p1', UP, WRONG_UP], ['t1', DOWN, WRONG_DOWN]] as const) {
    for (const [why, pointer, value] of table) {
      const withPart = pointer === '/carePlan/nursing/notNeeded' ? { ...form, carePlan: { ...form.carePlan!, nursing: {} } } as unknown as ReferralInput : form;
      const reply = await app.raw({
        method: 'POST', url: '/v1/referrals', payload: written(withPart, pointer, value),
        headers: { authorization: `Bearer ${await app.keyOf(from)}`, 'content-type': 'application/json', 'idempotency-key': `wrong-${(key += 1)}` },
      });
      t.equal(reply.status, 422, `${why}: ${reply.text.slice(0, 300)}`);
      t.equal(problem(reply).code, 'invalid_request', why);
      t.same(pointers(reply), [DEEPER[why] ?? pointer], why);
    }
  }
  t.equal(await events(), before, 'the log stands where it stood');
  t.same((await app.send('p1', 'GET', '/v1/referrals')).body, { data: [], nextCursor: null });
});

t.test('a question about routing takes the whole form, or its facts, and refuses what is wrong with either', async (t) => {
  const { targetInstitutionId: _target, ...untargeted } = UP;
  for (const [what, body] of [['the form', UP], ['without a target', untargeted], ['as a draft', { ...untargeted, draft: true, operator: { code: '1', name: '李' } }]] as const) {
    const reply = await app.send('p1', 'POST', '/v1/recommendations', body);
    t.equal(reply.status, 200, `${what}: ${reply.text.slice(0, 300)}`);
  }
  const headers = { authorization: `Bearer ${await app.keyOf('p1')}`, 'content-type': 'application/json' };
  for (const [form, table] of [[UP, WRONG_UP], [DOWN, WRONG_DOWN]] as const) {
    for (const [why, pointer, value] of table.filter(([, at]) => !['/patient', '/carePlan/nursing/notNeeded'].includes(at))) {
      const reply = await app.raw({ method: 'POST', url: '/v1/recommendations', payload: written(form, pointer, value), headers });
      t.same([reply.status, problem(reply).code, pointers(reply)], [422, 'invalid_request', [DEEPER[why] ?? pointer]], why);
    }
  }
});

t.test('all wrong fields are named at once, in the language that was asked for', async (t) => {
  const form = { ...UP, urgency: 'soon', patient: { ...UP.patient, sex: 'F', name: '' }, colour: 'red' };
  const { category: _left, ...incomplete } = form;
  for (const [language, words] of [['zh-CN', /必填/], ['en', /Is required/]] as const) {
    const reply = await app.send('p1', 'POST', '/v1/referrals', incomplete, { 'accept-language': language });
    t.equal(reply.status, 422);
    t.same(new Set(pointers(reply)), new Set(['/category', '/colour', '/patient/name', '/patient/sex', '/urgency']), language);
    t.match(problem(reply).errors?.find((error) => error.pointer === '/category')?.message, words);
  }
});

t.test('what a form may well contain is taken: 2 000 characters, line breaks, rare characters, spaces around', async (t) => {
  const full = '病'.repeat(2_000);
  const reply = await app.send('p1', 'POST', '/v1/referrals', upReferral(3, {
    presentIllness: full, impression: '  劳力性心绞痛\n\t二级  ', pastHistory: '𠮷野家 😀 <b>"\\',
  }));
  t.equal(reply.status, 201, reply.text);
  t.match(reply.body, { presentIllness: full, impression: '劳力性心绞痛\n\t二级', pastHistory: '𠮷野家 😀 <b>"\\' });
});
