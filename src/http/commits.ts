import type { After } from '../kernel/calendar.js';

/** Counts the commits and wakes who waits for the next one. */
export class Commits {
  /** How many there were. Read before looking, so that none is missed between the look and the wait. */
  count = 0;
  readonly #waiting = new Set<Wait>();

  constructor(private readonly after: After) {}

  told(): void {
    this.count += 1;
    for (const wait of this.#waiting) wait.wake();
  }

  /** Ends every wait, so that the service can stop. */
  endAll(): void {
    for (const wait of this.#waiting) wait.end();
  }

  /** A wait of at most `ms`, to be ended by whoever began it. */
  wait(ms: number): Wait {
    const wait: Wait = new Wait(this, this.after(ms, () => wait.end()), () => this.#waiting.delete(wait));
    this.#waiting.add(wait);
    return wait;
  }
}

export class Wait {
  over = false;
  #resolve: (() => void) | undefined;

  constructor(
    private readonly commits: Commits,
    private readonly takeBack: () => void,
    private readonly leave: () => void,
  ) {}

  /** Resolves once there was a commit after the `seen`-th, or the wait is over. */
  news(seen: number): Promise<void> {
    if (this.over || this.commits.count !== seen) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  wake(): void {
    this.#resolve?.();
    this.#resolve = undefined;
  }

  end(): void {
    this.over = true;
    this.takeBack();
    this.leave();
    this.wake();
  }
}
