/**
 * What the service takes on. It answers in bounded time what it accepts, so it accepts no more than it can
 * answer by then: the rest is shed with 503 at once, which is cheap, and told when to come again.
 *
 * How much that is, is measured: the rate at which outcomes come while calls wait, times the wait that is
 * allowed. So nobody has to guess the speed of a disk, and a disk that gets slower shortens the line.
 */

/** Emergencies have room of their own, which routine work cannot take. */
export type Lane = 'routine' | 'emergency';

/**
 * Why something was shed: `full` as much waits as can be answered in time; `share` one key has its share of
 * it; `blocked` calls wait and none is answered; `late` the thread that serves is behind.
 */
export const SHED_REASONS = ['full', 'share', 'blocked', 'late'] as const;
export type ShedReason = (typeof SHED_REASONS)[number];

/** Milliseconds of a clock that never jumps. */
export type Stopwatch = () => number;

/** So few are always let in, half of them from one key: what one commit takes along, however slow it is. */
const FEWEST = 128;
/** Before anything has been measured. */
const AT_FIRST = 1_024;
/** The rate is measured over stretches of this length in which something always waited … */
const STRETCH_MS = 100;
/** … and at whose end so many did: a line that is nearly empty says how much was asked, not how much can be done. Fewer than one key may always have, or a rate that was too low could never be mended. */
const LOADED = 16;

interface LaneState {
  waiting: number;
  /** Calls that wait, by who sent them; only those who have any. */
  readonly callers: Map<string, number>;
}

/** Calls on their way to one place where they wait, and how fast they leave it. */
export class Line {
  readonly #lanes: Readonly<Record<Lane, LaneState>> = { routine: { waiting: 0, callers: new Map() }, emergency: { waiting: 0, callers: new Map() } };
  /** Outcomes in a millisecond. */
  #rate: number;
  /** The present stretch: when it began, and its outcomes. */
  #since = 0;
  #outcomes = 0;
  /** When the last call left, or the first entered. */
  #moved = 0;

  constructor(
    /** Milliseconds that a call may have to wait. */
    private readonly waitMs: number,
    private readonly stopwatch: Stopwatch,
  ) {
    this.#rate = AT_FIRST / waitMs;
  }

  /** How many calls of a lane may wait. */
  get room(): number {
    return Math.max(FEWEST, Math.floor(this.#rate * this.waitMs));
  }

  waiting(lane: Lane): number {
    return this.#lanes[lane].waiting;
  }

  /**
   * Why the lane does not take another call of this caller; null: it does. Where half of the room is taken, one
   * caller among n has no more than 1/(n+1) of it, so that the next to come finds room, too.
   */
  refuses(lane: Lane, caller: string): ShedReason | null {
    const closed = this.closed(lane);
    if (closed !== null) return closed;
    const { waiting, callers } = this.#lanes[lane];
    const { room } = this;
    return waiting * 2 >= room && (callers.get(caller) ?? 0) * (callers.size + 1) >= room ? 'share' : null;
  }

  /** The same before it is known who calls. */
  closed(lane: Lane): ShedReason | null {
    const { waiting } = this.#lanes[lane];
    if (waiting < FEWEST) return null;
    if (waiting >= this.room) return 'full';
    // An emergency rather waits behind a writer that hangs than is sent away.
    return lane === 'routine' && this.stopwatch() - this.#moved > this.waitMs ? 'blocked' : null;
  }

  /** Counts a call from here until its outcome. */
  async through<T>(lane: Lane, caller: string, run: () => Promise<T>): Promise<T> {
    this.#enter(this.#lanes[lane], caller);
    try {
      return await run();
    } finally {
      this.#leave(this.#lanes[lane], caller);
    }
  }

  #enter(lane: LaneState, caller: string): void {
    if (this.#total === 0) this.#begin(this.stopwatch());
    lane.waiting += 1;
    lane.callers.set(caller, (lane.callers.get(caller) ?? 0) + 1);
  }

  #leave(lane: LaneState, caller: string): void {
    lane.waiting -= 1;
    const left = (lane.callers.get(caller) ?? 1) - 1;
    if (left > 0) lane.callers.set(caller, left);
    else lane.callers.delete(caller);
    const now = this.stopwatch();
    this.#moved = now;
    this.#outcomes += 1;
    const elapsed = now - this.#since;
    if (elapsed < STRETCH_MS) return;
    // Half of the old: one stall does not close the line, and a few stretches are enough to learn.
    if (this.#total >= LOADED) this.#rate = (this.#rate + this.#outcomes / elapsed) / 2;
    this.#begin(now);
  }

  #begin(now: number): void {
    this.#since = now;
    this.#moved = now;
    this.#outcomes = 0;
  }

  get #total(): number {
    return this.#lanes.routine.waiting + this.#lanes.emergency.waiting;
  }
}

/** However late it gets, one in eight is served: nobody can shut the others out by asking more than can even be refused. */
const MOST_SHED = 7 / 8;

export interface GateParts {
  /** Milliseconds that what is accepted may have to wait, as far as can be foreseen. */
  readonly waitMs: number;
  readonly stopwatch: Stopwatch;
  /** Whether reads wait, as for a connection to a database server. Those of an embedded store do not. */
  readonly readsWait: boolean;
}

/** Everything by which the service decides whether to take on what is asked. */
export class Gate {
  readonly writes: Line;
  readonly reads: Line | null;
  /** Since the start, by reason. */
  readonly shed: Record<ShedReason, number> = { full: 0, share: 0, blocked: 0, late: 0 };
  readonly #waitMs: number;
  /** Milliseconds that the request which is being served has waited for its turn. */
  #waited = 0;
  /** Of requests that should have been shed as late, the part that has not been. */
  #owed = 0;

  constructor({ waitMs, stopwatch, readsWait }: GateParts) {
    this.writes = new Line(waitMs, stopwatch);
    this.reads = readsWait ? new Line(waitMs, stopwatch) : null;
    this.#waitMs = waitMs;
  }

  /** A request is served that has waited so many milliseconds for its turn. */
  serving(waitedMs: number): void {
    this.#waited = waitedMs;
  }

  /**
   * Whether to shed the request that is being served because the thread that serves is behind. From half of the
   * wait that is allowed on, since a request meets that thread on its way in and on its way out; the more of them
   * the later it is, so that as much is served as can be, and not all or nothing by turns.
   */
  shedsAsLate(): boolean {
    const late = this.#waited / this.#waitMs - 0.5;
    if (late <= 0) return false;
    this.#owed += Math.min(late, MOST_SHED);
    if (this.#owed < 1) return false;
    this.#owed -= 1;
    return true;
  }
}
