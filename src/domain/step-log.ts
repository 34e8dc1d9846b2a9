import type { OutsideStays, Provenance, RepeatStay, StepFacts, StepNumbers } from '../contract/insurance.js';
import type { PolicyPart, StepCode } from '../contract/vocabulary.js';
import type { Step } from './assessment.js';
import { provenanceOf, type PolicyRules } from './policy.js';

const NO_STAYS: readonly string[] = [];
const NO_FACTS: StepFacts = {};
/** What no policy says: the rule that there must be one. */
const ARITHMETIC: Provenance = { status: 'sourced', citation: '本服务的计算规则 · arithmetic of this service' };

/** The steps of one assessment as it goes. Cheap: words are made when somebody reads. */
export class StepLog {
  readonly steps: Step[] = [];
  #saidOutside = false;

  constructor(private readonly rules: PolicyRules | null) {}

  add(code: StepCode, rule: Step['rule'], numbers: StepNumbers, facts: StepFacts = NO_FACTS, stays: readonly string[] = NO_STAYS): void {
    this.steps.push({ code, rule, provenance: this.#provenance(rule), stays, numbers, facts });
  }

  /** A figure of the policy that may have a provenance of its own. */
  figure(code: StepCode, rule: PolicyPart, own: Provenance | undefined, numbers: StepNumbers, facts: StepFacts): void {
    this.steps.push({ code, rule, provenance: own ?? this.#provenance(rule), stays: NO_STAYS, numbers, facts });
  }

  /** The insurer's statement that figures stand on, said once. */
  outside({ stays, borneFen, paidFen, asOf }: OutsideStays): void {
    if (this.#saidOutside) return;
    this.#saidOutside = true;
    this.add('outside-stays', 'assessment', { count: stays, borneFen, fundFen: paidFen }, { asOf });
  }

  repeat(rule: RepeatStay, { standardFen, resultFen, nth }: { standardFen: number; resultFen: number; nth: number }): void {
    if (resultFen === standardFen) return;
    if (rule.kind === 'percent-off') this.add('repeat-percent-off', 'repeatStay', { standardFen, resultFen, nth, offBp: rule.bp });
    else this.add('repeat-step-minus', 'repeatStay', { standardFen, resultFen, nth, stepFen: rule.stepFen, floorFen: rule.floorFen });
  }

  #provenance(rule: PolicyPart | 'assessment'): Provenance {
    if (this.rules === null) return ARITHMETIC;
    return rule === 'assessment' ? this.rules.provenance : provenanceOf(this.rules, rule);
  }
}
