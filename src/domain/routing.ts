import type { Candidate, Exclusion, Prospect, Reason, RoutingFacts, Weighed } from './advice.js';
import {
  byTightness, CHRONIC_CARE, directionFits, isMemberOn, levelOn, levelStep, periodOn, refusesOutsiders,
  type Consortium, type Institution, type Network,
} from './network.js';
import { EXCLUSIONS, lacksDepartment, reasonsFor } from './routing-reasons.js';

/**
 * Where a patient should go, and why; and why not elsewhere.
 *
 * Whoever cannot take the patient is excluded with the first reason that applies. The others are ranked
 * in groups, so that places need be read only for the groups that can still come first: in emergencies
 * by distance, 「急危重症患者就近直接转入二级医院就诊」(Xinhui 2017, line 23), else by what both share and
 * by how many levels lie between.
 */

export interface Sieved {
  /** Nobody of a later group ranks before an earlier one, unless an emergency finds no place in the earlier. */
  readonly groups: readonly (readonly Prospect[])[];
  readonly excluded: readonly Exclusion[];
}

/** Of those who are grouped by distance, so many are one group. */
const NEAREST = 10;

export function sieve(facts: RoutingFacts, network: Network): Sieved {
  const sharing = consortiaBySharer(facts, network);
  const closed = refusesOutsiders(network, facts.source.id, facts.date);
  const from = levelOn(facts.source, facts.date);
  const prospects: Prospect[] = [];
  const excluded: Exclusion[] = [];
  for (const institution of network.institutions()) {
    const shared = sharing.get(institution.id) ?? [];
    const step = levelStep(from, levelOn(institution, facts.date));
    const prospect = { institution, consortium: shared.find(({ id }) => id === facts.consortiumId) ?? shared[0], step, distanceKm: distanceBetween(facts.source, institution) };
    const reason = whyNot(facts, prospect, shared, closed);
    if (reason) excluded.push(exclusionOf(prospect, reason));
    else prospects.push(prospect);
  }
  return { groups: inGroups(facts, prospects), excluded };
}

export function exclusionOf({ institution, distanceKm }: Prospect, reason: Reason): Exclusion {
  return { institutionId: institution.id, name: institution.name, distanceKm, reason };
}

/**
 * The first reason for which an institution cannot take the patient. Emergencies are held up by neither
 * consortium nor prefecture, and may go to a hospital of the sender's own level where none is higher.
 *
 * @param closed the sender's consortium refuses referrals to outsiders
 */
function whyNot(facts: RoutingFacts, { institution, step, distanceKm }: Prospect, shared: readonly Consortium[], closed: boolean): Reason | undefined {
  const { direction, source, date } = facts;
  const emergency = isEmergency(facts);
  if (institution.id === source.id) return EXCLUSIONS.self;
  if (!emergency && facts.consortiumId !== null && !shared.some(({ id }) => id === facts.consortiumId)) return EXCLUSIONS['other-consortium'];
  const fits = directionFits(direction, levelOn(source, date), levelOn(institution, date), institution.kind);
  if (!fits && !isPeer(facts, step)) return EXCLUSIONS['wrong-level'];
  if (shared.length === 0) {
    const inReach = institution.area === source.area || (emergency && distanceKm !== null);
    if (!inReach) return EXCLUSIONS['other-area'];
    if (closed && !emergency) return EXCLUSIONS['no-shared-consortium'];
  }
  if (!emergency && direction === 'up' && step > 1 && shared.some((c) => c.stepwise)) return EXCLUSIONS['skips-level'];
  if (lacksDepartment(facts, institution) && !isLastResort(facts, institution, step)) return EXCLUSIONS['no-department'];
  return facts.capabilities.every((c) => hasCapability(institution, c)) ? undefined : EXCLUSIONS['no-capability'];
}

function hasCapability(institution: Institution, capability: string): boolean {
  return (institution.capabilities?.includes(capability) ?? false) || institution.departments.some((d) => d.capabilities.includes(capability));
}

function isEmergency({ urgency }: RoutingFacts): boolean {
  return urgency === 'emergency';
}

/** A hospital of the same level: an emergency on the way up may end there, though anybody higher comes first. */
function isPeer(facts: RoutingFacts, step: number): boolean {
  return isEmergency(facts) && facts.direction === 'up' && step === 0;
}

/** With whom the sender shares consortia on the date: the tightest first, then by id. */
function consortiaBySharer({ source, date }: RoutingFacts, network: Network): ReadonlyMap<string, readonly Consortium[]> {
  const sharing = new Map<string, Consortium[]>();
  for (const consortium of network.consortiaOf(source.id).filter((c) => isMemberOn(c, source.id, date)).sort(byTightness)) {
    for (const member of consortium.members) {
      if (!periodOn(member, date)) continue;
      const known = sharing.get(member.institutionId);
      if (known) known.push(consortium);
      else sharing.set(member.institutionId, [consortium]);
    }
  }
  return sharing;
}

/** A hospital of a higher level: no code of a department keeps an emergency from it, though anybody who has the department comes first. */
function isLastResort(facts: RoutingFacts, institution: Institution, step: number): boolean {
  return isEmergency(facts) && step > 0 && !CHRONIC_CARE.includes(institution.kind);
}

/** What a prospect is ranked by first, least first: peers and who lacks the department, or the tie and the levels between. */
function classOf(facts: RoutingFacts, { institution, consortium, step }: Prospect): number {
  if (isEmergency(facts)) return (lacksDepartment(facts, institution) ? 2 : 0) + (isPeer(facts, step) ? 1 : 0);
  const tie = consortium === undefined ? OUTSIDE : consortium.tightness === 'loose' ? 10 : 0;
  const levels = facts.direction === 'down' ? -step : step;
  return tie + Math.max(0, levels - 1);
}

const OUTSIDE = 20;

/**
 * Those of a shared consortium are compared by their places, whoever is nearer. In emergencies, and
 * among outsiders, of whom there may be a city full, the nearest come first.
 */
function inGroups(facts: RoutingFacts, prospects: readonly Prospect[]): Prospect[][] {
  const classes = new Map<number, Prospect[]>();
  for (const prospect of prospects) {
    const key = classOf(facts, prospect);
    const known = classes.get(key);
    if (known) known.push(prospect);
    else classes.set(key, [prospect]);
  }
  return [...classes]
    .sort(([a], [b]) => a - b)
    .flatMap(([key, members]) => {
      members.sort((a, b) => byDistance(a, b) || byId(a, b));
      return isEmergency(facts) || key >= OUTSIDE ? chunks(members, NEAREST) : [members];
    });
}

function chunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}

/** The order in which candidates are offered; every key of it is among their reasons. */
export function rank(facts: RoutingFacts, weighed: readonly Weighed[], limit: number): Candidate[] {
  return [...weighed]
    .sort(isEmergency(facts) ? nearestFirst : soonestFirst)
    .slice(0, limit)
    .map(({ prospect, openings }, i) => ({
      institutionId: prospect.institution.id,
      name: prospect.institution.name,
      department: facts.targetDepartment,
      rank: i + 1,
      reasons: reasonsFor(facts, prospect, openings),
      distanceKm: prospect.distanceKm,
      earliest: openings.earliest,
      reservedLeft: openings.reservedLeft,
    }));
}

/** Those with a place before those without one; a hospital without a free bed is still better than none. */
function nearestFirst(a: Weighed, b: Weighed): number {
  const lacking = Number(a.openings.lack !== null) - Number(b.openings.lack !== null);
  return lacking || a.group - b.group || byDistance(a.prospect, b.prospect) || byId(a.prospect, b.prospect);
}

function soonestFirst(a: Weighed, b: Weighed): number {
  return (
    a.group - b.group ||
    b.openings.reservedLeft - a.openings.reservedLeft ||
    nullLast(a.openings.earliest?.startsAt ?? null, b.openings.earliest?.startsAt ?? null) ||
    byDistance(a.prospect, b.prospect) ||
    byId(a.prospect, b.prospect)
  );
}

export function byDistance(a: { readonly distanceKm: number | null }, b: { readonly distanceKm: number | null }): number {
  return nullLast(a.distanceKm, b.distanceKm);
}

function nullLast(a: number | null, b: number | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a - b;
}

function byId(a: Prospect, b: Prospect): number {
  return a.institution.id < b.institution.id ? -1 : 1;
}

const EARTH_RADIUS_KM = 6_371;

/** Great-circle distance in kilometres, one decimal; null where a place is not known. */
export function distanceBetween(a: Institution, b: Institution): number | null {
  if (!a.location || !b.location) return null;
  const radians = Math.PI / 180;
  const halfLat = Math.sin(((b.location.lat - a.location.lat) * radians) / 2);
  const halfLng = Math.sin(((b.location.lng - a.location.lng) * radians) / 2);
  const h = halfLat ** 2 + Math.cos(a.location.lat * radians) * Math.cos(b.location.lat * radians) * halfLng ** 2;
  return Math.round(2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, h))) * 10) / 10;
}
