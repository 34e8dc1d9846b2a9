import t from 'tap';
import { DAY, HOUR } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import { ACTIONS, type ReferralAction, type ReferralStatus } from '../../src/contract/vocabulary.js';
import type { Referral } from '../../src/domain/referral.js';
import type { Actor } from '../../src/usecase/ports.js';
import { putPool } from '../../src/usecase/capacity/put-pool.js';
import { putSessions } from '../../src/usecase/capacity/put-sessions.js';
import { actionsOf, getReferral } from '../../src/usecase/referral/get-referral.js';
import { expireReferrals } from '../../src/usecase/referral/lapse.js';
import { confirm } from '../../src/usecase/reservation/confirm.js';
import { messagesOf } from '../../src/usecase/referral/post-message.js';
import { City, on } from '../kit/city.js';
import { put, stayOf } from '../kit/ledger.js';
import { everything, must, send, successorOf, take, tryAct } from '../kit/life.js';
import { ADMIN, accepted, actorOf, at, bedNights, codeOf, downReferral, fill, person, pointersOf, POOLS, sessionOn, upReferral } from '../kit/network.js';
import { isTheirs, legalIn, type Side } from '../kit/status-table.js';
import { START } from '../kit/store.js';

const MONDAY = '2018-03-05';

/** From p1 to s1: so that the lead of their group, t1, is neither side. */
const WHO: Readonly<Record<Side, Actor>> = { sender: actorOf('p1'), receiver: actorOf('s1'), coordinator: actorOf('t1', 'coordinator'), stranger: actorOf('p2') };

async function inEveryStatus(city: City): Promise<Map<ReferralStatus, Referral>> {
  await fill(city.store, 's1-ct', sessionOn('2018-03-20', 5));
  const start = (n: number, draft = false) => send(city, upReferral(n, { draft, targetInstitutionId: 's1', ...(n === 4 ? { reserve: { items: [on('s1-ct', '2018-03-20')], confirm: true } } : {}) }));
  const lapsed = await start(7);
  city.clock.advance(14 * DAY);
  await city.must(ADMIN, expireReferrals, { limit: 10 });
  const WAYS: readonly (readonly [ReferralStatus, readonly ReferralAction[]])[] = [
    ['submitted', []], ['info-requested', ['request-info']], ['accepted', ['accept']], ['scheduled', []], ['arrived', ['arrive']],
    ['in-care', ['arrive', 'receive']], ['completed', ['arrive', 'receive', 'complete']], ['rejected', ['reject']], ['cancelled', ['cancel']], ['closed', ['close']],
  ];
  const found = new Map<ReferralStatus, Referral>([['draft', await start(0, true)], ['expired', await city.referral(lapsed.id)]]);
  for (const [i, [status, actions]] of WAYS.entries()) {
    const referral = await take(city, await start(status === 'scheduled' ? 4 : 10 + i), ...actions);
    found.set(status, referral);
  }
  found.set('redirected', await must(city, await start(30), 'redirect', { body: { targetInstitutionId: 't1' } }));
  for (const [status, referral] of found) if (referral.status !== status) throw new Error(`${referral.status} instead of ${status}`);
  return found;
}

t.test('whoever may not, or not now, is told why, and nothing at all changes', async (t) => {
  const city = await City.found(t);
  for (const [status, referral] of await inEveryStatus(city)) {
    const before = await everything(city);
    const refused = (['sender', 'receiver', 'coordinator', 'stranger'] as const).flatMap((side) =>
      ACTIONS.flatMap((action) => {
        const exists = side !== 'stranger' && (status !== 'draft' || side === 'sender');
        const expected = !exists ? 'not_found' : !isTheirs(action, side, status) ? 'wrong_party' : legalIn(status).includes(action) ? undefined : 'invalid_transition';
        return expected ? [{ side, action, expected }] : [];
      }),
    );
    const outcomes = await Promise.all(refused.map(({ side, action }) => tryAct(city, referral, action, { by: WHO[side] })));
    for (const [i, { side, action, expected }] of refused.entries()) {
      const outcome = outcomes[i];
      if (codeOf(outcome) !== expected) t.equal(codeOf(outcome), expected, `${status} · ${side} · ${action}`);
      if (isRefusal(outcome) && expected !== 'not_found') {
        const allowed = await accepted(city.ask(WHO[side], actionsOf, { id: referral.id }));
        t.strictSame([outcome.extra.currentStatus, outcome.extra.allowedActions], [status, allowed.actions], `${status} · ${side} · ${action}: told what stands and what may be done`);
      }
    }
    t.strictSame(await everything(city), before, `${status}: ${refused.length} refusals changed nothing`);
  }
});

t.test('the buttons of a desk are what each side may do now', async (t) => {
  const city = await City.found(t);
  for (const [status, referral] of await inEveryStatus(city)) {
    for (const side of ['sender', 'receiver', 'coordinator'] as const) {
      const view = await city.ask(WHO[side], actionsOf, { id: referral.id });
      if (status === 'draft' && side !== 'sender') {
        t.equal(codeOf(view), 'not_found', `${status} · ${side}`);
        continue;
      }
      const expected = legalIn(status).filter((action) => isTheirs(action, side, status));
      t.match(view, { status, version: referral.version }, `${status} · ${side}`);
      t.same(isRefusal(view) ? [] : [...view.actions].sort(), [...expected].sort(), `${status} · ${side}`);
    }
    t.equal(codeOf(await city.ask(WHO.stranger, actionsOf, { id: referral.id })), 'not_found', `${status}: does not exist for a stranger`);
  }
});

t.test('what is answered first: 404, then the party, then the version, then the status, then the content', async (t) => {
  const city = await City.found(t);
  const referral = await take(city, await send(city, upReferral(1, { targetInstitutionId: 's1' })), 'accept');
  const stale = { ifMatch: 1 };
  const wrong = { body: { reasonCode: 'no-such-code' } };
  t.equal(codeOf(await tryAct(city, referral, 'accept', { by: WHO.stranger, ...stale })), 'not_found');
  t.equal(codeOf(await tryAct(city, referral, 'accept', { by: WHO.sender, ...stale })), 'wrong_party');
  t.equal(codeOf(await tryAct(city, referral, 'reject', { ...stale, ...wrong })), 'version_mismatch');
  t.equal(codeOf(await tryAct(city, referral, 'reject', { ifMatch: 2, ...wrong })), 'invalid_transition');
  t.same(pointersOf(await tryAct(city, referral, 'close', { ifMatch: 2, ...wrong })), ['/reasonCode']);
  t.match(await tryAct(city, referral, 'close', { ifMatch: 2 }), { status: 'closed', version: 3 });
});

t.test('a question goes back to the sender, its answer comes with what was missing', async (t) => {
  const city = await City.found(t);
  const asked = await take(city, await send(city, upReferral(1)), 'request-info');
  t.match(asked, { status: 'info-requested', version: 2, deadlineAt: START + 14 * DAY });
  city.clock.advance(HOUR);
  const answered = await must(city, asked, 'provide-info', { body: { comment: '补充心电图', changes: { presentIllness: '胸闷三周', patient: { ...person(1), phone: '13800138000' }, responsible: { manager: { name: '王管理' } } } } });
  t.match(answered, { status: 'submitted', version: 3, deadlineAt: START + HOUR + 14 * DAY, patientId: asked.patientId, content: { presentIllness: '胸闷三周', impression: '劳力性心绞痛' } });
  t.match(answered.course, { statusBefore: null, responsible: { firstContact: { name: '陈全科' }, manager: { name: '王管理' } } });
  const said = await accepted(city.ask('t1', messagesOf, { id: asked.id, after: null, limit: 100 }));
  t.same(said.data.map((m) => [m.institutionId, m.text]), [['t1', '请补充心电图'], ['p1', '补充心电图']], 'both are read in the conversation');
  t.match(await city.events(0, 'referral.info-provided'), [{ data: { changed: ['patient', 'presentIllness', 'responsible'], released: [] } }], 'the log tells which fields, not what they say');
});

t.test('an answer stays the same referral of the same patient', async (t) => {
  const city = await City.found(t);
  const asked = await take(city, await send(city, upReferral(1)), 'request-info');
  const own = await put(city, 'p1', 'A', stayOf(person(1), 1, null));
  const foreign = await put(city, 'p1', 'B', stayOf(person(2), 1, null));
  const before = await everything(city);
  const ROWS: readonly (readonly [string, object, readonly string[]])[] = [
    ['a stay of another patient as the one before', { fromStayId: foreign.stay.id }, ['/changes/fromStayId']],
    ['a stay that does not exist, and no consent', { fromStayId: 'does-not-exist', consent: { given: false, by: '本人', at: '2018-03-01T08:00:00+08:00' } }, ['/changes/consent/given', '/changes/fromStayId']],
    ['another receiver', { targetInstitutionId: 's1' }, ['/changes/targetInstitutionId']],
    ['more urgent', { urgency: 'urgent', direction: 'down' }, ['/changes/direction', '/changes/urgency']],
    ['another patient', { patient: person(2) }, ['/changes/patient/idNumber']],
    ['a mistyped number', { patient: { ...person(1), idNumber: '510623199001010011' } }, ['/changes/patient/idNumber']],
    ['consent withdrawn', { consent: { given: false, by: '本人', at: '2018-03-01T08:00:00+08:00' } }, ['/changes/consent/given']],
    ['a reason without a text', { reasonCode: 'other' }, ['/changes/reasonText']],
  ];
  for (const [what, changes, wrong] of ROWS) t.same(pointersOf(await tryAct(city, asked, 'provide-info', { body: { changes } })), wrong, what);
  t.strictSame(await everything(city), before);
  t.match(await tryAct(city, asked, 'provide-info', { body: { changes: { fromStayId: own.stay.id } } }), { content: { fromStayId: own.stay.id } }, 'a stay of this patient is taken');
});

t.test('an answer that the patient is of the other sex frees what was held in a ward for one (GB/T 2261.1)', async (t) => {
  const city = await City.found(t);
  await city.must('t1', putPool, { id: 't1-women', body: { ...POOLS['t1-bed']!, sex: '2', allotments: [] } });
  await city.must('t1', putSessions, { poolId: 't1-women', body: { sessions: bedNights(MONDAY, 1, 9) } });
  const patient = { ...person(1), sex: '2' as const };
  for (const [i, [what, changes, kept]] of ([
    ['a man after all', { patient: { ...patient, sex: '1' } }, 0],
    ['sex unknown after all', { patient: { ...patient, sex: '9' } }, 0],
    ['the same patient with a telephone', { patient: { ...patient, phone: '13800138000' } }, 1],
    ['another impression', { impression: '不稳定型心绞痛' }, 1],
  ] as const).entries()) {
    const referral = await send(city, upReferral(1, { patient, reserve: { items: [on('t1-women', MONDAY, 12, 1)], ttlSeconds: 3_600 } }));
    const [id] = referral.course.reservationIds;
    const taken = async () => (await city.session('t1-women', at(MONDAY, 12))).taken;
    await must(city, await take(city, referral, 'request-info'), 'provide-info', { body: { changes } });
    t.equal(await taken(), kept, what);
    const told = (await city.events(0, 'referral.info-provided'))[i]!.data['released'] as readonly object[];
    t.equal(told.length, 1 - kept, `${what}: told`);
    t.equal(codeOf(await city.do('t1', confirm, { id: id!, ifMatch: null, body: {} })), kept ? undefined : 'invalid_transition', `${what}: confirmed`);
    await must(city, await city.referral(referral.id), 'close');
  }
  t.same(await city.audit('t1-women'), []);
});

t.test('a corrected statement loses its old warnings', async (t) => {
  const city = await City.found(t);
  const other = person(1).sex === '1' ? '2' : '1';
  const asked = await take(city, await send(city, upReferral(1, { patient: { ...person(1), sex: other } })), 'request-info');
  t.same(asked.course.warnings.map((w) => w.code), ['sex-differs-from-id']);
  t.same((await must(city, asked, 'provide-info', { body: { changes: { patient: person(1) } } })).course.warnings, []);
});

t.test('acceptance names who handles it from now on, and the change of hands is logged', async (t) => {
  const city = await City.found(t);
  const accept = await must(city, await send(city, upReferral(1)), 'accept', { body: { handler: { code: 'T1-07', name: '梁转诊' }, comment: '请空腹' } });
  t.match(accept, { status: 'accepted', deadlineAt: START + 30 * DAY, course: { acceptedBy: 'receiver', acceptedAt: START, responsible: { firstContact: { code: 'P1-01' }, handler: { code: 'T1-07' } } } });
  t.match(await city.events(0, 'referral.accepted'), [{ data: { handler: 'T1-07', handlerBefore: 'P1-02' } }]);
});

/** direction · action · reason · whether it is one of the set */
const REASONS: readonly (readonly ['up' | 'down', ReferralAction, string, boolean])[] = [
  ['up', 'reject', 'out-of-scope', true], ['up', 'reject', 'bed-full', false], ['up', 'reject', 'form-error', false],
  ['down', 'reject', 'medication-shortage', true], ['down', 'reject', 'out-of-scope', false],
  ['up', 'cancel', 'patient-withdrew', true], ['up', 'cancel', 'died', false],
  ['up', 'close', 'died', true], ['up', 'close', 'form-error', false],
  ['up', 'retriage', 'condition-milder', true], ['up', 'retriage', 'no-capacity', false],
  ['up', 'redirect', 'nearer-to-home', true], ['up', 'redirect', 'died', false],
];

t.test('each ending has its own reasons; a down-referral comes back for reasons of its own', async (t) => {
  const city = await City.found(t);
  for (const [i, [direction, action, reasonCode, known]] of REASONS.entries()) {
    const referral = await send(city, direction === 'up' ? upReferral(i) : downReferral(i));
    const body = { reasonCode, ...(action === 'redirect' ? { targetInstitutionId: 's1' } : {}) };
    t.same(pointersOf(await tryAct(city, referral, action, { body })), known ? [] : ['/reasonCode'], `${direction} · ${action} · ${reasonCode}`);
  }
  const referral = await send(city, upReferral(50));
  t.same(pointersOf(await tryAct(city, referral, 'reject', { body: { reasonCode: 'other' } })), ['/comment']);
  t.match(await must(city, referral, 'reject', { body: { reasonCode: 'other', comment: '请先完善检查' } }), { status: 'rejected', course: { ending: { reasonCode: 'other', comment: '请先完善检查' }, endedAt: START } });
});

t.test('an ending frees in its own unit what it makes useless', async (t) => {
  const city = await City.found(t);
  await fill(city.store, 't1-ct', sessionOn(MONDAY, 9), sessionOn('2018-03-06', 9));
  const taken = async () => (await city.session('t1-ct', at(MONDAY, 8))).taken + (await city.session('t1-ct', at('2018-03-06', 8))).taken;
  for (const [i, action] of (['reject', 'cancel', 'close', 'redirect'] as const).entries()) {
    const referral = await send(city, upReferral(i, { reserve: { items: [on('t1-ct', MONDAY)], ttlSeconds: 3_600 } }));
    if (action !== 'reject') await city.reserve(referral, [on('t1-ct', '2018-03-06')], { confirm: true });
    t.equal(await taken(), action === 'reject' ? 1 : 2, `${action}: before`);
    await must(city, referral, action);
    t.equal(await taken(), 0, `${action}: after`);
  }
  t.match((await city.events(0, 'referral.cancelled'))[0]!.data, { released: [{ places: [{ poolId: 't1-ct', state: 'released' }] }, { places: [{ state: 'released' }] }] }, 'and the log tells which');
});

t.test('the receiver judges the urgency; a green channel without an emergency is counted', async (t) => {
  const city = await City.found(t);
  const routine = await send(city, upReferral(1));
  const worse = await must(city, routine, 'retriage', { body: { urgency: 'urgent', reasonCode: 'condition-worse' } });
  t.match(worse, { status: 'submitted', urgency: 'urgent', version: 2, deadlineAt: routine.deadlineAt });
  t.match(await city.events(0, 'referral.retriaged'), [{ data: { from: 'routine', to: 'urgent', reasonCode: 'condition-worse' } }]);
  const emergency = await send(city, upReferral(2, { urgency: 'emergency' }));
  const misused = await must(city, emergency, 'retriage', { body: { urgency: 'routine', reasonCode: 'green-channel-misuse' } });
  t.match(misused, { status: 'accepted', urgency: 'routine' }, 'what was accepted stays accepted');
  t.ok(misused.course.facts.includes('green-channel-misused'));
  t.notOk(worse.course.facts.includes('green-channel-misused'));
});

t.test('who acknowledges an emergency is known by name; that is no transition', async (t) => {
  const city = await City.found(t);
  const emergency = await send(city, upReferral(1, { urgency: 'emergency' }));
  const known = await must(city, emergency, 'acknowledge', { body: { name: '急诊李医生', phone: '020-81234567' } });
  t.match(known, { status: 'accepted', deadlineAt: emergency.deadlineAt, course: { acknowledged: { name: '急诊李医生', phone: '020-81234567', at: START }, acceptedAt: emergency.course.acceptedAt } });
  t.equal(codeOf(await tryAct(city, emergency, 'acknowledge', { by: 'p1' })), 'wrong_party');
  city.clock.advance(HOUR);
  const before = await everything(city);
  for (const name of ['急诊王医生', '急诊李医生']) t.equal(codeOf(await tryAct(city, known, 'acknowledge', { body: { name } })), 'invalid_transition', `${name}: the first answer stands`);
  t.strictSame(await everything(city), before);
  t.equal(codeOf(await tryAct(city, await send(city, upReferral(2)), 'acknowledge')), 'invalid_transition', 'a routine referral is accepted, not acknowledged');
});

t.test('either side closes what goes nowhere; after the arrival only who has the patient', async (t) => {
  const city = await City.found(t);
  const ROWS: readonly (readonly [readonly ReferralAction[], string, string | undefined])[] = [
    [[], 'p1', undefined], [[], 't1', undefined], [['accept'], 'p1', undefined], [['request-info'], 't1', undefined],
    [['arrive'], 'p1', 'wrong_party'], [['arrive'], 't1', undefined], [['arrive', 'receive'], 'p1', 'wrong_party'], [['arrive', 'receive'], 't1', undefined],
  ];
  for (const [i, [before, by, code]] of ROWS.entries()) {
    const referral = await take(city, await send(city, upReferral(i)), ...before);
    t.equal(codeOf(await tryAct(city, referral, 'close', { by, body: { reasonCode: 'died' } })), code, `${referral.status}, by ${by}`);
  }
});

t.test('handed on, it is a new referral with the old one’s content, line and waiting time', async (t) => {
  const city = await City.found(t);
  const first = await send(city, upReferral(1));
  city.clock.advance(2 * DAY);
  const ended = await must(city, first, 'redirect', { body: { comment: '床位已满' } });
  t.match(ended, { status: 'redirected', version: 2, deadlineAt: null, course: { ending: { reasonCode: 'no-capacity', comment: '床位已满' }, endedAt: START + 2 * DAY } });
  const next = await successorOf(city, ended);
  t.match(next, { status: 'submitted', version: 1, targetInstitutionId: 's1', targetDepartment: '03.04', sourceInstitutionId: 'p1', patientId: first.patientId, consortiumId: 'g1' });
  t.match(next.course, { redirectedFrom: first.id, redirectedTo: null, waitingSince: START, submittedAt: START + 2 * DAY, earlierReceivers: ['t1'], ending: null, endedAt: null, targetLevel: 'secondary' });
  t.strictSame(next.content, first.content);
  t.not(next.referralNo, first.referralNo);
  t.not(next.course.entitlement?.code, first.course.entitlement?.code, 'the entitlement is decided anew');
  t.equal(next.deadlineAt, START + 16 * DAY, 'the new receiver has its own time to answer');
  t.match(await city.events(0, 'referral.redirected'), [{ subject: `referral:${first.id}`, institutionIds: ['p1', 't1'], data: { redirectedTo: next.id, targetInstitutionId: 's1' } }]);
  t.match((await city.events(0, 'referral.submitted'))[1], { subject: `referral:${next.id}`, institutionIds: ['p1', 's1', 't1'], data: { redirectedFrom: first.id } });
});

t.test('an earlier receiver sees where the patient went, until the hand-over', async (t) => {
  const city = await City.found(t);
  const once = await successorOf(city, await must(city, await send(city, upReferral(1, { targetInstitutionId: 'v1' })), 'redirect', { body: { targetInstitutionId: 't1' } }));
  const twice = await successorOf(city, await must(city, once, 'redirect', { body: { targetInstitutionId: 's1' } }));
  t.same(twice.course.earlierReceivers, ['v1', 't1']);
  const seen = async (who: string) => codeOf(await city.ask(who, getReferral, { id: twice.id })) ?? 'seen';
  for (const who of ['v1', 't1']) t.equal(await seen(who), 'seen', `${who} before the hand-over`);
  await take(city, twice, 'accept', 'arrive');
  t.equal(await seen('v1'), 'seen', 'arrived, not yet received');
  await take(city, twice, 'receive');
  t.equal(await seen('v1'), 'not_found', 'the patient is in other hands');
  t.equal(codeOf(await city.ask(actorOf('t1', 'doctor'), getReferral, { id: twice.id })), 'not_found');
  t.equal(codeOf(await city.ask(actorOf('t1', 'coordinator'), getReferral, { id: twice.id })), undefined, 'the lead’s coordinator goes on seeing it');
  await take(city, twice, 'complete');
  const told = (await city.events(0)).filter((e) => e.referralId === twice.id).map((e) => `${e.type.slice(9)}: ${e.institutionIds.join(' ')}`);
  t.same(told, ['submitted: p1 s1 v1 t1', 'accepted: p1 s1 v1 t1', 'arrived: p1 s1 v1 t1', 'received: p1 s1', 'completed: p1 s1'], 'and nobody is told what is not theirs to see');
});

t.test('where it may be handed on to, and what is wrong with where it may not', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  const before = await everything(city);
  const ROWS: readonly (readonly [string, Record<string, unknown>, string | undefined, readonly string[]])[] = [
    ['nobody knows it', { targetInstitutionId: 'nowhere' }, 'invalid_content', ['/targetInstitutionId']],
    ['the present receiver', { targetInstitutionId: 't1' }, 'invalid_content', ['/targetInstitutionId']],
    ['back to the sender', { targetInstitutionId: 'p1' }, 'invalid_content', ['/targetInstitutionId']],
    ['up to somebody who is not higher', { targetInstitutionId: 'p2' }, 'invalid_content', ['/targetInstitutionId']],
    ['a department that it has not', { targetDepartment: '21' }, 'invalid_content', ['/targetDepartment']],
    ['no reason', { reasonCode: 'other' }, 'invalid_content', ['/comment']],
  ];
  for (const [what, body, code, wrong] of ROWS) {
    const outcome = await tryAct(city, referral, 'redirect', { body });
    t.same([codeOf(outcome), pointersOf(outcome)], [code, wrong], what);
  }
  t.strictSame(await everything(city), before);
  t.match(await successorOf(city, await must(city, referral, 'redirect', { body: { targetInstitutionId: 't1', targetDepartment: '04' } })), { targetInstitutionId: 't1', targetDepartment: '04' }, 'another department of the same house');
});

t.test('the department is kept where the new receiver has it', async (t) => {
  const city = await City.found(t);
  t.equal((await successorOf(city, await must(city, await send(city, upReferral(1)), 'redirect', { body: { targetInstitutionId: 't2' } }))).targetDepartment, '03.04');
  t.equal((await successorOf(city, await must(city, await send(city, upReferral(2)), 'redirect', { body: { targetInstitutionId: 's2' } }))).targetDepartment, null);
});

t.test('the coordinator of the lead hands on what lies with somebody else, and what its own house has sent', async (t) => {
  const city = await City.found(t);
  const between = await send(city, upReferral(1, { targetInstitutionId: 's1' }));
  t.match(await tryAct(city, between, 'redirect', { by: actorOf('t1', 'coordinator'), body: { targetInstitutionId: 't1' } }), { status: 'redirected' });
  const sent = await send(city, downReferral(2));
  t.equal(codeOf(await tryAct(city, sent, 'redirect', { by: actorOf('t1', 'clerk'), body: { targetInstitutionId: 'p2' } })), 'wrong_party', 'a sender cancels');
  t.match(await tryAct(city, sent, 'redirect', { by: actorOf('t1', 'coordinator'), body: { targetInstitutionId: 'p2' } }), { status: 'redirected' });
});

t.test('what was judged once is not judged again when it is handed on', async (t) => {
  const city = await City.found(t);
  const retro = await send(city, upReferral(1, { occurredAt: '2018-02-01T10:00:00+08:00', retroReason: '系统停机' }));
  const milder = await must(city, await send(city, { ...upReferral(2), urgency: 'emergency', impression: undefined, reasonCode: undefined, consent: undefined }), 'retriage', { body: { urgency: 'routine', reasonCode: 'condition-milder' } });
  const rejected = await take(city, await send(city, upReferral(3, { targetInstitutionId: 's1' })), 'reject');
  const replacing = await send(city, upReferral(3, { replaces: rejected.id }));
  city.clock.advance(10 * DAY);
  t.match(await successorOf(city, await must(city, retro, 'redirect')), { course: { retro: true } }, 'its deadline for entries after the fact is over');
  t.match(await successorOf(city, await must(city, milder, 'redirect')), { status: 'submitted', course: { consentDueAt: START + DAY } }, 'an emergency that was none: consent is due as before');
  t.match(await successorOf(city, await must(city, replacing, 'redirect', { body: { targetInstitutionId: 't2' } })), { course: { waitingSince: START } }, 'the receiver need not see what it replaces');
});

t.test('an emergency handed on stays accepted through the green channel', async (t) => {
  const city = await City.found(t);
  const next = await successorOf(city, await must(city, await send(city, upReferral(1, { urgency: 'emergency', consent: undefined })), 'redirect'));
  t.match(next, { status: 'accepted', course: { acceptedBy: 'green-channel', acknowledged: null, consentDueAt: START + DAY } });
});

t.test('the version of the caller is the one before the lapse', async (t) => {
  const city = await City.found(t);
  const referral = await send(city, upReferral(1));
  city.clock.advance(20 * DAY);
  t.match(await tryAct(city, referral, 'accept', { ifMatch: 1 }), { code: 'invalid_transition', extra: { currentStatus: 'expired', allowedActions: ['reinstate'] } });
  t.match(await tryAct(city, referral, 'reinstate', { ifMatch: 1 }), { status: 'submitted', version: 3 });
});
