import type { After, Clock } from './kernel/calendar.js';

/** The time of the machine. Whoever starts a thread hands it in; everybody else is given a clock and an {@link After}. */

export const realClock: Clock = { now: () => Date.now() };

export const after: After = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
