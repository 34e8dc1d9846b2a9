import { assert } from '../kernel/assert.js';
import type { Instant, LocalDate } from '../kernel/calendar.js';
import type { ConsortiumInput, Department, EntitlementRule, InstitutionInput, MemberPeriod, Timers } from '../contract/institution.js';
import type { Direction, InstitutionKind, Level } from '../contract/vocabulary.js';
import { coversDepartment } from './codes.js';

/**
 * 医疗机构 and 医联体 as they stand and as they stood: who was what on which date. Pure look-ups over a
 * snapshot; the store builds it.
 */
export interface Institution extends Omit<InstitutionInput, 'levelSince' | 'departments'> {
  readonly departments: readonly Department[];
  readonly id: string;
  /** The prefecture: the shard of everything that is this institution's. */
  readonly area: string;
  /** Oldest first; the first holds since ever. */
  readonly levels: readonly { readonly level: Level; readonly since: LocalDate }[];
  readonly version: number;
  readonly updatedAt: Instant;
}

export interface Member {
  readonly institutionId: string;
  readonly periods: readonly MemberPeriod[];
}

export interface Consortium extends ConsortiumInput {
  readonly id: string;
  readonly members: readonly Member[];
  readonly version: number;
  readonly updatedAt: Instant;
}

const RANK: Record<Level, number> = { primary: 0, secondary: 1, tertiary: 2, provincial: 3 };

/** Institutions for chronic disease (慢性病医疗机构, Xinhui 2017, line 16) receive down-referrals whatever their level. */
export const CHRONIC_CARE: readonly InstitutionKind[] = ['rehabilitation', 'nursing'];

export function levelOn(institution: Institution, date: LocalDate): Level {
  let level = institution.levels[0]?.level;
  for (const step of institution.levels) if (step.since <= date) level = step.level;
  assert(level !== undefined, 'an institution has at least one level');
  return level;
}

/** How many levels lie between: 1 from primary to secondary, negative on the way down. */
export function levelStep(from: Level, to: Level): number {
  return RANK[to] - RANK[from];
}

/**
 * Whether a referral of this direction may go from one level to the other: up is strictly higher; down
 * is lower, or to a rehabilitation or nursing institution; lateral is the same level.
 */
export function directionFits(direction: Direction, from: Level, to: Level, toKind: InstitutionKind): boolean {
  const step = levelStep(from, to);
  switch (direction) {
    case 'up':
      return step > 0;
    case 'down':
      return step < 0 || CHRONIC_CARE.includes(toKind);
    case 'lateral':
      return step === 0;
  }
}

export function isMemberOn(consortium: Consortium, institutionId: string, date: LocalDate): boolean {
  return roleOn(consortium, institutionId, date) !== undefined;
}

/** lead or member on that local date, both ends of a period included. */
export function roleOn(consortium: Consortium, institutionId: string, date: LocalDate): MemberPeriod['role'] | undefined {
  const member = consortium.members.find((m) => m.institutionId === institutionId);
  return member && periodOn(member, date)?.role;
}

/** Whether this is a lead on the date, by name or by its role. A lead that has left sees nothing of the consortium any more. */
export function leads(consortium: Consortium, institutionId: string, date: LocalDate): boolean {
  const role = roleOn(consortium, institutionId, date);
  return role === 'lead' || (role !== undefined && consortium.leadInstitutionId === institutionId);
}

export function periodOn(member: Member, date: LocalDate): MemberPeriod | undefined {
  return member.periods.find((p) => p.from <= date && (!p.until || date <= p.until));
}

export function findDepartment(institution: Institution, code: string): Department | undefined {
  return institution.departments.find((d) => d.code === code);
}

/** Whether some department does what is asked of a subject: one that lists 03.04 心血管 is asked for 03 内科, too. */
export function hasDepartment(institution: Institution, asked: string): boolean {
  return institution.departments.some((department) => coversDepartment(department.code, asked));
}

/** The directory as one unit of work sees it. */
export interface Network {
  institution(id: string): Institution | undefined;
  consortium(id: string): Consortium | undefined;
  institutions(): Iterable<Institution>;
  consortia(): Iterable<Consortium>;
  /** Every consortium in whose member list the institution stands, at whatever date. */
  consortiaOf(institutionId: string): readonly Consortium[];
}

/** Consortia in which both were members on the date: the tightest first, then by id. */
export function sharedConsortia(network: Network, a: string, b: string, date: LocalDate): Consortium[] {
  return network
    .consortiaOf(a)
    .filter((c) => isMemberOn(c, a, date) && isMemberOn(c, b, date))
    .sort(byTightness);
}

export function byTightness(a: Consortium, b: Consortium): number {
  if (a.tightness !== b.tightness) return a.tightness === 'tight' ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** Whether a consortium of the sender keeps its members from referring to outsiders. */
export function refusesOutsiders(network: Network, senderId: string, date: LocalDate): boolean {
  return network.consortiaOf(senderId).some((c) => c.outsideReferral === 'refuse' && isMemberOn(c, senderId, date));
}

/** The version of a rule, frozen on what was decided by it. */
export function ruleVersionOf(consortium: Consortium): string {
  return `${consortium.id}@${consortium.version}`;
}

/** Defaults from practice, not from policy (no document names a term); a consortium may set its own. */
export const DEFAULT_TIMERS: Required<Timers> = {
  reminderHours: 2,
  answerHours: 24,
  deferredDocumentsHours: 24,
  unansweredDays: 14,
  unscheduledDays: 30,
  missedAppointmentDays: 7,
  followUpDays: 7,
  retroDays: 30,
};

export function timersOf(consortium: Consortium | undefined): Required<Timers> {
  return { ...DEFAULT_TIMERS, ...consortium?.timers };
}

export type { EntitlementRule };
