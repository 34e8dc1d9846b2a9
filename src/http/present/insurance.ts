import type { Static } from 'typebox';
import { assert } from '../../kernel/assert.js';
import { formatInstant } from '../../kernel/calendar.js';
import type * as wire from '../../contract/insurance.js';
import type { Step, StayOutcome } from '../../domain/assessment.js';
import type { Policy } from '../../domain/policy.js';
import { sentenceOf, type NameOfStay } from '../../domain/step-sentence.js';
import type { Simulation } from '../../usecase/insurance/simulate-deductibles.js';
import type { Wire } from '../declaration.js';

export function policyView(policy: Policy): Wire<Static<typeof wire.PolicyView>> {
  return { ...policy, budget: policy.budget ?? undefined, updatedAt: policy.updatedAt === null ? null : formatInstant(policy.updatedAt) };
}

/** A stay with its figures; `nameOf` says what its steps call the stays before. */
export function assessmentView(outcome: StayOutcome, nameOf?: NameOfStay): Wire<Static<typeof wire.StayAssessment>> {
  assert(outcome.assessed, 'only a stay that was assessed has figures');
  const { key, standardFen, deductibleFen, ratioBp, fundFen, personalFen, provisional, linkedTo, episode, overlaps, outside, steps } = outcome;
  return {
    key, standardFen, deductibleFen, ratioBp, fundFen, personalFen, provisional, linkedTo, episode, overlaps, outside,
    steps: steps.map((step) => stepView(step, nameOf)),
  };
}

export function stepView(step: Step, nameOf?: NameOfStay): Wire<Static<typeof wire.StepView>> {
  const { code, rule, provenance, stays, numbers, facts } = step;
  return { code, rule, provenance, stays, numbers, facts, text: sentenceOf(step, nameOf) };
}

export function simulationView({ policy, outcomes, episodes }: Simulation): Wire<Static<typeof wire.Simulation>> {
  return { policy, stays: outcomes.map((outcome) => assessmentView(outcome)), episodes };
}
