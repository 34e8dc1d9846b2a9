import { Prng } from '../../src/kernel/prng.js';

/** The seeded generator in the words of the simulation: whatever happens in a run, happens by it. */
export class Chance extends Prng {
  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.int(n) === 0;
  }

  /** An integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.int(high - low + 1);
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    return entries[entries.length - 1]![0];
  }

  /** One of the last `n` of a list: what is recent is what people work on. */
  recent<T>(values: readonly T[], n: number): T | undefined {
    const from = Math.max(0, values.length - n);
    return values.length === 0 ? undefined : values[this.between(from, values.length - 1)];
  }
}
