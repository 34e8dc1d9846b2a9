import t from 'tap';
import { partiesOf, partyOf, wasSent, type Party } from '../../src/domain/party.js';
import type { Referral } from '../../src/domain/referral.js';
import { actorOf, ADMIN, downReferral, REGULATOR, SINCE } from '../kit/network.js';
import { networkOf, NOON, referralOf } from '../kit/referral.js';

const TODAY = '2018-03-05';
const network = networkOf();
const { members } = network.consortium('g1')!;
/** Two leads: t1 by name, s1 by its role since March. */
const coLed = networkOf({
  g1: { members: members.map((m) => (m.institutionId === 's1' ? { ...m, periods: [{ role: 'member', from: SINCE, until: '2018-02-28' }, { role: 'lead', from: '2018-03-01', until: null }] } : m)) },
});

const draft = referralOf({ referral: { status: 'draft' }, course: { submittedAt: null } });
const withdrawn = referralOf({ referral: { status: 'cancelled' }, course: { submittedAt: null } });
const sent = referralOf();
const handedOn = referralOf({ referral: { targetInstitutionId: 's1' }, course: { earlierReceivers: ['t1', 't2'] } });
const received = referralOf({ referral: { targetInstitutionId: 's1', status: 'in-care' }, course: { earlierReceivers: ['t2'], receivedAt: NOON } });
const outside = referralOf({ referral: { consortiumId: null, targetInstitutionId: 't2' }, course: { outside: true } });
const down = referralOf({}, downReferral(1));

/** what · who · roles · what the actor is to it, the nearest first */
const ROWS: readonly (readonly [string, Referral, string, 'clerk' | 'coordinator', readonly Party[]])[] = [
  ['a draft', draft, 'p1', 'clerk', ['sender']],
  ['a draft', draft, 't1', 'clerk', []],
  ['a draft', draft, 't1', 'coordinator', []],
  ['a draft that was withdrawn', withdrawn, 'p1', 'clerk', ['sender']],
  ['a draft that was withdrawn', withdrawn, 't1', 'coordinator', []],
  ['sent', sent, 'p1', 'clerk', ['sender']],
  ['sent', sent, 't1', 'clerk', ['receiver']],
  ['sent to the lead', sent, 't1', 'coordinator', ['receiver', 'coordinator']],
  ['sent', sent, 'p2', 'clerk', []],
  ['sent', sent, 'p2', 'coordinator', []],
  ['sent', sent, 's1', 'coordinator', []],
  ['sent under another lead', sent, 't2', 'coordinator', []],
  ['sent by the lead', down, 't1', 'coordinator', ['sender', 'coordinator']],
  ['sent by the lead', down, 't1', 'clerk', ['sender']],
  ['handed on, not yet received', handedOn, 's1', 'clerk', ['receiver']],
  ['handed on, not yet received', handedOn, 't2', 'clerk', ['earlier-receiver']],
  ['handed on by the lead', handedOn, 't1', 'clerk', ['earlier-receiver']],
  ['handed on by the lead', handedOn, 't1', 'coordinator', ['coordinator', 'earlier-receiver']],
  ['received', received, 's1', 'clerk', ['receiver']],
  ['received: the hand-over is over', received, 't2', 'clerk', []],
  ['received', received, 'p1', 'clerk', ['sender']],
  ['outside of every consortium', outside, 't2', 'coordinator', ['receiver']],
  ['outside of every consortium', outside, 't1', 'coordinator', []],
];

t.test('for whom a referral exists, and as what', async (t) => {
  for (const [what, referral, who, role, parties] of ROWS) {
    t.same(partiesOf(referral, actorOf(who, role), network, TODAY), parties, `${what} · ${who} as ${role}`);
    t.equal(partyOf(referral, actorOf(who, role), network, TODAY), parties[0], `${what} · ${who} as ${role}: the nearest`);
  }
});

t.test('a lead is one by name or by its role on the date', async (t) => {
  t.equal(partyOf(sent, actorOf('s1', 'coordinator'), coLed, '2018-02-28'), undefined);
  t.equal(partyOf(sent, actorOf('s1', 'coordinator'), coLed, '2018-03-01'), 'coordinator');
  t.equal(partyOf(sent, actorOf('s1', 'clerk', 'doctor', 'his'), coLed, '2018-03-01'), undefined, 'its clerks are not');
  const left = networkOf({ g1: { leadInstitutionId: 's1', members: members.map((m) => (m.institutionId === 's1' ? { ...m, periods: [{ role: 'member', from: SINCE, until: '2018-02-28' }] } : m)) } });
  t.equal(partyOf(sent, actorOf('s1', 'coordinator'), left, '2018-02-28'), 'coordinator', 'by name');
  t.equal(partyOf(sent, actorOf('s1', 'coordinator'), left, '2018-03-01'), undefined, 'by name, but it has left');
});

t.test('administrator, regulator and insurer see no referral', async (t) => {
  for (const who of [ADMIN, REGULATOR, { ...REGULATOR, roles: ['insurer' as const] }]) t.same(partiesOf(sent, who, network, TODAY), [], who.roles.join());
});

t.test('what was never sent was never anybody else’s', async (t) => {
  t.same([draft, withdrawn, sent, received].map(wasSent), [false, false, true, true]);
});
