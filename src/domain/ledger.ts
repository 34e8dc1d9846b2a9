import { localDateOf, type Instant } from '../kernel/calendar.js';
import { equalJson } from '../kernel/equal.js';
import { must } from '../kernel/assert.js';
import type { EntryCause, EntryKind } from '../contract/vocabulary.js';
import type { ChainStay, OutsideByInsurer, StayArrival, StayOutcome } from './assessment.js';
import { Arrivals } from './arrivals.js';
import { assess } from './deductible.js';
import { isValidOn, policyOn, type Policies, type Policy, type PolicyRules } from './policy.js';
import { isVoided, type Figures, type Reached, type Settled, type Stay, type StayFacts } from './stay.js';

/**
 * The ledger of what a person's stays bear. Whatever becomes known, all of it is reckoned anew from the
 * facts, and what has changed is entered: so the entries of a stay always add up to what a computation
 * from scratch gives, in whatever order the facts came.
 */

/** Everything that is known of a person. */
export interface PersonFacts {
  /** Every stay, in any order, voided ones too. */
  readonly stays: readonly Stay[];
  readonly outside: OutsideByInsurer;
}

/** One line, added and never changed. */
export interface LedgerEntry {
  /** Where the stay lies. */
  readonly area: string;
  readonly stayId: string;
  readonly institutionId: string;
  readonly patientId: string;
  /** Whose insurer pays: the prefecture of the policy. */
  readonly insuredArea: string;
  readonly kind: EntryKind;
  readonly deltaFen: number;
  /** What the stay bears after it. */
  readonly resultFen: number;
  readonly policyId: string;
  readonly policyVersion: number;
  readonly because: EntryCause;
  readonly at: Instant;
}

/** An entry with the number of the event that told of it: the cursor of the feed. */
export interface RecordedEntry extends LedgerEntry {
  readonly seq: number;
}

export type EntryLine = Pick<LedgerEntry, 'kind' | 'deltaFen' | 'resultFen' | 'policyId' | 'policyVersion' | 'insuredArea'>;

/** A stay whose standing has changed, and what that enters into the ledger. */
export interface Reckoned {
  readonly stay: Stay;
  readonly lines: readonly EntryLine[];
}

/**
 * Reckons a person anew: the stays whose standing differs from what is kept on them.
 *
 * @param anew a stay that gives up the policy of its first assessment for the one in force now
 */
export function reckon(facts: PersonFacts, policies: Policies, at: Instant, anew?: string): readonly Reckoned[] {
  const live = inOrder(facts.stays);
  const applied = live.map((stay) => policyFor(stay, policies, stay.id !== anew));
  const arrivals = new Arrivals();
  const outcomes = assess(live.map((stay, i) => chainStay(stay, applied[i] ?? null, arrivals)), facts.outside);
  const changed: Reckoned[] = [];
  for (const [i, stay] of live.entries()) add(changed, stay, standing(stay, outcomes[i] as StayOutcome, applied[i] ?? null, at), policies);
  for (const stay of facts.stays) if (isVoided(stay)) add(changed, stay, { ...stay, figures: null }, policies);
  return changed;
}

function add(changed: Reckoned[], before: Stay, stay: Stay, policies: Policies): void {
  const same = before.policyId === stay.policyId && before.policyVersion === stay.policyVersion && equalJson(before.figures, stay.figures) && equalJson(before.settled, stay.settled);
  if (!same) changed.push({ stay, lines: linesOf(before, stay, policies) });
}

/**
 * The stays that count, in order of admission. Of one instant (some hospitals know the day alone) the stay
 * from which a referral led comes before the one that it led to; else what their hospitals call them decides,
 * never when they became known.
 */
export function inOrder<T extends StayFacts>(stays: readonly T[]): readonly T[] {
  const live = stays.filter((stay) => !isVoided(stay)).sort((a, b) => a.admittedAt - b.admittedAt || compare(a.institutionId, b.institutionId) || compare(a.number, b.number));
  for (let from = 0, to = 1; from < live.length; from = to, to += 1) {
    while (live[to]?.admittedAt === live[from]?.admittedAt) to += 1;
    if (to - from > 1) live.splice(from, to - from, ...senderFirst(live.slice(from, to)));
  }
  return live;
}

/** Each as early as the stays that led to it allow. Who is sent in a circle keeps the first place by name. */
function senderFirst<T extends StayFacts>(stays: readonly T[]): readonly T[] {
  const left = [...stays];
  const placed: T[] = [];
  while (left.length > 0) {
    const next = left.findIndex((stay) => !left.some((other) => other !== stay && ledTo(other, stay)));
    placed.push(...left.splice(Math.max(0, next), 1));
  }
  return placed;
}

/** Whether the one may be the stay that the referral of the other came from. */
function ledTo(before: StayFacts, { record, reached }: StayFacts): boolean {
  if (record.arrival.via !== 'referral' || reached === null || before.record.kind === 'outpatient') return false;
  return reached.fromStayId === null ? before.institutionId === reached.fromInstitutionId : before.id === reached.fromStayId;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The policy by which a stay is assessed: the version of its first assessment, as long as it fits what is known of the stay, else the one in force. */
export function policyFor(stay: Stay, policies: Policies, keep = true): Policy | undefined {
  const { insuredArea, scheme } = stay;
  if (insuredArea === null || scheme === null) return undefined;
  const date = localDateOf(stay.admittedAt);
  const kept = keep ? policyOf(stay, policies) : undefined;
  if (kept && kept.area === insuredArea && kept.scheme === scheme && isValidOn(kept, date) && hasBenefit(kept, stay)) return kept;
  return policyOn(policies, insuredArea, scheme, date);
}

/** The version that the stay keeps. */
export function policyOf({ policyId, policyVersion }: Pick<Stay, 'policyId' | 'policyVersion'>, policies: Policies): Policy | undefined {
  return policyId === null || policyVersion === null ? undefined : policies.policyVersion(policyId, policyVersion);
}

export function hasBenefit({ benefits }: PolicyRules, { level, personKind, record }: Pick<Stay, 'level' | 'personKind' | 'record'>): boolean {
  const visitType = record.kind === 'outpatient' ? 'outpatient' : 'inpatient';
  return benefits.some((row) => row.level === level && row.personKind === personKind && row.visitType === visitType);
}

/** @param arrivals of the person, to whom all stays before this one were shown */
export function chainStay(stay: StayFacts, policy: PolicyRules | null, arrivals: Arrivals): ChainStay {
  const { id: key, referralId, admittedAt, record } = stay;
  return {
    key,
    institutionId: stay.institutionId,
    level: stay.level,
    personKind: stay.personKind,
    kind: record.kind,
    admittedAt,
    dischargedAt: record.dischargedAt === undefined ? null : Date.parse(record.dischargedAt),
    diagnosisCode: record.mainDiagnosis.code,
    settlement: record.settlement ?? null,
    arrival: arrivals.of({ key, referralId, kind: record.kind, admittedAt, arrival: arrivalOf(stay) }),
    policy,
  };
}

/** A referral whose arrival was taken back brought nobody. */
function arrivalOf({ record, reached }: StayFacts): StayArrival {
  if (record.arrival.via !== 'referral') return { via: record.arrival.via };
  return reached === null ? { via: 'none' } : arrivalUnder(reached);
}

export function arrivalUnder({ fromStayId, ...reached }: Reached): StayArrival {
  return { via: 'referral', ...reached, fromStay: fromStayId };
}

function standing(stay: Stay, outcome: StayOutcome, policy: Policy | null, at: Instant): Stay {
  const figures = figuresOf(outcome);
  return {
    ...stay,
    // A moment without assessment (a HIS that leaves out the insurance once) does not end the first one's version.
    policyId: figures === null ? stay.policyId : must(policy, 'who is assessed has a policy').id,
    policyVersion: figures === null ? stay.policyVersion : must(policy, 'who is assessed has a policy').version,
    figures,
    settled: settledOf(stay, figures, at),
  };
}

function figuresOf(outcome: StayOutcome): Figures | null {
  if (!outcome.assessed) return null;
  const { standardFen, deductibleFen, ratioBp, fundFen, personalFen, provisional, linkedTo, episode } = outcome;
  const overlaps = outcome.overlaps.filter((overlap) => !overlap.lateDischarge).map((overlap) => overlap.key);
  return { standardFen, deductibleFen, ratioBp, fundFen, personalFen, provisional, linkedTo, episode, overlaps };
}

/** What was settled stays as it was, until the hospital settles other amounts. */
function settledOf({ record, settled }: Stay, figures: Figures | null, at: Instant): Settled | null {
  const { settlement } = record;
  if (settlement === undefined) return null;
  const { totalFen, eligibleFen } = settlement;
  if (settled !== null && settled.totalFen === totalFen && settled.eligibleFen === eligibleFen) return settled;
  const { deductibleFen, ratioBp, fundFen = null, personalFen = null } = figures ?? {};
  if (deductibleFen === undefined || ratioBp === undefined || fundFen === null || personalFen === null) return null;
  return { totalFen, eligibleFen, deductibleFen, ratioBp, fundFen, personalFen, at };
}

/** Under another policy it is another insurer's, or another account's: what the first booked is taken back, not carried over. */
function linesOf(before: Stay, after: Stay, policies: Policies): readonly EntryLine[] {
  const was = bookedOn(before, policies);
  const is = bookedOn(after, policies);
  if (was && is && was.policyId === is.policyId) {
    const deltaFen = is.resultFen - was.resultFen;
    return deltaFen === 0 && was.policyVersion === is.policyVersion ? [] : [{ ...is, kind: 'adjustment', deltaFen }];
  }
  return [
    ...(was ? [{ ...was, kind: 'reversal' as const, deltaFen: 0 - was.resultFen, resultFen: 0 }] : []),
    ...(is ? [{ ...is, kind: 'assessment' as const, deltaFen: is.resultFen }] : []),
  ];
}

function bookedOn(stay: Stay, policies: Policies): Omit<EntryLine, 'kind' | 'deltaFen'> | null {
  if (stay.figures === null) return null;
  const { id: policyId, version: policyVersion, area: insuredArea } = must(policyOf(stay, policies), 'a policy version is never deleted');
  return { resultFen: stay.figures.deductibleFen, policyId, policyVersion, insuredArea };
}
