import t from 'tap';
import { DAY, MINUTE } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { ReferralInput } from '../../src/contract/referral.js';
import { putConsortium } from '../../src/usecase/network/put-consortium.js';
import { getReferral } from '../../src/usecase/referral/get-referral.js';
import { listReferrals } from '../../src/usecase/referral/list-referrals.js';
import { patchReferral, type Patch } from '../../src/usecase/referral/patch-referral.js';
import { City, on } from '../kit/city.js';
import { everything, must, send, take, tryAct, trySend } from '../kit/life.js';
import { actorOf, ADMIN, at, bedNights, codeOf, CONSORTIA, downReferral, fill, person, pointersOf, putMembership, SINCE, sessionOn, upReferral } from '../kit/network.js';
import { START } from '../kit/store.js';

const MONDAY = '2018-03-05';

/** The ids that somebody's list shows, newest first. */
async function listOf(city: City, who: string): Promise<string[]> {
  const page = await city.ask(who, listReferrals, { before: null, limit: 100 });
  return isRefusal(page) ? [page.code] : page.data.map((referral) => referral.id);
}

t.test('a new referral has a number, a status and a version, and tells the log what it was decided on', async (t) => {
  const city = await City.found(t);
  const since = await city.lastSeq();
  const referral = await send(city, upReferral(1));
  t.match(referral, { status: 'submitted', version: 1, direction: 'up', urgency: 'routine', consortiumId: 'g1', area: '440100' });
  t.match(referral.referralNo, /^R180301[0-9A-HJKMNP-TV-Z]{10}$/);
  t.match(referral.course, { sourceLevel: 'primary', targetLevel: 'tertiary', outside: false, retro: false, submittedAt: START, waitingSince: START, acceptedBy: null });
  t.equal(referral.deadlineAt, START + 14 * DAY);
  t.same(referral.course.responsible, { firstContact: { code: 'P1-01', name: '陈全科' }, handler: { code: 'P1-02', name: '李转诊' } }, '首诊、转诊办理 (Guangzhou 2018, line 27)');
  t.strictSame(await city.referral(referral.id), referral, 'what is answered is what is kept');
  t.equal(await city.lastSeq(), since + 1, 'one command, one event');
  t.match(await city.events(since), [{ type: 'referral.submitted', referralId: referral.id, institutionIds: ['p1', 't1'], data: { referralNo: referral.referralNo, version: 1, consortiumId: 'g1', entitled: true } }]);
});

type Change = Partial<ReferralInput>;

/** situation · from · to · more · outcome: facts of supervision, or pointers of what is wrong */
const LEVELS: readonly (readonly [string, 'up' | 'down' | 'lateral', string, string, Change, readonly string[] | { readonly wrong: readonly string[] }])[] = [
  ['primary to secondary', 'up', 'p1', 's1', {}, []],
  ['primary to tertiary skips a level', 'up', 'p1', 't1', {}, ['skipped-level']],
  ['secondary to tertiary', 'up', 's1', 't1', {}, []],
  ['tertiary to provincial', 'up', 't1', 'v1', {}, []],
  ['secondary to provincial skips a level', 'up', 's1', 'v1', {}, ['skipped-level']],
  ['up must be higher: the same level', 'up', 'p1', 'p2', { targetDepartment: '02' }, { wrong: ['/direction'] }],
  ['up must be higher: lower', 'up', 's1', 'p1', { targetDepartment: '02' }, { wrong: ['/direction'] }],
  ['tertiary to primary', 'down', 't1', 'p1', {}, []],
  ['tertiary to secondary', 'down', 't1', 's1', { targetDepartment: '03' }, []],
  ['down to rehabilitation of the same level (Xinhui 2017, line 16: 康复医院)', 'down', 's1', 'r1', { targetDepartment: '21' }, []],
  ['down to a nursing home (Xinhui 2017, line 16: 护理院)', 'down', 'p1', 'n1', { targetDepartment: '24' }, []],
  ['down must be lower', 'down', 'p1', 'p2', {}, { wrong: ['/direction'] }],
  ['down must not be higher', 'down', 'p1', 't1', { targetDepartment: '03' }, { wrong: ['/direction'] }],
  ['sideways among primaries', 'lateral', 'p1', 'p2', { targetDepartment: '02' }, []],
  ['sideways is the same level', 'lateral', 'p1', 't1', {}, { wrong: ['/direction'] }],
  ['to oneself', 'lateral', 'p1', 'p1', { targetDepartment: '02' }, { wrong: ['/targetInstitutionId'] }],
  ['an institution that nobody knows', 'up', 'p1', 'nowhere', {}, { wrong: ['/targetInstitutionId'] }],
  ['a department that the receiver has not', 'up', 'p1', 't1', { targetDepartment: '21' }, { wrong: ['/targetDepartment'] }],
  ['a department with the A of some licences', 'up', 'p1', 't1', { targetDepartment: 'A03.04' }, ['skipped-level']],
  ['a consortium that both share', 'up', 's1', 't1', { consortiumId: 'a1' }, []],
  ['a consortium that only one is in', 'up', 'p1', 't1', { consortiumId: 'a1' }, { wrong: ['/consortiumId'] }],
  ['a consortium that nobody knows', 'up', 'p1', 't1', { consortiumId: 'g9' }, { wrong: ['/consortiumId'] }],
];

t.test('where a referral may go: levels, kinds, departments', async (t) => {
  const city = await City.found(t);
  for (const [i, [situation, direction, from, to, more, expected]] of LEVELS.entries()) {
    const fresh = direction === 'down' ? downReferral(i) : upReferral(i);
    const outcome = await trySend(city, { ...fresh, direction, sourceInstitutionId: from, targetInstitutionId: to, ...(direction === 'lateral' ? { reasonCode: 'specialist-needed' } : {}), ...more });
    if ('wrong' in expected) t.same([codeOf(outcome), pointersOf(outcome)], ['invalid_content', expected.wrong], `${direction} · ${situation}`);
    else t.strictSame(isRefusal(outcome) ? outcome : outcome.course.facts, expected, `${direction} · ${situation}`);
  }
});

t.test('everything that is wrong is said at once, and nothing is kept', async (t) => {
  const city = await City.found(t);
  const before = await everything(city);
  const { impression: _i, reasonCode: _r, consent: _c, ...bare } = upReferral(1);
  t.same(pointersOf(await trySend(city, { ...bare, targetInstitutionId: 'p2', targetDepartment: '03', retroReason: '停电' })), ['/impression', '/reasonCode', '/consent', '/occurredAt', '/targetDepartment', '/direction']);
  t.same(pointersOf(await trySend(city, upReferral(1, { patient: { ...person(1), idNumber: '510623199001010011', phone: '110' } }))), ['/patient/phone', '/patient/idNumber']);
  t.strictSame(await everything(city), before);
});

t.test('the sender is who is asked for', async (t) => {
  const city = await City.found(t);
  t.equal(codeOf(await trySend(city, upReferral(1), 't1')), 'wrong_party', 'nobody refers in the name of another');
  t.equal(codeOf(await trySend(city, upReferral(1), ADMIN)), 'wrong_party', 'the administrator sees no patient');
});

t.test('under which consortium it goes: the one named, else the tightest, then by id', async (t) => {
  const city = await City.found(t);
  /** s1 and t1 share g1 (tight) and a1 (loose). */
  t.match(await send(city, upReferral(1, { sourceInstitutionId: 's1' })), { consortiumId: 'g1', course: { ruleVersion: /^g1@/ } });
  t.match(await send(city, upReferral(2, { sourceInstitutionId: 's1', consortiumId: 'a1' })), { consortiumId: 'a1', course: { ruleVersion: /^a1@/ } });
  t.match(await send(city, upReferral(3, { sourceInstitutionId: 't1', targetInstitutionId: 'v1' })), { consortiumId: 'a1' });
  for (const id of ['g2', 'g0']) {
    if (id === 'g0') await city.must(ADMIN, putConsortium, { id, body: { ...CONSORTIA['g1']!, name: '零号集团' } });
    for (const member of ['s1', 't1']) await putMembership(city.store, id, member, { role: 'member', from: SINCE });
    t.match(await send(city, upReferral(id === 'g2' ? 4 : 5, { sourceInstitutionId: 's1' })), { consortiumId: id === 'g2' ? 'g1' : 'g0' }, `both in ${id} too: of several tight ones the first by id`);
  }
});

t.test('without a target it is routed, or goes where its places are', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 's1-ct', sessionOn(MONDAY, 2));
  const { targetInstitutionId: _target, ...open } = upReferral(1);
  t.match(await send(city, open), { status: 'submitted', targetInstitutionId: /^[st]1$/ }, 'one of the sender’s own group');
  const placed = await send(city, { ...open, patient: person(2), category: 'exam', targetDepartment: '32.02', reserve: { items: [on('s1-ct', MONDAY)] } });
  t.match(placed, { targetInstitutionId: 's1', course: { reservationIds: [/./] } }, 'whoever chose the places chose the receiver');
  const draft = await send(city, { ...open, patient: person(4), category: 'exam', targetDepartment: '32.02', draft: true, reserve: { items: [on('s1-ct', MONDAY)], ttlSeconds: 3_600 } });
  t.equal(draft.targetInstitutionId, null);
  t.match(await must(city, draft, 'submit'), { targetInstitutionId: 's1', status: 'submitted' }, 'the places of a draft too');
  const nowhere = await trySend(city, { ...open, patient: person(3), targetDepartment: '24' });
  t.match([codeOf(nowhere), nowhere], ['no_candidate', { extra: { alternatives: [{ institutionId: /./, excludedFor: /./ }] } }], 'and if nobody can, why nobody can');
});

t.test('places are taken with the referral, both or neither', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-expert', sessionOn(MONDAY, 1));
  await fill(city.store, 't1-arranged', ...bedNights(MONDAY, 1, 1));
  const booked = await send(city, upReferral(1, { reserve: { items: [on('t1-expert', MONDAY)], confirm: true } }));
  t.match(booked, { status: 'scheduled', version: 1, deadlineAt: at(MONDAY, 12) + 7 * DAY, course: { acceptedBy: 'standing-rule' } }, 'a direct pool books by the hospital’s standing rule');
  const before = await everything(city);
  t.equal(codeOf(await trySend(city, upReferral(2, { reserve: { items: [on('t1-expert', MONDAY)] } }))), 'session_full');
  t.equal(codeOf(await trySend(city, upReferral(2, { reserve: { items: [on('t1-arranged', MONDAY, 12)], confirm: true } }))), 'wrong_party', 'an arranged pool is confirmed by its hospital');
  t.same(pointersOf(await trySend(city, upReferral(2, { reserve: { items: [on('s1-clinic', MONDAY)] } }))), ['/reserve/items/0/poolId']);
  t.strictSame(await everything(city), before, 'no referral without its place');
});

t.test('a draft may lack everything but its patient, and is its sender’s alone', async (t) => {
  const city = await City.found(t);
  const draft = await send(city, { draft: true, direction: 'up', category: 'outpatient', sourceInstitutionId: 'p1', targetInstitutionId: 't1', patient: person(1) });
  t.match(draft, { status: 'draft', version: 1, deadlineAt: null, course: { submittedAt: null, entitlement: null } });
  t.same((await city.events(0, 'referral.drafted')).map((e) => e.institutionIds), [['p1']]);
  const everybody = ['t1', 'p2', 's1'];
  for (const who of everybody) {
    t.equal(codeOf(await city.ask(who, getReferral, { id: draft.id })), 'not_found', who);
    t.same(await listOf(city, who), [], `${who}’s list`);
    t.equal(codeOf(await tryAct(city, draft, 'submit', { by: who })), 'not_found', `${who} cannot send it`);
  }
  t.same(await listOf(city, 'p1'), [draft.id]);
  t.same(pointersOf(await tryAct(city, draft, 'submit')), ['/impression', '/reasonCode', '/consent'], 'sent, it must be complete');

  await take(city, draft, 'cancel');
  for (const who of everybody) t.equal(codeOf(await city.ask(who, getReferral, { id: draft.id })), 'not_found', `withdrawn, it never existed for ${who}`);
  t.same((await city.events(0, 'referral.cancelled')).map((e) => e.institutionIds), [['p1']]);
});

t.test('a draft is completed field by field, and decided on the day it is sent', async (t) => {
  const city = await City.found(t);
  const { impression, reasonCode, consent, ...bare } = upReferral(1);
  const draft = await send(city, { ...bare, draft: true });
  const patch = (body: Patch, by = 'p1', ifMatch: number | null = null) => city.do(by, patchReferral, { id: draft.id, ifMatch, body });
  t.match(await patch({ impression, reasonCode }, 'p1', 1), { version: 2, content: { impression, reasonCode } });
  t.equal(codeOf(await patch({ consent }, 'p1', 1)), 'version_mismatch');
  t.equal(codeOf(await patch({ consent }, 't1')), 'not_found');
  t.match(await patch({ consent, patient: { ...person(1), phone: '13800138000' }, responsible: { manager: { name: '王管理' } } }), { version: 3, patientId: draft.patientId, course: { responsible: { handler: { name: '李转诊' }, manager: { name: '王管理' } } } });
  t.same(pointersOf(await patch({ patient: { ...person(1), idNumber: '1' } })), ['/patient/idNumber']);
  city.clock.advance(3 * DAY);
  const sent = await take(city, draft, 'submit');
  t.match(sent, { status: 'submitted', version: 4, course: { submittedAt: START + 3 * DAY, waitingSince: START + 3 * DAY } });
  t.equal(codeOf(await patch({ impression: '另一印象' })), 'invalid_transition', 'sent, it is changed on request only');
  t.equal(codeOf(await patch({ impression: '另一印象' }, 't1')), 'wrong_party', 'and never by the receiver');
});

t.test('what a draft holds dies with it, and with what it was drawn for', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-ct', sessionOn(MONDAY, 1));
  const taken = async () => (await city.session('t1-ct', at(MONDAY, 8))).taken;
  const input = upReferral(1, { draft: true, reserve: { items: [on('t1-ct', MONDAY)], ttlSeconds: 3_600 } });
  t.same(pointersOf(await trySend(city, { ...input, reserve: { ...input.reserve!, confirm: true } })), ['/reserve/confirm'], 'a draft books nothing');

  const first = await send(city, input);
  t.equal(await taken(), 1);
  await take(city, first, 'cancel');
  t.equal(await taken(), 0, 'cancelled');

  for (const [what, change] of Object.entries({ 'another receiver': { targetInstitutionId: 's1' }, 'another urgency': { urgency: 'urgent' }, 'another sex': { patient: { ...person(1), sex: '9' } } } satisfies Record<string, Patch>)) {
    const draft = await send(city, input);
    await city.must('p1', patchReferral, { id: draft.id, ifMatch: null, body: change });
    t.equal(await taken(), 0, what);
  }
  const kept = await send(city, input);
  await city.must('p1', patchReferral, { id: kept.id, ifMatch: null, body: { impression: '不稳定型心绞痛' } });
  t.equal(await taken(), 1, 'another impression frees nothing');
  t.match(await must(city, kept, 'submit'), { status: 'submitted', course: { reservationIds: [/./] } });
  t.equal(await taken(), 1, 'sent, it keeps its hold');
});

t.test('who the patient is is known by the number, across senders and ways of writing it', async (t) => {
  const city = await City.found(t);
  const a = await send(city, upReferral(1));
  const b = await send(city, downReferral(1, { patient: { ...person(1), name: '另名', idNumber: ` ${person(1).idNumber!.toLowerCase()} ` } }));
  t.equal(b.patientId, a.patientId);
  t.not((await send(city, upReferral(2))).patientId, a.patientId);
  const { idType: _t, idNumber: _n, ...infant } = person(3);
  const mother = { name: '李淑芬', relation: '母亲', idType: '01' as const, idNumber: person(4).idNumber! };
  const first = await send(city, upReferral(0, { patient: { ...infant, guardian: mother } }));
  const again = await send(city, downReferral(0, { patient: { ...infant, guardian: mother } }));
  t.equal(again.patientId, first.patientId, 'an infant by its guardian, name and birth date');
  t.not((await send(city, downReferral(0, { patient: { ...infant, name: '另婴', guardian: mother } }))).patientId, first.patientId, 'its twin is somebody else');
});

t.test('somebody unknown stays one person while the draft is written, and is nobody else’s', async (t) => {
  const city = await City.found(t);
  const unknown = { name: '无名氏', sex: '1' as const, birthDate: '1960-01-01' };
  const draft = await send(city, upReferral(1, { draft: true, urgency: 'emergency', patient: unknown }));
  const patched = await city.must('p1', patchReferral, { id: draft.id, ifMatch: null, body: { patient: { ...unknown, sex: '2' } } });
  t.equal(patched.patientId, draft.patientId);
  t.not((await send(city, upReferral(2, { urgency: 'emergency', patient: unknown }))).patientId, draft.patientId);
});

t.test('a draft is sent only with what a new referral must say of the patient: nobody unknown but in an emergency', async (t) => {
  const city = await City.found(t);
  const unknown = { name: '无名氏', sex: '1' as const, birthDate: '1960-01-01' };
  const ROWS: readonly (readonly [string, Patch, readonly string[]])[] = [
    ['no emergency any more', { urgency: 'routine' }, ['/patient/idNumber']],
    ['urgent, no emergency any more', { urgency: 'urgent' }, ['/patient/idNumber']],
    ['still an emergency', { urgency: 'emergency' }, []],
    ['no emergency, but with a number', { urgency: 'routine', patient: person(1) }, []],
    ['a child with a guardian', { urgency: 'routine', patient: { ...unknown, guardian: { name: '李淑芬', relation: '母亲' } } }, []],
  ];
  for (const [what, patch, wrong] of ROWS) {
    const draft = await send(city, upReferral(1, { draft: true, urgency: 'emergency', patient: unknown }));
    await city.must('p1', patchReferral, { id: draft.id, ifMatch: null, body: patch });
    const sent = await tryAct(city, draft, 'submit');
    t.same(pointersOf(sent), wrong, what);
    if (wrong.length > 0) t.same(pointersOf(await trySend(city, upReferral(1, { ...patch, patient: unknown }))), wrong, `${what}: as a new one`);
    else await must(city, await city.referral(draft.id), 'close');
  }
});

t.test('a warning is told and kept, and bars nothing', async (t) => {
  const city = await City.found(t);
  const codes = (body: ReferralInput) => send(city, body).then((referral) => referral.course.warnings.map((w) => w.code));
  t.same(await codes(upReferral(1, { patient: { ...person(1), sex: person(1).sex === '1' ? '2' : '1' } })), ['sex-differs-from-id']);
  const { carePlan } = downReferral(2);
  const medications = [{ name: '替格瑞洛', dose: '90 mg', usage: '每日两次', days: 30 }];
  t.same(await codes(downReferral(2, { carePlan: { ...carePlan!, medications } })), ['medication-not-stocked'], 'Xinhui 2017, line 32');
});

t.test('what it returns or replaces is the same patient’s, and visible to the sender', async (t) => {
  const city = await City.found(t);
  const up = await take(city, await send(city, upReferral(1)), 'accept', 'arrive', 'receive', 'complete');
  const open = await send(city, upReferral(2));
  const gone = await take(city, await send(city, upReferral(3)), 'reject');
  const ROWS: readonly (readonly [string, ReferralInput, readonly string[]])[] = [
    ['returns the up-referral', downReferral(1, { returnOf: up.id }), []],
    ['returns somebody else’s', downReferral(2, { returnOf: up.id }), ['/returnOf']],
    ['returns what nobody knows', downReferral(1, { returnOf: 'x' }), ['/returnOf']],
    ['an up-referral returns nothing', upReferral(1, { returnOf: up.id, targetInstitutionId: 's1' }), ['/returnOf']],
    ['replaces a rejected one', upReferral(3, { replaces: gone.id, targetInstitutionId: 's1' }), []],
    ['replaces an open one', upReferral(2, { replaces: open.id, urgency: 'urgent' }), ['/replaces']],
    ['replaces somebody else’s', upReferral(4, { replaces: gone.id }), ['/replaces']],
    ['replaces one that the sender cannot see', upReferral(3, { replaces: gone.id, sourceInstitutionId: 'p2', urgency: 'urgent' }), ['/replaces']],
  ];
  for (const [what, body, wrong] of ROWS) {
    const outcome = await trySend(city, body);
    t.same([codeOf(outcome), pointersOf(outcome)], wrong.length > 0 ? ['invalid_content', wrong] : [undefined, []], what);
  }
});

t.test('waiting is reckoned from the first submission, through a replacement', async (t) => {
  const city = await City.found(t);
  const first = await take(city, await send(city, upReferral(1)), 'reject');
  city.clock.advance(5 * DAY);
  t.equal((await send(city, upReferral(1, { replaces: first.id }))).course.waitingSince, START);
  const draft = await send(city, upReferral(1, { draft: true, targetInstitutionId: 's1', urgency: 'urgent' }));
  await city.must('p1', patchReferral, { id: draft.id, ifMatch: null, body: { replaces: first.id } });
  city.clock.advance(MINUTE);
  t.equal((await take(city, draft, 'submit')).course.waitingSince, START, 'named later, while still a draft');
});

t.test('an actor without an institution finds no referral', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  t.equal(codeOf(await city.ask(ADMIN, getReferral, { id: referral.id })), 'not_found');
  t.equal(codeOf(await city.ask(ADMIN, listReferrals, { before: null, limit: 10 })), 'forbidden');
  t.equal(codeOf(await city.ask(actorOf('t1'), getReferral, { id: referral.id })), undefined);
});
