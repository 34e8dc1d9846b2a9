import type { EventRow } from '../book.js';
import { dataOf, type Step } from '../step.js';

const PLANNED = ['submitted', 'info-requested', 'accepted', 'scheduled'];

/** The status table of the contract, as the log tells it: from which statuses a change leads to which. */
const MOVES: Readonly<Record<string, readonly [from: readonly string[], to: readonly string[]]>> = {
  'referral.drafted': [['none'], ['draft']],
  'referral.submitted': [['none', 'draft'], ['submitted', 'accepted', 'scheduled']],
  'referral.info-requested': [['submitted'], ['info-requested']],
  'referral.info-provided': [['info-requested'], ['submitted']],
  'referral.accepted': [['submitted'], ['accepted']],
  'referral.rejected': [['submitted', 'info-requested'], ['rejected']],
  'referral.redirected': [PLANNED, ['redirected']],
  'referral.cancelled': [['draft', ...PLANNED], ['cancelled']],
  'referral.closed': [[...PLANNED, 'arrived', 'in-care'], ['closed']],
  'referral.arrived': [PLANNED, ['arrived']],
  'referral.arrival-revoked': [['arrived'], PLANNED],
  'referral.received': [['arrived'], ['in-care']],
  'referral.completed': [['in-care'], ['completed']],
  'referral.expired': [PLANNED, ['expired']],
  'referral.reinstated': [['expired'], ['submitted', 'info-requested', 'accepted']],
  'reservation.confirmed': [['submitted', 'accepted', 'scheduled'], ['scheduled']],
};

/** Changes after which a scheduled referral may have no booked place left. */
const UNBOOKING = ['reservation.released', 'reservation.no-show'];

/** Statuses move along the table and no other way, each move is told, and what has lapsed only expires. */
export function* statusesFollowTheTable({ before, after, events, now }: Step): Iterable<string> {
  if (after === before) return;
  const running = new Map<string, string>();
  const told = new Set<string>();
  for (const event of events) {
    if (event.referralId === null || event.type.startsWith('stay.')) continue;
    const id = event.referralId;
    const data = dataOf(event);
    const from = running.get(id) ?? before.referrals.get(id)?.status ?? 'none';
    const to = (event.subject.startsWith('reservation:') ? data['referralStatus'] : data['status']) as string;
    if (!isMove(event.type, from, to)) yield `event ${event.seq}, ${event.type}, leads referral ${id} from ${from} to ${to}`;
    if (from !== to && !running.has(id)) yield* lapsed(event, before.referrals.get(id)?.deadlineAt ?? null, now);
    running.set(id, to);
    told.add(id);
  }
  for (const [id, referral] of after.referrals) {
    const was = before.referrals.get(id);
    if (was && was.version > referral.version) yield `referral ${id} went back from version ${was.version} to ${referral.version}`;
    if (was?.version !== referral.version && !told.has(id)) yield `referral ${id} has changed and the log says nothing of it`;
    const status = running.get(id) ?? was?.status;
    if (referral.status !== status) yield `referral ${id} is ${referral.status}, by the log it is ${status}`;
  }
  for (const id of before.referrals.keys()) if (!after.referrals.has(id)) yield `referral ${id} has vanished`;
}

function isMove(type: string, from: string, to: string): boolean {
  const move = MOVES[type];
  if (move) return move[0].includes(from) && move[1].includes(to);
  return from === to || (UNBOOKING.includes(type) && from === 'scheduled' && to === 'accepted');
}

function* lapsed({ type, seq }: EventRow, deadlineAt: number | null, now: number): Iterable<string> {
  const due = deadlineAt !== null && now >= deadlineAt;
  if (due && type !== 'referral.expired') yield `event ${seq}, ${type}, moves a referral that had lapsed`;
  if (!due && type === 'referral.expired') yield `event ${seq}: a referral has expired before its time`;
}
