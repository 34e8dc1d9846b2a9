import { must } from '../../kernel/assert.js';
import type { Instant } from '../../kernel/calendar.js';
import { bySession, keyOf, mayHoldExpired, withoutPlaces, type Session } from '../../domain/capacity.js';
import type { Place } from '../../domain/reservation.js';
import { expire } from '../../domain/reservation-machine.js';
import type { SessionKey, StoredPlace, Unit } from '../ports.js';
import { reservationEvent } from './reservation-event.js';

/**
 * Sessions that a unit has locked, in the order of the house, with what becomes of them until they are
 * saved. A session that does not exist is not in it.
 */
export class LockedSessions {
  readonly #before = new Map<string, Session>();
  #now = new Map<string, Session>();

  private constructor(private readonly unit: Unit) {}

  /** Locks the sessions as they are stored: for giving places back. */
  static async lock(unit: Unit, keys: Iterable<SessionKey>): Promise<LockedSessions> {
    const locked = new LockedSessions(unit);
    const wanted = new Map<string, SessionKey>();
    for (const key of keys) wanted.set(keyOf(key), key);
    for (const [text, key] of [...wanted].sort(([, a], [, b]) => bySession(a, b))) {
      const session = await unit.lockSession(key);
      if (session) locked.#before.set(text, session);
    }
    locked.#now = new Map(locked.#before);
    return locked;
  }

  /**
   * Locks the sessions, and writes down the holds in them that have expired unnoticed: for taking
   * places. No sweeper is needed for a place to be free the instant its hold ends. Their reservations are
   * locked after the sessions, against the order of the house: before, nobody knows whose they are.
   */
  static async lockCurrent(unit: Unit, keys: Iterable<SessionKey>): Promise<LockedSessions> {
    const locked = await LockedSessions.lock(unit, keys);
    const due = [...locked.#now.values()].filter((session) => mayHoldExpired(session, unit.now));
    if (due.length > 0) await locked.#lapse(due);
    return locked;
  }

  /** The sessions as they now are, by {@link keyOf}. */
  get all(): ReadonlyMap<string, Session> {
    return this.#now;
  }

  get(key: SessionKey): Session | undefined {
    return this.#now.get(keyOf(key));
  }

  set(session: Session): void {
    this.#now.set(keyOf(session), session);
  }

  /** Takes over what a decision made of the sessions. */
  become(sessions: ReadonlyMap<string, Session>): void {
    this.#now = new Map(sessions);
  }

  /** Places that count no more go back to where they were drawn from. */
  giveBack(places: readonly Place[]): void {
    for (const place of places) {
      const session = must(this.get(place), 'a place lies in a session that is locked');
      this.set(withoutPlaces(session, place.allotmentId));
    }
  }

  /** Saves the sessions that changed. */
  async save(): Promise<void> {
    for (const [key, session] of this.#now) {
      if (session !== this.#before.get(key)) await this.unit.saveSession(session);
    }
  }

  async #lapse(due: readonly Session[]): Promise<void> {
    const overdue: StoredPlace[] = [];
    for (const session of due) overdue.push(...(await this.unit.overdueHoldsOf(session)));
    for (const id of [...new Set(overdue.map((place) => place.reservationId))].sort()) {
      const reservation = must(await this.unit.lockReservation(id), 'a held place has a reservation');
      const expired = expire(reservation, this.unit.now, (place) => this.#now.has(keyOf(place)));
      if (expired.changed.length === 0) continue;
      await this.unit.saveReservation(reservation, expired.reservation);
      this.giveBack(expired.freed);
      const referral = must(await this.unit.referral(reservation.referralId), 'a reservation has a referral');
      this.unit.append({ ...reservationEvent('expired', referral, expired), byTime: true });
    }
    for (const { poolId, startsAt } of due) {
      const key = { poolId, startsAt };
      const session = must(this.get(key), 'it is locked');
      this.set({ ...session, earliestExpiry: await this.#firstExpiry(key) });
    }
  }

  /** Of the holds that are left: those that have run out are written down. */
  async #firstExpiry(key: SessionKey): Promise<Instant | null> {
    let first: Instant | null = null;
    for (const place of await this.unit.livePlacesOf(key)) {
      if (place.state !== 'held' || place.expiresAt === null) continue;
      first = Math.min(place.expiresAt, first ?? place.expiresAt);
    }
    return first;
  }
}
