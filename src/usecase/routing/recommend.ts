import { addDays, localDateOf, startOfDay, type Instant, type LocalDate } from '../../kernel/calendar.js';
import { must } from '../../kernel/assert.js';
import { field, invalid, refuse } from '../../kernel/problem.js';
import type { Need } from '../../contract/referral.js';
import type { RecommendationInput } from '../../contract/routing.js';
import type { Category, Direction, Urgency } from '../../contract/vocabulary.js';
import type { Advice, Exclusion, Prospect, RoutingFacts, Weighed } from '../../domain/advice.js';
import { askerFor, type Asker } from '../../domain/allotment.js';
import { freePlacesIn, mayHoldExpired, type Pool, type Session } from '../../domain/capacity.js';
import { normaliseDepartment } from '../../domain/codes.js';
import { longestStay, poolServes, summarise, wantsOf, type Opening, type Wants } from '../../domain/openings.js';
import { byDistance, exclusionOf, rank, sieve } from '../../domain/routing.js';
import { lackReason } from '../../domain/routing-reasons.js';
import { freePlacesNow } from '../capacity/free-places.js';
import type { Query, Reads } from '../ports.js';

/** A patient who has to go somewhere. */
export interface Errand {
  readonly direction: Direction;
  readonly category: Category;
  readonly urgency: Urgency;
  /** Of an institution that is in the directory. */
  readonly sourceInstitutionId: string;
  /** Only members of it; absent: of any, or none. */
  readonly consortiumId?: string;
  readonly targetDepartment?: string;
  readonly capabilities?: readonly string[];
  readonly needs?: readonly Need[];
  /** GB/T 2261.1; absent: wards of either sex are looked at. */
  readonly sex?: string;
  /** The date whose levels and memberships count; absent: today. */
  readonly date?: LocalDate;
  /** The first day whose places are looked at; absent or past: today. */
  readonly from?: LocalDate;
  readonly days?: number;
}

const CANDIDATES = 20;
const EXCLUSIONS_TOLD = 50;
/** Of so many institutions, those that could rank first, places are read: more than anybody would compare. */
const LOOKED_AT = 100;
const DAYS = 14;

/**
 * Where a patient should go: candidates in order, and who is none, each with its reasons. At most 20
 * and 50. Anybody who works for an institution may ask, as the sender that the question names, with the
 * facts or with the whole referral that is about to be sent.
 *
 * Refused: `forbidden` for who acts for no institution, `invalid_content` for an unknown sender.
 */
export const recommend: Query<RecommendationInput, Advice> = async (reads, actor, question) => {
  if (actor.institutionId === null) return refuse('forbidden');
  if (!reads.network.institution(question.sourceInstitutionId)) {
    return invalid(field('/sourceInstitutionId', '机构不在机构目录中', 'The institution is not in the directory'));
  }
  return bestTarget(reads, errandOf(question, reads.now));
};

/** What is asked, or what the referral says that is sent along. */
function errandOf(question: RecommendationInput, now: Instant): Errand {
  const { direction, category, urgency = 'routine', sourceInstitutionId, targetDepartment, capabilities, needs, sex = question.patient?.sex, occurredAt, from, days } = question;
  const date = occurredAt === undefined ? undefined : localDateOf(Math.min(now, Date.parse(occurredAt)));
  return { direction, category, urgency, sourceInstitutionId, targetDepartment, capabilities, needs, sex, date, from, days };
}

/** The same for a referral without a target: its best is the first candidate. */
export async function bestTarget(reads: Reads, errand: Errand): Promise<Advice> {
  const today = localDateOf(reads.now);
  const targetDepartment = errand.targetDepartment === undefined ? null : normaliseDepartment(errand.targetDepartment);
  const facts: RoutingFacts = {
    direction: errand.direction,
    urgency: errand.urgency,
    source: must(reads.network.institution(errand.sourceInstitutionId), 'the sender is in the directory'),
    date: errand.date ?? today,
    consortiumId: errand.consortiumId ?? null,
    targetDepartment,
    capabilities: errand.capabilities ?? [],
  };
  const wants = wantsOf(errand.category, errand.needs, targetDepartment, errand.sex ?? null);
  const first = errand.from !== undefined && errand.from > today ? errand.from : today;
  const { groups, excluded } = sieve(facts, reads.network);
  const { weighed, lacking } = await weigh(reads, facts, wants, { first, days: errand.days ?? DAYS }, groups);
  return {
    asOf: reads.now,
    candidates: rank(facts, weighed, CANDIDATES),
    excluded: [...excluded, ...lacking].sort(byDistance).slice(0, EXCLUSIONS_TOLD),
  };
}

interface Window {
  readonly first: LocalDate;
  readonly days: number;
}

/**
 * Reads the places of one group after the other until there are candidates enough. What an emergency
 * needs and a hospital lacks is said of the candidate: an emergency is refused by nobody.
 */
async function weigh(reads: Reads, facts: RoutingFacts, wants: Wants, window: Window, groups: readonly (readonly Prospect[])[]): Promise<{ weighed: Weighed[]; lacking: Exclusion[] }> {
  const weighed: Weighed[] = [];
  const lacking: Exclusion[] = [];
  let ready = 0;
  let lookedAt = 0;
  for (const [group, prospects] of groups.entries()) {
    const members = prospects.slice(0, LOOKED_AT - lookedAt);
    if (ready >= CANDIDATES || members.length === 0) break;
    lookedAt += members.length;
    for (const seen of await lookAt(reads, facts, wants, window, members)) {
      const lack = wants.named ? seen.openings.lack : null;
      if (lack && facts.urgency !== 'emergency') lacking.push(exclusionOf(seen.prospect, lackReason(lack)));
      else weighed.push({ prospect: seen.prospect, group, openings: { ...seen.openings, lack } });
      if (!lack) ready += 1;
    }
  }
  return { weighed, lacking };
}

/** One read of the sessions of all of them, each seen as this sender sees it. */
async function lookAt(reads: Reads, facts: RoutingFacts, wants: Wants, { first, days }: Window, members: readonly Prospect[]): Promise<Omit<Weighed, 'group'>[]> {
  const pools = members.flatMap(({ institution }) => reads.poolsOf(institution.id)).filter((pool) => wants.needs.some((need) => poolServes(pool, need, wants)));
  const sessions = await reads.sessions({
    poolIds: pools.map((pool) => pool.id),
    from: Math.max(reads.now, startOfDay(first)),
    until: startOfDay(addDays(first, days + longestStay(wants) - 1)),
  });
  const openings = await openingsByPool(reads, facts, new Map(pools.map((pool) => [pool.id, pool])), sessions);
  const poolsOf = grouped(pools, (pool) => pool.institutionId);
  const until = startOfDay(addDays(first, days));
  return members.map((prospect) => ({
    prospect,
    openings: summarise(wants, poolsOf.get(prospect.institution.id) ?? [], openings, until, reads.now),
  }));
}

async function openingsByPool(reads: Reads, facts: RoutingFacts, pools: ReadonlyMap<string, Pool>, sessions: readonly Session[]): Promise<ReadonlyMap<string, readonly Opening[]>> {
  const askers = new Map<string, Asker>();
  const openings: Opening[] = [];
  for (const session of sessions) {
    const pool = must(pools.get(session.poolId), 'a session read is of a pool asked for');
    const asker = askers.get(pool.institutionId) ?? askerFor(facts.source, reads.network, pool.institutionId, facts.urgency, facts.date);
    askers.set(pool.institutionId, asker);
    // Waiting for what needs no waiting costs more than the rest of this loop, which runs a thousand times.
    const places = mayHoldExpired(session, reads.now) ? await freePlacesNow(reads, pool, session, asker) : freePlacesIn(pool, session, asker, reads.now);
    if (!places) continue;
    const { poolId, startsAt, endsAt, free, freeReserved } = places;
    openings.push({ poolId, startsAt, endsAt, free, freeReserved, reportedAt: session.reportedAt });
  }
  return grouped(openings, (opening) => opening.poolId);
}

function grouped<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const known = groups.get(key);
    if (known) known.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
