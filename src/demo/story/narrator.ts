import { formatInstant, localDateOf, startOfDay, DAY, type Instant } from '../../kernel/calendar.js';

/** Tells what happens as a clerk would tell it: when, who, what, with the numbers that are on the paper. */
export interface Paper {
  write(text: string): void;
  readonly colours: boolean;
}

const WEEKDAYS = ['日', '一', '二', '三', '四', '五', '六'];
/** 1 January 1970 was a Thursday. */
const weekday = (at: Instant): string => WEEKDAYS[(Math.floor(startOfDay(localDateOf(at)) / DAY + 1) + 4) % 7]!;

/** 08-15 周五 08:40. */
export function wallClock(at: Instant): string {
  const text = formatInstant(at);
  return `${text.slice(5, 10)} 周${weekday(at)} ${text.slice(11, 16)}`;
}

/** 50.00 元, from fen. */
export function yuan(fen: number): string {
  return fen === 0 ? '0 元' : `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')} 元`;
}

export class Narrator {
  constructor(private readonly paper: Paper) {}

  chapter(zh: string, en: string): void {
    this.paper.write(`\n${this.#paint('1;36', `■ ${zh}`)}\n${this.#paint('2', `  ${en}`)}\n`);
  }

  /** One step: when, who, what; the English gloss below it. */
  step(at: Instant, who: string, zh: string, en: string): void {
    this.paper.write(`\n  ${this.#paint('33', wallClock(at))}  ${this.#paint('1', who)}\n    ${zh}\n    ${this.#paint('2', en)}\n`);
  }

  /** A detail of the step above. */
  detail(zh: string): void {
    this.paper.write(`      · ${zh}\n`);
  }

  refusal(zh: string): void {
    this.paper.write(`      ${this.#paint('31', '✗')} ${zh}\n`);
  }

  success(zh: string): void {
    this.paper.write(`      ${this.#paint('32', '✓')} ${zh}\n`);
  }

  plain(text = ''): void {
    this.paper.write(`${text}\n`);
  }

  #paint(code: string, text: string): string {
    return this.paper.colours ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}
