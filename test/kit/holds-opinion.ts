import { HOUR, MINUTE, SECOND, type Instant } from '../../src/kernel/calendar.js';
import type { PlaceState } from '../../src/contract/vocabulary.js';
import { POOLS } from './network.js';

/**
 * A second opinion on holds. It keeps no counters and shares no rule with the service: a list of all
 * places ever given, looked through anew for every question, in the words of the contract.
 */
export interface Seat {
  readonly name: string;
  readonly poolId: string;
  readonly startsAt: Instant;
  capacity: number;
  closed: boolean;
}

export interface Patient {
  readonly n: number;
  readonly level: 'primary' | 'secondary';
  readonly inGroup: boolean;
  readonly emergency: boolean;
}

export interface Given {
  readonly patient: Patient;
  readonly booking: Booking;
  readonly seat: Seat;
  readonly allotment: string | null;
  state: PlaceState;
}

export interface Booking {
  expiresAt: Instant;
  readonly ttl: number;
  extended: boolean;
}

/** What a move comes to: nothing to say, or the code of the refusal. */
export type Verdict = string | undefined;

export class Opinion {
  readonly given: Given[] = [];

  constructor(public now: Instant) {}

  /** The state that anybody sees now. */
  stateOf(g: Given): PlaceState {
    return g.state === 'held' && this.now >= g.booking.expiresAt ? 'expired' : g.state;
  }

  isLive(g: Given): boolean {
    return ['held', 'confirmed'].includes(this.stateOf(g));
  }

  live(seat: Seat): Given[] {
    return this.given.filter((g) => g.seat === seat && this.isLive(g));
  }

  of(booking: Booking): Given[] {
    return this.given.filter((g) => g.booking === booking);
  }

  /** Gives places in these seats, all or none. `kept` are given up by the same request. */
  take(patient: Patient, seats: readonly Seat[], booking: Booking, state: PlaceState, kept: readonly Given[] = []): Verdict {
    const dropped = kept.filter((g) => !seats.includes(g.seat));
    const counted = (seat: Seat) => this.live(seat).filter((g) => !dropped.includes(g));
    const fresh: Given[] = [];
    let verdict: Verdict;
    for (const seat of seats) {
      const swap = kept.find((g) => g.seat === seat);
      const repeated = fresh.some((g) => g.seat === seat) || this.given.some((g) => g.patient === patient && g.seat === seat && this.isLive(g) && !kept.includes(g));
      const allotment = repeated ? undefined : swap ? swap.allotment : this.drawn(patient, seat, [...counted(seat), ...fresh.filter((g) => g.seat === seat)]);
      if (repeated) verdict ??= 'already_reserved';
      else if (allotment === undefined) verdict ??= seat.closed ? 'session_closed' : 'session_full';
      else fresh.push({ patient, booking, seat, allotment, state });
    }
    if (verdict !== undefined) return verdict;
    for (const g of kept) g.state = 'released';
    this.given.push(...fresh);
    return undefined;
  }

  /** The allotment that the patient draws, null for an open place, undefined for none. */
  private drawn(patient: Patient, seat: Seat, live: readonly Given[]): string | null | undefined {
    if (seat.closed || live.length >= seat.capacity) return undefined;
    let unreleased = 0;
    for (const a of POOLS[seat.poolId]!.allotments ?? []) {
      if (a.releaseHours !== undefined && seat.startsAt - this.now <= a.releaseHours * HOUR) continue;
      const size = a.places ?? Math.floor((seat.capacity * a.shareBp!) / 10_000);
      const left = Math.max(0, size - live.filter((g) => g.allotment === a.id).length);
      const meets = patient.emergency || (patient.inGroup && (a.audience.level === undefined || a.audience.level === patient.level));
      if (meets && left > 0) return a.id;
      unreleased += left;
    }
    return seat.capacity - live.length - unreleased > 0 ? null : undefined;
  }

  confirm(booking: Booking): Verdict {
    const held = this.of(booking).filter((g) => this.stateOf(g) === 'held');
    if (held.length === 0) return this.nothing(booking);
    for (const g of held) g.state = 'confirmed';
    return undefined;
  }

  release(booking: Booking): Verdict {
    const live = this.of(booking).filter((g) => this.isLive(g));
    if (live.length === 0) return this.nothing(booking);
    for (const g of live) g.state = 'released';
    return undefined;
  }

  extend(booking: Booking): Verdict {
    if (!this.of(booking).some((g) => this.stateOf(g) === 'held')) return this.nothing(booking);
    if (booking.extended) return 'already_extended';
    booking.expiresAt += booking.ttl * SECOND;
    booking.extended = true;
    return undefined;
  }

  reschedule(booking: Booking, seats: readonly Seat[]): Verdict {
    const live = this.of(booking).filter((g) => this.isLive(g));
    if (live.length === 0) return this.nothing(booking);
    const state = live.some((g) => g.state === 'held') ? 'held' : 'confirmed';
    return this.take(live[0]!.patient, seats, booking, state, live);
  }

  stop(seat: Seat): void {
    seat.closed = true;
    for (const g of this.live(seat)) g.state = 'released';
  }

  /** Minutes pass, and what has run out by then can never come back. */
  pass(minutes: number): void {
    this.now += minutes * MINUTE;
    for (const g of this.given) g.state = this.stateOf(g);
  }

  private nothing(booking: Booking): Verdict {
    const states = this.of(booking).map((g) => this.stateOf(g));
    return states.includes('expired') && !states.includes('confirmed') ? 'hold_expired' : 'invalid_transition';
  }
}
