import { must } from '../kernel/assert.js';
import { WHOLE_BP } from '../kernel/money.js';
import type { RepeatStay } from '../contract/insurance.js';
import type { Direction, Relief } from '../contract/vocabulary.js';
import type { ChainStay } from './assessment.js';
import type { Counted } from './counted-stays.js';
import type { PolicyRules } from './policy.js';
import type { StepLog } from './step-log.js';

/** What a referral and what a repeated stay take off the standard. */

/** `fen` × `bp` / 10 000, rounded half up to the fen. Exact: the product stays below 2⁵³. */
export function portionOf(fen: number, bp: number): number {
  const withHalf = fen * bp + WHOLE_BP / 2;
  return (withHalf - (withHalf % WHOLE_BP)) / WHOLE_BP;
}

function reliefFor(direction: Direction, { onUp, onDown, onLateral }: PolicyRules['referral']): Relief {
  switch (direction) {
    case 'up':
      return onUp;
    case 'down':
      return onDown;
    case 'lateral':
      return onLateral;
  }
}

/** The deductible of a stay that was reached by referral and has stays to count; null: no relief. */
export function relievedFen({ arrival }: ChainStay, rules: PolicyRules, standardFen: number, counted: Counted, log: StepLog): number | null {
  if (arrival.via !== 'referral') return null;
  const { direction } = arrival;
  switch (reliefFor(direction, rules.referral)) {
    case 'full':
      log.add('no-relief', 'referral', { standardFen }, { direction });
      return null;
    case 'zero':
      // There is no second deductible without a first (Foshan 2017, line 78: 二次起付线).
      if (counted.highestStandardFen === 0 && (counted.outside?.borneFen ?? 0) === 0) {
        log.add('no-first-deductible', 'referral', { standardFen }, { direction }, counted.keys);
        return null;
      }
      log.add('relief-zero', 'referral', { standardFen, resultFen: 0 }, { direction }, counted.keys);
      return 0;
    case 'difference':
      return difference(rules, standardFen, direction, counted, log);
  }
}

/** Up to the highest standard of the chain, less what counts against it (Guangzhou 2018, line 67: 累计计算起付线). */
function difference(rules: PolicyRules, standardFen: number, direction: Direction, counted: Counted, log: StepLog): number {
  const { credit } = rules.referral;
  const highestStandardFen = Math.max(counted.highestStandardFen, standardFen);
  const creditFen = credit === 'standard' ? counted.highestStandardFen : counted.borneFen + (counted.outside?.borneFen ?? 0);
  const resultFen = Math.min(standardFen, Math.max(0, highestStandardFen - creditFen));
  log.add('relief-difference', 'referral', { standardFen, highestStandardFen, creditFen, resultFen }, { direction, credit }, counted.keys);
  return resultFen;
}

/** The standard as the n-th stay of the insurance year bears it. Never above the standard. */
export function repeatStayFen(rule: RepeatStay, standardFen: number, nth: number): number {
  switch (rule.kind) {
    case 'none':
      return standardFen;
    case 'percent-off':
      return nth < firstReduced(rule) ? standardFen : portionOf(standardFen, WHOLE_BP - must(rule.bp, 'percent-off says how much'));
    case 'step-minus': {
      const stepFen = must(rule.stepFen, 'step-minus says how much');
      return Math.min(standardFen, Math.max(must(rule.floorFen, 'step-minus says down to what'), standardFen - stepFen * (nth - 1)));
    }
  }
}

/** From which stay of the year a rule takes something off. */
export function firstReduced(rule: RepeatStay): number {
  return rule.kind === 'percent-off' ? (rule.from ?? 2) : 2;
}
