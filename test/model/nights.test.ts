import t from 'tap';
import fc from 'fast-check';
import { addDays, DAY, formatInstant, HOUR, localDateOf, type Instant, type LocalDate } from '../../src/kernel/calendar.js';
import type { Referral } from '../../src/domain/referral.js';
import { settle } from '../../src/relay/tick.js';
import { fulfil } from '../../src/usecase/reservation/fulfil.js';
import { release } from '../../src/usecase/reservation/release.js';
import { City, on } from '../kit/city.js';
import { put, stayOf, under } from '../kit/ledger.js';
import { must, send, take } from '../kit/life.js';
import { at, bedNights, fill, person, upReferral } from '../kit/network.js';

/**
 * Random stays in a bed, through the real use cases and the real relay, against the plain sentence: a night was used
 * if it began, or is about to, before the patient left.
 */
const NIGHTS = 12;

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.constantFrom(30, 60, 60, 300, 1_440, 2_000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('discharge' as const), hours: fc.constantFrom(-30, -3, 0, 1, 20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take back' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fulfil' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('another patient' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Lying {
  #sourceVersion = 1;
  #left = Infinity;
  /** Nights that are booked and have not been given up. */
  readonly #booked: Set<Instant>;

  /** Nights that were used on their day before they began. */
  readonly #early = new Set<Instant>();
  #others: number;

  private constructor(
    private readonly city: City,
    private readonly referral: Referral,
    private readonly first: Instant,
    booked: number,
    private readonly n: number,
  ) {
    this.#others = n;
    this.#booked = new Set(Array.from({ length: booked }, (_, i) => first + i * DAY));
  }

  static async begin(city: City, day: LocalDate, booked: number, n: number): Promise<Lying> {
    city.clock.set(at(day, 9));
    await fill(city.store, 't1-bed', ...bedNights(day, NIGHTS, 3));
    const referral = await send(city, upReferral(n, { category: 'inpatient', reserve: { items: [on('t1-bed', day, 12, booked)], confirm: true } }));
    city.clock.set(at(day, 12.5));
    await take(city, referral, 'arrive', 'receive');
    return new Lying(city, referral, at(day, 12), booked, n);
  }

  async live(step: Step): Promise<void> {
    const { city } = this;
    const now = city.clock.now();
    switch (step.do) {
      case 'pass':
        city.clock.set(Math.min(now + step.minutes * 60_000, this.first + (NIGHTS - 1) * DAY));
        break;
      case 'discharge':
        // Who leaves before the first noon has had no night at all: a table says what becomes of that.
        await this.#tell(Math.max(this.first + HOUR, now + step.hours * HOUR));
        break;
      case 'take back':
        await this.#tell(Infinity);
        break;
      case 'release':
        await city.do('t1', release, { id: this.referral.course.reservationIds[0]!, ifMatch: null });
        for (const night of this.#booked) if (night > now) this.#booked.delete(night);
        break;
      case 'fulfil':
        await city.do('t1', fulfil, { id: this.referral.course.reservationIds[0]!, ifMatch: null });
        // A booked night of today may be used before it begins.
        for (const night of this.#booked) if (localDateOf(night) === localDateOf(now) && this.#booked.delete(night)) this.#early.add(night);
        break;
      case 'another patient':
        await city.tryReserve(await city.refer((this.#others += 1), { category: 'inpatient' }), [on('t1-bed', localDateOf(now), 12)], { confirm: true });
        break;
    }
    await settle(city.store);
    await this.#compare();
  }

  async end(): Promise<void> {
    await must(this.city, this.referral, 'complete');
    const gone = Math.min(this.#left, this.city.clock.now());
    const kept = (await this.#nights()).filter(([startsAt]) => startsAt >= gone);
    if (kept.length > 0) throw new Error(`after the end ${kept.join(' and ')} are kept`);
  }

  async #tell(left: number): Promise<void> {
    this.#left = left;
    this.#sourceVersion += 1;
    const discharged = left === Infinity ? {} : { dischargedAt: formatInstant(left) };
    const record = { ...stayOf(person(this.n), 1, null, under(this.referral)), admittedAt: formatInstant(this.first), ...discharged, sourceVersion: this.#sourceVersion };
    await put(this.city, 't1', `ZY${this.n}`, record);
    for (const nights of [this.#booked, this.#early]) for (const night of nights) if (night >= left) nights.delete(night);
  }

  /** Live nights of the patient: when they begin, and what they are. */
  async #nights(): Promise<[Instant, string][]> {
    const { places } = (await this.city.store.read((reads) => reads.reservation(this.referral.course.reservationIds[0]!)))!;
    const live = places.filter(({ state }) => state === 'confirmed' || state === 'fulfilled');
    return live.map(({ startsAt, state }): [Instant, string] => [startsAt, state]).sort(([a], [b]) => a - b);
  }

  async #compare(): Promise<void> {
    const now = this.city.clock.now();
    const expected: [Instant, string][] = [];
    for (let night = this.first; night < Math.min(this.#left, this.first + NIGHTS * DAY); night += DAY) {
      const isBooked = this.#booked.has(night);
      if (this.#early.has(night) || night <= now || (!isBooked && night - HOUR <= now)) expected.push([night, 'fulfilled']);
      else if (isBooked) expected.push([night, 'confirmed']);
    }
    const got = await this.#nights();
    const say = (nights: [Instant, string][]) => nights.map(([startsAt, state]) => `${formatInstant(startsAt)} ${state}`).join('\n');
    if (say(got) !== say(expected)) throw new Error(`at ${formatInstant(now)}\n${say(got)}\nthe opinion has\n${say(expected)}`);
    const faults = await this.city.audit('t1-bed');
    if (faults.length > 0) throw new Error(faults.join('\n'));
  }
}

t.test('a night was used if it began, or is about to, before the patient left, however often that is told anew', { timeout: 120_000 }, async (t) => {
  const city = await City.found(t);
  let day = '2018-03-05';
  let n = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { minLength: 3, maxLength: 14 }), async (booked, steps) => {
      day = addDays(day, NIGHTS);
      const lying = await Lying.begin(city, day, booked, (n += 100));
      for (const one of steps) await lying.live(one);
      await lying.end();
    }),
    { numRuns: 25 },
  );
  t.ok(n > 0);
});
