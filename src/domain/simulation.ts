import { localDateOf, type Instant } from '../kernel/calendar.js';
import { repeatsOf } from '../kernel/equal.js';
import { field, invalid, refuse, type FieldError, type Refusal } from '../kernel/problem.js';
import type { OutsideStays, SimulatedStay, SimulationInput } from '../contract/insurance.js';
import type { ChainStay, OutsideByYear, StayArrival, StayOutcome } from './assessment.js';
import { assess } from './deductible.js';
import { episodesOf, type Episode } from './episode.js';
import { isValidOn, type PolicyRules } from './policy.js';

/** 起付线试算: a chain as somebody describes it, by one policy, nothing stored. */
export interface Simulated {
  /** In the order of the request. */
  readonly outcomes: readonly StayOutcome[];
  readonly episodes: readonly Episode[];
}

/**
 * Refused: `invalid_content` with a pointer to each fault; `no_policy` where all is well but for an
 * admission outside the validity of the policy. Of a policy that was sent along the validity is not asked.
 */
export function simulate(input: Pick<SimulationInput, 'personKind' | 'stays' | 'outside'>, policy: PolicyRules, policyIsStored: boolean): Simulated | Refusal {
  const admitted = input.stays.map((stay) => Date.parse(stay.admittedAt));
  const errors = [...repeatedKeys(input.stays), ...fromStayErrors(input.stays, admitted), ...input.stays.flatMap((stay, i) => stayErrors(stay, i, policy, input)), ...outsideErrors(input)];
  if (errors.length > 0) return invalid(...errors);
  const late = policyIsStored ? admitted.flatMap((at, i) => (isValidOn(policy, localDateOf(at)) ? [] : [notValid(i)])) : [];
  if (late.length > 0) return refuse('no_policy', { errors: late });

  const chain = input.stays.map((stay, i) => chainStay(stay, admitted[i] as Instant, input.personKind, policy));
  const outcomes = assess(chain, outsideOf(input));
  const inOrder = outcomes.map((_, i) => i).sort((a, b) => (admitted[a] as Instant) - (admitted[b] as Instant));
  return { outcomes, episodes: episodesOf(inOrder.map((i) => outcomes[i] as StayOutcome)) };
}

function notValid(i: number): FieldError {
  return field(`/stays/${i}/admittedAt`, '入院日期不在该政策的有效期内', 'The policy is not valid on the date of this admission');
}

function repeatedKeys(stays: readonly SimulatedStay[]): FieldError[] {
  return repeatsOf(stays, (stay) => stay.key).map((i) => field(`/stays/${i}/key`, '与另一次住院同名', 'Another stay has the same name'));
}

/** The stay that a referral names is one of these, and comes before: of the same instant, in the order given. */
function fromStayErrors(stays: readonly SimulatedStay[], admitted: readonly Instant[]): FieldError[] {
  const indexOf = new Map(stays.map(({ key }, i) => [key, i]));
  return stays.flatMap(({ arrival: { fromStay } }, i) => {
    if (fromStay === undefined || fromStay === null) return [];
    const at = `/stays/${i}/arrival/fromStay`;
    const from = indexOf.get(fromStay);
    if (from === undefined) return [field(at, `没有名为 ${fromStay} 的住院`, `No stay is called ${fromStay}`)];
    const gap = (admitted[i] as Instant) - (admitted[from] as Instant);
    return gap < 0 || (gap === 0 && from >= i) ? [field(at, '所接续的住院须在本次之前', 'The stay that is continued comes before')] : [];
  });
}

function stayErrors(stay: SimulatedStay, i: number, policy: PolicyRules, { personKind }: Pick<SimulationInput, 'personKind'>): FieldError[] {
  const at = `/stays/${i}`;
  const { totalFen, eligibleFen, dischargedAt, level } = stay;
  const visitType = stay.kind === 'outpatient' ? 'outpatient' : 'inpatient';
  const [total, eligible] = [totalFen ?? null, eligibleFen ?? null];
  return [
    ...(dischargedAt && Date.parse(dischargedAt) < Date.parse(stay.admittedAt) ? [field(`${at}/dischargedAt`, '出院时间早于入院时间', 'The discharge lies before the admission')] : []),
    ...(total === null && eligible !== null ? [field(`${at}/totalFen`, '有合规费用时须填写总费用', 'Needed beside the eligible cost')] : []),
    ...(total !== null && eligible === null ? [field(`${at}/eligibleFen`, '有总费用时须填写合规费用', 'Needed beside the total')] : []),
    ...(total !== null && eligible !== null && eligible > total ? [field(`${at}/eligibleFen`, '合规费用不能大于总费用', 'Eligible cost exceeds the total')] : []),
    ...(policy.benefits.some((row) => row.level === level && row.personKind === personKind && row.visitType === visitType)
      ? []
      : [field(`${at}/level`, `政策没有 ${personKind} 在 ${level} 级别的 ${visitType} 待遇`, `The policy has no ${visitType} benefit of ${personKind} at level ${level}`)]),
    ...arrivalErrors(stay, visitType, `${at}/arrival`, policy),
    ...(policy.referral.sameDisease === 'icd3' && policy.referral.window === 'episode' && visitType === 'inpatient' && !stay.mainDiagnosis
      ? [field(`${at}/mainDiagnosis`, '政策要求同病种，须填写主要诊断', 'The policy compares diagnoses: the main one is needed')]
      : []),
  ];
}

/** A referral says what the policy asks about it; who came otherwise came from nowhere. */
function arrivalErrors({ arrival, level }: SimulatedStay, visitType: 'inpatient' | 'outpatient', at: string, { referral, unreferredPenalty }: PolicyRules): FieldError[] {
  const missing = (name: string) => field(`${at}/${name}`, '经转诊到院须填写', 'Needed for an arrival by referral');
  const surplus = (name: string) => field(`${at}/${name}`, '仅经转诊到院时填写', 'Only for an arrival by referral');
  if (arrival.via !== 'referral') {
    return (['referredAt', 'fromStay'] as const).filter((name) => (arrival[name] ?? null) !== null).map(surplus);
  }
  const asksSender = unreferredPenalty.bp > 0 && level !== 'primary' && unreferredPenalty.visitTypes.includes(visitType);
  return [
    ...((arrival.direction ?? null) === null ? [missing('direction')] : []),
    ...(referral.sameConsortium && visitType === 'inpatient' && (arrival.sameConsortium ?? null) === null ? [missing('sameConsortium')] : []),
    ...(asksSender && (arrival.senderLevel ?? null) === null ? [missing('senderLevel')] : []),
  ];
}

function outsideErrors({ outside = [] }: Pick<SimulationInput, 'outside'>): FieldError[] {
  return [
    ...repeatsOf(outside, (each) => each.year).map((i) => field(`/outside/${i}/year`, '年度重复', 'The year is listed twice')),
    ...outside.flatMap((each, i) => outsideContradictions(each, `/outside/${i}`)),
  ];
}

/** What the insurer states of stays outside the platform and cannot be. */
export function outsideContradictions({ stays, borneFen }: OutsideStays, at: string): FieldError[] {
  return stays === 0 && borneFen > 0 ? [field(`${at}/borneFen`, '没有住院即没有起付线', 'Without a stay nothing is borne')] : [];
}

function outsideOf({ outside = [] }: Pick<SimulationInput, 'outside'>): OutsideByYear {
  return new Map(outside.map(({ year, ...statement }) => [year, statement]));
}

function chainStay(stay: SimulatedStay, admittedAt: Instant, personKind: ChainStay['personKind'], policy: PolicyRules): ChainStay {
  const { key, level, kind, dischargedAt, mainDiagnosis, totalFen, eligibleFen } = stay;
  return {
    key,
    institutionId: null,
    level,
    personKind,
    kind,
    admittedAt,
    dischargedAt: dischargedAt ? Date.parse(dischargedAt) : null,
    diagnosisCode: (typeof mainDiagnosis === 'string' ? mainDiagnosis : mainDiagnosis?.code) ?? null,
    settlement: typeof totalFen === 'number' && typeof eligibleFen === 'number' ? { totalFen, eligibleFen } : null,
    arrival: arrivalOf(stay, admittedAt),
    policy,
  };
}

/** Without `fromStay` it links to nothing; without `referredAt` it was submitted at the admission. */
function arrivalOf({ arrival }: SimulatedStay, admittedAt: Instant): StayArrival {
  const { via, direction, senderLevel, referredAt, fromStay, sameConsortium } = arrival;
  if (via !== 'referral' || !direction) return { via: via === 'emergency' ? 'emergency' : 'none' };
  return {
    via,
    direction,
    // Asked for where a policy looks at it.
    senderLevel: senderLevel ?? 'primary',
    submittedAt: referredAt ? Date.parse(referredAt) : admittedAt,
    sameConsortium: sameConsortium ?? false,
    fromStay: fromStay ?? null,
    fromInstitutionId: null,
  };
}
