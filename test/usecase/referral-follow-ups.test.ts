import t from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { FollowUpInput, ReferralInput } from '../../src/contract/referral.js';
import type { ReferralAction } from '../../src/contract/vocabulary.js';
import type { Referral } from '../../src/domain/referral.js';
import { putConsortium } from '../../src/usecase/network/put-consortium.js';
import { followUps, recordFollowUp, type FollowUpQuestion } from '../../src/usecase/referral/follow-ups.js';
import { messagesOf } from '../../src/usecase/referral/post-message.js';
import { City } from '../kit/city.js';
import { everything, must, send, take, tryAct } from '../kit/life.js';
import { accepted, ADMIN, actorOf, codeOf, CONSORTIA, downReferral, pointersOf, upReferral } from '../kit/network.js';

/** 随访: 「定期随诊指导」(Xinhui 2017, line 23), 「做好继续跟踪指导工作」(Foshan 2017, line 51). It is 1 March 2018. */

const record = (city: City, referral: Referral, more: Partial<FollowUpInput> = {}, by = 'p1') =>
  city.do(by, recordFollowUp, { body: { referralId: referral.id, state: 'done', content: '血压平稳', ...more } });
const tasks = async (city: City, who: string, question: Partial<FollowUpQuestion> = {}) => {
  const page = await city.ask(who, followUps, { after: null, limit: 100, ...question });
  return isRefusal(page) ? page.code : page.data.map((f) => `${f.dueOn} ${f.state} ${f.content}`);
};
const inCare = async (city: City, n: number, more: Partial<ReferralInput> = {}) => take(city, await send(city, downReferral(n, more)), 'arrive', 'receive');
const { carePlan } = downReferral(0);

t.test('the plan becomes the receiver’s tasks at the hand-over; without one, a first follow-up within seven days', async (t) => {
  const city = await City.found(t);
  const planned = [{ dueOn: '2018-03-10', content: '复查血脂' }, { dueOn: '2018-06-01', content: '复查心电图' }];
  const withPlan = await inCare(city, 1, { carePlan: { ...carePlan!, followUps: planned } });
  t.same(await tasks(city, 'p1', { referralId: withPlan.id }), ['2018-03-10 due 复查血脂', '2018-06-01 due 复查心电图']);
  const without = await inCare(city, 2);
  t.same(await tasks(city, 'p1', { referralId: without.id }), ['2018-03-08 due 下转后首次随访']);
  t.same((await city.events(0, 'referral.received')).map((e) => e.data['followUps']), [2, 1]);
  await city.must(ADMIN, putConsortium, { id: 'g1', body: { ...CONSORTIA['g1']!, timers: { followUpDays: 3 } } });
  t.same(await tasks(city, 'p1', { referralId: (await inCare(city, 3)).id }), ['2018-03-04 due 下转后首次随访'], 'a consortium sets its own');
  const up = await take(city, await send(city, upReferral(4)), 'arrive', 'receive');
  t.same(await tasks(city, 't1', { referralId: up.id }), [], 'on the way up nothing is planned');
});

t.test('a down-referral closes its loop only with a follow-up on record', async (t) => {
  const city = await City.found(t);
  const ROWS: readonly (readonly [string, Partial<FollowUpInput> | null, string | undefined])[] = [
    ['none', null, 'follow_up_missing'],
    ['another one planned', { state: 'due', dueOn: '2018-03-20' }, 'follow_up_missing'],
    ['one made', {}, undefined],
    ['one tried in vain', { state: 'unreachable', content: '三次电话未接' }, undefined],
  ];
  for (const [i, [what, followUp, code]] of ROWS.entries()) {
    const referral = await inCare(city, i);
    if (followUp) await accepted(record(city, referral, followUp));
    const before = await everything(city);
    const outcome = await tryAct(city, referral, 'complete');
    t.equal(codeOf(outcome), code, what);
    if (code) t.strictSame(await everything(city), before, `${what}: nothing changed`);
    else t.match(outcome, { status: 'completed', course: { feedback: { outcome: 'improved' } } }, what);
  }
  const up = await take(city, await send(city, upReferral(10)), 'arrive', 'receive', 'complete');
  t.equal(up.status, 'completed', 'an up-referral needs none');
});

t.test('a follow-up carries out the planned one, or stands beside the plan', async (t) => {
  const city = await City.found(t);
  const referral = await inCare(city, 1);
  const page = await accepted(city.ask('p1', followUps, { referralId: referral.id, after: null, limit: 10 }));
  const [planned] = page.data;
  city.clock.advance(5 * DAY);
  const done = await accepted(record(city, referral, { followUpId: planned!.id, content: '恢复良好', guidance: '请继续双抗', at: '2018-03-06T08:00:00+08:00' }));
  t.match(done, { id: planned!.id, state: 'done', dueOn: '2018-03-08', content: '下转后首次随访', result: '恢复良好', doneAt: Date.parse('2018-03-06T08:00:00+08:00'), doneBy: 'client-p1' });
  const said = await accepted(city.ask('t1', messagesOf, { id: referral.id, after: null, limit: 100 }));
  t.same(said.data.map((m) => m.text), ['请继续双抗'], '随诊指导 is read by the sender');
  t.match(await accepted(record(city, referral, { content: '上门测血压' })), { state: 'done', dueOn: '2018-03-06', result: '上门测血压' }, 'one beyond the plan');
  t.equal(codeOf(await record(city, referral, { followUpId: planned!.id })), 'invalid_transition', 'each is made once');
  t.same((await city.events(0, 'referral.followed-up')).map((e) => Object.keys(e.data).sort().join()), Array(2).fill('doneAt,dueOn,followUpId,referralNo,state,status,version'), 'what was found is not in the log');
});

t.test('a planned follow-up may be put off', async (t) => {
  const city = await City.found(t);
  const referral = await inCare(city, 1);
  const page = await accepted(city.ask('p1', followUps, { referralId: referral.id, after: null, limit: 10 }));
  await accepted(record(city, referral, { followUpId: page.data[0]!.id, state: 'due', dueOn: '2018-03-20', content: '患者外出，改期' }));
  t.same(await tasks(city, 'p1', { referralId: referral.id }), ['2018-03-20 due 患者外出，改期']);
});

t.test('who may record, when, and what is wrong with it', async (t) => {
  const city = await City.found(t);
  const referral = await inCare(city, 1);
  const arrived = await take(city, await send(city, downReferral(2)), 'arrive');
  const never = await take(city, await send(city, downReferral(3)), 'close');
  const before = await everything(city);
  const ROWS: readonly (readonly [string, Referral, Partial<FollowUpInput>, string, string, readonly string[]])[] = [
    ['the sender', referral, {}, 't1', 'wrong_party', []],
    ['a stranger', referral, {}, 'p2', 'not_found', []],
    ['before the hand-over the patient is the sender’s', arrived, {}, 'p1', 'invalid_transition', []],
    ['closed without anybody having come', never, {}, 'p1', 'invalid_transition', []],
    ['in the future', referral, { at: '2018-03-01T09:00:01+08:00' }, 'p1', 'invalid_content', ['/at']],
    ['planned without a date', referral, { state: 'due' }, 'p1', 'invalid_content', ['/dueOn']],
    ['a plan that is not this referral’s', referral, { followUpId: 'x' }, 'p1', 'invalid_content', ['/followUpId']],
  ];
  for (const [what, which, more, by, code, wrong] of ROWS) {
    const outcome = await record(city, which, more, by);
    t.same([codeOf(outcome), pointersOf(outcome)], [code, wrong], what);
  }
  t.strictSame(await everything(city), before);
});

t.test('what is continued comes after the arrival: an older visit closes no loop (Foshan 2017, line 51)', async (t) => {
  const city = await City.found(t);
  const arrivedAt = '2018-03-03T10:00:00+08:00';
  const sent = await send(city, downReferral(1));
  city.clock.set(Date.parse('2018-03-05T09:00:00+08:00'));
  const referral = await take(city, await must(city, sent, 'arrive', { body: { at: arrivedAt } }), 'receive');
  city.clock.set(Date.parse('2018-03-10T09:00:00+08:00'));
  const [planned] = (await accepted(city.ask('p1', followUps, { referralId: referral.id, after: null, limit: 10 }))).data;
  const ROWS: readonly (readonly [string, Partial<FollowUpInput>, readonly string[]])[] = [
    ['a visit of years ago', { at: '2001-01-01T00:00:00Z' }, ['/at']],
    ['the planned one, made years ago', { at: '2001-01-01T00:00:00Z', followUpId: planned!.id }, ['/at']],
    ['tried in vain before the patient came', { state: 'unreachable', at: '2018-03-03T09:59:59+08:00' }, ['/at']],
    ['planned for the day before the patient came', { state: 'due', dueOn: '2018-03-02' }, ['/dueOn']],
    ['put off to the day before the patient came', { state: 'due', dueOn: '2018-03-02', followUpId: planned!.id }, ['/dueOn']],
    ['planned for the day of the arrival, typed late: overdue, and shown as such', { state: 'due', dueOn: '2018-03-03' }, []],
    ['planned for today', { state: 'due', dueOn: '2018-03-10' }, []],
    ['made between the arrival and the hand-over, typed late', { at: arrivedAt }, []],
  ];
  for (const [what, more, wrong] of ROWS) {
    if (wrong.length > 0) {
      const before = await everything(city);
      t.same(pointersOf(await record(city, referral, more)), wrong, what);
      t.strictSame(await everything(city), before, `${what}: nothing changed`);
      t.equal(codeOf(await tryAct(city, referral, 'complete')), 'follow_up_missing', `${what}: the loop stays open`);
    } else {
      t.equal(codeOf(await record(city, referral, more)), undefined, what);
    }
  }
  t.equal(codeOf(await tryAct(city, referral, 'complete')), undefined);
});

t.test('follow-ups go on after the loop is closed', async (t) => {
  const city = await City.found(t);
  const ENDS: readonly ReferralAction[] = ['complete', 'close'];
  for (const [i, end] of ENDS.entries()) {
    const referral = await inCare(city, i);
    await accepted(record(city, referral));
    await must(city, referral, end);
    t.equal(codeOf(await record(city, referral, { content: '三月随访' })), undefined, end);
  }
});

t.test('the tasks are the receiver’s; of one referral its sender sees them too', async (t) => {
  const city = await City.found(t);
  const first = await inCare(city, 1);
  await inCare(city, 2, { targetInstitutionId: 'p2', carePlan: { ...carePlan!, followUps: [{ dueOn: '2018-03-20', content: '复查' }] } });
  t.same(await tasks(city, 'p1'), ['2018-03-08 due 下转后首次随访']);
  t.same(await tasks(city, 'p1', { state: 'done' }), []);
  t.same(await tasks(city, 'p1', { dueBefore: '2018-03-08' }), []);
  t.same(await tasks(city, 'p1', { dueBefore: '2018-03-09' }), ['2018-03-08 due 下转后首次随访']);
  t.same(await tasks(city, 'p2', { state: 'due' }), ['2018-03-20 due 复查']);
  t.same(await tasks(city, 't1'), [], 'the sender has none of its own');
  t.same(await tasks(city, 't1', { referralId: first.id }), ['2018-03-08 due 下转后首次随访']);
  t.equal(await tasks(city, 'p2', { referralId: first.id }), 'not_found');
  t.equal(codeOf(await city.ask(ADMIN, followUps, { after: null, limit: 1 })), 'forbidden');
  t.equal(codeOf(await city.ask(actorOf('p1'), followUps, { referralId: 'x', after: null, limit: 1 })), 'not_found');
});
