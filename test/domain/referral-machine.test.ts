import t from 'tap';
import { DAY, formatInstant, type Instant } from '../../src/kernel/calendar.js';
import { ACTIONS, STATUSES, type ReferralStatus } from '../../src/contract/vocabulary.js';
import { DEFAULT_TIMERS } from '../../src/domain/network.js';
import type { Party } from '../../src/domain/party.js';
import { actionsFor, deadlineOf, hasLapsed, legalActions, refuseParty, refuseTransition, seenAt, settleBooking } from '../../src/domain/referral-machine.js';
import { codeOf } from '../kit/network.js';
import { NOON, referralOf } from '../kit/referral.js';
import { EVERY_ACTION, isTheirs, legalIn } from '../kit/status-table.js';

const SIDES = ['sender', 'receiver', 'coordinator'] as const;
const inStatus = (status: ReferralStatus, urgency: 'routine' | 'emergency' = 'routine') =>
  referralOf({ referral: { status, urgency }, course: status === 'expired' ? { endedAt: NOON } : {} });

t.test('each status permits what the contract’s table says, no more and no less', async (t) => {
  for (const status of STATUSES) t.same([...legalActions(status)].sort(), [...legalIn(status)].sort(), status);
});

t.test('each action in each status is answered to each side as the contract says', async (t) => {
  t.same([...ACTIONS].sort(), [...EVERY_ACTION].sort(), 'the same actions');
  for (const status of STATUSES) {
    for (const side of SIDES) {
      for (const action of ACTIONS) {
        const referral = inStatus(status);
        const code = codeOf(refuseParty(referral, action, [side], NOON) ?? refuseTransition(referral, action, [side], NOON));
        const expected = !isTheirs(action, side, status) ? 'wrong_party' : legalIn(status).includes(action) ? undefined : 'invalid_transition';
        t.equal(code, expected, `${status} · ${side} · ${action}`);
      }
    }
  }
});

t.test('what may be done now is exactly what would not be refused', async (t) => {
  const EVERYBODY: readonly (readonly Party[])[] = [['sender'], ['receiver'], ['coordinator'], ['earlier-receiver'], ['sender', 'coordinator'], ['receiver', 'coordinator']];
  for (const status of STATUSES) {
    for (const urgency of ['routine', 'emergency'] as const) {
      for (const parties of EVERYBODY) {
        const referral = inStatus(status, urgency);
        const open = ACTIONS.filter((action) => !refuseParty(referral, action, parties, NOON) && !refuseTransition(referral, action, parties, NOON));
        t.same([...actionsFor(referral, parties, NOON)].sort(), [...open].sort(), `${status} ${urgency} ${parties.join('+')}`);
      }
    }
  }
});

t.test('an earlier receiver looks on', async (t) => {
  for (const status of STATUSES) t.same(actionsFor(inStatus(status, 'emergency'), ['earlier-receiver'], NOON), [], status);
});

t.test('a lead hospital that sends may redirect as coordinator', async (t) => {
  t.ok(actionsFor(inStatus('submitted'), ['sender', 'coordinator'], NOON).includes('redirect'));
  t.notOk(actionsFor(inStatus('submitted'), ['sender'], NOON).includes('redirect'));
});

t.test('only an emergency is acknowledged, by its receiver, until the hand-over, and once', async (t) => {
  const MAY: readonly ReferralStatus[] = ['submitted', 'info-requested', 'accepted', 'scheduled', 'arrived'];
  for (const status of STATUSES) {
    t.equal(actionsFor(inStatus(status, 'emergency'), ['receiver'], NOON).includes('acknowledge'), MAY.includes(status), `${status} emergency`);
    t.notOk(actionsFor(inStatus(status), ['receiver'], NOON).includes('acknowledge'), `${status} routine`);
    const answered = referralOf({ referral: { status, urgency: 'emergency' }, course: { acknowledged: { name: '值班医生', at: NOON } } });
    t.notOk(actionsFor(answered, ['receiver'], NOON).includes('acknowledge'), `${status} answered`);
  }
});

t.test('an expired referral can be taken up for thirty days', async (t) => {
  const expired = inStatus('expired');
  const last = NOON + 30 * DAY;
  t.same(actionsFor(expired, ['receiver'], last - 1), ['reinstate']);
  t.same(actionsFor(expired, ['receiver'], last), [], 'an instant belongs to what it begins');
  t.equal(codeOf(refuseTransition(expired, 'reinstate', ['receiver'], last)), 'invalid_transition');
});

t.test('a status lapses: unanswered 14 days, unscheduled 30, seven days after the last appointment', async (t) => {
  const appointment = NOON + 10 * DAY;
  const DEADLINES: readonly (readonly [ReferralStatus, Instant | null])[] = [
    ['draft', null], ['submitted', NOON + 14 * DAY], ['info-requested', NOON + 14 * DAY], ['accepted', NOON + 30 * DAY], ['scheduled', appointment + 7 * DAY],
    ['arrived', null], ['in-care', null], ['expired', null], ['completed', null], ['rejected', null], ['cancelled', null], ['redirected', null], ['closed', null],
  ];
  for (const [status, deadline] of DEADLINES) t.equal(deadlineOf(status, NOON, { until: appointment }, DEFAULT_TIMERS), deadline, status);
  t.equal(deadlineOf('scheduled', NOON + 10 * DAY, { until: NOON }, DEFAULT_TIMERS), NOON + 17 * DAY, 'what is left of the bookings lies in the past: seven days from now');
  t.equal(deadlineOf('submitted', NOON, null, { ...DEFAULT_TIMERS, unansweredDays: 3 }), NOON + 3 * DAY, 'a consortium sets its own');
});

t.test('a lapse is seen at its instant, whether or not anybody has written it down', async (t) => {
  const referral = referralOf({ referral: { status: 'accepted', deadlineAt: NOON } });
  t.notOk(hasLapsed(referral, NOON - 1));
  t.equal(seenAt(referral, NOON - 1), referral);
  const seen = seenAt(referral, NOON + 90 * DAY);
  t.equal(seen.status, 'expired');
  t.same([seen.course.statusBefore, formatInstant(seen.course.endedAt!)], ['accepted', formatInstant(NOON)], 'expired since its deadline, not since it was looked at');
  t.equal(seen.version, referral.version, 'looking changes nothing');
});

/** status before · accepted by · booked · by · status after · accepted by after */
const BOOKINGS: readonly (readonly [ReferralStatus, 'receiver' | 'green-channel' | null, boolean, 'sender' | 'receiver', ReferralStatus, string | null])[] = [
  ['submitted', null, true, 'sender', 'scheduled', 'standing-rule'],
  ['submitted', null, true, 'receiver', 'scheduled', 'receiver'],
  ['accepted', 'receiver', true, 'sender', 'scheduled', 'receiver'],
  ['accepted', 'green-channel', true, 'sender', 'scheduled', 'green-channel'],
  ['scheduled', 'receiver', true, 'receiver', 'scheduled', 'receiver'],
  ['scheduled', 'receiver', false, 'receiver', 'accepted', 'receiver'],
  ['accepted', 'receiver', false, 'sender', 'accepted', 'receiver'],
  ['submitted', null, false, 'sender', 'submitted', null],
  ['arrived', 'receiver', true, 'receiver', 'arrived', 'receiver'],
  ['in-care', 'receiver', true, 'receiver', 'in-care', 'receiver'],
  ['in-care', 'receiver', false, 'receiver', 'in-care', 'receiver'],
  ['cancelled', null, true, 'sender', 'cancelled', null],
];

t.test('a confirmed place accepts and schedules, the last one gone leaves it accepted; after the arrival nothing moves', async (t) => {
  for (const [status, acceptedBy, booked, by, after, acceptedAfter] of BOOKINGS) {
    const before = referralOf({ referral: { status }, course: { acceptedBy } });
    const settled = settleBooking(before, booked ? { until: NOON + DAY } : null, by, NOON, DEFAULT_TIMERS);
    const row = `${status}, ${booked ? `booked by ${by}` : 'nothing booked'}`;
    t.same([settled.status, settled.course.acceptedBy, settled.version], [after, acceptedAfter, 2], row);
    if (after === 'scheduled') t.equal(settled.deadlineAt, NOON + 8 * DAY, `${row}: seven days after the appointment`);
  }
});
