import fc from 'fast-check';
import { DAY, formatInstant, HOUR, type Instant } from '../../src/kernel/calendar.js';
import type { Direction, Level, StayKind } from '../../src/contract/vocabulary.js';
import type { ChainStay } from '../../src/domain/assessment.js';
import { AREA, at, MEMBERS } from './network.js';

/** Random lives of a person between hospitals, as messages that may arrive in any order, and what they come to in the end. */

export const HOUSES = ['p1', 's1', 't1', 't2'] as const;
export type House = (typeof HOUSES)[number];
export const LEVEL_OF: Record<House, Level> = { p1: 'primary', s1: 'secondary', t1: 'tertiary', t2: 'tertiary' };
const RANK: Record<Level, number> = { primary: 0, secondary: 1, tertiary: 2, provincial: 3 };

/** When everything has been heard of: 14 April, two weeks into the insurance year of some. Referrals are entered up to thirty days late. */
export const HEARD: Instant = at('2018-04-14', 12);
const FIRST: Instant = at('2018-03-20', 0);
/** Between one leg and the next, roughly: the order of admission is mostly that of the legs. */
const STEP = 90;
/** Nobody is admitted after everything has been heard of. */
const LAST = (HEARD - FIRST) / HOUR;

/** By which document the person is known: the identity card, a passport, none. */
export type Paper = 'card' | 'passport' | 'none';

export interface Content {
  /** Hours after the first day. */
  readonly hour: number;
  readonly nights: number | null;
  readonly yuan: number | null;
  readonly kind: StayKind;
  readonly voided: boolean;
  /** Says that the patient came under the referral of its leg, where there is one. */
  readonly referred: boolean;
  /** About somebody else altogether. */
  readonly mistaken: boolean;
}

export interface Leg {
  readonly house: House;
  readonly paper: Paper;
  readonly emergency: boolean;
  /** The versions of its record; the last is how it was. */
  readonly versions: readonly Content[];
  /** Referred here from the house of an earlier leg, so many hours before the admission; `of`: the leg for which the referral was written, its own or an earlier one. */
  readonly referral: { readonly from: number; readonly names: boolean; readonly hoursBefore: number; readonly of: number } | null;
}

export interface Life {
  readonly insurer: Insurer;
  readonly legs: readonly Leg[];
  readonly outside: readonly { readonly year: number; readonly stays: number; readonly borneFen: number; readonly paidFen: number; readonly asOf: string }[];
}

/** Whose policy it is. */
export const INSURERS = ['difference', 'yearly', 'repeat'] as const;
export type Insurer = (typeof INSURERS)[number];

const content: fc.Arbitrary<Content> = fc.record({
  hour: fc.oneof(fc.integer({ min: 0, max: STEP }), fc.integer({ min: 0, max: STEP }), fc.integer({ min: -2 * STEP, max: 2 * STEP })),
  nights: fc.option(fc.integer({ min: 1, max: 9 }), { freq: 4 }),
  yuan: fc.option(fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 900, max: 60_000 })), { freq: 4 }),
  kind: fc.constantFrom<StayKind>('inpatient', 'inpatient', 'inpatient', 'inpatient', 'day-surgery', 'outpatient'),
  voided: fc.boolean(),
  referred: fc.boolean(),
  mistaken: fc.boolean(),
});

/** How it was: seldom void, referred where it could be, and about this person. */
const truth: fc.Arbitrary<Content> = fc.tuple(content, fc.integer({ min: 0, max: 9 })).map(([each, n]) => ({ ...each, voided: n === 0, referred: n < 8, mistaken: false }));

const leg = fc.record({
  house: fc.constantFrom(...HOUSES),
  paper: fc.constantFrom<Paper>('card', 'card', 'card', 'passport', 'none'),
  emergency: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  drafts: fc.array(content, { maxLength: 2 }),
  last: truth,
  from: fc.nat(20),
  names: fc.boolean(),
  hoursBefore: fc.integer({ min: 0, max: 60 }),
  comes: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
  /** In the same hour as the leg that it was sent from: some hospitals know the day alone. */
  atOnce: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  /** Names the referral of an earlier leg once more, where one led to this house. */
  again: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
});

export const life: fc.Arbitrary<Life> = fc
  .record({
    insurer: fc.constantFrom<Insurer>('difference', 'difference', 'yearly', 'repeat'),
    legs: fc.array(leg, { minLength: 2, maxLength: 6 }),
    outside: fc.array(
      fc.record({ year: fc.constantFrom(2017, 2018), stays: fc.integer({ min: 1, max: 2 }), borneFen: fc.integer({ min: 0, max: 60_000 }), paidFen: fc.integer({ min: 0, max: 3_000_000 }), day: fc.integer({ min: 1, max: 12 }) }),
      { maxLength: 3 },
    ),
  })
  .map(({ insurer, legs, outside }) => ({
    insurer,
    legs: legs.reduce<readonly Leg[]>((told, raw, i) => [...told, namedAgain(told, raw, atOnce(told, raw, legOf(legs, raw, i)))], []),
    // No two statements of one day: which of them is the newer nobody could say.
    outside: outside.map(({ day, ...statement }, i) => ({ ...statement, asOf: `2018-04-${String(1 + ((day + i) % 12)).padStart(2, '0')}` })).filter((each, i, all) => all.findIndex((other) => other.year === each.year && other.asOf === each.asOf) === i),
  }));

function legOf(legs: readonly { house: House; paper: Paper }[], raw: { house: House; paper: Paper; emergency: boolean; drafts: readonly Content[]; last: Content; from: number; names: boolean; hoursBefore: number; comes: boolean }, i: number): Leg {
  // The first is known by the card: whoever came without papers is found by it in the end.
  const paper = i === 0 ? 'card' : raw.paper;
  const emergency = raw.emergency || paper === 'none';
  const earlier = legs.map((other, j) => ({ ...other, j })).filter(({ house, j }) => j < i && house !== raw.house);
  const from = emergency || earlier.length === 0 || !raw.comes ? undefined : earlier[raw.from % earlier.length]!;
  const names = raw.names && from !== undefined && (from.j === 0 ? 'card' : from.paper) === paper;
  return {
    house: raw.house,
    paper,
    emergency,
    versions: [...raw.drafts, raw.last].map((version) => ({ ...version, hour: Math.min(LAST, Math.max(0, version.hour + i * STEP)) })),
    referral: from === undefined ? null : { from: from.j, names, hoursBefore: raw.hoursBefore, of: i },
  };
}

function atOnce(before: readonly Leg[], raw: { atOnce: boolean }, leg: Leg): Leg {
  if (!raw.atOnce || leg.referral === null) return leg;
  const { hour } = before[leg.referral.from]!.versions.at(-1)!;
  return { ...leg, versions: leg.versions.map((version, v) => (v === leg.versions.length - 1 ? { ...version, hour } : version)) };
}

/** Only a referral that was there at the admission can be named, and of the same record of the person. */
function namedAgain(before: readonly Leg[], raw: { again: boolean }, leg: Leg): Leg {
  if (!raw.again || leg.emergency) return leg;
  const first = before.find((other) => other.house === leg.house && other.paper === leg.paper && other.referral !== null && referredAt(other) <= admission(leg.versions.at(-1)!));
  return first ? { ...leg, referral: first.referral } : leg;
}

export const admission = ({ hour }: Content): Instant => FIRST + hour * HOUR;

export function discharge(content: Content): Instant | null {
  return content.nights === null ? null : Math.min(admission(content) + content.nights * DAY, HEARD);
}

/** When the referral of a leg was written: before it was admitted, as it was in the end. */
export function referredAt(leg: Leg): Instant {
  return Math.max(admission(leg.versions.at(-1)!) - (leg.referral?.hoursBefore ?? 0) * HOUR, HEARD - 29 * DAY);
}

export function directionOf(from: House, to: House): Direction {
  const step = RANK[LEVEL_OF[to]] - RANK[LEVEL_OF[from]];
  return step > 0 ? 'up' : step < 0 ? 'down' : 'lateral';
}

/** Another disease for each leg, so that no referral is in the way of another. */
export const diseaseOf = (i: number): string => `I2${i}.9`;

/** The visit number of a leg. */
export const numberOf = (n: number, i: number): string => `N${n}-${i}`;

/** What the life comes to: the legs that are not void, by admission, with the key of their place. */
export function chainOf({ legs }: Life): (ChainStay & { readonly referral: string | null })[] {
  return legs
    .map((leg, i) => ({ leg, i, last: leg.versions.at(-1)! }))
    .filter(({ last }) => !last.voided)
    .sort((a, b) => admission(a.last) - admission(b.last))
    .map(({ leg, i, last }) => ({
      referral: leg.referral === null ? null : String(leg.referral.of),
      key: String(i),
      institutionId: leg.house,
      level: LEVEL_OF[leg.house],
      personKind: 'active' as const,
      kind: last.kind,
      admittedAt: admission(last),
      dischargedAt: discharge(last),
      diagnosisCode: diseaseOf(i),
      settlement: last.yuan === null ? null : { totalFen: last.yuan * 100 + 5_000, eligibleFen: last.yuan * 100 },
      arrival: arrivalOf(legs, leg, last),
      policy: null,
    }));
}

function arrivalOf(legs: readonly Leg[], leg: Leg, last: Content): ChainStay['arrival'] {
  if (leg.emergency) return { via: 'emergency' };
  if (leg.referral === null || !last.referred) return { via: 'none' };
  const { from, names, of } = leg.referral;
  const sender = legs[from]!.house;
  return {
    via: 'referral',
    direction: directionOf(sender, leg.house),
    senderLevel: LEVEL_OF[sender],
    submittedAt: referredAt(legs[of]!),
    sameConsortium: Object.values(MEMBERS).some((members) => members.includes(sender) && members.includes(leg.house)),
    fromStay: names ? String(from) : null,
    fromInstitutionId: sender,
    emergency: false,
  };
}

export const instant = formatInstant;
export const INSURED_AREA: Record<Insurer, string> = { difference: AREA, yearly: '440600', repeat: '510700' };
