import { assert } from '../kernel/assert.js';
import type { Clock, Instant } from '../kernel/calendar.js';

/** A clock that stands until it is moved, and moves only forward. */
export class MovableClock implements Clock {
  #at: Instant;

  constructor(at: Instant) {
    this.#at = at;
  }

  now(): Instant {
    return this.#at;
  }

  moveTo(at: Instant): void {
    assert(at >= this.#at, 'the clock of a sample moves forward');
    this.#at = at;
  }
}
