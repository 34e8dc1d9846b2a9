import { createHash } from 'node:crypto';
import t from 'tap';
import { DAY, HOUR, MINUTE } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { Referral } from '../../src/domain/referral.js';
import type { Actor } from '../../src/usecase/ports.js';
import { addDocument, documentContent, documentsOf, removeDocument } from '../../src/usecase/referral/documents.js';
import { formOf } from '../../src/usecase/referral/form-of.js';
import { historyOf } from '../../src/usecase/referral/get-referral.js';
import { messagesOf, postMessage } from '../../src/usecase/referral/post-message.js';
import { City, on } from '../kit/city.js';
import { everything, must, send, successorOf, take, tryAct } from '../kit/life.js';
import { accepted, actorOf, codeOf, downReferral, fill, person, pointersOf, sessionOn, upReferral } from '../kit/network.js';
import { START } from '../kit/store.js';

/** 病案交接: documents, messages, the printed form, the history of a referral. */

function paper(referral: Referral, text: string) {
  const bytes = Buffer.from(text);
  const body = { kind: 'record-summary' as const, title: '病历摘要', mediaType: 'text/plain' as const, author: '陈全科' };
  return { id: referral.id, body, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const add = (city: City, referral: Referral, who: string | Actor, text = '病历') => city.do(who, addDocument, paper(referral, text));
const remove = (city: City, referral: Referral, who: string, documentId: string) => city.do(who, removeDocument, { id: referral.id, documentId });
const titles = async (city: City, referral: Referral, who: string) => {
  const page = await city.ask(who, documentsOf, { id: referral.id, after: null, limit: 100 });
  return isRefusal(page) ? page.code : page.data.map((d) => `${d.institutionId} ${d.state}`);
};

t.test('a document is appended by either side, read by both, kept as it was sent', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  const first = await accepted(add(city, referral, 'p1', '病历摘要一'));
  t.match(first, { kind: 'record-summary', institutionId: 'p1', state: 'delivered', at: START, bytes: 15 });
  await accepted(add(city, referral, 't1', '检查单'));
  t.same(await titles(city, referral, 't1'), ['p1 delivered', 't1 delivered']);
  const read = await accepted(city.ask('t1', documentContent, { id: referral.id, documentId: first.id }));
  t.equal(Buffer.from(read.content).toString(), '病历摘要一');
  t.equal(read.sha256, createHash('sha256').update(read.content).digest('hex'));
  t.match((await city.events(0, 'referral.document-added'))[0]!.data, { documentId: first.id, sha256: first.sha256 });
  t.equal((await city.referral(referral.id)).version, 1, 'the referral itself is not another version');
});

t.test('who may not append, and when no more', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1, { targetInstitutionId: 's1' }));
  const draft = await send(city, upReferral(2, { draft: true }));
  const gone = await take(city, await send(city, upReferral(3)), 'reject');
  const before = await everything(city);
  t.equal(codeOf(await add(city, referral, 'p2')), 'not_found', 'a stranger');
  t.equal(codeOf(await add(city, referral, actorOf('t1', 'coordinator'))), 'wrong_party', 'the coordinator');
  t.equal(codeOf(await add(city, draft, 't1')), 'not_found', 'the receiver of a draft');
  t.equal(codeOf(await add(city, gone, 'p1')), 'invalid_transition', 'ended');
  t.equal(codeOf(await city.ask('p2', documentsOf, { id: referral.id, after: null, limit: 100 })), 'not_found');
  t.equal(codeOf(await city.ask('t1', documentContent, { id: referral.id, documentId: 'x' })), 'not_found');
  t.strictSame(await everything(city), before);
  t.equal(codeOf(await add(city, draft, 'p1')), undefined, 'the sender may prepare a draft');
  const cared = await take(city, await send(city, upReferral(4, { urgency: 'emergency' })), 'arrive', 'receive', 'complete');
  t.equal(codeOf(await add(city, cared, 'p1')), undefined, 'the papers of an emergency may come after its end');
});

t.test('only who appended a document removes it, and only until it is signed for', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  const [one, two, theirs] = [await accepted(add(city, referral, 'p1', '一')), await accepted(add(city, referral, 'p1', '二')), await accepted(add(city, referral, 't1', '三'))];
  const before = await everything(city);
  t.equal(codeOf(await remove(city, referral, 't1', one.id)), 'wrong_party');
  t.equal(codeOf(await remove(city, referral, 'p1', theirs.id)), 'wrong_party');
  t.equal(codeOf(await remove(city, referral, 'p1', 'x')), 'not_found');
  t.equal(codeOf(await remove(city, referral, 'p2', one.id)), 'not_found');
  t.strictSame(await everything(city), before);

  t.equal(codeOf(await remove(city, referral, 'p1', one.id)), undefined);
  t.same(await titles(city, referral, 'p1'), ['p1 delivered', 't1 delivered']);
  t.equal(codeOf(await remove(city, referral, 'p1', one.id)), 'not_found', 'gone is gone');
  t.match((await city.events(0, 'referral.document-removed'))[0]!.data, { documentId: one.id, sha256: one.sha256 }, 'its hash stays in the log');

  const arrived = await take(city, referral, 'arrive');
  t.same(pointersOf(await tryAct(city, arrived, 'receive', { body: { documentsAcknowledged: [two.id, 'x'] } })), ['/documentsAcknowledged/1']);
  await must(city, arrived, 'receive', { body: { documentsAcknowledged: [two.id] } });
  t.same(await titles(city, referral, 'p1'), ['p1 acknowledged', 't1 delivered'], '已签收');
  t.equal(codeOf(await remove(city, referral, 'p1', two.id)), 'invalid_transition');
  t.equal(codeOf(await remove(city, referral, 't1', theirs.id)), undefined, 'what nobody signed for may still go');
});

t.test('the papers follow a patient who is handed on', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  await accepted(add(city, referral, 'p1', '病历'));
  const next = await successorOf(city, await must(city, referral, 'redirect'));
  t.same(await titles(city, next, 's1'), ['p1 delivered']);
  t.equal(await titles(city, referral, 's1'), 'not_found', 'the first referral is not the new receiver’s');
  const page = await accepted(city.ask('s1', documentsOf, { id: next.id, after: null, limit: 100 }));
  const read = await accepted(city.ask('s1', documentContent, { id: next.id, documentId: page.data[0]!.id }));
  t.equal(Buffer.from(read.content).toString(), '病历');
});

t.test('everyone who sees a referral may speak, after its end as well', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1, { targetInstitutionId: 's1' }));
  const say = (who: string | Actor, text: string) => city.do(who, postMessage, { id: referral.id, body: { text } });
  await accepted(say('p1', '患者有青霉素过敏'));
  city.clock.advance(MINUTE);
  await accepted(say({ ...actorOf('s1'), operator: { code: 'S1-01', name: '何医生' } }, '收到'));
  await accepted(say(actorOf('t1', 'coordinator'), '请尽快安排'));
  t.equal(codeOf(await say('p2', '？')), 'not_found');
  await take(city, referral, 'arrive', 'receive', 'complete');
  await accepted(say('s1', '出院后请随访'));
  const page = await accepted(city.ask('p1', messagesOf, { id: referral.id, after: null, limit: 100 }));
  t.same(page.data.map((m) => [m.institutionId, m.author, m.text]), [
    ['p1', 'client-p1', '患者有青霉素过敏'], ['s1', '何医生', '收到'], ['t1', 'client-t1', '请尽快安排'], ['s1', 'client-s1', '出院后请随访'],
  ]);
  t.ok((await city.events(0, 'referral.message-posted')).every((e) => Object.keys(e.data).sort().join() === 'messageId,referralNo,status,version'), 'the log knows that somebody spoke, not what');
});

t.test('the form prints what is filled in so far, for the two sides only', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 's1-ct', sessionOn('2018-03-05', 2));
  const referral = await send(city, upReferral(1, { targetInstitutionId: 's1', reserve: { items: [on('s1-ct', '2018-03-05')], confirm: true } }));
  const { name, phone } = person(1);
  for (const who of ['p1', 's1']) {
    t.match(await city.ask(who, formOf, { id: referral.id }), { form: '转出单', referralNo: referral.referralNo, stub: { 患者姓名: name, 联系电话: phone, 转入单位: 's1 医院' }, arrangement: { 预约1: '2018-03-05 08:00 CT检查' }, notice: null }, who);
  }
  t.equal(codeOf(await city.ask(actorOf('t1', 'coordinator'), formOf, { id: referral.id })), 'wrong_party');
  t.equal(codeOf(await city.ask('p2', formOf, { id: referral.id })), 'not_found');
  await take(city, referral, 'close');
  t.match(await city.ask('p1', formOf, { id: referral.id }), { arrangement: {}, notice: '本归档版不作为患者继续就诊凭证' });
  t.match(await city.ask('t1', formOf, { id: (await send(city, downReferral(2))).id }), { form: '回转单' });
  const lapsed = await send(city, upReferral(3));
  city.clock.advance(15 * DAY);
  t.match(await city.ask('p1', formOf, { id: lapsed.id }), { notice: '本归档版不作为患者继续就诊凭证' }, 'lapsed, whether or not anybody has noticed');
});

t.test('every change is in the history, in order, page by page, with who did it', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  city.clock.advance(HOUR);
  await must(city, referral, 'accept', { by: { ...actorOf('t1'), operator: { code: 'T1-02', name: '梁转诊' } } });
  await take(city, referral, 'arrive', 'receive', 'complete');
  await send(city, upReferral(2));
  const first = await accepted(city.ask('p1', historyOf, { id: referral.id, after: 0, limit: 3 }));
  t.same(first.data.map((e) => e.type), ['referral.submitted', 'referral.accepted', 'referral.arrived']);
  t.same(first.data[1]!.actor, { clientId: 'client-t1', institutionId: 't1', operator: { code: 'T1-02', name: '梁转诊' } });
  const second = await accepted(city.ask('p1', historyOf, { id: referral.id, after: Number(first.next), limit: 3 }));
  t.same([second.data.map((e) => e.type), second.next], [['referral.received', 'referral.completed'], null]);
  t.equal(codeOf(await city.ask('p2', historyOf, { id: referral.id, after: 0, limit: 3 })), 'not_found');
});
