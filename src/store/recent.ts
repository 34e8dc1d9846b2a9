import type { Referral } from '../domain/referral.js';

/**
 * Referrals that were read last, as they stand after the last commit: a desk looks again and again at
 * what is under way, and a row costs far more to decode than to find. One process writes the file, so
 * what is kept is exact: a commit drops what it has changed, and a read keeps what it found only where
 * no commit came in between. An engine that several processes write cannot have it.
 */
export class RecentReferrals {
  /** Least recently used first. */
  readonly #kept = new Map<string, Kept>();
  /** Saved since the last commit; a unit that was taken back only drops more than it must. */
  readonly #changed = new Set<string>();
  #characters = 0;
  #commits = 0;

  /** @param limit characters of text that are kept, all referrals together. */
  constructor(private readonly limit: number) {}

  /** Moves on with each commit that changed a referral. */
  get commits(): number {
    return this.#commits;
  }

  get(id: string): Referral | undefined {
    const kept = this.#kept.get(id);
    if (kept === undefined) return undefined;
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    return kept.referral;
  }

  /** @param since what {@link commits} was before the row was read. */
  keep(referral: Referral, since: number): void {
    if (since !== this.#commits) return;
    this.#drop(referral.id);
    const characters = BESIDES_TEXT + JSON.stringify(referral.content).length;
    this.#kept.set(referral.id, { referral, characters });
    this.#characters += characters;
    for (const [oldest] of this.#kept) {
      if (this.#characters <= this.limit) break;
      this.#drop(oldest);
    }
  }

  changed(id: string): void {
    this.#changed.add(id);
  }

  /** Answers what the commit has changed. */
  committed(): readonly string[] {
    if (this.#changed.size === 0) return NONE;
    const ids = [...this.#changed];
    this.#changed.clear();
    this.follow(ids);
    return ids;
  }

  /** Somebody's commit has changed these. */
  follow(ids: readonly string[]): void {
    if (ids.length === 0) return;
    for (const id of ids) this.#drop(id);
    this.#commits += 1;
  }

  #drop(id: string): void {
    this.#characters -= this.#kept.get(id)?.characters ?? 0;
    this.#kept.delete(id);
  }
}

const NONE: readonly string[] = [];

interface Kept {
  readonly referral: Referral;
  readonly characters: number;
}

/** What a referral weighs besides what was written into it: its course, its patient, its objects. */
const BESIDES_TEXT = 2_000;
