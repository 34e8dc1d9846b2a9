import t from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import { isRefusal, type Refusal } from '../../src/kernel/problem.js';
import type { ReferralInput } from '../../src/contract/referral.js';
import type { ReferralAction, Urgency } from '../../src/contract/vocabulary.js';
import type { Referral } from '../../src/domain/referral.js';
import { City, on } from '../kit/city.js';
import { everything, must, send, successorOf, take, trySend } from '../kit/life.js';
import { codeOf, downReferral, fill, person, sessionOn, upReferral } from '../kit/network.js';

/** Open and not yet arrived, the same patient and direction, the same department or the same disease. */

const HEART = [{ code: 'I20.9', system: 'ICD-10' as const, name: '心绞痛' }];
const HEART_TOO = [{ code: 'I20.8', system: 'ICD-10' as const, name: '其他型心绞痛' }];
const STROKE = [{ code: 'I63.9', system: 'ICD-10' as const, name: '脑梗死' }];

/** The first is always routine, from p1 to the cardiology (03.04) of t1 for I20.9. */
const SECONDS: readonly (readonly [string, ReferralInput, 'refused' | 'sent'])[] = [
  ['the same again', upReferral(1), 'refused'],
  ['the same department, another disease', upReferral(1, { diagnosis: STROKE }), 'refused'],
  ['another department, the same disease', upReferral(1, { targetDepartment: '20', diagnosis: HEART_TOO }), 'refused'],
  ['another department, another disease', upReferral(1, { targetDepartment: '04', diagnosis: STROKE }), 'sent'],
  ['the same department at another hospital', upReferral(1, { targetInstitutionId: 's1' }), 'refused'],
  ['from another sender', upReferral(1, { sourceInstitutionId: 'p2' }), 'refused'],
  ['without department and diagnosis', upReferral(1, { targetDepartment: undefined, diagnosis: undefined }), 'sent'],
  ['on the way down', downReferral(1, { diagnosis: HEART }), 'sent'],
  ['of another patient', upReferral(2), 'sent'],
];

t.test('what is a second referral of the same kind', async (t) => {
  const city = await City.found(t);
  const first = await send(city, upReferral(1));
  for (const [what, body, expected] of SECONDS) {
    const before = await everything(city);
    const outcome = await trySend(city, body);
    t.equal(codeOf(outcome), expected === 'refused' ? 'duplicate_open_referral' : undefined, what);
    if (isRefusal(outcome)) t.strictSame(await everything(city), before, `${what}: nothing is kept`);
    else await take(city, outcome, 'cancel');
  }
  t.equal((await city.referral(first.id)).version, 1, 'the first never notices');
});

t.test('only what is open and not yet arrived stands in the way', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-ct', sessionOn('2018-03-05', 50));
  const STATES: readonly (readonly [string, readonly ReferralAction[], boolean])[] = [
    ['submitted', [], true],
    ['info-requested', ['request-info'], true],
    ['accepted', ['accept'], true],
    ['arrived', ['arrive'], false],
    ['in-care', ['arrive', 'receive'], false],
    ['completed', ['arrive', 'receive', 'complete'], false],
    ['rejected', ['reject'], false],
    ['cancelled', ['cancel'], false],
    ['closed', ['close'], false],
  ];
  for (const [i, [status, actions, bars]] of STATES.entries()) {
    t.equal((await take(city, await send(city, upReferral(i)), ...actions)).status, status);
    t.equal(codeOf(await trySend(city, upReferral(i))), bars ? 'duplicate_open_referral' : undefined, `after ${status}`);
  }
  t.equal((await send(city, upReferral(20, { reserve: { items: [on('t1-ct', '2018-03-05')], confirm: true } }))).status, 'scheduled');
  t.equal(codeOf(await trySend(city, upReferral(20))), 'duplicate_open_referral', 'after scheduled');
  await send(city, upReferral(21, { draft: true }));
  t.equal(codeOf(await trySend(city, upReferral(21))), undefined, 'a draft bars nothing');
});

t.test('one that has lapsed stands in nobody’s way, though nobody has written it down', async (t) => {
  const city = await City.found(t);
  await send(city, upReferral(1));
  city.clock.advance(14 * DAY - 1);
  t.equal(codeOf(await trySend(city, upReferral(1))), 'duplicate_open_referral');
  city.clock.advance(1);
  t.equal(codeOf(await trySend(city, upReferral(1))), undefined);
});

/** urgency of the first · of the second · whether it is sent */
const URGENCIES: readonly (readonly [Urgency, Urgency, boolean])[] = [
  ['routine', 'routine', false], ['routine', 'urgent', true], ['routine', 'emergency', true],
  ['urgent', 'routine', false], ['urgent', 'urgent', false], ['urgent', 'emergency', true],
  ['emergency', 'routine', false], ['emergency', 'urgent', false], ['emergency', 'emergency', true],
];

t.test('a higher urgency is never blocked, an emergency by nothing: the older one is linked', async (t) => {
  const city = await City.found(t);
  for (const [i, [older, newer, sent]] of URGENCIES.entries()) {
    const first = await send(city, upReferral(i, { urgency: older }));
    const second = await trySend(city, upReferral(i, { urgency: newer, targetInstitutionId: 's1' }));
    const what = `${newer} after ${older}`;
    if (!sent) t.equal(codeOf(second), 'duplicate_open_referral', what);
    else t.match(second, { course: { linkedOlder: first.id } }, what) && t.ok((second as Referral).course.facts.includes('overtakes-open-referral'), `${what}: a fact for supervision`);
  }
  await send(city, upReferral(50));
  await send(city, upReferral(50, { urgency: 'urgent', targetInstitutionId: 's1' }));
  t.equal(codeOf(await trySend(city, upReferral(50, { urgency: 'urgent' }))), 'duplicate_open_referral', 'one of several is as urgent');
});

t.test('the refusal names the open one to who may see it, to others only whom to call', async (t) => {
  const city = await City.found(t);
  const first = await send(city, upReferral(1));
  const conflictsFor = async (body: ReferralInput) => ((await trySend(city, body)) as Refusal).extra.conflicts;
  t.strictSame(await conflictsFor(upReferral(1)), [{ referralId: first.id, referralNo: first.referralNo, status: 'submitted', institutionId: 't1' }], 'its own sender');
  t.strictSame(await conflictsFor(upReferral(1, { sourceInstitutionId: 'p2' })), [{ institutionId: 't1', name: 't1 医院', phone: '020-86830000' }], 'somebody else');
});

t.test('a refusal to a stranger tells nothing of the patient or of the sender', async (t) => {
  const city = await City.found(t);
  const first = await send(city, upReferral(1));
  const text = JSON.stringify(((await trySend(city, upReferral(1, { sourceInstitutionId: 'p2' }))) as Refusal).extra);
  const { name, idNumber, phone } = person(1);
  for (const secret of [name, idNumber!, phone!, first.id, first.referralNo, 'p1']) t.notOk(text.includes(secret), secret);
});

t.test('what is handed on is no duplicate of itself, nor barred by the one that overtook it', async (t) => {
  const city = await City.found(t);
  const older = await send(city, upReferral(1));
  const newer = await send(city, upReferral(1, { urgency: 'urgent', targetInstitutionId: 's1' }));
  const handedOn = await successorOf(city, await must(city, older, 'redirect', { body: { targetInstitutionId: 's1' } }));
  t.match(handedOn, { status: 'submitted', urgency: 'routine', targetInstitutionId: 's1' });
  const next = await successorOf(city, await must(city, newer, 'redirect', { body: { targetInstitutionId: 't1' } }));
  t.equal(next.course.linkedOlder, older.id, 'the link goes with it');
});
