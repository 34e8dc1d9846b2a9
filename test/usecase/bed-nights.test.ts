import t from 'tap';
import { formatInstant, type Instant } from '../../src/kernel/calendar.js';
import type { StayInput } from '../../src/contract/stay.js';
import type { Referral } from '../../src/domain/referral.js';
import { fulfil } from '../../src/usecase/reservation/fulfil.js';
import { release } from '../../src/usecase/reservation/release.js';
import { City, on } from '../kit/city.js';
import { put, stayOf, under } from '../kit/ledger.js';
import { must, send, take } from '../kit/life.js';
import { at, bedNights, codeOf, fill, person, upReferral } from '../kit/network.js';
import type { Teardown } from '../kit/store.js';

const MONDAY = '2018-03-05';
const [TUESDAY, WEDNESDAY] = ['2018-03-06', '2018-03-07'];
const ANY = null;

/** A ward of one bed for ten nights, and one patient booked into it for some of them. */
async function ward(t: Teardown, nights: number): Promise<{ city: City; referral: Referral }> {
  const city = await City.found(t);
  await fill(city.store, 't1-bed', ...bedNights(MONDAY, 10, 1));
  const referral = await send(city, upReferral(1, { category: 'inpatient', reserve: { items: [on('t1-bed', MONDAY, 12, nights)], confirm: true } }));
  city.clock.set(at(MONDAY, 10));
  return { city, referral };
}

/** The nights of the referral, in their order, in words. */
async function nightsOf(city: City, referral: Referral): Promise<string> {
  const { course } = await city.referral(referral.id);
  const reservation = await city.store.read((reads) => reads.reservation(course.reservationIds[0]!));
  return [...reservation!.places].sort((a, b) => a.startsAt - b.startsAt).map((place) => place.state).join(' ');
}

/** The stay of the patient at the hospital, admitted on Monday at noon. */
function stay(referral: Referral, sourceVersion: number, dischargedAt: Instant | null, more: Partial<StayInput> = {}): StayInput {
  const left = dischargedAt === null ? {} : { dischargedAt: formatInstant(dischargedAt) };
  return stayOf(person(1), 5, null, { ...under(referral), admittedAt: formatInstant(at(MONDAY, 12)), ...left, sourceVersion, ...more });
}

t.test('a bed is used night by night: those to come stay booked, and what ends the referral frees them', async (t) => {
  for (const [ends, hour, after] of [
    ['complete', 11, 'fulfilled fulfilled released released released'],
    ['close', 11, 'fulfilled fulfilled released released released'],
    ['complete', 13, 'fulfilled fulfilled fulfilled released released'],
  ] as const) {
    const { city, referral } = await ward(t, 5);
    const [id] = referral.course.reservationIds as [string];
    t.match(await city.must('t1', fulfil, { id, ifMatch: ANY }), { version: 2 });
    t.equal(await nightsOf(city, referral), 'fulfilled confirmed confirmed confirmed confirmed', 'on the first day the first night alone');
    t.equal(codeOf(await city.do('t1', fulfil, { id, ifMatch: ANY })), 'invalid_transition', 'and no second time');
    await take(city, referral, 'arrive', 'receive');
    city.clock.set(at(WEDNESDAY, hour));
    await city.must('t1', fulfil, { id, ifMatch: ANY });
    t.equal(await nightsOf(city, referral), 'fulfilled fulfilled fulfilled confirmed confirmed', 'on the third day three');
    await must(city, referral, ends);
    t.equal(await nightsOf(city, referral), after, `${ends} at ${hour}`);
    t.same(await city.audit('t1-bed'), []);
  }
});

t.test('a discharge that is told gives back the nights from then on in the same unit, and the log says which', async (t) => {
  for (const executes of [true, false]) {
    const who = executes ? 'by the stay that executed the referral' : 'where a desk recorded the arrival';
    const { city, referral } = await ward(t, 5);
    if (!executes) await take(city, referral, 'arrive', 'receive');
    city.clock.set(at(MONDAY, 13));
    await put(city, 't1', 'ZY1', stay(referral, 1, null));
    t.equal(await nightsOf(city, referral), 'fulfilled confirmed confirmed confirmed confirmed');
    city.clock.set(at(TUESDAY, 15));
    const since = await city.lastSeq();
    await put(city, 't1', 'ZY1', stay(referral, 2, at(TUESDAY, 14)));
    t.equal(await nightsOf(city, referral), 'fulfilled fulfilled released released released', who);
    t.match(await city.events(since), [
      { type: 'stay.recorded' },
      { type: 'reservation.released', data: { because: 'discharged', places: [{ state: 'fulfilled' }, { startsAt: `${WEDNESDAY}T12:00:00.000+08:00`, state: 'released' }, { state: 'released' }, { state: 'released' }] } },
    ]);
    t.ok(await city.reserve(await city.refer(2, { category: 'inpatient' }), [on('t1-bed', WEDNESDAY, 12, 3)]), 'another patient may have them');
    t.equal(codeOf(await city.do('t1', release, { id: referral.course.reservationIds[0]!, ifMatch: ANY })), 'invalid_transition', 'nothing is left to give up');
    const told = await city.lastSeq();
    await put(city, 't1', 'ZY1', stay(referral, 3, at(TUESDAY, 11)));
    t.equal(await nightsOf(city, referral), 'fulfilled released released released released', 'a corrected discharge gives back what it says');
    t.match(await city.events(told, 'reservation.released'), [{ data: { places: [{ startsAt: `${TUESDAY}T12:00:00.000+08:00` }] } }]);
    t.same(await city.audit('t1-bed'), []);
  }
});

t.test('what is no discharge from the ward gives nothing back', async (t) => {
  const { city, referral } = await ward(t, 3);
  await take(city, referral, 'arrive');
  city.clock.set(at(TUESDAY, 9));
  const before = await nightsOf(city, referral);
  await put(city, 't1', 'MZ1', stay(referral, 1, at(MONDAY, 11), { admittedAt: formatInstant(at(MONDAY, 10)), kind: 'outpatient' }));
  t.equal(await nightsOf(city, referral), before, 'a visit to the outpatients');
  await put(city, 't1', 'ZY1', stay(referral, 1, null));
  await put(city, 't1', 'ZY2', stay(referral, 1, at(MONDAY, 20), { admittedAt: formatInstant(at(MONDAY, 18)) }));
  t.equal(await nightsOf(city, referral), before, 'a second stay while the first goes on');
  await put(city, 't1', 'ZY3', stay(referral, 1, at(MONDAY, 20), { arrival: { via: 'none' } }));
  t.equal(await nightsOf(city, referral), before, 'a stay that does not name the referral');
  await put(city, 't1', 'ZY1', stay(referral, 2, null, { voided: true }));
  t.equal(await nightsOf(city, referral), 'fulfilled released released', 'when the first is voided, the second tells');
});
