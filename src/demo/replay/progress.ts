/** Where a long run stands: one line that is rewritten on a terminal, one line a month elsewhere. */
export interface Output {
  write(text: string): void;
  readonly interactive: boolean;
}

const WIDTH = 28;
const REDRAW_MS = 200;

export class Progress {
  #done = 0;
  #before = 0;
  #startedAt: number;
  #drawnAt = 0;
  #label = '';
  #peak = 0;

  /** @param stopwatch milliseconds that only rise; @param residentBytes memory of the process. */
  constructor(
    private readonly total: number,
    private readonly output: Output,
    private readonly stopwatch: () => number,
    private readonly residentBytes: () => number,
  ) {
    this.#startedAt = stopwatch();
  }

  get peakBytes(): number {
    return this.#peak;
  }

  /** Seconds since the start, and referrals completed in them by this run. */
  get pace(): { seconds: number; perSecond: number } {
    const seconds = Math.max(0.001, (this.stopwatch() - this.#startedAt) / 1_000);
    return { seconds, perSecond: (this.#done - this.#before) / seconds };
  }

  /** Work that an earlier run has done: it counts for the bar and not for the pace. */
  skip(count: number): void {
    this.#done += count;
    this.#before += count;
  }

  advance(count: number): void {
    this.#done += count;
  }

  /** @param month the month on the replay's clock, e.g. 2016-05. */
  show(month: string): void {
    const now = this.stopwatch();
    const due = this.output.interactive ? now - this.#drawnAt >= REDRAW_MS : month !== this.#label;
    if (!due) return;
    this.#peak = Math.max(this.#peak, this.residentBytes());
    this.#drawnAt = now;
    this.#label = month;
    this.output.write(this.output.interactive ? `\r${this.#line(month)}\x1b[K` : `${this.#line(month)}\n`);
  }

  end(): void {
    if (this.output.interactive) this.output.write('\r\x1b[K');
  }

  #line(month: string): string {
    const share = this.total === 0 ? 1 : this.#done / this.total;
    const bar = '█'.repeat(Math.floor(share * WIDTH)).padEnd(WIDTH, '░');
    const { perSecond } = this.pace;
    const left = perSecond > 0 ? clock((this.total - this.#done) / perSecond) : '--:--';
    const figures = `${grouped(this.#done)}/${grouped(this.total)}`;
    return `${month} ${bar} ${(share * 100).toFixed(1).padStart(5)}%  ${figures}  ${Math.round(perSecond)}/s  剩余 ${left} left  ${Math.round(this.#peak / 1_048_576)} MB`;
  }
}

/** 1234567 as 1 234 567. */
export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${String(Math.floor(whole / 60)).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}
