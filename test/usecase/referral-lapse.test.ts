import t from 'tap';
import { DAY, HOUR, type Instant } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { ReferralStatus } from '../../src/contract/vocabulary.js';
import { putConsortium } from '../../src/usecase/network/put-consortium.js';
import { actionsOf, getReferral } from '../../src/usecase/referral/get-referral.js';
import { expireReferrals } from '../../src/usecase/referral/lapse.js';
import { listReferrals } from '../../src/usecase/referral/list-referrals.js';
import { postMessage } from '../../src/usecase/referral/post-message.js';
import { confirm } from '../../src/usecase/reservation/confirm.js';
import { release } from '../../src/usecase/reservation/release.js';
import { City, on } from '../kit/city.js';
import { everything, must, send, take, transfers, tryAct } from '../kit/life.js';
import { ADMIN, at, codeOf, CONSORTIA, fill, sessionOn, upReferral } from '../kit/network.js';
import { START } from '../kit/store.js';

const FAR = '2018-04-20';
const sweep = (city: City, limit = 100) => city.must(ADMIN, expireReferrals, { limit });

/** A referral in each status, its deadline as the contract has it, and what `reinstate` brings back. */
async function waiting(city: City): Promise<readonly (readonly [ReferralStatus, string, Instant, ReferralStatus])[]> {
  await fill(city.store, 't1-ct', sessionOn(FAR, 9));
  const make = async (n: number, ...actions: Parameters<typeof take>[2][]) => (await take(city, await send(city, upReferral(n)), ...actions)).id;
  const booked = await send(city, upReferral(4, { reserve: { items: [on('t1-ct', FAR)], confirm: true } }));
  return [
    ['submitted', await make(1), START + 14 * DAY, 'submitted'],
    ['info-requested', await make(2, 'request-info'), START + 14 * DAY, 'info-requested'],
    ['accepted', await make(3, 'accept'), START + 30 * DAY, 'accepted'],
    ['scheduled', booked.id, at(FAR, 12) + 7 * DAY, 'accepted'],
    ['accepted', (await send(city, upReferral(5, { urgency: 'emergency' }))).id, START + 30 * DAY, 'accepted'],
  ];
}

t.test('unanswered 14 days, unscheduled 30, seven days after the appointment: then it is expired, swept or not', async (t) => {
  const city = await City.found(t);
  for (const [status, id, deadline] of await waiting(city)) {
    const what = `${status}, until ${new Date(deadline).toISOString()}`;
    const seen = async () => {
      const [referral, view] = await Promise.all([city.ask('t1', getReferral, { id }), city.ask('t1', actionsOf, { id })]);
      return [isRefusal(referral) ? referral.code : referral.status, isRefusal(view) ? view.code : view.actions];
    };
    city.clock.set(deadline - 1);
    t.equal((await seen())[0], status, `${what}: a millisecond before`);
    city.clock.set(deadline);
    t.strictSame(await seen(), ['expired', ['reinstate']], `${what}: at the instant`);
    t.equal((await city.referral(id)).status, status, `${what}: nothing was written for it`);
    city.clock.set(START);
  }
});

t.test('what has come to its end or is with the patient does not expire', async (t) => {
  const city = await City.found(t);
  const ids = [
    (await send(city, upReferral(1, { draft: true }))).id,
    (await take(city, await send(city, upReferral(2)), 'arrive')).id,
    (await take(city, await send(city, upReferral(3)), 'arrive', 'receive')).id,
    (await take(city, await send(city, upReferral(4)), 'reject')).id,
  ];
  const before = await Promise.all(ids.map((id) => city.referral(id)));
  city.clock.advance(300 * DAY);
  t.equal(await sweep(city), 0);
  t.strictSame(await Promise.all(ids.map((id) => city.referral(id))), before);
});

t.test('the sweep writes down what has lapsed, oldest first, and frees its places; a second one finds nothing', async (t) => {
  const city = await City.found(t);
  const all = await waiting(city);
  const taken = async () => (await city.session('t1-ct', at(FAR, 8))).taken;
  t.equal(await taken(), 1);
  city.clock.set(at(FAR, 12) + 8 * DAY);
  t.equal(await sweep(city, 2), 2, 'bounded');
  t.equal(await sweep(city), 3);
  t.equal(await sweep(city), 0);
  t.equal(await taken(), 0);
  for (const [status, id, deadline] of all) {
    const { status: now, deadlineAt, course } = await city.referral(id);
    t.strictSame([now, deadlineAt, course.statusBefore, course.endedAt], ['expired', null, status, deadline], `${status}: expired since its deadline`);
  }
  const told = await city.events(0, 'referral.expired');
  t.strictSame(told.map((e) => e.data['before']), ['submitted', 'info-requested', 'accepted', 'accepted', 'scheduled']);
  t.match(told[4]!.data, { released: [{ places: [{ poolId: 't1-ct', state: 'released' }] }] });
});

t.test('whoever acts on what has lapsed is told so; whoever speaks writes the lapse down', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  city.clock.advance(14 * DAY);
  const before = await everything(city);
  for (const action of ['accept', 'arrive', 'close', 'redirect', 'cancel'] as const) t.match(await tryAct(city, referral, action), { code: 'invalid_transition', extra: { currentStatus: 'expired' } }, action);
  t.strictSame(await everything(city), before);
  await city.must('p1', postMessage, { id: referral.id, body: { text: '患者仍在等待' } });
  t.match(await city.referral(referral.id), { status: 'expired', version: 2 });
  t.same((await city.events(0)).slice(-2).map((e) => e.type), ['referral.expired', 'referral.message-posted']);
});

t.test('a receiver takes an expired referral up again within thirty days, in the status it had; places are taken anew', async (t) => {
  const city = await City.found(t);
  for (const [status, id, deadline, back] of await waiting(city)) {
    city.clock.set(deadline + DAY);
    const referral = await city.referral(id);
    t.equal(codeOf(await tryAct(city, referral, 'reinstate', { by: 'p1' })), 'wrong_party', `${status}: not the sender`);
    const taken = await must(city, referral, 'reinstate', { body: { comment: '患者已联系' } });
    t.match(taken, { status: back, course: { endedAt: null, statusBefore: null, acceptedBy: referral.course.acceptedBy } }, status);
    t.equal(taken.deadlineAt, deadline + DAY + (back === 'accepted' ? 30 : 14) * DAY, `${status}: its time begins anew`);
    city.clock.set(START);
  }
  city.clock.set(at(FAR, 8));
  const late = await send(city, upReferral(9));
  city.clock.set(at(FAR, 8) + 44 * DAY - 1);
  t.match(await tryAct(city, late, 'reinstate'), { status: 'submitted' }, 'the last millisecond of thirty days, though nobody had swept');
  const later = await send(city, upReferral(10));
  city.clock.advance(44 * DAY);
  t.equal(codeOf(await tryAct(city, later, 'reinstate')), 'invalid_transition');
  t.match(await city.ask('t1', actionsOf, { id: later.id }), { status: 'expired', actions: { length: 0 } }, 'and no button says otherwise');
});

t.test('what was sent anew meanwhile is not taken up a second time', async (t) => {
  const city = await City.found(t);
  const first = await send(city, upReferral(1));
  city.clock.advance(15 * DAY);
  const second = await send(city, upReferral(1));
  const refused = await tryAct(city, first, 'reinstate');
  t.match(refused, { code: 'duplicate_open_referral', extra: { conflicts: [{ referralId: second.id }] } });
  await take(city, second, 'cancel');
  t.match(await tryAct(city, first, 'reinstate'), { status: 'submitted' }, 'once that is given up it is');
});

t.test('a list says expired as soon as it is', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  const list = async (status?: ReferralStatus) => {
    const page = await city.ask('p1', listReferrals, { before: null, limit: 10, ...(status ? { status } : {}) });
    return isRefusal(page) ? page.code : page.data.map((r) => r.status);
  };
  t.same(await list('submitted'), ['submitted']);
  city.clock.advance(14 * DAY);
  t.same([await list(), await list('submitted')], [['expired'], []]);
  await sweep(city);
  t.same([await list('expired'), (await city.referral(referral.id)).status], [['expired'], 'expired']);
});

t.test('answering, booking and losing the booking each begin their own time', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-ct', sessionOn(FAR, 9));
  const referral = await send(city, upReferral(1));
  city.clock.advance(DAY);
  t.equal((await take(city, referral, 'accept')).deadlineAt, START + 31 * DAY);
  city.clock.advance(DAY);
  const held = await city.reserve(referral, [on('t1-ct', FAR)]);
  t.match(await city.referral(referral.id), { status: 'accepted', deadlineAt: START + 31 * DAY }, 'a hold is no appointment');
  await city.must('p1', confirm, { id: held.id, ifMatch: null });
  t.match(await city.referral(referral.id), { status: 'scheduled', deadlineAt: at(FAR, 12) + 7 * DAY, course: { acceptedBy: 'receiver' } });
  city.clock.advance(DAY);
  await city.must('t1', release, { id: held.id, ifMatch: null });
  t.match(await city.referral(referral.id), { status: 'accepted', deadlineAt: START + 33 * DAY });
});

t.test('timers are those of its consortium', async (t) => {
  const city = await City.found(t);
  await city.must(ADMIN, putConsortium, { id: 'g1', body: { ...CONSORTIA['g1']!, timers: { unansweredDays: 1, unscheduledDays: 2 } } });
  const referral = await send(city, upReferral(1));
  t.equal(referral.deadlineAt, START + DAY);
  t.equal((await take(city, referral, 'accept')).deadlineAt, START + 2 * DAY);
  t.equal((await send(city, upReferral(2, { targetInstitutionId: 't2' }))).deadlineAt, START + 14 * DAY, 'outside of every consortium: the defaults');
});

t.test('a timer never changes a clinical decision: who comes after the lapse is taken up by the receiver, then arrives', async (t) => {
  const city = await City.found(t);
  const referral = await take(city, await send(city, upReferral(1)), 'accept');
  city.clock.advance(31 * DAY);
  await sweep(city);
  const back = await take(city, await city.referral(referral.id), 'reinstate', 'arrive');
  t.match(back, { status: 'arrived', course: { acceptedBy: 'receiver', acceptedAt: START } });
  t.equal((await transfers(city)).length, 1);
  city.clock.advance(HOUR);
});
