import { assert } from '../kernel/assert.js';
import { addDays, startOfDay, type Instant, type LocalDate } from '../kernel/calendar.js';
import { LEVELS, type BacktestState, type InsuranceScheme, type Level } from '../contract/vocabulary.js';
import { Arrivals } from './arrivals.js';
import type { Assessment, OutsideByInsurer } from './assessment.js';
import { assess } from './deductible.js';
import { chainStay, inOrder, policyOf } from './ledger.js';
import type { Policies, PolicyRules } from './policy.js';
import type { Figures, StayFacts } from './stay.js';

/**
 * 政策回测: what would have been, had another policy been in force for the admissions of a period. It looks
 * at each person's recorded chain, assesses it anew by the same rules of arithmetic, and sums up the
 * differences. It changes nothing.
 */
export interface Trial {
  readonly area: string;
  readonly scheme: InsuranceScheme;
  /** Local dates of admission, both included. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly rules: PolicyRules;
}

export interface Backtest {
  readonly id: string;
  /** Of the insured. */
  readonly area: string;
  readonly trial: Trial;
  readonly policyId: string;
  /** null: the policy was sent along. */
  readonly policyVersion: number | null;
  readonly state: BacktestState;
  readonly progress: Progress;
  readonly version: number;
  /** Until when whoever reckons it has it alone; then it is anybody's. */
  readonly claimedUntil: Instant;
  readonly createdAt: Instant;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
}

/** How far it has come: all that is needed to go on from there. */
export interface Progress {
  /** The last person that was looked at; null: none yet. */
  readonly after: string | null;
  readonly persons: number;
  readonly stays: number;
  /** All stays when it began; null: not begun. */
  readonly ofStays: number | null;
  readonly rows: readonly Row[];
  readonly complete: boolean;
}

export const NOT_BEGUN: Progress = { after: null, persons: 0, stays: 0, ofStays: null, rows: [], complete: false };

/** What one policy made of the stays of a level, and the other. */
export interface Row {
  readonly level: Level;
  readonly stays: number;
  readonly settled: number;
  readonly deductible: Pair;
  readonly fund: Pair;
  readonly personal: Pair;
  readonly lighter: number;
  readonly heavier: number;
  readonly same: number;
  readonly unassessed: number;
  readonly uncovered: number;
}

export interface Pair {
  readonly beforeFen: number;
  readonly afterFen: number;
}

/** A person as a backtest sees it: every stay, voided ones too. */
export interface TriedPerson {
  readonly patientId: string;
  readonly stays: readonly StayFacts[];
  readonly outside: OutsideByInsurer;
}

/** Adds up persons, starting from the rows of what was added up before. */
export class Comparison {
  readonly #rows = new Map<Level, Tally>();
  readonly #from: Instant;
  readonly #until: Instant;

  constructor(
    private readonly trial: Trial,
    private readonly policies: Policies,
    rows: readonly Row[],
  ) {
    for (const row of rows) this.#rows.set(row.level, new Tally(row));
    this.#from = startOfDay(trial.from);
    this.#until = startOfDay(addDays(trial.to, 1));
  }

  /** Stays of the period are assessed by the tried policy, the person's others by their own. */
  add({ stays, outside }: TriedPerson): void {
    const live = inOrder(stays);
    const tried = live.map((stay) => this.#isTried(stay));
    if (!tried.includes(true)) return;
    const { rules } = this.trial;
    const arrivals = new Arrivals();
    const outcomes = assess(live.map((stay, i) => chainStay(stay, tried[i] === true ? rules : this.#kept(stay), arrivals)), outside);
    for (const [i, stay] of live.entries()) {
      const outcome = outcomes[i];
      if (tried[i] === true && outcome !== undefined) this.#tally(stay.level).add(stay.figures, outcome.assessed ? outcome : null);
    }
  }

  rows(): readonly Row[] {
    return LEVELS.flatMap((level) => this.#rows.get(level)?.row(level) ?? []);
  }

  #isTried({ insuredArea, scheme, admittedAt }: StayFacts): boolean {
    return insuredArea === this.trial.area && scheme === this.trial.scheme && admittedAt >= this.#from && admittedAt < this.#until;
  }

  #kept(stay: StayFacts): PolicyRules | null {
    if (stay.figures === null) return null;
    const policy = policyOf(stay, this.policies);
    assert(policy !== undefined, 'a policy by which a stay was assessed is known');
    return policy;
  }

  #tally(level: Level): Tally {
    let tally = this.#rows.get(level);
    if (tally === undefined) this.#rows.set(level, (tally = new Tally(null)));
    return tally;
  }
}

const COUNTS = ['stays', 'settled', 'lighter', 'heavier', 'same', 'unassessed', 'uncovered'] as const;
const SUMS = ['deductible', 'fund', 'personal'] as const;
type Sums = Record<(typeof SUMS)[number], { beforeFen: number; afterFen: number }>;

class Tally {
  readonly #counts: Record<(typeof COUNTS)[number], number>;
  readonly #sums: Sums;

  constructor(row: Row | null) {
    this.#counts = Object.fromEntries(COUNTS.map((name) => [name, row?.[name] ?? 0])) as Record<(typeof COUNTS)[number], number>;
    this.#sums = Object.fromEntries(SUMS.map((name) => [name, { beforeFen: row?.[name].beforeFen ?? 0, afterFen: row?.[name].afterFen ?? 0 }])) as Sums;
  }

  add(before: Figures | null, after: Assessment | null): void {
    const counts = this.#counts;
    if (before === null) counts.unassessed += 1;
    if (after === null) counts.uncovered += 1;
    if (before === null || after === null) return;
    counts.stays += 1;
    this.#pair('deductible', before.deductibleFen, after.deductibleFen);
    let change = after.deductibleFen - before.deductibleFen;
    if (before.fundFen !== null && before.personalFen !== null && after.fundFen !== null && after.personalFen !== null) {
      counts.settled += 1;
      this.#pair('fund', before.fundFen, after.fundFen);
      this.#pair('personal', before.personalFen, after.personalFen);
      change = after.personalFen - before.personalFen;
    }
    counts[change < 0 ? 'lighter' : change > 0 ? 'heavier' : 'same'] += 1;
  }

  #pair(name: (typeof SUMS)[number], beforeFen: number, afterFen: number): void {
    const sum = this.#sums[name];
    sum.beforeFen += beforeFen;
    sum.afterFen += afterFen;
  }

  row(level: Level): Row {
    return { level, ...this.#counts, deductible: { ...this.#sums.deductible }, fund: { ...this.#sums.fund }, personal: { ...this.#sums.personal } };
  }
}
