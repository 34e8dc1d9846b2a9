import t from 'tap';
import { DAY, HOUR, MINUTE } from '../../src/kernel/calendar.js';
import type { Allotment } from '../../src/contract/capacity.js';
import { meets, placesOf, type Asker } from '../../src/domain/allotment.js';
import { draw, freePlacesIn, isOvercommitted, withoutExpired, withoutPlaces, withPlace, type Draw, type Pool, type Session } from '../../src/domain/capacity.js';
import { allotment, asker, pool, session, START } from '../kit/capacity.js';

const BEFORE = START - 2 * DAY;
const OPEN: Draw = { allotmentId: null };
const from = (allotmentId: string): Draw => ({ allotmentId });

t.test('an allotment keeps the floor of its share, or its places', async (t) => {
  const rows: [share: Partial<Allotment>, capacity: number, kept: number][] = [
    [{ shareBp: 5_000 }, 10, 5],
    [{ shareBp: 5_000 }, 9, 4],
    [{ shareBp: 3_333 }, 3, 0],
    [{ shareBp: 3_334 }, 3, 1],
    [{ shareBp: 10_000 }, 7, 7],
    [{ shareBp: 0 }, 7, 0],
    [{ places: 3 }, 10, 3],
    [{ places: 3 }, 2, 3],
  ];
  for (const [share, capacity, kept] of rows) t.equal(placesOf(allotment('a', share), capacity), kept, JSON.stringify({ share, capacity }));
});

t.test('an audience is met by level, shared consortium and urgency, all that it names', async (t) => {
  const sender = asker({ level: 'primary', consortiumIds: ['g1', 'a1'], urgency: 'urgent' });
  const outside = asker({ consortiumIds: [] });
  const rows: [audience: Allotment['audience'], who: Asker, met: boolean, why: string][] = [
    [{}, sender, true, 'nobody in particular'],
    [{ level: 'primary' }, sender, true, 'its level'],
    [{ level: 'secondary' }, sender, false, 'another level'],
    [{ consortiumId: 'a1' }, sender, true, 'any consortium that both share'],
    [{ consortiumId: 'g2' }, sender, false, 'a consortium that is not shared'],
    [{ urgency: 'urgent' }, sender, true, 'its urgency'],
    [{ urgency: 'emergency' }, sender, false, 'less urgent'],
    [{ urgency: 'routine' }, sender, false, 'more urgent is not the same'],
    [{ level: 'primary', consortiumId: 'g2' }, sender, false, 'half of it'],
    [{}, outside, false, 'an outside referral has no allotment'],
    [{ level: 'primary' }, outside, false, 'whatever its level'],
    [{ level: 'secondary', consortiumId: 'g2', urgency: 'routine' }, asker({ urgency: 'emergency' }), true, 'an emergency meets every audience'],
    [{ consortiumId: 'g2' }, asker({ urgency: 'emergency', consortiumIds: [] }), true, 'also from outside'],
  ];
  for (const [audience, who, met, why] of rows) t.equal(meets(audience, who), met, why);
});

t.test('a place is drawn from the first allotment in listed order, then from the open places', async (t) => {
  const primary = allotment('primary', { audience: { level: 'primary' }, places: 2 });
  const group = allotment('group', { audience: { consortiumId: 'g1' }, places: 3 });
  const other = allotment('other', { audience: { consortiumId: 'g2' }, places: 4 });
  const three = pool({ allotments: [primary, group, other] });
  const rows: [situation: string, pool: Pool, session: Partial<Session>, who: Asker, outcome: Draw][] = [
    ['no allotments', pool(), {}, asker(), OPEN],
    ['the first that it meets', three, {}, asker(), from('primary')],
    ['the first used up', three, { taken: 2, drawn: { primary: 2 } }, asker(), from('group')],
    ['both used up, one open', three, { taken: 5, drawn: { primary: 2, group: 3 } }, asker(), OPEN],
    ['only what is kept for others is left', three, { taken: 6, drawn: { primary: 2, group: 3 } }, asker(), 'session_full'],
    ['a secondary sender passes over the first', three, {}, asker({ level: 'secondary' }), from('group')],
    ['outside: only open places', three, {}, asker({ consortiumIds: [] }), OPEN],
    ['outside: none is open', three, { taken: 1 }, asker({ consortiumIds: [] }), 'session_full'],
    ['an emergency takes the first of all', three, {}, asker({ urgency: 'emergency', consortiumIds: [] }), from('primary')],
    ['an emergency takes what is kept for others', three, { taken: 6, drawn: { primary: 2, group: 3 } }, asker({ urgency: 'emergency' }), from('other')],
    ['not even an emergency above capacity', three, { taken: 10, drawn: { primary: 2, group: 3, other: 4 } }, asker({ urgency: 'emergency' }), 'session_full'],
    ['places taken elsewhere are not there', three, { takenElsewhere: 10 }, asker(), 'session_full'],
    ['places taken elsewhere come off the open ones first', three, { takenElsewhere: 9 }, asker(), from('primary')],
    ['overcommitted', three, { capacity: 4, taken: 5, drawn: { group: 1 } }, asker({ urgency: 'emergency' }), 'session_full'],
    ['shares may promise more than there is, capacity does not', pool({ allotments: [allotment('a', { places: 8 }), allotment('b', { places: 8 })] }), { taken: 9, drawn: { a: 8, b: 1 } }, asker(), from('b')],
    ['an id like a property of every object', pool({ allotments: [allotment('constructor', { places: 1 })] }), {}, asker(), from('constructor')],
  ];
  for (const [situation, p, s, who, outcome] of rows) t.same(draw(p, session(s), who, BEFORE), outcome, situation);
});

t.test('visibility and release are functions of the clock, and an instant belongs to what it begins', async (t) => {
  const seen = pool({ openFromDays: 0, allotments: [allotment('a', { places: 10, visibleFromDays: 7 })] });
  const released = pool({ allotments: [allotment('a', { places: 10, releaseHours: 24 })] });
  const embargoed = pool({ openFromDays: 3 });
  const both = pool({ openFromDays: 1, allotments: [allotment('a', { places: 10, releaseHours: 48 })] });
  const stranger = asker({ consortiumIds: [] });
  const emergency = asker({ urgency: 'emergency' });
  const rows: [situation: string, pool: Pool, now: number, who: Asker, outcome: Draw][] = [
    ['the allotment a millisecond before it is visible', seen, START - 7 * DAY - 1, asker(), 'session_not_open'],
    ['the allotment from its instant on', seen, START - 7 * DAY, asker(), from('a')],
    ['an emergency waits for no visibility', seen, START - 300 * DAY, emergency, from('a')],
    ['kept a millisecond before its release', released, START - DAY - 1, stranger, 'session_full'],
    ['open to all from the release on', released, START - DAY, stranger, OPEN],
    ['and drawn no more by its audience', released, START - DAY, asker(), OPEN],
    ['open places a millisecond too early', embargoed, START - 3 * DAY - 1, stranger, 'session_not_open'],
    ['open places from their instant on', embargoed, START - 3 * DAY, stranger, OPEN],
    ['an emergency waits for no opening', embargoed, START - 300 * DAY, emergency, OPEN],
    ['released before open places are: nobody sees it', both, START - 2 * DAY, asker(), 'session_not_open'],
    ['until open places are', both, START - DAY, asker(), OPEN],
    ['still to be had while under way', pool(), START + 4 * HOUR - 1, asker(), OPEN],
    ['over at its end', pool(), START + 4 * HOUR, emergency, 'session_over'],
  ];
  for (const [situation, p, now, who, outcome] of rows) t.same(draw(p, session(), who, now), outcome, situation);
  t.equal(draw(pool(), session({ closedReason: '停诊' }), emergency, BEFORE), 'session_closed', 'a stopped clinic takes nobody');
});

t.test('what a sender sees as free is what it could take', async (t) => {
  const shared = pool({
    openFromDays: 7,
    allotments: [
      allotment('primary', { audience: { level: 'primary' }, shareBp: 3_000, visibleFromDays: 14, releaseHours: 24 }),
      allotment('urgent', { audience: { urgency: 'urgent' }, places: 1 }),
    ],
  });
  const rows: [situation: string, session: Partial<Session>, now: number, who: Asker | null, seen: [free: number, open: number, reserved: number] | null][] = [
    ['primary, weeks before', {}, START - 15 * DAY, asker(), null],
    ['primary, once its share is visible', {}, START - 14 * DAY, asker(), [3, 0, 3]],
    ['secondary, then', {}, START - 14 * DAY, asker({ level: 'secondary' }), null],
    ['primary, once all is open', {}, START - 7 * DAY, asker(), [9, 6, 3]],
    ['nobody in particular', {}, START - 7 * DAY, null, [6, 6, 0]],
    ['urgent: both shares', {}, START - 7 * DAY, asker({ urgency: 'urgent' }), [10, 6, 4]],
    ['after the release', {}, START - DAY, asker(), [9, 9, 0]],
    ['some are taken', { taken: 4, drawn: { primary: 2 } }, START - 7 * DAY, asker(), [5, 4, 1]],
    ['some are taken elsewhere', { takenElsewhere: 8 }, START - 7 * DAY, asker(), [2, 0, 2]],
    ['overcommitted', { capacity: 2, taken: 3 }, START - 7 * DAY, asker(), [0, 0, 0]],
    ['full, but to be seen', { taken: 10 }, START - 7 * DAY, asker(), [0, 0, 0]],
    ['closed', { closedReason: '停诊' }, START - 7 * DAY, asker(), null],
    ['over', {}, START + 4 * HOUR, asker(), null],
  ];
  for (const [situation, s, now, who, seen] of rows) {
    const places = freePlacesIn(shared, session(s), who, now);
    t.same(places && [places.free, places.freeOpen, places.freeReserved], seen, situation);
  }
});

t.test('what is taken is given back to where it came from', async (t) => {
  const taken = withPlace(withPlace(session(), 'a', START - HOUR), null, null);
  t.match(taken, { taken: 2, drawn: { a: 1 }, earliestExpiry: START - HOUR });
  t.equal(withPlace(taken, null, START - 2 * HOUR).earliestExpiry, START - 2 * HOUR, 'the earliest end of a hold');
  t.equal(withPlace(taken, null, START).earliestExpiry, START - HOUR, 'a later one leaves it');
  t.match(withoutPlaces(taken, 'a'), { taken: 1, drawn: {} });
  t.match(withoutPlaces(taken, null), { taken: 1, drawn: { a: 1 } });
  t.match(withoutExpired(taken, new Map([['a', 1], ['', 1]])), { taken: 0, drawn: {} });
  t.throws(() => withoutPlaces(session(), null), /gives back no more/);
  t.throws(() => withoutPlaces(taken, 'b'), /no more places than were drawn/);
  t.throws(() => withPlace(session({ capacity: 1, takenElsewhere: 1 }), null, null), /only where one is left/);
});

t.test('a session is overcommitted when more is taken than there is', async (t) => {
  t.notOk(isOvercommitted(session({ capacity: 3, taken: 2, takenElsewhere: 1 })));
  t.ok(isOvercommitted(session({ capacity: 3, taken: 2, takenElsewhere: 2 })));
});

t.test('figures are as of the last report, or of the last writing', async (t) => {
  const now = START - DAY;
  t.equal(freePlacesIn(pool(), session({ updatedAt: now - HOUR }), null, now)?.asOf, now - HOUR);
  t.equal(freePlacesIn(pool(), session({ updatedAt: now - HOUR, reportedAt: now - MINUTE }), null, now)?.asOf, now - MINUTE);
});
