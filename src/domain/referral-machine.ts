import { DAY, type Instant } from '../kernel/calendar.js';
import { refuse, type Refusal } from '../kernel/problem.js';
import type { Timers } from '../contract/institution.js';
import type { ReferralAction, ReferralStatus } from '../contract/vocabulary.js';
import type { Party } from './party.js';
import type { Referral, ReferralCourse } from './referral.js';

/** The life of a referral: which action is legal in which status, and by whom. */

const TABLE: Record<ReferralStatus, readonly ReferralAction[]> = {
  draft: ['submit', 'cancel'],
  submitted: ['request-info', 'accept', 'reject', 'retriage', 'redirect', 'cancel', 'close', 'arrive'],
  'info-requested': ['provide-info', 'reject', 'redirect', 'cancel', 'close', 'arrive'],
  accepted: ['arrive', 'retriage', 'redirect', 'cancel', 'close'],
  scheduled: ['arrive', 'retriage', 'redirect', 'cancel', 'close'],
  arrived: ['receive', 'revoke-arrival', 'close'],
  'in-care': ['complete', 'close'],
  expired: ['reinstate'],
  completed: [],
  rejected: [],
  cancelled: [],
  redirected: [],
  closed: [],
};

const BY: Record<ReferralAction, readonly Party[]> = {
  submit: ['sender'],
  'provide-info': ['sender'],
  cancel: ['sender'],
  accept: ['receiver'],
  reject: ['receiver'],
  'request-info': ['receiver'],
  retriage: ['receiver'],
  arrive: ['receiver'],
  'revoke-arrival': ['receiver'],
  receive: ['receiver'],
  complete: ['receiver'],
  reinstate: ['receiver'],
  acknowledge: ['receiver'],
  redirect: ['receiver', 'coordinator'],
  close: ['sender', 'receiver'],
};

/** Statuses after which only the receiver may close: the patient is in its hands. */
const AFTER_ARRIVAL: readonly ReferralStatus[] = ['arrived', 'in-care'];
/** An emergency is acknowledged by name until the hand-over; that is no transition. */
const ACKNOWLEDGEABLE: readonly ReferralStatus[] = ['submitted', 'info-requested', 'accepted', 'scheduled', 'arrived'];

/** Days after its expiry within which a receiver may reinstate a referral. */
export const REINSTATE_DAYS = 30;

/** The legal actions of a status, whoever asks. */
export function legalActions(status: ReferralStatus): readonly ReferralAction[] {
  return TABLE[status];
}

function mayDo(referral: Referral, action: ReferralAction, party: Party): boolean {
  if (action === 'close' && AFTER_ARRIVAL.includes(referral.status)) return party === 'receiver';
  return BY[action].includes(party);
}

/** What this party may do with this referral now. */
export function actionsFor(referral: Referral, party: Party): ReferralAction[] {
  const actions = TABLE[referral.status].filter((action) => mayDo(referral, action, party));
  if (party === 'receiver' && referral.urgency === 'emergency' && ACKNOWLEDGEABLE.includes(referral.status)) actions.push('acknowledge');
  return actions;
}

/** The refusal of an action by this party in this status; undefined where it is legal. */
export function refuseAction(referral: Referral, action: ReferralAction, party: Party): Refusal | undefined {
  const facts = { currentStatus: referral.status, allowedActions: actionsFor(referral, party) };
  if (!mayDo(referral, action, party)) return refuse('wrong_party', facts);
  const legal = action === 'acknowledge' ? referral.urgency === 'emergency' && ACKNOWLEDGEABLE.includes(referral.status) : TABLE[referral.status].includes(action);
  return legal ? undefined : refuse('invalid_transition', facts);
}

/**
 * When a status lapses (practice, not policy; the consortium's timers): unanswered, neither scheduled
 * nor arrived, or an appointment that has passed. A lapse never changes a clinical decision.
 */
export function deadlineOf(status: ReferralStatus, since: Instant, booked: { readonly until: Instant } | null, timers: Required<Timers>): Instant | null {
  switch (status) {
    case 'submitted':
    case 'info-requested':
      return since + timers.unansweredDays * DAY;
    case 'accepted':
      return since + timers.unscheduledDays * DAY;
    case 'scheduled':
      return (booked?.until ?? since) + timers.missedAppointmentDays * DAY;
    default:
      return null;
  }
}

/** True where the status has lapsed, whether or not anybody has noticed. */
export function hasLapsed(referral: Referral, now: Instant): boolean {
  return referral.deadlineAt !== null && now >= referral.deadlineAt;
}

export interface Step {
  readonly status: ReferralStatus;
  readonly booked?: { readonly until: Instant } | null;
  readonly course?: Partial<ReferralCourse>;
}

/** The referral one version later, in its new status, with the deadline of that status. */
export function advance(referral: Referral, step: Step, now: Instant, timers: Required<Timers>): Referral {
  return {
    ...referral,
    status: step.status,
    version: referral.version + 1,
    updatedAt: now,
    deadlineAt: deadlineOf(step.status, now, step.booked ?? null, timers),
    course: { ...referral.course, ...step.course },
  };
}

/** The referral one version later with its status and deadline as they were. */
export function amend(referral: Referral, change: Partial<Referral>, now: Instant): Referral {
  return { ...referral, ...change, version: referral.version + 1, updatedAt: now };
}

/**
 * What its confirmed places make of a referral. A confirmation schedules it, and where it was not yet
 * answered accepts it: by the receiver itself, or by the standing rule of a `direct` pool when the
 * sender books. When the last confirmed place is gone it is accepted, no longer scheduled.
 */
export function settleBooking(
  referral: Referral,
  booked: { readonly until: Instant } | null,
  by: 'sender' | 'receiver',
  now: Instant,
  timers: Required<Timers>,
): Referral {
  if (booked) {
    const answered = referral.course.acceptedBy !== null;
    const course = answered ? {} : { acceptedBy: by === 'sender' ? ('standing-rule' as const) : ('receiver' as const), acceptedAt: now };
    return advance(referral, { status: 'scheduled', booked, course }, now, timers);
  }
  if (referral.status === 'scheduled') return advance(referral, { status: 'accepted' }, now, timers);
  return amend(referral, {}, now);
}
