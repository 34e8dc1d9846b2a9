import { repeatsOf } from '../kernel/equal.js';
import { field, type FieldError } from '../kernel/problem.js';
import type { OutsideStays, SimulatedStay, SimulationInput } from '../contract/insurance.js';
import type { VisitType } from '../contract/vocabulary.js';
import type { ChainStay } from './assessment.js';
import type { PolicyRules } from './policy.js';

/** What cannot be in a chain that somebody describes. Asked at a counter, so nothing is made where all is well. */

/** @param chain the stays of the request as they are assessed, in its order. */
export function simulationErrors({ stays, outside, personKind }: Pick<SimulationInput, 'stays' | 'outside' | 'personKind'>, chain: readonly ChainStay[], policy: PolicyRules): FieldError[] {
  const errors = repeatsOf(stays, (stay) => stay.key).map((i) => field(`/stays/${i}/key`, '与另一次住院同名', 'Another stay has the same name'));
  for (const [i, stay] of stays.entries()) {
    checkStay(errors, stay, i, chain, policy, personKind);
    checkArrival(errors, stay, i, policy);
    checkFromStay(errors, stay, i, chain);
  }
  if (outside !== undefined) checkOutside(errors, outside);
  return errors;
}

function visitTypeOf({ kind }: SimulatedStay): VisitType {
  return kind === 'outpatient' ? 'outpatient' : 'inpatient';
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function checkStay(errors: FieldError[], stay: SimulatedStay, i: number, chain: readonly ChainStay[], policy: PolicyRules, personKind: ChainStay['personKind']): void {
  const { totalFen, eligibleFen, level } = stay;
  const { admittedAt, dischargedAt } = chain[i] as ChainStay;
  const visitType = visitTypeOf(stay);
  if (dischargedAt !== null && dischargedAt < admittedAt) {
    errors.push(field(`/stays/${i}/dischargedAt`, '出院时间早于入院时间', 'The discharge lies before the admission'));
  }
  if (isSaid(eligibleFen) && !isSaid(totalFen)) errors.push(field(`/stays/${i}/totalFen`, '有合规费用时须填写总费用', 'Needed beside the eligible cost'));
  if (isSaid(totalFen) && !isSaid(eligibleFen)) errors.push(field(`/stays/${i}/eligibleFen`, '有总费用时须填写合规费用', 'Needed beside the total'));
  if ((eligibleFen ?? 0) > (totalFen ?? Infinity)) errors.push(field(`/stays/${i}/eligibleFen`, '合规费用不能大于总费用', 'Eligible cost exceeds the total'));
  if (!policy.benefits.some((row) => row.level === level && row.personKind === personKind && row.visitType === visitType)) {
    errors.push(field(`/stays/${i}/level`, `政策没有 ${personKind} 在 ${level} 级别的 ${visitType} 待遇`, `The policy has no ${visitType} benefit of ${personKind} at level ${level}`));
  }
  const { sameDisease, window } = policy.referral;
  if (sameDisease === 'icd3' && window === 'episode' && visitType === 'inpatient' && !isSaid(stay.mainDiagnosis)) {
    errors.push(field(`/stays/${i}/mainDiagnosis`, '政策要求同病种，须填写主要诊断', 'The policy compares diagnoses: the main one is needed'));
  }
}

/** A referral says what the policy asks about it; who came otherwise came from nowhere. */
function checkArrival(errors: FieldError[], stay: SimulatedStay, i: number, { referral, unreferredPenalty }: PolicyRules): void {
  const { arrival, level } = stay;
  const visitType = visitTypeOf(stay);
  if (arrival.via !== 'referral') {
    for (const name of ['referredAt', 'fromStay'] as const) {
      if (isSaid(arrival[name])) errors.push(field(`/stays/${i}/arrival/${name}`, '仅经转诊到院时填写', 'Only for an arrival by referral'));
    }
    return;
  }
  const asksSender = unreferredPenalty.bp > 0 && level !== 'primary' && unreferredPenalty.visitTypes.includes(visitType);
  const asked = { direction: true, sameConsortium: referral.sameConsortium && visitType === 'inpatient', senderLevel: asksSender };
  for (const name of ['direction', 'sameConsortium', 'senderLevel'] as const) {
    if (asked[name] && !isSaid(arrival[name])) errors.push(field(`/stays/${i}/arrival/${name}`, '经转诊到院须填写', 'Needed for an arrival by referral'));
  }
}

/** The stay that a referral names is one of these, and comes before: of the same instant, in the order given. */
function checkFromStay(errors: FieldError[], { arrival: { fromStay } }: SimulatedStay, i: number, chain: readonly ChainStay[]): void {
  if (fromStay === undefined || fromStay === null) return;
  const from = chain.findIndex((stay) => stay.key === fromStay);
  if (from < 0) {
    errors.push(field(`/stays/${i}/arrival/fromStay`, `没有名为 ${fromStay} 的住院`, `No stay is called ${fromStay}`));
    return;
  }
  const gap = (chain[i] as ChainStay).admittedAt - (chain[from] as ChainStay).admittedAt;
  if (gap < 0 || (gap === 0 && from >= i)) errors.push(field(`/stays/${i}/arrival/fromStay`, '所接续的住院须在本次之前', 'The stay that is continued comes before'));
}

function checkOutside(errors: FieldError[], outside: readonly (OutsideStays & { readonly year: number })[]): void {
  for (const i of repeatsOf(outside, (each) => each.year)) errors.push(field(`/outside/${i}/year`, '年度重复', 'The year is listed twice'));
  for (const [i, each] of outside.entries()) errors.push(...outsideContradictions(each, `/outside/${i}`));
}

/** What the insurer states of stays outside the platform and cannot be. `at`: where it stands in the request. */
export function outsideContradictions({ stays, borneFen }: OutsideStays, at: string): FieldError[] {
  return stays === 0 && borneFen > 0 ? [field(`${at}/borneFen`, '没有住院即没有起付线', 'Without a stay nothing is borne')] : [];
}
