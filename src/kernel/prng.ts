import type { RandomBytes } from './ids.js';

/**
 * A small seeded generator (mulberry32) for samples, replay and simulation: the same seed, the same
 * run. Never for keys, nonces or codes that somebody could guess.
 */
export class Prng {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A float in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** An integer in [0, below). */
  int(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** One of the given values. */
  pick<T>(values: readonly T[]): T {
    return values[this.int(values.length)] as T;
  }

  /** Bytes in the shape of {@link RandomBytes}. */
  readonly bytes: RandomBytes = (length) => Uint8Array.from({ length }, () => this.int(256));
}
