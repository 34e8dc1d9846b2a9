import { addDays, localDateOf } from '../../src/kernel/calendar.js';
import { isRefusal, type Refusal } from '../../src/kernel/problem.js';
import { availability } from '../../src/usecase/capacity/availability.js';
import { getReferral } from '../../src/usecase/referral/get-referral.js';
import { getReservation } from '../../src/usecase/reservation/get-reservation.js';
import type { Actor, Query, Reads } from '../../src/usecase/ports.js';
import { actorOf, CONSORTIA, POOLS } from '../kit/network.js';
import type { Claim, Sighting } from './auditor/claim.js';
import type { Chance } from './chance.js';
import type { Desk, KnownReferral } from './desk.js';

/** Readers: what they are shown is handed to the auditor, who compares it with the database. */
export type Reading = (reads: Reads) => Promise<Sighting[]>;

export function readingFor(chance: Chance, desk: Desk): Reading {
  switch (chance.weighted({ referral: 5, reservation: 4, free: 2, directory: 1, events: 2 })) {
    case 'referral':
      return readReferral(chance.recent(desk.referrals, 20));
    case 'reservation': {
      const reservation = chance.recent(desk.reservations, 20);
      return readReservation(reservation?.id, desk.referral(reservation?.referralId ?? ''));
    }
    case 'free':
      return freePlaces(chance);
    case 'directory':
      return readDirectory;
    case 'events': {
      const limit = chance.between(1, 60);
      const back = chance.between(0, 80);
      return async (reads) => {
        const after = Math.max(0, (await reads.lastSeq()) - back);
        return [{ what: 'events', after, limit, seen: (await reads.eventsAfter(after, limit)).map(({ seq, hash }) => ({ seq, hash })) }];
      };
    }
  }
}

/** Requests that change what the service holds in memory. */
export function isDirectory(kind: string): boolean {
  return ['pool', 'member', 'consortium', 'policy'].includes(kind);
}

/** Whoever has written something looks at it once more. */
export function readingAfter({ kind, ...claim }: Claim, desk: Desk): Reading {
  if (isDirectory(kind)) return readDirectory;
  const told = claim.outcome === 'answered' ? claim.told : undefined;
  if (told?.referral) return readReferral(desk.referral(told.referral.id));
  return readReservation(told?.reservation?.id, desk.referral(told?.reservation?.referralId ?? ''));
}

function readReferral(referral: KnownReferral | undefined): Reading {
  if (!referral) return nothing;
  return ask(actorOf(referral.source), getReferral, { id: referral.id }, ({ id, status, version }) => [{ what: 'referral', id, status, version }]);
}

function readReservation(id: string | undefined, referral: KnownReferral | undefined): Reading {
  if (id === undefined || !referral) return nothing;
  return ask(actorOf(referral.source), getReservation, { id }, ({ version, places }) => [
    { what: 'reservation', id, version, states: places.map((p) => `${p.item} ${p.startsAt} ${p.state}`).sort() },
  ]);
}

const nothing: Reading = async () => [];

const readDirectory: Reading = async (reads) => [
  ...Object.keys(POOLS).map((id): Sighting => ({ what: 'pool', id, version: reads.pool(id)?.version ?? 0 })),
  ...Object.keys(CONSORTIA).map((id): Sighting => ({ what: 'consortium', id, version: reads.network.consortium(id)?.version ?? 0 })),
];

function ask<C, R>(who: Actor, query: Query<C, R>, question: C, see: (answer: R) => Sighting[]): Reading {
  return async (reads) => {
    const answer: R | Refusal = await query(reads, who, question);
    return isRefusal(answer) ? [] : see(answer);
  };
}

function freePlaces(chance: Chance): Reading {
  const sourceInstitutionId = chance.pick(['p1', 'p2', 's1', 'p3']);
  const urgency = chance.pick(['routine', 'urgent', 'emergency'] as const);
  const institutionId = chance.pick(['t1', 's1', 't2']);
  return async (reads) => {
    const today = localDateOf(reads.now);
    const question = { institutionId, sourceInstitutionId, urgency, from: today, to: addDays(today, 3) };
    return ask(actorOf(sourceInstitutionId), availability, question, ({ data }) =>
      data.map(({ poolId, startsAt, free }): Sighting => ({ what: 'free', poolId, startsAt, free })),
    )(reads);
  };
}
