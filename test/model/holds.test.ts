import t from 'tap';
import fc from 'fast-check';
import { addDays, DAY, formatInstant, HOUR, localDateOf, SECOND, type LocalDate } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import { drawnFrom, withoutExpired } from '../../src/domain/capacity.js';
import type { Referral } from '../../src/domain/referral.js';
import { seenAt } from '../../src/domain/reservation.js';
import { putSessions } from '../../src/usecase/capacity/put-sessions.js';
import { confirm } from '../../src/usecase/reservation/confirm.js';
import { expireHolds } from '../../src/usecase/reservation/expire-holds.js';
import { extend } from '../../src/usecase/reservation/extend.js';
import { release } from '../../src/usecase/reservation/release.js';
import { reschedule } from '../../src/usecase/reservation/reschedule.js';
import { City } from '../kit/city.js';
import { ADMIN, at, bedNights, codeOf, fill, sessionOn } from '../kit/network.js';
import { START } from '../kit/store.js';
import { Opinion, type Booking, type Patient, type Seat, type Verdict } from '../kit/holds-opinion.js';

/**
 * Random lives of holds through the real use cases on the real store, each outcome and each counter
 * held against {@link Opinion}.
 */
const PATIENTS: readonly (Patient & { readonly from: string })[] = [
  { n: 0, from: 'p1', level: 'primary', inGroup: true, emergency: false },
  { n: 1, from: 'p2', level: 'primary', inGroup: true, emergency: false },
  { n: 2, from: 's1', level: 'secondary', inGroup: true, emergency: false },
  { n: 3, from: 'p3', level: 'primary', inGroup: false, emergency: false },
  { n: 4, from: 'p3', level: 'primary', inGroup: false, emergency: true },
];
const SEATS = 5;
const ANY = null;

const who = fc.nat(PATIENTS.length - 1);
const which = fc.nat(7);
const seats = fc.array(fc.nat(SEATS - 1), { minLength: 1, maxLength: 3 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('reserve' as const), who, seats, book: fc.constantFrom(false, false, true), ttl: fc.constantFrom(60, 600, 3_600) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('confirm' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('extend' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reschedule' as const), which, seats }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.constantFrom(1, 9, 10, 60, 180) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('report' as const), seat: fc.nat(SEATS - 1), capacity: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const), seat: fc.nat(SEATS - 1) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** One life: its own days, sessions and referrals in a city that all lives share. */
class Life {
  readonly opinion: Opinion;
  readonly #bookings: { readonly id: string; readonly by: string; readonly booking: Booking }[] = [];

  private constructor(
    private readonly city: City,
    private readonly seats: readonly Seat[],
    private readonly referrals: readonly Referral[],
  ) {
    this.opinion = new Opinion(city.clock.now());
  }

  static async begin(city: City, day: LocalDate): Promise<Life> {
    city.clock.set(at(day, 9));
    const [next, after] = [addDays(day, 1), addDays(day, 2)];
    const plan: [poolId: string, date: LocalDate, hour: number, capacity: number][] = [
      ['t1-clinic', next, 8, 2], ['t1-clinic', after, 8, 4], ['t1-expert', next, 12, 4], ['t1-bed', next, 12, 4], ['t1-bed', after, 12, 2],
    ];
    const made: Seat[] = [];
    for (const [poolId, date, hour, capacity] of plan) {
      await fill(city.store, poolId, ...(poolId === 't1-bed' ? bedNights(date, 1, capacity) : [sessionOn(date, capacity, hour)]));
      made.push({ name: `${poolId} ${date}`, poolId, startsAt: at(date, hour), capacity, closed: false });
    }
    const referrals = [];
    for (const { n, from, emergency } of PATIENTS) {
      referrals.push(await city.refer(100 * Math.round((city.clock.now() - START) / DAY) + n, { sourceInstitutionId: from, ...(emergency ? { urgency: 'emergency' } : {}) }));
    }
    return new Life(city, made, referrals);
  }

  async live(step: Step): Promise<void> {
    const [got, expected] = await this.#move(step);
    if (got !== expected) throw new Error(`${JSON.stringify(step)}: ${got ?? 'accepted'}, the opinion is ${expected ?? 'accepted'}`);
    await this.#compare();
  }

  async #move(step: Step): Promise<[got: Verdict, expected: Verdict]> {
    switch (step.do) {
      case 'reserve':
        return this.#reserve(step);
      case 'pass':
        this.opinion.pass(step.minutes);
        this.city.clock.set(this.opinion.now);
        return [undefined, undefined];
      case 'sweep':
        await this.city.must(ADMIN, expireHolds, { limit: 100 });
        return [undefined, undefined];
      case 'report':
        return this.#report(this.seats[step.seat]!, { capacity: step.capacity });
      case 'stop':
        return this.#report(this.seats[step.seat]!, { stop: !this.seats[step.seat]!.closed });
      default:
        return this.#change(step);
    }
  }

  async #reserve(step: Extract<Step, { do: 'reserve' }>): Promise<[Verdict, Verdict]> {
    const wanted = step.seats.map((i) => this.seats[i]!);
    const referral = this.referrals[step.who]!;
    const made = await this.city.tryReserve(referral, wanted.map(itemOf), { confirm: step.book, ttlSeconds: step.ttl });
    const booking: Booking = { expiresAt: this.opinion.now + step.ttl * SECOND, ttl: step.ttl, extended: false };
    const expected = this.opinion.take(PATIENTS[step.who]!, wanted, booking, step.book ? 'confirmed' : 'held');
    if (!isRefusal(made)) this.#bookings.push({ id: made.id, by: referral.sourceInstitutionId, booking });
    return [codeOf(made), expected];
  }

  async #change(step: Extract<Step, { which: number }>): Promise<[Verdict, Verdict]> {
    const chosen = this.#bookings[step.which % Math.max(1, this.#bookings.length)];
    if (!chosen) return [undefined, undefined];
    const { id, by, booking } = chosen;
    const command = { id, ifMatch: ANY };
    switch (step.do) {
      case 'confirm':
        return [codeOf(await this.city.do(by, confirm, command)), this.opinion.confirm(booking)];
      case 'release':
        return [codeOf(await this.city.do('t1', release, command)), this.opinion.release(booking)];
      case 'extend':
        return [codeOf(await this.city.do(by, extend, command)), this.opinion.extend(booking)];
      case 'reschedule': {
        const wanted = step.seats.map((i) => this.seats[i]!);
        const moved = await this.city.do(by, reschedule, { ...command, body: { items: wanted.map(itemOf) } });
        return [codeOf(moved), this.opinion.reschedule(booking, wanted)];
      }
    }
  }

  async #report(seat: Seat, { capacity = seat.capacity, stop = seat.closed }): Promise<[Verdict, Verdict]> {
    const hours = seat.poolId === 't1-bed' ? 24 : 4;
    const body = {
      startsAt: formatInstant(seat.startsAt), endsAt: formatInstant(seat.startsAt + hours * HOUR), capacity, closed: stop ? { reason: '停诊' } : null,
    };
    await this.city.must('t1', putSessions, { poolId: seat.poolId, body: { sessions: [body] } });
    seat.capacity = capacity;
    if (stop) this.opinion.stop(seat);
    else seat.closed = false;
    return [undefined, undefined];
  }

  /** Every counter and every place against the opinion. */
  async #compare(): Promise<void> {
    await this.city.store.read(async (reads) => {
      for (const seat of this.seats) {
        const stored = (await reads.session(seat))!;
        const session = withoutExpired(stored, await reads.expiredHolds(seat));
        const live = this.opinion.live(seat);
        if (session.taken !== live.length) throw new Error(`${seat.name}: ${session.taken} taken, ${live.length} live`);
        for (const id of ['primary', 'group']) {
          const drawn = live.filter((g) => g.allotment === id).length;
          if (drawnFrom(session, id) !== drawn) throw new Error(`${seat.name}: ${drawnFrom(session, id)} drawn from ${id}, ${drawn} live`);
        }
        if (new Set(live.map((g) => g.patient)).size !== live.length) throw new Error(`${seat.name}: held twice by one patient`);
        const first = live.filter((g) => g.state === 'held').map((g) => g.booking.expiresAt);
        if (first.length > 0 && (stored.earliestExpiry ?? Infinity) > Math.min(...first)) throw new Error(`${seat.name}: a hold ends before anybody looks`);
      }
      for (const { id, booking } of this.#bookings) {
        const reservation = seenAt((await reads.reservation(id))!, reads.now);
        const got = reservation.places.map((p) => `${p.poolId} ${p.startsAt} ${p.allotmentId} ${p.state}`).sort();
        const expected = this.opinion.of(booking).map((g) => `${g.seat.poolId} ${g.seat.startsAt} ${g.allotment} ${this.opinion.stateOf(g)}`).sort();
        if (got.join('\n') !== expected.join('\n')) throw new Error(`places\n${got.join('\n')}\nthe opinion has\n${expected.join('\n')}`);
      }
    });
  }
}

function itemOf({ poolId, startsAt }: Seat) {
  return { poolId, startsAt: formatInstant(startsAt) };
}

t.test('random lives of holds come out as a naive list of places says: never above capacity, never held twice', { timeout: 120_000 }, async (t) => {
  const city = await City.found(t);
  let day = localDateOf(START);
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (moves) => {
      day = addDays(day, 5);
      const life = await Life.begin(city, day);
      for (const move of moves) {
        await life.live(move);
        steps += 1;
      }
    }),
    { numRuns: 40 },
  );
  t.ok(steps > 800, `${steps} steps`);
  t.same(await city.audit('t1-clinic', 't1-expert', 't1-bed'), []);
});
