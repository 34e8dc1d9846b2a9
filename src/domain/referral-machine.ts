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
/**
 * An emergency is acknowledged by name until the hand-over, once: who answered first, and when, is what
 * counts (Xinhui 2017, line 27: 绿色通道). That is no transition.
 */
const ACKNOWLEDGEABLE: readonly ReferralStatus[] = ['submitted', 'info-requested', 'accepted', 'scheduled', 'arrived'];

/** Statuses that confirmed places decide: later ones are the patient's whatever becomes of a booking. */
const PLANNED: readonly ReferralStatus[] = ['submitted', 'info-requested', 'accepted', 'scheduled'];

/** Days after its expiry within which a receiver may reinstate a referral. */
export const REINSTATE_DAYS = 30;

/** The legal actions of a status, whoever asks. */
export function legalActions(status: ReferralStatus): readonly ReferralAction[] {
  return TABLE[status];
}

/**
 * Whether papers may still be added: while the referral goes on, and where an emergency is over by then, those that
 * it was allowed to bring afterwards (Xinhui 2017, line 23: 简化相关手续).
 */
export function takesPapers({ status, urgency }: Referral): boolean {
  return TABLE[status].length > 0 || (status === 'completed' && urgency === 'emergency');
}

function mayDo(referral: Referral, action: ReferralAction, parties: readonly Party[]): boolean {
  const by = action === 'close' && AFTER_ARRIVAL.includes(referral.status) ? ['receiver'] : BY[action];
  return parties.some((party) => by.includes(party));
}

function isLegal(referral: Referral, action: ReferralAction, now: Instant): boolean {
  if (action === 'acknowledge') {
    return referral.urgency === 'emergency' && ACKNOWLEDGEABLE.includes(referral.status) && referral.course.acknowledged === null;
  }
  if (action === 'reinstate' && now >= (referral.course.endedAt ?? referral.updatedAt) + REINSTATE_DAYS * DAY) return false;
  return TABLE[referral.status].includes(action);
}

/** What these parties may do with this referral now. */
export function actionsFor(referral: Referral, parties: readonly Party[], now: Instant): ReferralAction[] {
  return [...TABLE[referral.status], 'acknowledge' as const].filter((action) => isLegal(referral, action, now) && mayDo(referral, action, parties));
}

/** `wrong_party` where the action is somebody else's, whatever the status. */
export function refuseParty(referral: Referral, action: ReferralAction, parties: readonly Party[], now: Instant): Refusal | undefined {
  return mayDo(referral, action, parties) ? undefined : refuse('wrong_party', standingOf(referral, parties, now));
}

/** `invalid_transition` where the status does not permit the action. */
export function refuseTransition(referral: Referral, action: ReferralAction, parties: readonly Party[], now: Instant): Refusal | undefined {
  return isLegal(referral, action, now) ? undefined : refuse('invalid_transition', standingOf(referral, parties, now));
}

function standingOf(referral: Referral, parties: readonly Party[], now: Instant): { currentStatus: ReferralStatus; allowedActions: ReferralAction[] } {
  return { currentStatus: referral.status, allowedActions: actionsFor(referral, parties, now) };
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
      // Of what is left when a later place falls away, the last may be long past: nobody has waited for the patient in vain yet.
      return Math.max(booked?.until ?? since, since) + timers.missedAppointmentDays * DAY;
    default:
      return null;
  }
}

/** True where the status has lapsed, whether or not anybody has noticed. */
export function hasLapsed(referral: Referral, now: Instant): boolean {
  return referral.deadlineAt !== null && now >= referral.deadlineAt;
}

/** What a reader sees at `now`: a status that has lapsed is `expired` since its deadline, though nobody has written it down. */
export function seenAt(referral: Referral, now: Instant): Referral {
  if (!hasLapsed(referral, now)) return referral;
  const course = { ...referral.course, statusBefore: referral.status, endedAt: referral.deadlineAt };
  return { ...referral, status: 'expired', deadlineAt: null, course };
}

/** True of an expired referral that was still open at an earlier instant: what has lapsed has lapsed since its deadline. */
export function wasOpenAt({ status, course }: Referral, at: Instant): boolean {
  return status === 'expired' && course.endedAt !== null && at < course.endedAt;
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

/** An expired referral as it was before it lapsed; without its places, which are gone. */
export function reinstated(referral: Referral, now: Instant, timers: Required<Timers>): Referral {
  const status = referral.course.statusBefore === 'scheduled' ? 'accepted' : (referral.course.statusBefore ?? 'submitted');
  return advance(referral, { status, course: { statusBefore: null, endedAt: null } }, now, timers);
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
  if (!PLANNED.includes(referral.status)) return amend(referral, {}, now);
  if (booked) {
    const answered = referral.course.acceptedBy !== null;
    const course = answered ? {} : { acceptedBy: by === 'sender' ? ('standing-rule' as const) : ('receiver' as const), acceptedAt: now };
    return advance(referral, { status: 'scheduled', booked, course }, now, timers);
  }
  if (referral.status === 'scheduled') return advance(referral, { status: 'accepted' }, now, timers);
  return amend(referral, {}, now);
}
