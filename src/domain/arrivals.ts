import { localDateOf, type Instant } from '../kernel/calendar.js';
import type { StayKind } from '../contract/vocabulary.js';
import type { StayArrival } from './assessment.js';

/** A stay as its record says that the patient came. */
export interface Coming {
  readonly key: string;
  /** The referral that it names; null: none. */
  readonly referralId: string | null;
  readonly kind: StayKind;
  readonly admittedAt: Instant;
  readonly arrival: StayArrival;
}

interface Brought {
  /** The stay by which the patient arrived. */
  readonly first: Coming;
  /** The first that was no visit; null: none yet. */
  readonly admission: Coming | null;
}

/**
 * A referral brings its patient once (Guangzhou 2018, line 67: 按规定转诊的病人按照连续的诊疗过程): to the visits
 * of the day of the arrival and to one admission, which a visit may have led to. Whoever is admitted again
 * needs a referral again, however often the first is named. It is decided over the stays as they are known,
 * not when they are told: the order of telling must not matter.
 */
export class Arrivals {
  readonly #brought = new Map<string, Brought>();

  /** How the patient came to a stay. To be asked of each stay of a person in order of admission, once. */
  of(stay: Coming): StayArrival {
    const { referralId, arrival } = stay;
    if (referralId === null || arrival.via !== 'referral') return arrival;
    const before = this.#brought.get(referralId);
    const isAdmission = stay.kind !== 'outpatient';
    if (before === undefined) {
      this.#brought.set(referralId, { first: stay, admission: isAdmission ? stay : null });
      return arrival;
    }
    const { first, admission } = before;
    if (!isAdmission) return localDateOf(first.admittedAt) === localDateOf(stay.admittedAt) ? arrival : { via: 'none', usedBy: first.key };
    if (admission !== null) return { via: 'none', usedBy: admission.key };
    this.#brought.set(referralId, { first, admission: stay });
    return arrival;
  }
}
