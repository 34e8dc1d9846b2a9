import t from 'tap';
import { HOUR } from '../../src/kernel/calendar.js';
import type { RecommendationInput } from '../../src/contract/routing.js';
import type { Advice, Candidate } from '../../src/domain/advice.js';
import { putPool } from '../../src/usecase/capacity/put-pool.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import { bestTarget, recommend } from '../../src/usecase/routing/recommend.js';
import { reserve } from '../../src/usecase/reservation/reserve.js';
import { accepted, actorOf, ADMIN, at, bedNights, codeOf, fill, pointersOf, POOLS, putMembership, putNetwork, REGULATOR, SINCE, sessionOn, upReferral } from '../kit/network.js';
import { freshStore, type Fixture } from '../kit/store.js';

const TODAY = '2018-03-01';
const UP: RecommendationInput = { direction: 'up', category: 'outpatient', sourceInstitutionId: 'p1', targetDepartment: '03.04' };

async function networkOf(t: Parameters<typeof freshStore>[0]): Promise<Fixture> {
  const fixture = await freshStore(t);
  await putNetwork(fixture.store);
  return fixture;
}

async function ask({ store }: Fixture, question: Partial<RecommendationInput> = {}): Promise<Advice> {
  return accepted(store.read((reads) => recommend(reads, actorOf('p1'), { ...UP, ...question })));
}

function ids(advice: Advice): string[] {
  return advice.candidates.map((c) => c.institutionId);
}

function why(advice: Advice): Record<string, string> {
  return Object.fromEntries(advice.excluded.map((e) => [e.institutionId, e.reason.code]));
}

function codesOf(candidate: Candidate | undefined): string[] {
  return candidate?.reasons.map((r) => r.code) ?? [];
}

t.test('each candidate says why it stands where it stands', async (t) => {
  const fixture = await networkOf(t);
  await fill(fixture.store, 't1-expert', sessionOn('2018-03-05', 10));
  await fill(fixture.store, 's1-clinic', sessionOn('2018-03-06', 4));
  const advice = await ask(fixture);
  t.same(ids(advice), ['s1', 't1', 't2', 'v1']);
  const [s1, t1, t2] = advice.candidates;
  t.match(s1, { rank: 1, name: 's1 医院', department: '03.04', distanceKm: 5.6, reservedLeft: 0, earliest: { poolId: 's1-clinic', startsAt: at('2018-03-06', 8) } });
  t.same(codesOf(s1), ['tight-consortium', 'next-level', 'earliest-place', 'distance']);
  t.match(t1, { rank: 2, reservedLeft: 5, earliest: { poolId: 't1-expert', startsAt: at('2018-03-05', 8) } });
  t.same(codesOf(t1), ['tight-consortium', 'skips-level', 'reserved-places', 'earliest-place', 'distance']);
  t.same(codesOf(t2), ['outside', 'skips-level', 'distance']);
  t.equal(advice.asOf, fixture.clock.now());
  for (const { text } of advice.candidates.flatMap((c) => c.reasons)) t.ok(text.zh && text.en);
});

t.test('whoever is excluded is told with a reason, the nearest first', async (t) => {
  const fixture = await networkOf(t);
  const advice = await ask(fixture);
  t.match(why(advice), { p1: 'self', p2: 'wrong-level', s2: 'no-department', s0: 'no-department', r1: 'no-department', f1: 'other-area' });
  const distances = advice.excluded.map((e) => e.distanceKm ?? Infinity);
  t.same(distances, [...distances].sort((a, b) => a - b));
});

t.test('an institution without a free place for what is needed is no candidate', async (t) => {
  const fixture = await networkOf(t);
  const { store } = fixture;
  const needs = [{ kind: 'bed' as const, department: '03', nights: 2 }];
  await fill(store, 's1-bed', ...bedNights(TODAY, 3, 0));
  await fill(store, 't1-bed', ...bedNights('2018-03-03', 3, 4));
  const advice = await ask(fixture, { category: 'inpatient', needs });
  t.same(ids(advice), ['t1']);
  t.match(why(advice), { s1: 'no-free-place', t2: 'no-free-place', v1: 'no-free-place' });
  t.match(advice.candidates[0], { earliest: { poolId: 't1-bed', startsAt: at('2018-03-03', 12) }, reservedLeft: 6 });
});

t.test('a ward that has not reported for more than two days is not believed', async (t) => {
  const fixture = await networkOf(t);
  const reportedAt = '2018-03-01T08:00:00+08:00';
  await fill(fixture.store, 't1-bed', ...bedNights(TODAY, 7, 4).map((night) => ({ ...night, reportedAt })));
  const question = { category: 'inpatient' as const, needs: [{ kind: 'bed' as const, department: '03' }] };
  fixture.clock.set(at('2018-03-03', 8));
  t.same(ids(await ask(fixture, question)), ['t1']);
  fixture.clock.advance(1);
  t.match(why(await ask(fixture, question)), { t1: 'overdue-figures' });
});

t.test('places are counted as the sender would see them', async (t) => {
  const fixture = await networkOf(t);
  const { store } = fixture;
  await fill(store, 't1-expert', sessionOn('2018-03-05', 4));
  const left = async (sourceInstitutionId: string): Promise<number | undefined> => (await ask(fixture, { sourceInstitutionId })).candidates.find((c) => c.institutionId === 't1')?.reservedLeft;
  t.equal(await left('p1'), 2, 'half of four is kept for primary members');
  t.equal(await left('s1'), 0, 'not for a secondary one');
  t.equal(await left('p3'), 0, 'not for another group');
  await putMembership(store, 'g1', 'p1', { role: 'member', from: SINCE, until: '2018-02-28' });
  t.equal(await left('p1'), 0, 'and no more after leaving');
});

t.test('a hold that has run out unnoticed is a free place', async (t) => {
  const fixture = await networkOf(t);
  const { store, clock } = fixture;
  await fill(store, 't1-ct', sessionOn('2018-03-05', 1));
  const { id } = await accepted(store.write(actorOf('p1'), (unit) => createReferral(unit, { body: upReferral(1) })));
  const items = [{ poolId: 't1-ct', startsAt: '2018-03-05T08:00:00+08:00' }];
  await accepted(store.write(actorOf('p1'), (unit) => reserve(unit, { body: { referralId: id, items, ttlSeconds: 600 } })));
  const question = { needs: [{ kind: 'exam' as const, item: 'CT' }] };
  t.match(why(await ask(fixture, question)), { t1: 'no-free-place' });
  clock.advance(HOUR);
  t.same(ids(await ask(fixture, question)), ['t1']);
});

t.test('in an emergency the nearest capable hospital is first, and nobody is excluded for a full ward', async (t) => {
  const fixture = await networkOf(t);
  const question = { urgency: 'emergency' as const, category: 'emergency' as const, targetDepartment: undefined, capabilities: ['stroke'] };
  const advice = await ask(fixture, question);
  t.same(ids(advice), ['t1', 'v1']);
  t.equal(codesOf(advice.candidates[0])[0], 'green-channel');
  const full = await ask(fixture, { ...question, needs: [{ kind: 'bed' }] });
  t.same(ids(full), ['t1', 'v1']);
  t.ok(codesOf(full.candidates[0]).includes('no-free-place'), 'though it is said');
  await fill(fixture.store, 't1-bed', ...bedNights(TODAY, 1, 1));
  t.notOk(codesOf((await ask(fixture, { ...question, needs: [{ kind: 'bed' }] })).candidates[0]).includes('no-free-place'));
});

t.test('places before today or outside the window are not looked at', async (t) => {
  const fixture = await networkOf(t);
  await fill(fixture.store, 's1-clinic', sessionOn('2018-03-02', 4), sessionOn('2018-03-10', 4));
  const earliest = async (question: Partial<RecommendationInput>) => (await ask(fixture, question)).candidates[0]?.earliest?.startsAt ?? null;
  t.equal(await earliest({}), at('2018-03-02', 8));
  t.equal(await earliest({ from: '2018-03-03' }), at('2018-03-10', 8));
  t.equal(await earliest({ from: '2018-03-03', days: 7 }), null, 'seven days end with 9 March');
  t.equal(await earliest({ from: '2018-03-03', days: 8 }), at('2018-03-10', 8));
  fixture.clock.set(at('2018-03-05', 9));
  t.equal(await earliest({ from: '2018-03-01' }), at('2018-03-10', 8), 'the past is today');
});

t.test('a question about an unknown sender is refused, and so is one by nobody\'s institution', async (t) => {
  const { store } = await networkOf(t);
  const refused = await store.read((reads) => recommend(reads, actorOf('p1'), { ...UP, sourceInstitutionId: 'p9' }));
  t.same([codeOf(refused), pointersOf(refused)], ['invalid_content', ['/sourceInstitutionId']]);
  for (const actor of [ADMIN, REGULATOR]) t.equal(codeOf(await store.read((reads) => recommend(reads, actor, UP))), 'forbidden');
});

t.test('a whole referral is advised on as its facts are; its patient’s sex counts, and its own time', async (t) => {
  const fixture = await networkOf(t);
  const { store } = fixture;
  await fill(store, 's1-clinic', sessionOn('2018-03-06', 4));
  const { targetInstitutionId: _target, ...referral } = upReferral(1);
  t.strictSame(await ask(fixture, referral), await ask(fixture));

  await accepted(store.write(actorOf('t1', 'his'), (unit) => putPool(unit, { id: 't1-bed', body: { ...POOLS['t1-bed']!, sex: '2' } })));
  await fill(store, 't1-bed', ...bedNights(TODAY, 3, 4));
  const bed = async (sex: string, more: Partial<RecommendationInput> = {}) => {
    const stay = { ...upReferral(1), category: 'inpatient' as const, needs: [{ kind: 'bed' as const, department: '03' }] };
    return why(await ask(fixture, { ...stay, patient: { ...stay.patient, sex: sex as '1' | '2' }, ...more }))['t1'];
  };
  t.same([await bed('1'), await bed('2'), await bed('1', { sex: '2' }), await bed('2', { sex: '1' })], ['no-free-place', undefined, undefined, 'no-free-place']);

  await putMembership(store, 'g1', 'p1', { role: 'member', from: '2018-03-01' });
  const consortium = async (more: Partial<RecommendationInput>) => codesOf((await ask(fixture, { ...referral, ...more })).candidates.find((c) => c.institutionId === 's1'))[0];
  t.same([await consortium({}), await consortium({ occurredAt: '2018-02-28T08:00:00+08:00' }), await consortium({ occurredAt: '2019-01-01T08:00:00+08:00' })], ['tight-consortium', 'outside', 'tight-consortium']);
});

t.test('a referral without a target goes to the first of the candidates', async (t) => {
  const { store } = await networkOf(t);
  const first = await store.read((reads) => bestTarget(reads, { direction: 'up', category: 'outpatient', urgency: 'routine', sourceInstitutionId: 'p1', targetDepartment: 'A03.04' }));
  const referral = await accepted(store.write(actorOf('p1'), (unit) => createReferral(unit, { body: upReferral(1, { targetInstitutionId: undefined }) })));
  t.equal(referral.targetInstitutionId, first.candidates[0]?.institutionId);
});
