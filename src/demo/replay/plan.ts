import { addDays, type LocalDate } from '../../kernel/calendar.js';
import { Prng } from '../../kernel/prng.js';
import { PILOT, type ReplayConsortium, type ReplayNetwork, type Side } from './network.js';
import { DAYS, FROM, type Stream } from './figures.js';

/**
 * Who is referred when, from where and to where: a function of seed and scale, made day by day and
 * never kept whole. The letter gives totals, so each stream is spread evenly over its 1 186 days and
 * around the consortia in turn.
 */
export interface Planned {
  /** Unique over all streams, and the patient's number in the sample population. */
  readonly number: number;
  readonly stream: Stream;
  /** The day of arrival, counted from {@link FROM}. */
  readonly day: number;
  readonly consortium: ReplayConsortium;
  readonly source: Side;
  readonly target: Side;
  /** Nights in a bed; 0: a visit to a clinic. */
  readonly nights: number;
  /** Days from arrival to completion. */
  readonly stay: number;
  /** For everything about it that is left to chance. */
  readonly seed: number;
}

export const MAX_NIGHTS = 3;
/** The first follow-up of a patient sent back to a clinic: after three days, well within the week that is usual. */
const FOLLOW_UP_AFTER = 3;
/** No referral is under way longer. */
export const LONGEST_STAY = Math.max(MAX_NIGHTS, FOLLOW_UP_AFTER);

/** Days that are kept after they were made: those that one day of the run looks at, and some more. */
const REMEMBERED_DAYS = 2 * (LONGEST_STAY + 2);

export class Plan {
  readonly total: number;
  readonly #recent = new Map<number, readonly Planned[]>();
  readonly #offsets: readonly number[];
  readonly #founding: ReplayConsortium[];

  constructor(
    readonly network: ReplayNetwork,
    readonly streams: readonly Stream[],
    private readonly seed: number,
  ) {
    let sum = 0;
    this.#offsets = streams.map((stream) => (sum += stream.count) - stream.count);
    this.total = sum;
    this.#founding = network.consortia.filter((c) => c.since === PILOT);
  }

  /** Those who arrive on a day, 0 to 1 185; nobody on any other. */
  arrivalsOn(day: number): readonly Planned[] {
    if (day < 0 || day >= DAYS) return [];
    const known = this.#recent.get(day);
    if (known) return known;
    const arrivals = this.#make(day);
    this.#recent.set(day, arrivals);
    if (this.#recent.size > REMEMBERED_DAYS) this.#recent.delete(this.#recent.keys().next().value as number);
    return arrivals;
  }

  #make(day: number): readonly Planned[] {
    // Sent on the eve of the arrival: on that date both have to be members.
    const active = this.#activeOn(addDays(FROM, day - 1));
    const arrivals: Planned[] = [];
    this.streams.forEach((stream, s) => {
      const end = cumulative(stream, day + 1);
      for (let g = cumulative(stream, day); g < end; g += 1) arrivals.push(this.#planned(stream, g, this.#offsets[s]! + g, day, active));
    });
    return arrivals;
  }

  /** Those whose treatment ends on a day: arrived then or up to {@link LONGEST_STAY} days before. */
  closingsOn(day: number): Planned[] {
    const closings: Planned[] = [];
    for (let stay = LONGEST_STAY; stay >= 0; stay -= 1) {
      for (const planned of this.arrivalsOn(day - stay)) if (planned.stay === stay) closings.push(planned);
    }
    return closings;
  }

  #activeOn(date: LocalDate): readonly ReplayConsortium[] {
    return this.network.consortia.every((c) => c.since <= date) ? this.network.consortia : this.#founding;
  }

  /**
   * The `g`th of a stream goes to the consortium whose turn it is, and within it to the next pair of
   * institutions with each round: over a run of n in a row nobody's turn comes more than ⌈n / consortia⌉ times.
   */
  #planned(stream: Stream, g: number, number: number, day: number, active: readonly ReplayConsortium[]): Planned {
    const turn = g + (this.seed % active.length);
    const consortium = active[turn % active.length]!;
    const round = Math.floor(turn / active.length);
    const up = stream.direction === 'up';
    const others = up ? consortium.senders : consortium.takers;
    const other = others[round % others.length]!;
    const seed = Math.imul(number + 1, 0x9e3779b1) ^ this.seed;
    const nights = stream.category === 'inpatient' ? 1 + new Prng(seed).int(MAX_NIGHTS) : 0;
    return {
      number, stream, day, consortium, nights, seed,
      source: up ? other : consortium.lead,
      target: up ? consortium.lead : other,
      stay: nights > 0 ? nights : up ? 0 : FOLLOW_UP_AFTER,
    };
  }
}

/** How many of a stream have arrived before a day: even steps that end at exactly its count. */
function cumulative(stream: Stream, day: number): number {
  return Math.floor((stream.count * day) / DAYS);
}

/** Places that the receivers of a plan have every day. */
export interface Capacities {
  readonly clinic: number;
  readonly beds: number;
}

/**
 * Enough for any seed: the most turns that can fall on a receiver in one day, over all consortia in
 * which it receives and both streams of a category; for beds as many nights as a stay may have. Twice
 * that, so that the half which is kept for primary care never keeps anybody else out.
 */
export function capacitiesOf(plan: Plan): Map<string, Capacities> {
  const ties = new Map<string, { up: number; down: number }>();
  const tie = (id: string, direction: 'up' | 'down'): void => {
    const count = ties.get(id) ?? { up: 0, down: 0 };
    count[direction] += 1;
    ties.set(id, count);
  };
  for (const consortium of plan.network.consortia) {
    tie(consortium.lead.id, 'up');
    for (const taker of consortium.takers) tie(taker.id, 'down');
  }
  const fewest = plan.network.consortia.filter((c) => c.since === PILOT).length;
  const perDay = (count: { up: number; down: number }, category: Stream['category']): number => {
    let turns = 0;
    for (const stream of plan.streams) {
      if (stream.category === category) turns += count[stream.direction] * Math.ceil(Math.ceil(stream.count / DAYS) / fewest);
    }
    return turns;
  };
  return new Map(
    [...ties].map(([id, count]) => [id, { clinic: 2 * perDay(count, 'outpatient'), beds: 2 * MAX_NIGHTS * perDay(count, 'inpatient') }]),
  );
}
