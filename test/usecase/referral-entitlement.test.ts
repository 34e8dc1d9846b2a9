import t from 'tap';
import { DAY, HOUR } from '../../src/kernel/calendar.js';
import { isRefusal, type Refusal } from '../../src/kernel/problem.js';
import type { ReferralInput } from '../../src/contract/referral.js';
import type { EntitlementItemName } from '../../src/contract/vocabulary.js';
import type { Entitlement, Referral } from '../../src/domain/referral.js';
import { entitlementOf, getReferral } from '../../src/usecase/referral/get-referral.js';
import { redeemEntitlement, voidEntitlement } from '../../src/usecase/referral/redeem-entitlement.js';
import { confirm } from '../../src/usecase/reservation/confirm.js';
import { release } from '../../src/usecase/reservation/release.js';
import { reschedule } from '../../src/usecase/reservation/reschedule.js';
import { City, on } from '../kit/city.js';
import { everything, must, send, successorOf, take } from '../kit/life.js';
import { accepted, actorOf, at, bedNights, codeOf, downReferral, fill, putMembership, SINCE, sessionOn, upReferral } from '../kit/network.js';

const MONDAY = '2018-03-05';
const TODAY = '2018-03-01';

/** 一免三优先 as it was decided: the items, and the conditions that do not hold. */
const DECIDED: readonly (readonly [string, ReferralInput, string, string])[] = [
  ['Guangzhou 2018, line 27: primary sender, four items', upReferral(1), 'registration-fee expert-clinic exam admission', ''],
  ['Guangzhou: a secondary sender is none of them', upReferral(2, { sourceInstitutionId: 's1' }), '', 'sender-level'],
  ['Guangzhou: on the way down there is nothing to grant', downReferral(3), '', 'direction-up sender-level'],
  ['Foshan 2017, line 51: primary sender, three priorities, no waiver', upReferral(4, { sourceInstitutionId: 'p3', targetInstitutionId: 't2' }), 'expert-clinic exam admission', ''],
  ['Foshan: a secondary sender too', upReferral(5, { sourceInstitutionId: 's2', targetInstitutionId: 't2' }), 'expert-clinic exam admission', ''],
  ['an alliance grants nothing', upReferral(6, { sourceInstitutionId: 's1', consortiumId: 'a1' }), '', 'sender-level rule-grants-something'],
  ['an outside referral', upReferral(7, { targetInstitutionId: 't2' }), '', 'consortium-shared'],
  ['an emergency is entitled like anybody', upReferral(8, { urgency: 'emergency' }), 'registration-fee expert-clinic exam admission', ''],
];

t.test('the entitlement is decided at submission, by the rule of its consortium, with its reasons', async (t) => {
  const city = await City.found(t);
  for (const [what, body, items, fails] of DECIDED) {
    const { entitlement } = (await send(city, body)).course;
    t.same([entitlement!.items.map((i) => i.item).join(' '), entitlement!.because.filter((b) => !b.holds).map((b) => b.rule).join(' ')], [items, fails], what);
    t.equal(entitlement!.code !== null, items !== '', `${what}: a code only for who is entitled`);
  }
  const draft = await send(city, upReferral(20, { draft: true }));
  t.strictSame(await city.ask('p1', entitlementOf, { id: draft.id }), { eligible: false, because: [], ruleVersion: null, items: [], code: null }, 'a draft: not yet decided');
});

const feeIn = (entitlement: Entitlement | Refusal | null) => (entitlement === null || isRefusal(entitlement) ? null : entitlement.items.find((i) => i.item === 'registration-fee')?.amountFen);

t.test('the fee that is waived is the clinic’s, else the hospital’s', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn(MONDAY, 4));
  await fill(city.store, 't1-clinic', sessionOn(MONDAY, 4));
  const fee = async (referral: Referral) => feeIn(await city.ask('t1', entitlementOf, { id: referral.id }));

  const walkIn = await send(city, upReferral(1));
  t.equal(feeIn(walkIn.course.entitlement), 2_000, 'no clinic yet: the hospital’s');
  t.equal(feeIn((await send(city, upReferral(2, { reserve: { items: [on('t1-expert', MONDAY)] } }))).course.entitlement), 5_000, 'the expert’s, held with the referral');
  t.equal(feeIn((await send(city, upReferral(3, { reserve: { items: [on('t1-clinic', MONDAY)], confirm: true } }))).course.entitlement), 2_000, 'a clinic without a fee of its own: the hospital’s');
  await city.reserve(walkIn, [on('t1-expert', MONDAY)], { confirm: true });
  t.equal(await fee(walkIn), 5_000, 'booked later: the expert’s by now');
  t.equal(feeIn((await city.referral(walkIn.id)).course.entitlement), 5_000, 'and in the referral as it is kept');
  t.equal(feeIn((await send(city, upReferral(4, { targetInstitutionId: 's1' }))).course.entitlement), 1_000);
});

t.test('the referral and its entitlement name one fee, whatever becomes of its places, until it is redeemed', async (t) => {
  const city = await City.found(t);
  for (const pool of ['t1-expert', 't1-clinic']) await fill(city.store, pool, sessionOn(MONDAY, 4));
  const referral = await send(city, upReferral(1));
  const fees = async () => {
    const shown = await accepted(city.ask('p1', getReferral, { id: referral.id }));
    return [feeIn(shown.course.entitlement), feeIn(await city.ask('p1', entitlementOf, { id: referral.id }))];
  };
  const both = async (fen: number, when: string) => t.same(await fees(), [fen, fen], when);
  await both(2_000, 'sent');
  const held = await city.reserve(referral, [on('t1-expert', MONDAY)]);
  await both(5_000, 'held');
  city.clock.advance(HOUR);
  await both(2_000, 'the hold has run out, and nobody has noticed');
  const again = await city.reserve(referral, [on('t1-expert', MONDAY)]);
  t.not(again.id, held.id);
  await accepted(city.do('p1', confirm, { id: again.id, ifMatch: null }));
  await both(5_000, 'booked');
  await accepted(city.do('p1', reschedule, { id: again.id, ifMatch: null, body: { items: [on('t1-clinic', MONDAY)] } }));
  await both(2_000, 'moved to a clinic at the hospital’s own fee');
  t.equal(feeIn((await city.referral(referral.id)).course.entitlement), 2_000);
  await accepted(city.do('p1', reschedule, { id: again.id, ifMatch: null, body: { items: [on('t1-expert', MONDAY)] } }));
  city.clock.set(at(MONDAY, 8));
  await accepted(counter(city, redeemEntitlement, referral));
  await accepted(city.do('p1', release, { id: again.id, ifMatch: null }));
  await both(5_000, 'redeemed: what it was worth then');
  await accepted(counter(city, voidEntitlement, referral));
  await both(2_000, 'void again, and no place left');
});

type Command = { by?: string; item?: EntitlementItemName; institutionId?: string; code?: string };
const counter = (city: City, useCase: typeof redeemEntitlement, referral: Referral, { by = 't1', item = 'registration-fee', institutionId = 't1', code = referral.course.entitlement!.code! }: Command = {}) =>
  city.do(by, useCase, { code, ifMatch: null, body: { item, institutionId } });

t.test('at the counter each item is redeemed once, and given back when the visit is cancelled', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn(MONDAY, 4));
  const referral = await send(city, upReferral(1, { reserve: { items: [on('t1-expert', MONDAY)], confirm: true } }));
  city.clock.set(at(MONDAY, 8));
  const redeemed = await accepted(counter(city, redeemEntitlement, referral));
  t.match(redeemed.course.entitlement!.items[0], { item: 'registration-fee', state: 'honoured', amountFen: 5_000, redeemedAt: '2018-03-05T08:00:00.000+08:00', redeemedBy: 't1' });
  t.same([redeemed.status, redeemed.deadlineAt, redeemed.version], [referral.status, referral.deadlineAt, referral.version + 1], 'a counter moves no referral');
  t.match(await city.events(0, 'referral.entitlement-redeemed'), [{ data: { item: 'registration-fee', amountFen: 5_000 } }], 'the cashier learns it from the log');
  const before = await everything(city);
  t.equal(codeOf(await counter(city, redeemEntitlement, referral)), 'already_redeemed');
  t.strictSame(await everything(city), before);
  t.match((await accepted(counter(city, redeemEntitlement, referral, { item: 'exam' }))).course.entitlement!.items.map((i) => i.state), ['honoured', 'granted', 'honoured', 'granted']);
  t.equal((await accepted(counter(city, voidEntitlement, referral))).course.entitlement!.items[0]!.state, 'granted');
  t.equal(codeOf(await counter(city, voidEntitlement, referral)), 'invalid_transition', 'nothing is redeemed any more');
  t.equal((await accepted(counter(city, redeemEntitlement, referral))).course.entitlement!.items[0]!.state, 'honoured', 'at the next visit again');
});

t.test('whose counter it is, and for what', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  const foshan = await send(city, upReferral(2, { sourceInstitutionId: 'p3', targetInstitutionId: 't2' }));
  const outside = await send(city, upReferral(3, { targetInstitutionId: 't2' }));
  const before = await everything(city);
  const ROWS: readonly (readonly [string, Referral, Command, string])[] = [
    ['the sender’s', referral, { by: 'p1', institutionId: 'p1' }, 'wrong_party'],
    ['the receiver’s system, for another counter', referral, { institutionId: 's1' }, 'wrong_party'],
    ['somebody else’s', referral, { by: 's2', institutionId: 's2' }, 'not_found'],
    ['a code that nobody gave', referral, { code: 'E000000' }, 'not_found'],
    ['the number of the referral is no code', referral, { code: referral.referralNo }, 'not_found'],
    ['Foshan waives no fee', foshan, { by: 't2', institutionId: 't2' }, 'not_entitled'],
    ['an outside referral has no code', outside, { by: 't2', institutionId: 't2', code: `E${outside.referralNo.slice(1)}` }, 'not_found'],
  ];
  for (const [what, which, command, code] of ROWS) t.equal(codeOf(await counter(city, redeemEntitlement, which, command)), code, what);
  t.strictSame(await everything(city), before);
});

t.test('an ended or lapsed referral redeems nothing; a visit cancelled after its end is still taken back', async (t) => {
  const city = await City.found(t);
  const done = await take(city, await send(city, upReferral(1)), 'arrive', 'receive', 'complete');
  t.equal(codeOf(await counter(city, redeemEntitlement, done)), 'invalid_transition');
  const visited = await send(city, upReferral(2));
  await accepted(counter(city, redeemEntitlement, visited));
  await take(city, visited, 'cancel');
  t.equal((await accepted(counter(city, voidEntitlement, visited))).course.entitlement!.items[0]!.state, 'granted');
  const lapsed = await send(city, upReferral(3));
  city.clock.advance(15 * DAY);
  t.equal(codeOf(await counter(city, redeemEntitlement, lapsed)), 'invalid_transition', 'though nobody has noticed the lapse');
});

t.test('at completion every item was honoured, missed or not needed', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn(TODAY, 9, 14));
  await fill(city.store, 't1-bed', ...bedNights(TODAY, 1, 9));
  const ROWS: readonly (readonly [string, Partial<ReferralInput>, boolean, readonly string[]])[] = [
    ['expert seen, waiver redeemed', { reserve: { items: [on('t1-expert', TODAY, 14)], confirm: true } }, true, ['honoured', 'honoured', 'not-needed', 'not-needed']],
    ['expert seen, registration paid', { reserve: { items: [on('t1-expert', TODAY, 14)], confirm: true } }, false, ['missed', 'honoured', 'not-needed', 'not-needed']],
    ['an inpatient with a bed', { category: 'inpatient', reserve: { items: [on('t1-bed', TODAY, 12)], confirm: true } }, false, ['not-needed', 'not-needed', 'not-needed', 'honoured']],
    ['an inpatient without one', { category: 'inpatient' }, false, ['not-needed', 'not-needed', 'not-needed', 'missed']],
    ['an examination asked for and never made', { category: 'exam', needs: [{ kind: 'exam' }] }, false, ['not-needed', 'not-needed', 'missed', 'not-needed']],
  ];
  for (const [i, [what, more, redeems, states]] of ROWS.entries()) {
    const referral = await send(city, upReferral(i, more));
    if (redeems) await accepted(counter(city, redeemEntitlement, referral));
    const done = await take(city, referral, 'arrive', 'receive', 'complete');
    t.same(done.course.entitlement!.items.map((item) => item.state), states, what);
    t.strictSame((await city.events(0, 'referral.completed'))[i]!.data['entitlement'], done.course.entitlement!.items.map(({ item, state }) => ({ item, state })), `${what}: and the log says so`);
  }
});

t.test('a member leaves: what is under way keeps its benefits, what comes after is an outside referral', async (t) => {
  const city = await City.found(t);
  const leave = (until: string) => putMembership(city.store, 'g1', 'p1', { role: 'member', from: SINCE, until });
  const under = await send(city, upReferral(1));
  await leave(TODAY);
  const lastDay = await send(city, upReferral(2));
  t.match(lastDay, { consortiumId: 'g1', course: { outside: false, entitlement: { eligible: true } } }, 'the last day still counts');
  city.clock.advance(DAY);
  await fill(city.store, 't1-expert', sessionOn(MONDAY, 2));
  const after = await send(city, upReferral(3));
  t.match(after, { status: 'submitted', consortiumId: null, course: { outside: true, ruleVersion: null, entitlement: { eligible: false, code: null } } });
  t.ok(after.course.facts.includes('outside'), 'a fact for supervision');

  const placed = await city.reserve(under, [on('t1-expert', MONDAY)], { confirm: true });
  t.same(placed.places.map((p) => p.allotmentId), ['primary'], 'from the share that is kept for its group');
  t.equal(codeOf(await city.tryReserve(after, [on('t1-expert', MONDAY)])), undefined);
  const [second] = (await city.store.read((reads) => reads.livePlacesOf({ poolId: 't1-expert', startsAt: at(MONDAY, 8) }))).filter((p) => p.referralId === after.id);
  t.equal(second!.allotmentId, null, 'the other takes an open place');
  city.clock.set(at(MONDAY, 8));
  await accepted(counter(city, redeemEntitlement, under));
  const done = await take(city, under, 'arrive', 'receive', 'complete');
  t.same(done.course.entitlement!.items.map((i) => i.state), ['honoured', 'honoured', 'not-needed', 'not-needed']);
});

t.test('another rule is another version: what was decided stays with its own', async (t) => {
  const city = await City.found(t);
  const before = await send(city, upReferral(1));
  await putMembership(city.store, 'g1', 'p0', { role: 'member', from: SINCE });
  const after = await send(city, upReferral(2));
  t.not(after.course.ruleVersion, before.course.ruleVersion);
  t.equal((await city.referral(before.id)).course.entitlement!.ruleVersion, before.course.ruleVersion);
});

t.test('handed on, the entitlement is decided anew between the sender and the new receiver', async (t) => {
  const city = await City.found(t);
  const toGroup = await successorOf(city, await must(city, await send(city, upReferral(1)), 'redirect', { body: { targetInstitutionId: 's1' } }));
  t.match(toGroup.course.entitlement, { eligible: true, items: [{ item: 'registration-fee', amountFen: 1_000 }] });
  const toOutside = await successorOf(city, await must(city, await send(city, upReferral(2)), 'redirect', { body: { targetInstitutionId: 't2' } }));
  t.match(toOutside, { consortiumId: null, course: { outside: true, entitlement: { eligible: false } } });
  t.equal(codeOf(await counter(city, redeemEntitlement, toGroup, { by: 's1', institutionId: 's1' })), undefined, 'at the new counter');
});

t.test('everybody who sees a referral sees its entitlement', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  for (const who of [actorOf('p1'), actorOf('t1')]) t.match(await city.ask(who, entitlementOf, { id: referral.id }), { eligible: true, code: `E${referral.referralNo.slice(1)}` });
  t.equal(codeOf(await city.ask('p2', entitlementOf, { id: referral.id })), 'not_found');
});
