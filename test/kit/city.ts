import { formatInstant, type Instant } from '../../src/kernel/calendar.js';
import type { Refusal } from '../../src/kernel/problem.js';
import type { ReferralInput } from '../../src/contract/referral.js';
import type { ItemRequest, ReservationInput } from '../../src/contract/reservation.js';
import { drawnFrom, type Session } from '../../src/domain/capacity.js';
import type { LoggedEvent } from '../../src/domain/event.js';
import type { Referral } from '../../src/domain/referral.js';
import type { Reservation } from '../../src/domain/reservation.js';
import type { Actor, Query, Unit, UseCase } from '../../src/usecase/ports.js';
import { createReferral } from '../../src/usecase/referral/create-referral.js';
import { reserve } from '../../src/usecase/reservation/reserve.js';
import { accepted, actorOf, at, putNetwork, upReferral } from './network.js';
import { freshStore, type Fixture, type Teardown } from './store.js';

/** The test network on a real store, and the few moves that tests of places are made of. */
export class City {
  private constructor(private readonly fixture: Fixture) {}

  static async found(t: Teardown): Promise<City> {
    return City.on(await freshStore(t));
  }

  static async on(fixture: Fixture): Promise<City> {
    const city = new City(fixture);
    await putNetwork(city.store);
    return city;
  }

  get store() {
    return this.fixture.store;
  }

  get clock() {
    return this.fixture.clock;
  }

  /** Every row of every table. */
  rows() {
    return this.fixture.rows();
  }

  /** What stands on the disk. */
  files() {
    return this.fixture.files();
  }

  /** One unit of work in the name of an institution. */
  do<C, R>(who: string | Actor, useCase: UseCase<C, R>, command: C): Promise<R | Refusal> {
    const actor = typeof who === 'string' ? actorOf(who) : who;
    return this.store.write(actor, (unit: Unit) => useCase(unit, command));
  }

  /** The same, which must not be refused. */
  must<C, R>(who: string | Actor, useCase: UseCase<C, R>, command: C): Promise<R> {
    return accepted(this.do(who, useCase, command));
  }

  ask<C, R>(who: string | Actor, query: Query<C, R>, question: C): Promise<R | Refusal> {
    const actor = typeof who === 'string' ? actorOf(who) : who;
    return this.store.read((reads) => query(reads, actor, question));
  }

  /** The nth patient, referred from p1 to t1 unless told otherwise. */
  refer(n: number, more: Partial<ReferralInput> = {}): Promise<Referral> {
    return this.must(more.sourceInstitutionId ?? 'p1', createReferral, { body: upReferral(n, more) });
  }

  tryReserve(referral: Referral, items: ItemRequest[], more: Partial<ReservationInput> = {}, by = referral.sourceInstitutionId): Promise<Reservation | Refusal> {
    return this.do(by, reserve, { body: { referralId: referral.id, items, ...more } });
  }

  reserve(referral: Referral, items: ItemRequest[], more: Partial<ReservationInput> = {}, by?: string): Promise<Reservation> {
    return accepted(this.tryReserve(referral, items, more, by));
  }

  async referral(id: string): Promise<Referral> {
    const referral = await this.store.read((reads) => reads.referral(id));
    if (!referral) throw new Error(`no referral ${id}`);
    return referral;
  }

  async session(poolId: string, startsAt: Instant): Promise<Session> {
    const session = await this.store.read((reads) => reads.session({ poolId, startsAt }));
    if (!session) throw new Error(`no session ${poolId} ${formatInstant(startsAt)}`);
    return session;
  }

  /** Events of these types since a number, in order. */
  async events(since: number, ...types: string[]): Promise<readonly LoggedEvent[]> {
    const events = await this.store.read((reads) => reads.eventsAfter(since, 1_000));
    return events.filter((event) => types.length === 0 || types.includes(event.type));
  }

  lastSeq(): Promise<number> {
    return this.store.read((reads) => reads.lastSeq());
  }

  /** What is wrong with the counters of these pools' sessions, held against the places themselves. */
  audit(...poolIds: string[]): Promise<string[]> {
    return this.store.read(async (reads) => {
      const faults: string[] = [];
      for (const session of await reads.sessions({ poolIds, from: 0, until: Number.MAX_SAFE_INTEGER })) {
        const name = `${session.poolId} ${formatInstant(session.startsAt)}`;
        const places = await reads.livePlacesOf(session);
        if (places.length !== session.taken) faults.push(`${name}: ${places.length} live places, ${session.taken} taken`);
        const ids = new Set([...Object.keys(session.drawn), ...places.flatMap((p) => p.allotmentId ?? [])]);
        for (const id of ids) {
          const drawn = places.filter((p) => p.allotmentId === id).length;
          if (drawn !== drawnFrom(session, id)) faults.push(`${name}: ${drawn} places of ${id}, ${drawnFrom(session, id)} drawn`);
        }
        const owners = places.map((p) => p.referralId);
        if (new Set(owners).size !== owners.length) faults.push(`${name}: a referral has two places`);
        const expiries = places.flatMap((p) => (p.state === 'held' && p.expiresAt !== null ? [p.expiresAt] : []));
        if (expiries.length > 0 && (session.earliestExpiry === null || session.earliestExpiry > Math.min(...expiries))) faults.push(`${name}: a hold ends before it is looked for`);
      }
      return faults;
    });
  }
}

/** An item of a request: `on('t1-ct', '2018-03-05', 8)`. */
export function on(poolId: string, date: string, hour = 8, nights?: number): ItemRequest {
  return { poolId, startsAt: formatInstant(at(date, hour)), ...(nights === undefined ? {} : { nights }) };
}
