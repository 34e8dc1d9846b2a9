import { HOUR, type Instant } from '../kernel/calendar.js';
import type { OutsideStays } from '../contract/insurance.js';
import type { ChainStay, StayArrival, StayOutcome } from './assessment.js';
import type { PolicyRules } from './policy.js';
import type { StepLog } from './step-log.js';

/** Which earlier stays count for a stay: its chain, or all of the insurance year. */

/** A stay that has been assessed, or could not be, with what later stays ask of it. */
export interface Seen {
  readonly stay: ChainStay;
  readonly outcome: StayOutcome;
  /** The stay that it links to. */
  readonly parent: Seen | null;
  readonly episode: string | null;
  readonly standardFen: number;
  /** The deductible really borne. */
  readonly borneFen: number;
  /** By the fund. */
  readonly paidFen: number;
}

export interface Counted {
  readonly stays: readonly Seen[];
  readonly keys: readonly string[];
  readonly highestStandardFen: number;
  readonly borneFen: number;
  /** Stays outside the platform that count with them. */
  readonly outside: OutsideStays | null;
  /** The stay that this one links to (window `episode`). */
  readonly parent: Seen | null;
  /** The stays that it continues, whatever the window: with them an overlap is a late discharge. */
  readonly continued: readonly Seen[];
}

/** What is known of the person at the admission. */
export interface Person {
  /** The stays before, in order of admission. */
  readonly before: readonly Seen[];
  /** The beginning of the insurance year of the stay. */
  readonly yearStart: Instant;
  /** The insurer's statement for that year. */
  readonly outside: OutsideStays | null;
}

type Referred = Extract<StayArrival, { via: 'referral' }>;

const NONE: readonly never[] = [];
const NOTHING: Counted = { stays: NONE, keys: NONE, highestStandardFen: 0, borneFen: 0, outside: null, parent: null, continued: NONE };

/** Reached by an executed referral, and within a consortium where the policy says so (Guangzhou 2018, line 39: 在医联体内). */
export function isReferred({ arrival }: ChainStay, { referral }: PolicyRules): boolean {
  return arrival.via === 'referral' && (arrival.sameConsortium || !referral.sameConsortium);
}

export function countedStays(stay: ChainStay, rules: PolicyRules, person: Person, log: StepLog): Counted {
  const { arrival } = stay;
  if (arrival.via !== 'referral') {
    if (arrival.usedBy !== undefined) log.add('referral-used', 'referral', {}, { via: arrival.via }, [arrival.usedBy]);
    else log.add(arrival.via === 'emergency' ? 'emergency' : 'not-referred', 'referral', {}, { via: arrival.via });
    return NOTHING;
  }
  const source = sourceOf(arrival, person.before);
  const continued = source === undefined ? NONE : chainOf(source);
  if (!isReferred(stay, rules)) {
    log.add('outside-consortium', 'referral', {}, { direction: arrival.direction });
    return { ...NOTHING, continued };
  }
  if (rules.referral.window === 'insurance-year') return { ...ofYear(person, log), continued };
  if (source === undefined) {
    log.add('no-earlier-stay', 'referral', {}, { direction: arrival.direction });
    return NOTHING;
  }
  return fits(source.stay, stay, arrival, rules, log) ? ofChain(source, continued, arrival, log) : { ...NOTHING, continued };
}

/** The earlier stay that the referral names, or, if it names none, the latest one at the referring institution. */
function sourceOf({ fromStay, fromInstitutionId }: Referred, before: readonly Seen[]): Seen | undefined {
  if (fromStay === null && fromInstitutionId === null) return undefined;
  for (let i = before.length - 1; i >= 0; i -= 1) {
    const seen = before[i] as Seen;
    if (seen.stay.kind === 'outpatient') continue;
    if (fromStay === null ? seen.stay.institutionId === fromInstitutionId : seen.stay.key === fromStay) return seen;
  }
  return undefined;
}

/** Whether the link holds: the window, exact to the millisecond, and the disease where the policy asks. */
function fits(earlier: ChainStay, stay: ChainStay, { submittedAt }: Referred, { referral }: PolicyRules, log: StepLog): boolean {
  const gapMs = gapOf(earlier, submittedAt);
  const { linkWindowHours, sameDisease } = referral;
  if (linkWindowHours !== null && gapMs > linkWindowHours * HOUR) {
    log.add('link-too-late', 'referral', { gapMs, windowHours: linkWindowHours }, {}, [earlier.key]);
    return false;
  }
  if (sameDisease === 'icd3' && !agree(earlier.diagnosisCode, stay.diagnosisCode)) {
    log.add('another-disease', 'referral', {}, {}, [earlier.key]);
    return false;
  }
  return true;
}

/** Discharges are entered late, and a late entry must not cost the patient: one still missing, or after the submission, is no gap. */
function gapOf({ dischargedAt }: ChainStay, submittedAt: Instant): number {
  return dischargedAt === null || dischargedAt > submittedAt ? 0 : submittedAt - dischargedAt;
}

function agree(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a.slice(0, 3) === b.slice(0, 3);
}

/** A stay and the stays that led to it, first to last. */
function chainOf(last: Seen): readonly Seen[] {
  const chain: Seen[] = [];
  for (let seen: Seen | null = last; seen !== null; seen = seen.parent) chain.push(seen);
  return chain.reverse();
}

function ofChain(parent: Seen, chain: readonly Seen[], { submittedAt, direction }: Referred, log: StepLog): Counted {
  const counted = sumsOf(chain, null);
  log.add('link', 'referral', { gapMs: gapOf(parent.stay, submittedAt), count: chain.length, highestStandardFen: counted.highestStandardFen, borneFen: counted.borneFen }, { direction }, counted.keys);
  return { ...counted, parent, continued: chain };
}

/** The earlier stays of the insurance year of any kind, in order of admission. */
export function sinceYearStart({ before, yearStart }: Person): readonly Seen[] {
  let first = before.length;
  while (first > 0 && (before[first - 1] as Seen).stay.admittedAt >= yearStart) first -= 1;
  return before.slice(first);
}

/** Every earlier stay of the insurance year, whether or not it was referred (Foshan 2017, line 78: 一个年度内). */
function ofYear(person: Person, log: StepLog): Counted {
  const { outside } = person;
  const stays = sinceYearStart(person).filter(({ stay }) => stay.kind !== 'outpatient');
  const counted = sumsOf(stays, outside !== null && outside.stays > 0 ? outside : null);
  if (stays.length === 0) log.add('none-in-year', 'referral', {});
  else log.add('counted-in-year', 'referral', { count: stays.length, highestStandardFen: counted.highestStandardFen, borneFen: counted.borneFen }, {}, counted.keys);
  if (counted.outside !== null) log.outside(counted.outside);
  return counted;
}

function sumsOf(stays: readonly Seen[], outside: OutsideStays | null): Counted {
  let highestStandardFen = 0;
  let borneFen = 0;
  for (const seen of stays) {
    highestStandardFen = Math.max(highestStandardFen, seen.standardFen);
    borneFen += seen.borneFen;
  }
  return { stays, keys: stays.map((seen) => seen.stay.key), highestStandardFen, borneFen, outside, parent: null, continued: NONE };
}
