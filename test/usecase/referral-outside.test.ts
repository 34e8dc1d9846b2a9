import t from 'tap';
import { DAY, HOUR } from '../../src/kernel/calendar.js';
import type { ConsortiumInput } from '../../src/contract/institution.js';
import type { ReferralInput } from '../../src/contract/referral.js';
import { giveConsent } from '../../src/usecase/referral/give-consent.js';
import { putConsortium } from '../../src/usecase/network/put-consortium.js';
import { City, on } from '../kit/city.js';
import { everything, must, send, successorOf, take, transfers, trySend } from '../kit/life.js';
import { ADMIN, at, codeOf, CONSORTIA, downReferral, fill, pointersOf, putMembership, SINCE, sessionOn, upReferral } from '../kit/network.js';
import { START } from '../kit/store.js';

/** What does not go the usual way: outside of every consortium, in an emergency, after the fact. */

const rule = (city: City, id: string, more: Partial<ConsortiumInput>) => city.must(ADMIN, putConsortium, { id, body: { ...CONSORTIA[id]!, ...more } });

t.test('an outside referral goes, without entitlement or allotment, as a fact for supervision', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn('2018-03-05', 2));
  for (const [what, body] of Object.entries({
    'the receiver is in another group': upReferral(1, { targetInstitutionId: 't2' }),
    'the sender is in none': upReferral(2, { sourceInstitutionId: 'p0' }),
    'another prefecture': upReferral(3, { targetInstitutionId: 'f1' }),
    'on the way down': downReferral(4, { targetInstitutionId: 'p3' }),
  } satisfies Record<string, ReferralInput>)) {
    const referral = await send(city, body);
    t.match(referral, { status: 'submitted', consortiumId: null, course: { outside: true, ruleVersion: null, entitlement: { eligible: false, items: [] } } }, what);
    t.ok(referral.course.facts.includes('outside'), what);
    t.match(await take(city, referral, 'accept', 'arrive', 'receive'), { status: 'in-care' }, `${what}: it lives like any other`);
  }
  t.same((await transfers(city)).map((line) => line.consortiumId), [null, null, null, null]);
  const p0 = await send(city, upReferral(5, { sourceInstitutionId: 'p0' }));
  const [place] = (await city.reserve(p0, [on('t1-expert', '2018-03-05')])).places;
  t.equal(place!.allotmentId, null);
});

t.test('only where the sender’s consortium says so it is refused', async (t) => {
  const city = await City.found(t);
  await rule(city, 'g1', { outsideReferral: 'refuse' });
  const before = await everything(city);
  const ROWS: readonly (readonly [string, ReferralInput, string | undefined])[] = [
    ['out of the group', upReferral(1, { targetInstitutionId: 't2' }), 'not_in_consortium'],
    ['within the group', upReferral(2), undefined],
    ['into the group, from somebody in none', upReferral(3, { sourceInstitutionId: 'p0' }), undefined],
    ['out of the other group', upReferral(4, { sourceInstitutionId: 'p3' }), undefined],
    ['an emergency out of the group', upReferral(5, { targetInstitutionId: 't2', urgency: 'emergency' }), undefined],
    ['on the way down out of the group', downReferral(6, { targetInstitutionId: 'p3' }), 'not_in_consortium'],
    ['a member of two: shared by the alliance', upReferral(7, { sourceInstitutionId: 's1', targetInstitutionId: 't2' }), undefined],
  ];
  t.equal(codeOf(await trySend(city, ROWS[0]![1])), 'not_in_consortium');
  t.strictSame(await everything(city), before, 'and nothing is kept');
  for (const [what, body, code] of ROWS) t.equal(codeOf(await trySend(city, body)), code, what);
  await putMembership(city.store, 'g1', 'p1', { role: 'member', from: SINCE, until: '2018-02-28' });
  t.equal(codeOf(await trySend(city, upReferral(8, { targetInstitutionId: 't2' }))), undefined, 'once it has left, its former group has no say');
});

t.test('a consortium that refers step by step lets nobody skip a level, emergencies excepted', async (t) => {
  const city = await City.found(t);
  t.ok((await send(city, upReferral(1))).course.facts.includes('skipped-level'), 'elsewhere it is a fact for supervision');
  await rule(city, 'g1', { stepwise: true });
  t.same(pointersOf(await trySend(city, upReferral(2))), ['/targetInstitutionId'], 'primary to tertiary');
  t.equal(codeOf(await trySend(city, upReferral(3, { targetInstitutionId: 's1' }))), undefined, 'primary to secondary');
  t.equal(codeOf(await trySend(city, upReferral(4, { sourceInstitutionId: 's1' }))), undefined, 'secondary to tertiary');
  t.match(await trySend(city, upReferral(5, { urgency: 'emergency' })), { status: 'accepted' }, 'an emergency');
  t.equal(codeOf(await trySend(city, downReferral(6))), undefined, 'down from tertiary to primary: the rule is of the way up');
});

t.test('an emergency is never refused for consortium, level, direction, department or duplicate (Xinhui 2017, line 23)', async (t) => {
  const city = await City.found(t);
  await rule(city, 'g1', { outsideReferral: 'refuse', stepwise: true });
  const bare = { impression: undefined, reasonCode: undefined, consent: undefined, diagnosis: undefined, urgency: 'emergency' as const };
  const ROWS: readonly (readonly [string, ReferralInput])[] = [
    ['nothing but the patient', upReferral(1, bare)],
    ['again, to the same', upReferral(1, bare)],
    ['out of the group', upReferral(2, { ...bare, targetInstitutionId: 't2' })],
    ['to another prefecture', upReferral(3, { ...bare, targetInstitutionId: 'f1' })],
    ['under a consortium that is not shared', upReferral(4, { ...bare, targetInstitutionId: 't2', consortiumId: 'g1' })],
    ['to the same level', upReferral(5, { ...bare, sourceInstitutionId: 's1', targetInstitutionId: 's2', targetDepartment: '20' })],
    ['up to somebody lower', upReferral(6, { ...bare, sourceInstitutionId: 't1', targetInstitutionId: 's1' })],
    ['for a department that the hospital does not list', upReferral(8, { ...bare, targetDepartment: '05' })],
    ['somebody whom nobody knows', upReferral(7, { ...bare, patient: { name: '无名氏', sex: '0', birthDate: '1960-01-01' } })],
  ];
  for (const [what, body] of ROWS) {
    const referral = await send(city, body);
    t.match(referral, { status: 'accepted', targetInstitutionId: body.targetInstitutionId, course: { acceptedBy: 'green-channel', acceptedAt: START } }, what);
    t.ok(referral.course.facts.includes('green-channel'), `${what}: counted`);
    t.equal(referral.deadlineAt, START + 30 * DAY, `${what}: it waits for the patient, not for an answer`);
  }
});

t.test('an emergency without a target goes to the nearest that can take it', async (t) => {
  const city = await City.found(t);
  const { targetInstitutionId: _none, ...open } = upReferral(1, { urgency: 'emergency', targetDepartment: '20' });
  /** From p1 (30): s1 stands at 25, t1 at 20, s0 at 19, s2 at 12. */
  t.match(await send(city, open), { status: 'accepted', targetInstitutionId: 's1' });
  /** From p4 (8), of the other group: t2 stands at 10, s2 at 12. Consortium and group do not count, distance does. */
  t.match(await send(city, { ...open, sourceInstitutionId: 'p4' }), { targetInstitutionId: 't2' });
});

t.test('under a consortium that is named, the best of its members is the target', async (t) => {
  const city = await City.found(t);
  const { targetInstitutionId: _none, ...open } = upReferral(1, { sourceInstitutionId: 's1' });
  t.match(await send(city, open), { targetInstitutionId: 't1', consortiumId: 'g1' }, 'the tight group first');
  t.match(await send(city, { ...open, ...upReferral(2, { sourceInstitutionId: 's1' }), targetInstitutionId: undefined, consortiumId: 'a1' }), { targetInstitutionId: 't1', consortiumId: 'a1' });
});

t.test('what was under way when a member left is handed on with its benefits', async (t) => {
  const city = await City.found(t);
  const [one, other] = [await send(city, upReferral(1)), await send(city, upReferral(2))];
  await putMembership(city.store, 'g1', 'p1', { role: 'member', from: SINCE, until: '2018-03-01' });
  city.clock.advance(DAY);
  const kept = await successorOf(city, await must(city, one, 'redirect'));
  t.match(kept, { targetInstitutionId: 's1', consortiumId: 'g1', course: { outside: false, entitlement: { eligible: true } } });
  t.match(await successorOf(city, await must(city, kept, 'redirect', { body: { targetInstitutionId: 't1' } })), { consortiumId: 'g1', course: { outside: false } }, 'and again');
  t.match(await successorOf(city, await must(city, other, 'redirect', { body: { targetInstitutionId: 't2' } })), { consortiumId: null, course: { outside: true } }, 'to somebody who never was of the group');
  t.match(await send(city, upReferral(3)), { course: { outside: true } }, 'what comes after is from outside');
});

t.test('an emergency draws the share of others, never more than there is', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn('2018-03-05', 2));
  const emergency = (n: number) => trySend(city, upReferral(n, { sourceInstitutionId: 's0', urgency: 'emergency', reserve: { items: [on('t1-expert', '2018-03-05')], confirm: true } }));
  t.match(await emergency(1), { status: 'scheduled', course: { acceptedBy: 'green-channel' } });
  t.match(await emergency(2), { status: 'scheduled' });
  t.equal(codeOf(await emergency(3)), 'session_full');
  t.equal((await city.session('t1-expert', at('2018-03-05', 8))).drawn['primary'], 1);
});

t.test('the consent of an emergency may follow within a day; later it is noted', async (t) => {
  const city = await City.found(t);
  const emergency = (n: number) => send(city, upReferral(n, { urgency: 'emergency', consent: undefined }));
  const consent = { given: true, by: '家属', at: '2018-03-01T09:30:00+08:00' };
  const give = (id: string, by = 'p1', ifMatch: number | null = null, more = {}) => city.do(by, giveConsent, { id, ifMatch, body: { consent: { ...consent, ...more } } });
  const [soon, late, withIt] = [await emergency(1), await emergency(2), await send(city, upReferral(3, { urgency: 'emergency' }))];
  t.equal(soon.course.consentDueAt, START + DAY);
  t.equal(withIt.course.consentDueAt, null, 'given with it, nothing is due');

  const before = await everything(city);
  t.equal(codeOf(await give(soon.id, 's1')), 'not_found');
  t.equal(codeOf(await give(soon.id, 'p1', 7)), 'version_mismatch');
  t.same(pointersOf(await give(soon.id, 'p1', null, { given: false })), ['/consent/given']);
  t.same(pointersOf(await give(soon.id, 'p1', null, { at: '2018-03-02T09:30:00+08:00' })), ['/consent/at']);
  t.strictSame(await everything(city), before);

  t.match(await give(soon.id, 'p1', 1), { version: 2, status: 'accepted', content: { consent: { given: true, at: consent.at } }, course: { consentDueAt: null, facts: ['skipped-level', 'green-channel'] } });
  city.clock.advance(DAY);
  t.match(await give(late.id, 't1'), { course: { consentDueAt: null, facts: ['skipped-level', 'green-channel', 'consent-late'] } }, 'by the receiver as well');
  t.same((await city.events(0, 'referral.consent-given')).map((e) => e.data['late']), [false, true]);
  const done = await take(city, withIt, 'close');
  t.equal(codeOf(await give(done.id)), 'invalid_transition');
  const cared = await take(city, await emergency(4), 'arrive', 'receive', 'complete');
  t.match(await give(cared.id, 'p1', null, { at: '2018-03-02T08:00:00+08:00' }), { status: 'completed', course: { consentDueAt: null } }, 'care was quicker than the paper');
});

/** when it is said to have happened · why it comes late · what is wrong. It is 1 March 2018, 09:00; 30 days are allowed. */
const AFTER_THE_FACT: readonly (readonly [string, string | undefined, string | undefined, readonly string[]])[] = [
  ['two days ago, with its reason', '2018-02-27T10:00:00+08:00', '系统停机', []],
  ['thirty days ago to the minute', '2018-01-30T09:00:00+08:00', '系统停机', []],
  ['a second more', '2018-01-30T08:59:59+08:00', '系统停机', ['/occurredAt']],
  ['without a reason', '2018-02-27T10:00:00+08:00', undefined, ['/retroReason']],
  ['a reason without a time', undefined, '系统停机', ['/occurredAt']],
  ['in the future', '2018-03-01T09:00:01+08:00', '系统停机', ['/occurredAt']],
  ['late and without a reason', '2018-01-01T09:00:00+08:00', undefined, ['/retroReason', '/occurredAt']],
];

t.test('what is entered after the fact is marked, says why, and comes within a deadline (补录)', async (t) => {
  const city = await City.found(t);
  for (const [i, [what, occurredAt, retroReason, wrong]] of AFTER_THE_FACT.entries()) {
    const outcome = await trySend(city, upReferral(i, { occurredAt, retroReason }));
    t.same(pointersOf(outcome), wrong, what);
    if (wrong.length === 0) t.match(outcome, { status: 'submitted', course: { retro: true, facts: ['skipped-level', 'retro'], submittedAt: START } }, what);
  }
  await rule(city, 'g1', { timers: { retroDays: 1 } });
  t.same(pointersOf(await trySend(city, upReferral(20, { occurredAt: '2018-02-27T10:00:00+08:00', retroReason: '系统停机' }))), ['/occurredAt'], 'a consortium sets its own deadline');
});

t.test('after the fact, the date that counts is the one on which it happened', async (t) => {
  const city = await City.found(t);
  await putMembership(city.store, 'g1', 'p1', { role: 'member', from: SINCE, until: '2018-02-27' });
  t.match(await send(city, upReferral(1)), { consortiumId: null, course: { outside: true } }, 'today it is outside');
  const then = await send(city, upReferral(2, { occurredAt: '2018-02-27T23:00:00+08:00', retroReason: '系统停机' }));
  t.match(then, { consortiumId: 'g1', course: { outside: false, entitlement: { eligible: true } } }, 'then it was a member');
  t.match(await must(city, then, 'arrive', { body: { at: '2018-02-27T23:30:00+08:00' } }), { status: 'arrived', course: { arrivedAt: at('2018-02-27', 23.5) } });
  t.match((await transfers(city))[0], { executedAt: at('2018-02-27', 23.5), submittedAt: at('2018-02-27', 23), recordedAt: START, consortiumId: 'g1' });
  city.clock.advance(HOUR);
});
