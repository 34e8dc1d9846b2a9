import type { Instant } from '../../src/kernel/calendar.js';
import type { EntitlementItemName } from '../../src/contract/vocabulary.js';
import type { Referral } from '../../src/domain/referral.js';
import { stateOf, type Reservation } from '../../src/domain/reservation.js';
import type { Answered, ReferralFacts, ReservationFacts, Told } from './auditor/claim.js';
import type { Request } from './request.js';

/**
 * What the clients know: from answers that reached them, as old as those are. The moves of a run are
 * chosen by it, so that some requests come too late, as those of real desks do.
 */

export interface KnownReferral extends ReferralFacts {
  readonly source: string;
  readonly target: string;
  readonly direction: string;
  readonly patient: number;
  readonly patientId: string;
  /** Came without papers. */
  readonly unknown: boolean;
  readonly code: string | null;
  readonly items: readonly EntitlementItemName[];
  readonly reservationIds: readonly string[];
}

export interface KnownReservation extends ReservationFacts {
  readonly state: string;
  readonly items: readonly number[];
  /** The sessions in which it has had places: pool and start. */
  readonly sessions: readonly string[];
  readonly expiresAt: Instant | null;
}

/** What a hospital knows of a stay before it has told of it. */
export interface KnownStay {
  readonly number: string;
  readonly institutionId: string;
  readonly patient: number;
  sourceVersion: number;
}

/** A session as its institution means it to be. */
export interface Slot {
  readonly poolId: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  capacity: number;
  takenElsewhere: number;
  closed: boolean;
}

/** A request, and when it was first sent. */
export interface Sent {
  readonly request: Request;
  readonly at: Instant;
}

const KEPT_ANSWERS = 40;

export class Desk {
  readonly #referrals = new Map<string, KnownReferral>();
  readonly #reservations = new Map<string, KnownReservation>();
  readonly stays: KnownStay[] = [];
  /** Stays that the service has answered with. */
  readonly stayIds = new Set<string>();
  readonly slots: Slot[] = [];
  /** Local dates whose sessions were published. */
  readonly openedDays = new Set<string>();
  /** No answer has come; whoever sent it asks again. */
  unanswered: Sent[] = [];
  answered: Sent[] = [];
  #tags = 0;

  nextTag(): string {
    this.#tags += 1;
    return `q${this.#tags}`;
  }

  get referrals(): KnownReferral[] {
    return [...this.#referrals.values()];
  }

  get reservations(): KnownReservation[] {
    return [...this.#reservations.values()];
  }

  referral(id: string): KnownReferral | undefined {
    return this.#referrals.get(id);
  }

  heard(sent: Sent, { told }: Answered): void {
    this.unanswered = this.unanswered.filter(({ request }) => request.tag !== sent.request.tag);
    this.answered = [...this.answered.filter(({ request }) => request.tag !== sent.request.tag), sent].slice(-KEPT_ANSWERS);
    if (told) this.#learn(told);
  }

  /** A reader has seen it. */
  saw({ id, status, version }: { readonly id: string; readonly status: string; readonly version: number }): void {
    const known = this.#referrals.get(id);
    if (known) this.#referrals.set(id, { ...known, status, version });
  }

  /** Whoever looks next at reservations looks at this one first. */
  turnTo(reservation: KnownReservation): void {
    refresh(this.#reservations, reservation);
  }

  heardNothing(sent: Sent): void {
    if (!this.unanswered.some(({ request }) => request.tag === sent.request.tag)) this.unanswered.push(sent);
  }

  /** Keys are kept for seven days: who has waited longer asks no more. */
  giveUp(before: Instant): void {
    const young = ({ at }: Sent): boolean => at > before;
    this.unanswered = this.unanswered.filter(young);
    this.answered = this.answered.filter(young);
  }

  /** Of a reservation that came with a referral only the id is known. */
  #learnReferral(referral: KnownReferral): void {
    refresh(this.#referrals, referral);
    for (const id of referral.reservationIds) {
      if (!this.#reservations.has(id)) this.#reservations.set(id, { id, referralId: referral.id, version: 1, state: 'held', items: [1], sessions: [], expiresAt: null });
    }
  }

  #learn({ referral, reservation, stay }: Told): void {
    if (stay) this.stayIds.add(stay.id);
    if (referral) this.#learnReferral(referral as KnownReferral);
    if (reservation) refresh(this.#reservations, reservation as KnownReservation);
  }
}

/** What was learnt last stands last. */
function refresh<T extends { readonly id: string }>(map: Map<string, T>, value: T): void {
  map.delete(value.id);
  map.set(value.id, value);
}

/** A session in one word. */
export function nameOf({ poolId, startsAt }: { readonly poolId: string; readonly startsAt: Instant }): string {
  return `${poolId} ${startsAt}`;
}

/** How an answer tells of a referral. */
export function tellReferral({ patient, unknown }: Pick<KnownReferral, 'patient' | 'unknown'>): (referral: Referral) => Told {
  return ({ id, referralNo: no, status, version, sourceInstitutionId: source, targetInstitutionId, direction, patientId, course }) => {
    const { entitlement } = course;
    const known: KnownReferral = {
      id, no, status, version, source, target: targetInstitutionId ?? source, direction, patient, patientId, unknown,
      code: entitlement?.code ?? null,
      items: (entitlement?.items ?? []).map(({ item }) => item),
      reservationIds: course.reservationIds,
    };
    return { changed: true, referral: known };
  };
}

export function tellReservation(reservation: Reservation): Told {
  const { id, referralId, version, places, expiresAt } = reservation;
  const known: KnownReservation = { id, referralId, version, state: stateOf(reservation), items: [...new Set(places.map((p) => p.item))], sessions: places.map(nameOf), expiresAt };
  return { changed: true, reservation: known };
}
