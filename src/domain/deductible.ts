import type { Benefit } from '../contract/insurance.js';
import type { Level, VisitType } from '../contract/vocabulary.js';
import type { Assessment, ChainStay, Overlap, OutsideByInsurer, StayOutcome, Unassessed } from './assessment.js';
import { countedStays, isReferred, sinceYearStart, type Counted, type Person, type Seen } from './counted-stays.js';
import { insuranceYearOf, startOfInsuranceYear } from './insurance-year.js';
import { portionOf, relievedFen, repeatStayFen } from './relief.js';
import type { PolicyRules } from './policy.js';
import { StepLog } from './step-log.js';

/**
 * 连续计算起付线: what each stay of a person bears, and why. Pure, integers only, no clock. A stay is
 * decided by itself and the stays before it, in order of admission, so a later fact never changes an
 * earlier stay.
 */

const NOTHING_OUTSIDE: OutsideByInsurer = new Map();

/**
 * Assesses all stays of one person, each by its own policy.
 *
 * @param chain in any order; stays of the same instant count in the order given. Without voided stays.
 * @param outside what insurers state of stays outside the platform: each for the stays that its policies decide.
 * @returns the outcomes in the order of `chain`.
 */
export function assess(chain: readonly ChainStay[], outside: OutsideByInsurer = NOTHING_OUTSIDE): readonly StayOutcome[] {
  const outcomes = new Array<StayOutcome>(chain.length);
  const seen: Seen[] = [];
  for (const index of byAdmission(chain)) {
    const stay = chain[index] as ChainStay;
    const one = assessOne(stay, seen, outside);
    seen.push(one);
    outcomes[index] = one.outcome;
  }
  return outcomes;
}

/** Places in the chain in order of admission. */
function byAdmission(chain: readonly ChainStay[]): readonly number[] {
  const order = chain.map((_, index) => index);
  // The sort is stable: what is of the same instant keeps its order.
  return order.sort((a, b) => (chain[a] as ChainStay).admittedAt - (chain[b] as ChainStay).admittedAt);
}

function assessOne(stay: ChainStay, before: readonly Seen[], outside: OutsideByInsurer): Seen {
  const rules = stay.policy;
  if (rules === null) return unassessed(stay, before, 'no-policy');
  const visitType: VisitType = stay.kind === 'outpatient' ? 'outpatient' : 'inpatient';
  const row = rules.benefits.find((each) => each.level === stay.level && each.personKind === stay.personKind && each.visitType === visitType);
  if (row === undefined) return unassessed(stay, before, 'no-benefit-row');

  const log = new StepLog(rules);
  const year = insuranceYearOf(stay.admittedAt, rules.insuranceYearStart);
  const person: Person = { before, yearStart: startOfInsuranceYear(year, rules.insuranceYearStart), outside: outside.get(rules.area)?.get(year) ?? null };
  const borne = visitType === 'outpatient' ? outpatient(row, log) : inpatient(stay, rules, row, person, log);
  const deductibleFen = upToCost(borne.fen, stay, log);
  const ratioBp = ratioOf(stay, rules, visitType, row, log);
  const paid = payment(stay, rules, { deductibleFen, ratioBp }, person, log);
  const overlaps = overlapsOf(stay, before, borne.chain, log);
  const episode = visitType === 'outpatient' ? null : episodeOf(stay, borne.parent);
  const outcome: Assessment = {
    assessed: true,
    key: stay.key,
    standardFen: borne.standardFen,
    deductibleFen,
    ratioBp,
    fundFen: paid?.fundFen ?? null,
    personalFen: paid?.personalFen ?? null,
    provisional: stay.settlement === null,
    linkedTo: borne.parent?.stay.key ?? null,
    episode,
    overlaps,
    outside: borne.usesOutside || (rules.annualCapFen !== null && paid !== null) ? person.outside : null,
    steps: log.steps,
  };
  return { stay, outcome, parent: borne.parent, episode, standardFen: borne.standardFen, borneFen: deductibleFen, paidFen: paid?.fundFen ?? 0 };
}

interface Borne {
  readonly standardFen: number;
  /** Before the eligible cost limits it. */
  readonly fen: number;
  readonly parent: Seen | null;
  /** The stays that its overlaps are excused with. */
  readonly chain: readonly Seen[];
  readonly usesOutside: boolean;
}

/** A visit has its row's deductible as it stands; it is never linked, counted or numbered. */
function outpatient({ deductibleFen, personKind, level, provenance }: Benefit, log: StepLog): Borne {
  log.figure('outpatient', 'benefits', provenance, { standardFen: deductibleFen }, { personKind, level });
  return { standardFen: deductibleFen, fen: deductibleFen, parent: null, chain: [], usesOutside: false };
}

function inpatient(stay: ChainStay, rules: PolicyRules, row: Benefit, person: Person, log: StepLog): Borne {
  const { standardFen, isFixed } = standardOf(stay, rules, row, log);
  const counted = countedStays(stay, rules, person, log);
  const relief = reliefOf(stay, rules, standardFen, counted, log);
  const repeats = !isFixed && rules.repeatStay.kind !== 'none';
  const fen = repeats ? withRepeatRule(rules, standardFen, relief, person, log) : (relief ?? standardFen);
  return { standardFen, fen, parent: counted.parent, chain: counted.continued, usesOutside: person.outside !== null && (repeats || counted.outside !== null) };
}

function standardOf(stay: ChainStay, rules: PolicyRules, { deductibleFen: rowDeductibleFen, personKind, level, provenance }: Benefit, log: StepLog): { standardFen: number; isFixed: boolean } {
  log.figure('standard', 'benefits', provenance, { standardFen: rowDeductibleFen }, { personKind, level });
  const fixed = rules.fixed.length === 0 ? undefined : rules.fixed.find((each) => each.when === stay.kind);
  if (fixed === undefined) return { standardFen: rowDeductibleFen, isFixed: false };
  log.figure('fixed', 'fixed', fixed.provenance, { standardFen: fixed.deductibleFen, rowDeductibleFen }, { kind: stay.kind });
  return { standardFen: fixed.deductibleFen, isFixed: true };
}

/** The deductible after the relief of the referral; null: no relief. */
function reliefOf(stay: ChainStay, rules: PolicyRules, standardFen: number, counted: Counted, log: StepLog): number | null {
  if (!isReferred(stay, rules) || (counted.stays.length === 0 && (counted.outside?.stays ?? 0) === 0)) return null;
  return relievedFen(stay, rules, standardFen, counted, log);
}

/** Without relief the repeat-stay rule applies; beside one it is weighed against it where the policy stacks by the lower. */
function withRepeatRule(rules: PolicyRules, standardFen: number, relief: number | null, person: Person, log: StepLog): number {
  if (relief !== null && rules.stacking === 'referral-only') return relief;
  const nth = 1 + staysOfYear(person) + (person.outside?.stays ?? 0);
  const repeat = repeatStayFen(rules.repeatStay, standardFen, nth);
  if (relief === null || repeat < relief) {
    if (person.outside !== null && person.outside.stays > 0) log.outside(person.outside);
    log.repeat(rules.repeatStay, { standardFen, resultFen: repeat, nth });
  }
  if (relief === null) return repeat;
  if (repeat < relief) log.add('stacking', 'stacking', { resultFen: relief, repeatResultFen: repeat });
  return Math.min(relief, repeat);
}

function staysOfYear(person: Person): number {
  return sinceYearStart(person).filter(({ stay }) => stay.kind !== 'outpatient').length;
}

function upToCost(fen: number, stay: ChainStay, log: StepLog): number {
  if (stay.settlement === null) {
    log.add('provisional', 'assessment', { deductibleFen: fen });
    return fen;
  }
  const { eligibleFen } = stay.settlement;
  if (eligibleFen < fen) log.add('eligible-lower', 'assessment', { resultFen: fen, eligibleFen, deductibleFen: eligibleFen });
  else log.add('deductible', 'assessment', { deductibleFen: fen });
  return Math.min(fen, eligibleFen);
}

function ratioOf(stay: ChainStay, rules: PolicyRules, visitType: VisitType, { ratioBp: rowRatioBp, personKind, level, provenance }: Benefit, log: StepLog): number {
  log.figure('ratio', 'benefits', provenance, { ratioBp: rowRatioBp }, { personKind, level, visitType });
  const { bp, visitTypes, senderLevels } = rules.unreferredPenalty;
  if (bp === 0 || stay.level === 'primary' || !visitTypes.includes(visitType) || isSpared(stay, senderLevels)) return rowRatioBp;
  const ratioBp = Math.max(0, rowRatioBp - bp);
  const { arrival } = stay;
  log.add('penalty', 'unreferredPenalty', { penaltyBp: bp, ratioBp }, { via: arrival.via, visitType, level: stay.level, ...(arrival.via === 'referral' && { senderLevel: arrival.senderLevel }) });
  return ratioBp;
}

/** Came as an emergency, or by an executed referral from one of these levels, within a consortium or not. */
function isSpared({ arrival }: ChainStay, senderLevels: readonly Level[]): boolean {
  if (arrival.via !== 'referral') return arrival.via === 'emergency';
  return arrival.emergency === true || senderLevels.includes(arrival.senderLevel);
}

interface Payment {
  readonly fundFen: number;
  readonly personalFen: number;
}

/** What fund and patient pay; null until the stay is settled. */
function payment(stay: ChainStay, rules: PolicyRules, { deductibleFen, ratioBp }: { deductibleFen: number; ratioBp: number }, person: Person, log: StepLog): Payment | null {
  if (stay.settlement === null) return null;
  const { totalFen, eligibleFen } = stay.settlement;
  const resultFen = portionOf(eligibleFen - deductibleFen, ratioBp);
  const fundFen = rules.annualCapFen === null ? resultFen : withinCap(resultFen, rules.annualCapFen, person, log);
  const personalFen = totalFen - fundFen;
  log.add('fund', 'assessment', { eligibleFen, deductibleFen, ratioBp, fundFen, totalFen, personalFen });
  return { fundFen, personalFen };
}

function withinCap(resultFen: number, capFen: number, person: Person, log: StepLog): number {
  const { outside } = person;
  let capLeftFen = capFen - (outside?.paidFen ?? 0);
  for (const { paidFen } of sinceYearStart(person)) capLeftFen -= paidFen;
  capLeftFen = Math.max(0, capLeftFen);
  if (resultFen <= capLeftFen) return resultFen;
  if (outside !== null && outside.paidFen > 0) log.outside(outside);
  log.add('annual-cap', 'annualCapFen', { resultFen, capFen, capLeftFen });
  return capLeftFen;
}

const NO_OVERLAP: readonly Overlap[] = [];

/** Earlier stays that had not ended at the admission. Recorded and flagged, never refused. */
function overlapsOf(stay: ChainStay, before: readonly Seen[], chain: readonly Seen[], log: StepLog): readonly Overlap[] {
  if (stay.kind === 'outpatient') return NO_OVERLAP;
  let overlaps: Overlap[] | undefined;
  for (const other of before) {
    const { kind, dischargedAt, key } = other.stay;
    if (kind === 'outpatient' || (dischargedAt !== null && dischargedAt <= stay.admittedAt)) continue;
    const lateDischarge = chain.includes(other);
    (overlaps ??= []).push({ key, lateDischarge });
    log.add(lateDischarge ? 'late-discharge' : 'overlap', 'assessment', {}, {}, [key]);
  }
  return overlaps ?? NO_OVERLAP;
}

function episodeOf(stay: ChainStay, parent: Seen | null): string {
  return parent?.episode ?? stay.key;
}

/** It is a stay of the person and counts as one, but nothing is known of what it bears. */
function unassessed(stay: ChainStay, before: readonly Seen[], reason: Unassessed['reason']): Seen {
  const log = new StepLog(stay.policy);
  log.add(reason, reason === 'no-policy' ? 'assessment' : 'benefits', {}, { personKind: stay.personKind ?? undefined, level: stay.level, kind: stay.kind });
  const episode = stay.kind === 'outpatient' ? null : stay.key;
  const outcome: Unassessed = { assessed: false, reason, key: stay.key, episode, linkedTo: null, overlaps: overlapsOf(stay, before, [], log), steps: log.steps };
  return { stay, outcome, parent: null, episode, standardFen: 0, borneFen: 0, paidFen: 0 };
}
