import t from 'tap';
import { DAY, formatInstant, HOUR, MINUTE } from '../../src/kernel/calendar.js';
import type { ReferralAction } from '../../src/contract/vocabulary.js';
import type { Referral } from '../../src/domain/referral.js';
import { City, on } from '../kit/city.js';
import { put, stayOf, under } from '../kit/ledger.js';
import { everything, must, send, take, transfers, tryAct } from '../kit/life.js';
import { accepted, ADMIN, at, bedNights, codeOf, downReferral, fill, INSTITUTIONS, person, pointersOf, putMembership, SINCE, sessionOn, upReferral } from '../kit/network.js';
import { putInstitution } from '../../src/usecase/network/put-institution.js';
import { fulfil } from '../../src/usecase/reservation/fulfil.js';
import { release } from '../../src/usecase/reservation/release.js';
import { START } from '../kit/store.js';

const TODAY = '2018-03-01';

t.test('the arrival executes the transfer: one line of the ledger with all that the deductible will ask (Guangzhou 2018, line 39)', async (t) => {
  const city = await City.found(t);
  const before = await put(city, 'p1', 'ZY-2018-0007', stayOf(person(1), 1, null));
  const referral = await take(city, await send(city, upReferral(1, { fromStayId: before.stay.id })), 'accept');
  city.clock.advance(2 * HOUR);
  const arrived = await must(city, referral, 'arrive', { body: { at: '2018-03-01T10:30:00+08:00' } });
  t.match(arrived, { status: 'arrived', version: 3, deadlineAt: null, course: { arrivedAt: at(TODAY, 10.5), acceptedBy: 'receiver' } });
  const [line, ...others] = await transfers(city);
  t.same(others, []);
  t.strictSame(line, {
    id: arrived.course.transferId!,
    area: '440100',
    seq: (await city.events(0, 'referral.arrived'))[0]!.seq,
    kind: 'executed',
    reverses: null,
    referralId: referral.id,
    referralNo: referral.referralNo,
    patientId: referral.patientId,
    direction: 'up',
    category: 'outpatient',
    sourceInstitutionId: 'p1',
    sourceLevel: 'primary',
    targetInstitutionId: 't1',
    targetLevel: 'tertiary',
    consortiumId: 'g1',
    ruleVersion: referral.course.ruleVersion,
    fromStayId: before.stay.id,
    submittedAt: START,
    executedAt: at(TODAY, 10.5),
    recordedAt: START + 2 * HOUR,
    because: 'arrival',
  });
});

t.test('what the ledger says was decided at submission, whatever the directory says at the arrival', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  await putMembership(city.store, 'g1', 'p1', { role: 'member', from: SINCE, until: TODAY });
  await accepted(city.store.write(ADMIN, (unit) => putInstitution(unit, { id: 'p1', body: { ...INSTITUTIONS['p1']!, level: 'secondary', levelSince: '2018-03-02' } })));
  city.clock.advance(3 * DAY);
  await take(city, referral, 'arrive');
  t.match(await transfers(city), [{ sourceLevel: 'primary', consortiumId: 'g1', ruleVersion: referral.course.ruleVersion, submittedAt: START, executedAt: START + 3 * DAY }]);
});

t.test('of a referral entered after the fact the ledger says when it really happened: from there a gap is reckoned', async (t) => {
  const city = await City.found(t);
  const happened = START - 9 * DAY;
  await take(city, await send(city, upReferral(1, { occurredAt: formatInstant(happened), retroReason: '系统故障' })), 'arrive');
  t.match(await transfers(city), [{ submittedAt: happened, executedAt: START, recordedAt: START }]);
});

/** what came before · who accepted · status of a revoked arrival */
const BEFORE: readonly (readonly [readonly ReferralAction[], string, string])[] = [
  [[], 'arrival', 'submitted'],
  [['request-info'], 'arrival', 'info-requested'],
  [['accept'], 'receiver', 'accepted'],
];

t.test('an arrival before any answer accepts; a mistaken one is taken back by a second line', async (t) => {
  const city = await City.found(t);
  for (const [i, [actions, acceptedBy, after]] of BEFORE.entries()) {
    const arrived = await take(city, await send(city, upReferral(i)), ...actions, 'arrive');
    t.match(arrived, { status: 'arrived', course: { acceptedBy } }, after);
    city.clock.advance(HOUR);
    const back = await must(city, arrived, 'revoke-arrival', { body: { reasonCode: 'wrong-patient' } });
    t.equal(back.status, after);
    t.strictSame([back.course.arrivedAt, back.course.transferId, back.course.acceptedBy], [null, null, acceptedBy === 'arrival' ? null : acceptedBy], `${after}: as if nobody had come`);
    t.ok(back.deadlineAt! > START, `${after}: its time runs again`);
    const [executed, reversed] = (await transfers(city)).slice(-2);
    const { id: _i, seq: _s, ...first } = executed!;
    const { id, seq, ...second } = reversed!;
    t.strictSame(second, { ...first, kind: 'reversed', reverses: executed!.id, recordedAt: first.recordedAt + HOUR, because: 'revoked' }, `${after}: the reversal is the same line, turned round`);
    t.ok(id !== executed!.id && seq > executed!.seq, `${after}: appended, the first line stays`);
    t.match(await take(city, back, 'arrive'), { status: 'arrived' }, `${after}: the right patient may still come`);
  }
  t.equal((await transfers(city)).length, 9);
});

/** Of the places of a referral, in order: what each has come to. */
async function placesOf(city: City, { id }: Referral): Promise<string> {
  const found: string[] = [];
  for (const reservationId of (await city.referral(id)).course.reservationIds) {
    const reservation = await city.store.read((reads) => reads.reservation(reservationId));
    found.push(...reservation!.places.map((place) => place.state));
  }
  return found.join(' ');
}

/** what was done before the arrival · the places before it, with it and without it · the referral, and who accepted it, before and after */
const UNDONE: readonly (readonly [string, (city: City, referral: Referral) => Promise<unknown>, string, string, string, string])[] = [
  ['a hold that nobody has answered', (city, referral) => city.reserve(referral, [on('t1-ct', TODAY, 14)]), 'held', 'fulfilled', 'released', 'submitted null'],
  ['a held bed', (city, referral) => city.reserve(referral, [on('t1-bed', TODAY, 12, 3)]), 'held held held', 'fulfilled confirmed confirmed', 'released released released', 'submitted null'],
  ['a hold under an acceptance', async (city, referral) => {
    await take(city, referral, 'accept');
    await city.reserve(referral, [on('t1-ct', TODAY, 14)]);
  }, 'held', 'fulfilled', 'released', 'accepted receiver'],
  ['a booking', (city, referral) => city.reserve(referral, [on('t1-ct', TODAY, 14)], { confirm: true }), 'confirmed', 'fulfilled', 'confirmed', 'scheduled standing-rule'],
  ['an examination that is done', async (city, referral) => {
    const { id } = await city.reserve(referral, [on('t1-ct', TODAY, 14), on('t1-bed', TODAY, 12, 2)], { confirm: true });
    await city.must('t1', fulfil, { id, ifMatch: null, items: [1] });
  }, 'fulfilled confirmed confirmed', 'fulfilled fulfilled confirmed', 'fulfilled confirmed confirmed', 'scheduled standing-rule'],
  ['nothing but what is done', async (city, referral) => {
    const { id } = await city.reserve(referral, [on('t1-ct', TODAY, 14)], { confirm: true });
    await city.must('t1', fulfil, { id, ifMatch: null });
  }, 'fulfilled', 'fulfilled', 'fulfilled', 'scheduled standing-rule'],
];

t.test('a revoked arrival leaves places, status, acceptance and filing as they were, and what was only held is free', async (t) => {
  for (const voided of [false, true]) {
    for (const [what, before, planned, there, undone, standing] of UNDONE) {
      const how = `${what}, ${voided ? 'by a stay that is voided' : 'by the desk'}`;
      const city = await City.found(t);
      await fill(city.store, 't1-ct', sessionOn(TODAY, 4, 14));
      await fill(city.store, 't1-bed', ...bedNights(TODAY, 3, 5));
      const referral = await send(city, upReferral(1));
      await before(city, referral);
      const filed = (await city.referral(referral.id)).course.filingId !== null;
      t.equal(await placesOf(city, referral), planned, how);
      city.clock.advance(MINUTE);
      const record = { ...stayOf(person(1), 1, null, under(referral)), admittedAt: formatInstant(city.clock.now()) };
      if (voided) await put(city, 't1', 'ZY1', record);
      else await must(city, referral, 'arrive');
      t.equal(await placesOf(city, referral), there, `${how}: used`);
      if (voided) await put(city, 't1', 'ZY1', { ...record, sourceVersion: 2, voided: true });
      else await must(city, referral, 'revoke-arrival');
      const { status, course } = await city.referral(referral.id);
      t.equal(await placesOf(city, referral), undone, `${how}: undone`);
      t.equal(`${status} ${course.acceptedBy}`, standing, how);
      t.equal(course.filingId !== null, filed, `${how}: filed with the insurer as before`);
      t.same(await city.audit('t1-ct', 't1-bed'), []);
    }
  }
});

t.test('who has lost every place since the arrival is accepted, and scheduled no more', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-ct', sessionOn('2018-03-02', 4, 14));
  const referral = await send(city, upReferral(1, { reserve: { items: [on('t1-ct', '2018-03-02', 14)], confirm: true } }));
  await must(city, referral, 'arrive');
  await city.must('t1', release, { id: referral.course.reservationIds[0]!, ifMatch: null });
  t.match(await must(city, referral, 'revoke-arrival'), { status: 'accepted', course: { acceptedBy: 'standing-rule' } });
});

t.test('an arrival is taken back until the hand-over, not after', async (t) => {
  const city = await City.found(t);
  const received = await take(city, await send(city, upReferral(1)), 'arrive', 'receive');
  t.equal(codeOf(await tryAct(city, received, 'revoke-arrival')), 'invalid_transition');
  t.equal(codeOf(await tryAct(city, received, 'revoke-arrival', { by: 'p1' })), 'wrong_party');
  const arrived = await take(city, await send(city, upReferral(2)), 'arrive');
  t.same(pointersOf(await tryAct(city, arrived, 'revoke-arrival', { body: { reasonCode: 'died' } })), ['/reasonCode']);
});

/** when the patient is said to have come · what is wrong with it. Sent on 1 March at 09:00; it is 3 March, 09:00. */
const TIMES: readonly (readonly [string, string | undefined])[] = [
  ['2018-03-03T09:00:00+08:00', undefined],
  ['2018-03-03T09:00:01+08:00', '/at'],
  ['2018-03-01T09:00:00+08:00', undefined],
  ['2018-02-28T09:00:00+08:00', undefined],
  ['2018-02-28T08:59:59+08:00', '/at'],
];

t.test('an arrival lies between the referral, with a day’s grace, and now', async (t) => {
  const city = await City.found(t);
  const referrals = await Promise.all(TIMES.map((_, i) => send(city, upReferral(i))));
  city.clock.advance(2 * DAY);
  for (const [i, [when, wrong]] of TIMES.entries()) t.same(pointersOf(await tryAct(city, referrals[i]!, 'arrive', { body: { at: when } })), wrong ? [wrong] : [], when);
});

t.test('the arrival uses the places of that day and gives up what was only held', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn('2018-03-05', 4));
  await fill(city.store, 't1-ct', sessionOn('2018-03-05', 4, 14), sessionOn('2018-03-07', 4), sessionOn('2018-03-08', 4));
  const referral = await send(city, upReferral(1, { reserve: { items: [on('t1-expert', '2018-03-05'), on('t1-ct', '2018-03-05', 14), on('t1-ct', '2018-03-07')], confirm: true } }));
  city.clock.set(at('2018-03-05', 8));
  await city.reserve(referral, [on('t1-ct', '2018-03-08')]);
  const before = await everything(city);
  t.same(pointersOf(await tryAct(city, referral, 'arrive', { body: { reservationId: 'x' } })), ['/reservationId']);
  t.strictSame(await everything(city), before);

  const arrived = await must(city, referral, 'arrive');
  const states = async () => {
    const found: string[] = [];
    for (const id of (await city.referral(referral.id)).course.reservationIds) {
      const reservation = await city.store.read((reads) => reads.reservation(id));
      for (const p of reservation!.places) found.push(`${p.poolId} ${p.state}`);
    }
    return found;
  };
  t.same(await states(), ['t1-expert fulfilled', 't1-ct fulfilled', 't1-ct confirmed', 't1-ct released']);
  t.match((await city.events(0, 'referral.arrived'))[0]!.data, { transferId: arrived.course.transferId, fulfilled: [{ places: [{ poolId: 't1-expert' }, { poolId: 't1-ct' }] }], released: [{ places: [{ poolId: 't1-ct' }] }] });

  const back = await must(city, arrived, 'revoke-arrival');
  t.match(back, { status: 'scheduled', deadlineAt: at('2018-03-07', 12) + 7 * DAY }, 'its places are booked again');
  t.same(await states(), ['t1-expert confirmed', 't1-ct confirmed', 't1-ct confirmed', 't1-ct released']);
  t.same(await city.audit('t1-expert', 't1-ct'), []);
});

t.test('a bed whose first night is used is booked for the others', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-bed', ...bedNights(TODAY, 3, 5));
  const referral = await send(city, upReferral(1, { category: 'inpatient', reserve: { items: [on('t1-bed', TODAY, 12, 3)] } }));
  city.clock.advance(HOUR);
  await take(city, referral, 'arrive');
  const reservation = await city.store.read((reads) => reads.reservation(referral.course.reservationIds[0]!));
  t.same(reservation!.places.map((p) => p.state), ['fulfilled', 'confirmed', 'confirmed']);
  t.same(await city.audit('t1-bed'), []);
});

t.test('at the hand-over the responsible person changes (Guangzhou 2018, line 27: 首诊负责制、转诊办理责任制和管理责任制)', async (t) => {
  const city = await City.found(t);
  const responsible = { firstContact: { code: 'P1-01', name: '陈全科' }, handler: { code: 'P1-02', name: '李转诊' }, manager: { code: 'P1-03', name: '王管理' } };
  const arrive = async (n: number) => take(city, await send(city, upReferral(n, { responsible })), 'arrive');
  const operator = { code: 'T1-09', name: '周医生' };
  const actor = { clientId: 'client-t1', roles: ['doctor' as const], institutionId: 't1', area: null, operator };

  const named = await must(city, await arrive(1), 'receive', { by: actor, body: { manager: { code: 'T1-01', name: '黄主任' } } });
  t.match(named, { status: 'in-care', course: { receivedAt: START } });
  t.strictSame(named.course.responsible, { firstContact: responsible.firstContact, handler: responsible.handler, manager: { code: 'T1-01', name: '黄主任' } });
  t.match(await city.events(0, 'referral.received'), [{ data: { manager: 'T1-01', managerBefore: 'P1-03' } }], 'the change of hands is logged');
  t.strictSame((await must(city, await arrive(2), 'receive', { by: actor })).course.responsible.manager, operator, 'else the person who received');
  t.equal((await must(city, await arrive(3), 'receive')).course.responsible.manager, undefined, 'the sender’s manager is responsible no more');
});

t.test('a transfer of each direction and category has its line', async (t) => {
  const city = await City.found(t);
  await take(city, await send(city, upReferral(1, { category: 'inpatient' })), 'arrive');
  await take(city, await send(city, downReferral(2)), 'arrive');
  await take(city, await send(city, upReferral(3, { direction: 'lateral', targetInstitutionId: 'p2', targetDepartment: '02', category: 'exam' })), 'arrive');
  await take(city, await send(city, upReferral(4, { urgency: 'emergency', category: 'emergency' })), 'arrive');
  city.clock.advance(MINUTE);
  t.same((await transfers(city)).map((line) => `${line.direction} ${line.category} ${line.sourceLevel}→${line.targetLevel}`), [
    'up inpatient primary→tertiary', 'down inpatient tertiary→primary', 'lateral exam primary→primary', 'up emergency primary→tertiary',
  ]);
});
