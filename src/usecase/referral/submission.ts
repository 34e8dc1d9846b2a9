import { DAY, HOUR, localDateOf, type Instant, type LocalDate } from '../../kernel/calendar.js';
import { field, invalid, isRefusal, refuse, type FieldError, type Refusal } from '../../kernel/problem.js';
import { must } from '../../kernel/assert.js';
import type { ReserveRequest } from '../../contract/reservation.js';
import { checkContent, warningsWith } from '../../domain/content.js';
import { decideEntitlement, entitlementCodeOf, priced } from '../../domain/entitlement.js';
import { checkPatient } from '../../domain/identity.js';
import {
  directionFits, hasDepartment, levelOn, levelStep, refusesOutsiders, ruleVersionOf, sharedConsortia, timersOf,
  type Consortium, type Institution,
} from '../../domain/network.js';
import { wasSent } from '../../domain/party.js';
import { advance, settleBooking } from '../../domain/referral-machine.js';
import type { Referral } from '../../domain/referral.js';
import { bookingIn, seenAt, type Reservation } from '../../domain/reservation.js';
import type { Unit } from '../ports.js';
import { reservationsOf } from '../reservation/booking.js';
import { reserveFor } from '../reservation/places.js';
import { bestTarget } from '../routing/recommend.js';
import { refuseDuplicate } from './duplicates.js';
import { checkLineage, waitingSinceOf } from './lineage.js';
import { openPersons } from './persons.js';
import { timersFor } from './referral-event.js';
import { registrationFeeIn } from './registration-fee.js';

/**
 * Sending a referral: everything that is decided on the date of submission, and frozen. Emergencies are
 * never refused for consortium, level, department, catalogue or duplicate (Xinhui 2017, line 23: 简化相关手续).
 */
export interface Submission {
  readonly referral: Referral;
  readonly reservation: { readonly id: string; readonly confirmed: boolean } | null;
}

export async function submit(unit: Unit, draft: Referral, reserve: ReserveRequest | undefined): Promise<Submission | Refusal> {
  const source = must(unit.network.institution(draft.sourceInstitutionId), 'the sender is known');
  const held = await reservationsOf(unit, draft);
  const addressed = await address(unit, draft, held, reserve);
  if (isRefusal(addressed)) return addressed;
  const date = dateOf(unit, addressed);
  const target = must(unit.network.institution(addressed.targetInstitutionId as string), 'the target is known');

  const consortium = chooseConsortium(unit, addressed, date);
  if (isRefusal(consortium)) return consortium;
  const errors = [
    ...(isHandedOn(draft) ? [] : await checkStatement(unit, addressed, timersOf(consortium).retroDays)),
    ...checkTarget(addressed, source, target, consortium, date),
  ];
  if (errors.length > 0) return invalid(...errors);
  const duplicate = isHandedOn(draft) ? { older: draft.course.linkedOlder } : await refuseDuplicate(unit, addressed);
  if (isRefusal(duplicate)) return duplicate;

  const waitingSince = draft.course.waitingSince ?? (await waitingSinceOf(unit, draft.content.replaces)) ?? unit.now;
  const sent = decide(unit, addressed, { source, target, consortium, date, waitingSince, linkedOlder: duplicate.older });
  const made = reserve ? await book(unit, sent, held, reserve) : { referral: sent, reservations: held, reservation: null };
  if (isRefusal(made)) return made;
  const entitlement = priced(made.referral.course.entitlement, registrationFeeIn(unit, made.referral, made.reservations));
  const referral = { ...made.referral, version: draft.version + 1, course: { ...made.referral.course, entitlement } };
  return { referral, reservation: made.reservation };
}

/** True for the successor of a redirected referral: what it states was judged when it was first sent. */
function isHandedOn(referral: Referral): boolean {
  return wasSent(referral);
}

/**
 * The local date that levels, membership and entitlement are judged by. What is handed on was under way before: where
 * a member has left since, it ends with what it began with, 按转诊之日.
 */
function dateOf(unit: Unit, referral: Referral): LocalDate {
  const today = localDateOf(unit.now);
  if (!isHandedOn(referral)) return localDateOf(occurredAt(referral) ?? unit.now);
  const shares = (date: LocalDate) => sharedConsortia(unit.network, referral.sourceInstitutionId, referral.targetInstitutionId as string, date).length > 0;
  const began = localDateOf(referral.course.waitingSince ?? unit.now);
  return !shares(today) && shares(began) ? began : today;
}

/** When it really happened, for a referral entered after the fact (补录). */
function occurredAt(referral: Referral): Instant | undefined {
  const { occurredAt: text } = referral.content;
  return text === undefined ? undefined : Date.parse(text);
}

/** The referral with a target: the one given, else where its places are, else the best that routing finds. */
async function address(unit: Unit, draft: Referral, held: readonly Reservation[], reserve: ReserveRequest | undefined): Promise<Referral | Refusal> {
  const given = draft.targetInstitutionId ?? institutionOfPlaces(unit, held, reserve);
  if (given !== undefined) {
    if (unit.network.institution(given)) return { ...draft, targetInstitutionId: given };
    return invalid(field('/targetInstitutionId', '机构不存在', 'Unknown institution'));
  }
  const advice = await bestTarget(unit, {
    direction: draft.direction,
    category: draft.category,
    urgency: draft.urgency,
    sourceInstitutionId: draft.sourceInstitutionId,
    consortiumId: draft.consortiumId ?? undefined,
    targetDepartment: draft.targetDepartment ?? undefined,
    needs: draft.content.needs,
    sex: draft.content.sex,
    date: dateOf(unit, draft),
  });
  const best = advice.candidates[0];
  if (!best) {
    return refuse('no_candidate', {
      alternatives: advice.excluded.map((e) => ({ institutionId: e.institutionId, name: e.name, excludedFor: e.reason.code })),
    });
  }
  return { ...draft, targetInstitutionId: best.institutionId };
}

/** Where the places are that the draft holds, or that are asked for with it: whoever chose them chose the receiver. */
function institutionOfPlaces(unit: Unit, held: readonly Reservation[], reserve: ReserveRequest | undefined): string | undefined {
  for (const reservation of held) {
    const place = seenAt(reservation, unit.now).places.find(({ state }) => state === 'held');
    if (place) return place.institutionId;
  }
  return unit.pool(reserve?.items[0]?.poolId ?? '')?.institutionId;
}

/**
 * The consortium under which the referral goes: the one named, else the tightest that both share on the
 * date, then by id. None: an outside referral, refused only where the sender's consortium says so.
 */
function chooseConsortium(unit: Unit, referral: Referral, date: LocalDate): Consortium | undefined | Refusal {
  const source = referral.sourceInstitutionId;
  const shared = sharedConsortia(unit.network, source, referral.targetInstitutionId as string, date);
  const emergency = referral.urgency === 'emergency';
  if (referral.consortiumId !== null) {
    const named = shared.find((c) => c.id === referral.consortiumId);
    if (named || emergency) return named ?? shared[0];
    return invalid(field('/consortiumId', '双方当日不同属该医联体', 'Not a consortium that both institutions share on this date'));
  }
  if (shared[0] || emergency) return shared[0];
  return refusesOutsiders(unit.network, source, date) ? refuse('not_in_consortium') : undefined;
}

async function checkStatement(unit: Unit, referral: Referral, retroDays: number): Promise<FieldError[]> {
  // Nobody need be known while it was an emergency; one at version 0 has just been judged as it is.
  const patient = referral.version === 0 ? undefined : openPersons(unit.vault, referral).patient;
  const unknown = patient ? checkPatient(patient, localDateOf(unit.now), referral.urgency === 'emergency').errors : [];
  return [...unknown, ...checkContent(referral, unit.now), ...checkRetro(referral, retroDays, unit.now), ...(await checkLineage(unit, referral, referral.content))];
}

function checkTarget(referral: Referral, source: Institution, target: Institution, consortium: Consortium | undefined, date: LocalDate): FieldError[] {
  const errors: FieldError[] = [];
  if (source.id === target.id) return [field('/targetInstitutionId', '不能转诊到本机构', 'The target is the sender itself')];
  if (referral.urgency === 'emergency') return errors;
  if (referral.targetDepartment !== null && !hasDepartment(target, referral.targetDepartment)) {
    errors.push(field('/targetDepartment', '接收机构没有该科室', 'The target has no such department'));
  }
  const from = levelOn(source, date);
  const to = levelOn(target, date);
  if (!directionFits(referral.direction, from, to, target.kind)) {
    // Handed on, it is the new receiver that does not fit, not what the sender wrote.
    const at = isHandedOn(referral) ? '/targetInstitutionId' : '/direction';
    errors.push(field(at, `转诊方向与机构级别不符（${from} → ${to}）`, `The direction does not fit the levels (${from} to ${to})`));
  } else if (referral.direction === 'up' && consortium?.stepwise && levelStep(from, to) > 1) {
    errors.push(field('/targetInstitutionId', '该医联体要求逐级转诊', 'This consortium refers step by step'));
  }
  return errors;
}

function checkRetro(referral: Referral, retroDays: number, now: Instant): FieldError[] {
  const at = occurredAt(referral);
  if (at === undefined) {
    return referral.content.retroReason === undefined ? [] : [field('/occurredAt', '补录须填写实际发生时间', 'An entry after the fact says when it happened')];
  }
  if (at > now) return [field('/occurredAt', '实际发生时间不能晚于现在', 'It lies in the future')];
  const errors: FieldError[] = [];
  if (referral.content.retroReason === undefined) errors.push(field('/retroReason', '补录须说明原因', 'An entry after the fact says why'));
  if (now - at > retroDays * DAY) errors.push(field('/occurredAt', `补录期限为${retroDays}天`, `Entries after the fact are possible for ${retroDays} days`));
  return errors;
}

interface Circumstances {
  readonly source: Institution;
  readonly target: Institution;
  readonly consortium: Consortium | undefined;
  readonly date: LocalDate;
  /** Since when the patient waits. */
  readonly waitingSince: Instant;
  readonly linkedOlder: string | null;
}

function decide(unit: Unit, referral: Referral, facts: Circumstances): Referral {
  const { source, target, consortium, date } = facts;
  const emergency = referral.urgency === 'emergency';
  const sourceLevel = levelOn(source, date);
  const targetLevel = levelOn(target, date);
  const retro = referral.content.occurredAt !== undefined;
  const supervision = [
    ...(consortium ? [] : ['outside']),
    ...(referral.direction === 'up' && levelStep(sourceLevel, targetLevel) > 1 ? ['skipped-level'] : []),
    ...(emergency ? ['green-channel'] : []),
    ...(retro ? ['retro'] : []),
    ...(facts.linkedOlder ? ['overtakes-open-referral'] : []),
  ];
  const entitlement = decideEntitlement({
    direction: referral.direction,
    sourceInstitutionId: source.id,
    sourceLevel,
    targetInstitutionId: target.id,
    consortium,
    date,
    registrationFeeFen: target.registrationFeeFen ?? 0,
    code: entitlementCodeOf(referral.referralNo),
  });
  const timers = timersOf(consortium);
  const addressed = { ...referral, consortiumId: consortium?.id ?? null };
  const course = {
    sourceLevel,
    targetLevel,
    ruleVersion: consortium ? ruleVersionOf(consortium) : null,
    outside: consortium === undefined,
    retro,
    facts: [...new Set([...referral.course.facts, ...supervision])],
    warnings: warningsWith(referral.course.warnings, referral.content, target.formulary),
    entitlement,
    linkedOlder: facts.linkedOlder,
    consentDueAt: referral.course.consentDueAt ?? (emergency && !referral.content.consent ? unit.now + timers.deferredDocumentsHours * HOUR : null),
    submittedAt: unit.now,
    waitingSince: facts.waitingSince,
    ...(emergency ? { acceptedBy: 'green-channel' as const, acceptedAt: unit.now } : {}),
  };
  return advance(addressed, { status: emergency ? 'accepted' : 'submitted', course }, unit.now, timers);
}

/** Places held or booked in the same unit: both or neither. */
async function book(unit: Unit, sent: Referral, held: readonly Reservation[], request: ReserveRequest): Promise<(Submission & { readonly reservations: readonly Reservation[] }) | Refusal> {
  const made = await reserveFor(unit, sent, request, 'sender', '/reserve/items');
  if (isRefusal(made)) return made;
  const { reservation, confirmed } = made;
  const withIt = withReservation(sent, reservation.id);
  const reservations = [...held, reservation];
  const referral = confirmed ? settleBooking(withIt, bookingIn(reservations), 'sender', unit.now, timersFor(unit, sent)) : withIt;
  return { referral, reservations, reservation: { id: reservation.id, confirmed } };
}

export function withReservation(referral: Referral, id: string): Referral {
  return { ...referral, course: { ...referral.course, reservationIds: [...referral.course.reservationIds, id] } };
}
