import t from 'tap';
import fc from 'fast-check';
import { DAY, HOUR, type Instant } from '../../src/kernel/calendar.js';
import type { Allotment } from '../../src/contract/capacity.js';
import type { Asker } from '../../src/domain/allotment.js';
import { draw, freePlacesIn, withoutPlaces, withPlace, type Pool, type Session } from '../../src/domain/capacity.js';
import { pool, session, START } from '../kit/capacity.js';

/**
 * Nested allotments against a second opinion that keeps no counters: it has only the list of live draws
 * and reckons everything from it, each time anew, in the words of the contract.
 */
interface Opinion {
  readonly pool: Pool;
  readonly capacity: number;
  readonly elsewhere: number;
  /** The allotment of each live place; null for an open one. */
  readonly live: (string | null)[];
}

function keeps(a: Allotment, capacity: number): number {
  return a.places !== undefined ? a.places : Number((BigInt(capacity) * BigInt(a.shareBp ?? 0)) / 10_000n);
}

function remainderOf(o: Opinion, a: Allotment): number {
  const left = keeps(a, o.capacity) - o.live.filter((id) => id === a.id).length;
  return left > 0 ? left : 0;
}

const hoursBefore = (now: Instant) => (START - now) / HOUR;
const isOut = (a: Allotment, now: Instant) => a.releaseHours !== undefined && hoursBefore(now) <= a.releaseHours;

function belongs(a: Allotment, who: Asker, now: Instant): boolean {
  if (isOut(a, now)) return false;
  if (who.urgency === 'emergency') return true;
  if (a.visibleFromDays !== undefined && hoursBefore(now) > a.visibleFromDays * 24) return false;
  const { level, consortiumId, urgency } = a.audience;
  const insider = who.consortiumIds.length > 0;
  return insider && (!level || level === who.level) && (!consortiumId || who.consortiumIds.includes(consortiumId)) && (!urgency || urgency === who.urgency);
}

/** What the contract says the sender gets: an allotment's id, 'open', or nothing. */
function expected(o: Opinion, who: Asker, now: Instant): string | null {
  if (o.live.length + o.elsewhere >= o.capacity) return null;
  const allotments = o.pool.allotments ?? [];
  const own = allotments.find((a) => belongs(a, who, now) && remainderOf(o, a) > 0);
  if (own) return own.id;
  const unreleased = allotments.filter((a) => !isOut(a, now)).reduce((sum, a) => sum + remainderOf(o, a), 0);
  const { openFromDays } = o.pool;
  const openSeen = who.urgency === 'emergency' || openFromDays === undefined || hoursBefore(now) <= openFromDays * 24;
  return openSeen && o.capacity - o.live.length - o.elsewhere - unreleased > 0 ? 'open' : null;
}

const level = fc.constantFrom('primary' as const, 'secondary' as const);
const consortium = fc.constantFrom('g1', 'g2');
const urgency = fc.constantFrom('routine' as const, 'urgent' as const, 'emergency' as const);
const days = fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined });
const audience = fc.record({ level, consortiumId: consortium, urgency }, { requiredKeys: [] });
const size = fc.oneof(fc.record({ places: fc.integer({ min: 0, max: 6 }) }), fc.record({ shareBp: fc.integer({ min: 0, max: 3_333 }) }));
const allotments = fc
  .array(fc.tuple(audience, size, days, fc.option(fc.integer({ min: 0, max: 96 }), { nil: undefined })), { maxLength: 3 })
  .map((rows) => rows.map(([who, much, visibleFromDays, releaseHours], i): Allotment => ({ id: `a${i}`, audience: who, ...much, visibleFromDays, releaseHours })));
const who: fc.Arbitrary<Asker> = fc.record({ level, urgency, consortiumIds: fc.subarray(['g1', 'g2']) });
/** Whole hours, half hours and the milliseconds beside them: where an instant changes sides. */
const when = fc.tuple(fc.integer({ min: 0, max: 120 }), fc.constantFrom(-1, 0, 1, HOUR / 2)).map(([hours, ms]) => START - hours * HOUR + ms).filter((at) => at < START + HOUR);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('give' as const), nth: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock' as const), now: when }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('report' as const), capacity: fc.integer({ min: 0, max: 12 }), elsewhere: fc.integer({ min: 0, max: 4 }) }) },
);

t.test('nested allotments draw what a naive recount of all live draws says, and never above capacity', async (t) => {
  fc.assert(
    fc.property(allotments, days, fc.integer({ min: 0, max: 12 }), fc.array(step, { minLength: 1, maxLength: 60 }), (list, openFromDays, capacity, steps) => {
      const p = pool({ allotments: list, openFromDays });
      let s: Session = session({ capacity });
      let now = START - 5 * DAY;
      const live: (string | null)[] = [];
      const opinion = (): Opinion => ({ pool: p, capacity: s.capacity, elsewhere: s.takenElsewhere, live });
      for (const move of steps) {
        if (move.do === 'clock') now = move.now;
        else if (move.do === 'report') s = { ...s, capacity: move.capacity, takenElsewhere: move.elsewhere };
        else if (move.do === 'give') {
          if (live.length > 0) s = withoutPlaces(s, live.splice(move.nth % live.length, 1)[0] ?? null);
        } else {
          const want = expected(opinion(), move.who, now);
          const drawn = draw(p, s, move.who, now);
          const got = typeof drawn === 'string' ? null : (drawn.allotmentId ?? 'open');
          if (got !== want) throw new Error(`drew ${got}, a recount says ${want}`);
          const free = freePlacesIn(p, s, move.who, now)?.free ?? 0;
          if (free > 0 !== (want !== null)) throw new Error(`sees ${free} free places, a recount says ${want}`);
          if (typeof drawn !== 'string') {
            live.push(drawn.allotmentId);
            s = withPlace(s, drawn.allotmentId, null);
            if (live.length + s.takenElsewhere > s.capacity) throw new Error('above capacity');
          }
        }
        if (s.taken !== live.length) throw new Error('taken is not the number of live places');
        for (const a of list) if ((s.drawn[a.id] ?? 0) !== live.filter((id) => id === a.id).length) throw new Error('drawn is not the number of live draws');
      }
    }),
    { numRuns: 3_000 },
  );
  t.pass('3 000 runs');
});

t.test('as many places as a sender sees free can be taken by it, one after the other, and not one more', async (t) => {
  fc.assert(
    fc.property(allotments, days, fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 4 }), who, when, (list, openFromDays, capacity, takenElsewhere, sender, now) => {
      const p = pool({ allotments: list, openFromDays });
      let s = session({ capacity, takenElsewhere });
      const seen = freePlacesIn(p, s, sender, now)?.free ?? 0;
      let taken = 0;
      for (let drawn = draw(p, s, sender, now); typeof drawn !== 'string'; drawn = draw(p, s, sender, now)) {
        s = withPlace(s, drawn.allotmentId, null);
        taken += 1;
      }
      if (taken !== seen) throw new Error(`saw ${seen}, could take ${taken}`);
    }),
    { numRuns: 2_000 },
  );
  t.pass('2 000 runs');
});
