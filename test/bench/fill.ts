import { DAY, localDateOf, MINUTE, type Instant } from '../../src/kernel/calendar.js';
import type { ReferralStatus } from '../../src/contract/vocabulary.js';
import type { Session } from '../../src/domain/capacity.js';
import { decideEntitlement } from '../../src/domain/entitlement.js';
import type { Referral } from '../../src/domain/referral.js';
import type { Place, Reservation } from '../../src/domain/reservation.js';
import { MovableClock } from '../../src/demo/clock.js';
import type { Unit } from '../../src/usecase/ports.js';
import { submittedFacts } from '../../src/usecase/referral/create-referral.js';
import { referralEvent } from '../../src/usecase/referral/referral-event.js';
import { accepted, actorOf, AREA, downReferral, person, POOLS, upReferral } from '../kit/network.js';
import { referralOf } from '../kit/referral.js';
import type { WholeStore } from '../../src/store/open.js';

/**
 * Many referrals, quickly: written through the ports of a unit, a hundred patients at a time, each sent
 * up with a place in a session and back down. What they say is real and sealed as it would be; only
 * the deciding is left out, and of the events of a life there is the first alone.
 */

/** As long as these referrals took to come together. */
const YEARS = 3 * 365 * DAY;
const PATIENTS_PER_UNIT = 100;
/** Patients of one unit that share a session; the rest of them another. */
const HALF = PATIENTS_PER_UNIT / 2;

/** What became of every hundred. */
const OUTCOMES: readonly (readonly [status: ReferralStatus, upTo: number])[] = [
  ['completed', 70], ['cancelled', 75], ['rejected', 80], ['expired', 88], ['in-care', 92], ['scheduled', 96], ['accepted', 98], ['submitted', 100],
];
const OPEN: readonly ReferralStatus[] = ['scheduled', 'accepted', 'submitted'];
const PLACE_STATES: Partial<Record<ReferralStatus, Place['state']>> = { completed: 'fulfilled', 'in-care': 'fulfilled', scheduled: 'confirmed' };

/** Senders in primary care, their hospital, its clinic. */
const ROADS = [
  { senders: ['p1', 'p2'], hospital: 't1', pool: 't1-expert', consortium: 'g1' },
  { senders: ['p3', 'p4'], hospital: 't2', pool: 't2-expert', consortium: 'g2' },
] as const;
type Road = (typeof ROADS)[number];

/** A clock that ends at `until` when `total` referrals are written. */
export function fillingClock(until: Instant): MovableClock {
  return new MovableClock(until - YEARS);
}

/** Brings the referrals of a store from `present` to `wanted`, out of `total` that would take it to `until`. */
export async function fillUp(store: WholeStore, clock: MovableClock, plan: { present: number; wanted: number; total: number; until: Instant }): Promise<void> {
  for (let first = plan.present / 2; first < plan.wanted / 2; first += PATIENTS_PER_UNIT) {
    clock.moveTo(Math.floor(plan.until - YEARS + (YEARS * first * 2) / plan.total));
    await accepted(store.write(actorOf('p1'), async (unit) => {
      for (const [i, road] of ROADS.entries()) await fillRoad(unit, road, first + i * HALF);
      return null;
    }));
  }
}

async function fillRoad(unit: Unit, road: Road, first: number): Promise<void> {
  const startsAt = Math.floor((unit.now + DAY) / MINUTE) * MINUTE;
  const session = { poolId: road.pool, startsAt, endsAt: startsAt + 240 * MINUTE };
  let taken = 0;
  for (let n = first; n < first + HALF; n += 1) {
    const patientId = unit.ids.next(AREA);
    const patient = person(n);
    await unit.insertPatient({
      id: patientId,
      idDigest: unit.vault.digest('01', patient.idNumber as string),
      sealed: unit.vault.seal(`patient:${patientId}`, patient),
      createdAt: unit.now,
      updatedAt: unit.now,
      mergedInto: null,
    });
    const place = await sendUp(unit, road, n, patientId, session);
    if (place.state !== 'released') taken += 1;
    await sendDown(unit, road, n, patientId);
  }
  await unit.insertSession(pastSession(road, session, taken, unit.now));
}

async function sendUp(unit: Unit, road: Road, n: number, patientId: string, session: Pick<Place, 'poolId' | 'startsAt' | 'endsAt'>): Promise<Place> {
  const status = outcomeOf(n);
  const reservationId = unit.ids.next(AREA);
  const input = upReferral(n, { sourceInstitutionId: road.senders[n % 2]!, targetInstitutionId: road.hospital });
  const made = stored(unit, road, status, patientId, input, [reservationId]);
  const place: Place = { ...session, item: 1, institutionId: road.hospital, kind: 'clinic', allotmentId: null, state: PLACE_STATES[status] ?? 'released', ifRevoked: null };
  const reservation: Reservation = {
    id: reservationId, area: AREA, code: unit.ids.code(8), referralId: made.id, version: 2, createdAt: unit.now, ttlSeconds: 600, expiresAt: null,
    extended: false, nextNightAt: null, places: [place],
  };
  await unit.insertReferral(made);
  await unit.insertReservation(reservation);
  unit.append(referralEvent(made, 'submitted', submittedFacts(made, { id: reservationId, confirmed: true })));
  return place;
}

async function sendDown(unit: Unit, road: Road, n: number, patientId: string): Promise<void> {
  const input = downReferral(n, { sourceInstitutionId: road.hospital, targetInstitutionId: road.senders[n % 2]! });
  const made = stored(unit, road, outcomeOf(n + 50), patientId, input, []);
  await unit.insertReferral(made);
  unit.append(referralEvent(made, 'submitted', submittedFacts(made, null)));
}

function outcomeOf(n: number): ReferralStatus {
  const of100 = (n * 37) % 100;
  return OUTCOMES.find(([, upTo]) => of100 < upTo)![0];
}

function stored(unit: Unit, road: Road, status: ReferralStatus, patientId: string, input: ReturnType<typeof upReferral>, reservationIds: readonly string[]): Referral {
  const id = unit.ids.next(AREA);
  const { now } = unit;
  const entitlement = decideEntitlement({
    direction: input.direction, sourceInstitutionId: input.sourceInstitutionId, sourceLevel: input.direction === 'up' ? 'primary' : 'tertiary',
    targetInstitutionId: input.targetInstitutionId as string, consortium: unit.network.consortium(road.consortium), date: localDateOf(now),
    registrationFeeFen: POOLS['t1-expert']?.registrationFeeFen ?? 0, code: `E${unit.ids.code(10)}`,
  });
  return referralOf(
    {
      referral: {
        id, area: AREA, status, version: 3, patientId, consortiumId: road.consortium, createdAt: now, updatedAt: now,
        referralNo: `R${localDateOf(now).slice(2).replaceAll('-', '')}${unit.ids.code(10)}`,
        deadlineAt: OPEN.includes(status) ? now + 4 * 365 * DAY : null,
        sealedPatient: unit.vault.seal(`referral:${id}`, input.patient),
      },
      course: {
        reservationIds, entitlement, sourceLevel: input.direction === 'up' ? 'primary' : 'tertiary', targetLevel: input.direction === 'up' ? 'tertiary' : 'primary',
        ruleVersion: `${road.consortium}@1`, submittedAt: now, waitingSince: now,
        acceptedBy: status === 'submitted' ? null : 'standing-rule', acceptedAt: status === 'submitted' ? null : now,
      },
    },
    input,
  );
}

function pastSession(road: Road, { poolId, startsAt, endsAt }: Pick<Place, 'poolId' | 'startsAt' | 'endsAt'>, taken: number, now: Instant): Session {
  return {
    poolId, startsAt, endsAt, area: AREA, institutionId: road.hospital, capacity: HALF, takenElsewhere: 0, taken, drawn: {}, closedReason: null,
    reportedAt: null, source: null, earliestExpiry: null, updatedAt: now,
  };
}
