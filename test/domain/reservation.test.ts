import t from 'tap';
import { DAY, HOUR, SECOND } from '../../src/kernel/calendar.js';
import { isRefusal } from '../../src/kernel/problem.js';
import type { PlaceState, ReferralStatus } from '../../src/contract/vocabulary.js';
import { bookingIn, itemsOf, seenAt, stateOf, type Place, type Reservation } from '../../src/domain/reservation.js';
import { arrive, confirmHeld, discharge, end, expire, extendHold, free, fulfilItems, miss, release, unfulfil, type Change, type Circumstances } from '../../src/domain/reservation-machine.js';
import { place, reservation, START } from '../kit/capacity.js';

const NOW = START - HOUR;
const at = (more: Partial<Circumstances> = {}): Circumstances => ({ now: NOW, by: 'sender', referralStatus: 'submitted', ifMatch: null, ...more });
const receiver = (more: Partial<Circumstances> = {}) => at({ by: 'receiver', referralStatus: 'scheduled', ...more });

/** A night of a bed: night 0 begins at noon of the day of START. */
function night(n: number, more: Partial<Place> = {}): Place {
  const startsAt = START + 4 * HOUR + n * DAY;
  return place({ poolId: 'bed', kind: 'bed', item: 2, startsAt, endsAt: startsAt + DAY, ...more });
}

/** The refusal's code, or the states of the places in their order. */
function outcome(change: Change | { code: string }): string {
  return isRefusal(change) ? change.code : (change as Change).reservation.places.map((p) => p.state).join(' ');
}

t.test('the state of an item and of the whole follow from the places', async (t) => {
  const rows: [places: Place[], items: string, whole: PlaceState][] = [
    [[place()], 'held', 'held'],
    [[place({ state: 'confirmed' }), night(0, { state: 'held' })], 'confirmed held', 'held'],
    [[place({ state: 'fulfilled' }), night(0, { state: 'confirmed' })], 'fulfilled confirmed', 'confirmed'],
    [[night(0, { state: 'fulfilled' }), night(1, { state: 'confirmed' })], 'fulfilled', 'fulfilled'],
    [[night(0, { state: 'no-show' }), night(1, { state: 'confirmed' })], 'confirmed', 'confirmed'],
    [[place({ state: 'no-show' }), night(0, { state: 'released' })], 'no-show released', 'no-show'],
    [[place({ state: 'expired' }), night(0, { state: 'released' })], 'expired released', 'expired'],
  ];
  for (const [places, items, whole] of rows) {
    const r = reservation(places);
    t.equal(itemsOf(r).map((i) => i.state).join(' '), items);
    t.equal(stateOf(r), whole, `${items}: ${whole}`);
  }
  t.match(itemsOf(reservation([night(1), night(0)]))[0], { item: 2, startsAt: START + 4 * HOUR, endsAt: START + 4 * HOUR + 2 * DAY });
});

t.test('a hold ends at its instant, whether or not anybody has noticed', async (t) => {
  const held = reservation([place(), night(0, { state: 'confirmed' })]);
  t.equal(stateOf(seenAt(held, START - 1)), 'held');
  t.same(seenAt(held, START).places.map((p) => p.state), ['expired', 'confirmed']);
  t.equal(seenAt(held, START).expiresAt, null);
});

t.test('confirming books all that is held', async (t) => {
  const held = reservation([place(), night(0)]);
  const arranged = (poolId: string) => poolId === 'bed';
  const rows: [situation: string, reservation: Reservation, Circumstances, becomes: string][] = [
    ['by the sender', held, at(), 'confirmed confirmed'],
    ['by the receiver', held, receiver({ referralStatus: 'submitted' }), 'confirmed confirmed'],
    ['in the version that is known', held, at({ ifMatch: 1 }), 'confirmed confirmed'],
    ['in another version', held, at({ ifMatch: 2 }), 'version_mismatch'],
    ['a millisecond before the hold ends', held, at({ now: START - 1 }), 'confirmed confirmed'],
    ['at the instant at which it ends', held, at({ now: START }), 'hold_expired'],
    ['expired and noticed', reservation([place({ state: 'expired' })]), at(), 'hold_expired'],
    ['twice', reservation([place({ state: 'confirmed' })]), at(), 'invalid_transition'],
    ['released', reservation([place({ state: 'released' })]), at(), 'invalid_transition'],
    ['when the session is over', reservation([place()], { expiresAt: START + DAY }), at({ now: START + 4 * HOUR }), 'session_over'],
  ];
  for (const [situation, r, c, becomes] of rows) t.equal(outcome(confirmHeld(r, c, () => false)), becomes, situation);
  t.equal(outcome(confirmHeld(held, at({ ifMatch: 9 }), arranged)), 'wrong_party', 'on an arranged pool it is not the sender who confirms');
  t.equal(outcome(confirmHeld(held, receiver(), arranged)), 'confirmed confirmed', 'but the receiver');
  const byStatus: [ReferralStatus, string][] = [
    ['draft', 'invalid_transition'], ['submitted', 'confirmed'], ['info-requested', 'invalid_transition'], ['accepted', 'confirmed'],
    ['scheduled', 'confirmed'], ['arrived', 'invalid_transition'], ['in-care', 'invalid_transition'], ['expired', 'invalid_transition'], ['cancelled', 'invalid_transition'],
  ];
  for (const [referralStatus, becomes] of byStatus) t.equal(outcome(confirmHeld(reservation([place()]), at({ referralStatus }), () => false)), becomes, `referral ${referralStatus}`);
  t.match(confirmHeld(held, at(), () => false), { reservation: { version: 2, expiresAt: null }, freed: [] });
});

t.test('a hold is extended once, by its own length, while it stands', async (t) => {
  const held = reservation([place()], { ttlSeconds: 900 });
  t.match(extendHold(held, at()), { reservation: { expiresAt: START + 900 * SECOND, extended: true, version: 2 } });
  const rows: [situation: string, Reservation, Circumstances, code: string][] = [
    ['twice', reservation([place()], { extended: true }), at(), 'already_extended'],
    ['late', held, at({ now: START }), 'hold_expired'],
    ['late, and twice', reservation([place()], { extended: true }), at({ now: START }), 'hold_expired'],
    ['nothing held', reservation([place({ state: 'confirmed' })]), at(), 'invalid_transition'],
    ['another version', held, at({ ifMatch: 3 }), 'version_mismatch'],
    ['a referral that has ended', held, at({ referralStatus: 'rejected' }), 'invalid_transition'],
  ];
  for (const [situation, r, c, code] of rows) t.equal(outcome(extendHold(r, c)), code, situation);
});

t.test('held and booked places are released, all or by item', async (t) => {
  const booked = reservation([place({ state: 'confirmed', allotmentId: 'a' }), night(0, { state: 'confirmed' }), night(1, { state: 'confirmed' })]);
  const rows: [situation: string, Reservation, items: number[] | undefined, Circumstances, becomes: string][] = [
    ['all', booked, undefined, at(), 'released released released'],
    ['a bed with its nights', booked, [2], at(), 'confirmed released released'],
    ['held', reservation([place()]), undefined, at(), 'released'],
    ['whatever the referral has come to', reservation([place({ state: 'confirmed' })]), undefined, receiver({ referralStatus: 'in-care' }), 'released'],
    ['what is fulfilled stays', reservation([place({ state: 'fulfilled' }), night(0, { state: 'confirmed' })]), undefined, at(), 'fulfilled released'],
    ['nothing but what is fulfilled', reservation([place({ state: 'fulfilled' })]), undefined, at(), 'invalid_transition'],
    ['an item that is gone', reservation([place({ state: 'released' }), night(0)]), [1], at(), 'invalid_transition'],
    ['an item that is not there', booked, [1, 9], at(), 'invalid_content'],
    ['a hold that has run out', reservation([place()]), undefined, at({ now: START }), 'hold_expired'],
    ['another version', booked, undefined, at({ ifMatch: 2 }), 'version_mismatch'],
  ];
  for (const [situation, r, items, c, becomes] of rows) t.equal(outcome(release(r, items, c)), becomes, situation);
  const freed = release(booked, [1], at());
  t.match(freed, { freed: [{ allotmentId: 'a' }], changed: [{ state: 'released' }] }, 'and go back to where they were drawn from');
  t.match(release(booked, [1, 9], at()), { extra: { errors: [{ pointer: '/items/1' }] } });
});

t.test('a patient did not come: places that have begun are free, by the word of the receiver', async (t) => {
  const booked = reservation([place({ state: 'confirmed' }), night(0, { state: 'confirmed' }), night(1, { state: 'confirmed' })]);
  const rows: [situation: string, items: number[] | undefined, Circumstances, becomes: string][] = [
    ['the sender says so', undefined, at({ now: START }), 'wrong_party'],
    ['a millisecond before it begins', undefined, receiver({ now: START - 1 }), 'invalid_transition'],
    ['as it begins', undefined, receiver({ now: START }), 'no-show confirmed confirmed'],
    ['later nights may still be used', undefined, receiver({ now: START + 5 * HOUR }), 'no-show no-show confirmed'],
    ['by item', [2], receiver({ now: START + 5 * HOUR }), 'confirmed no-show confirmed'],
    ['an item that has not begun', [2], receiver({ now: START }), 'invalid_transition'],
  ];
  for (const [situation, items, c, becomes] of rows) t.equal(outcome(miss(booked, items, c)), becomes, situation);
  t.equal(outcome(miss(reservation([place()]), undefined, receiver({ now: START - 1 }))), 'invalid_transition', 'what is only held is not missed');
});

t.test('a patient came: booked places are fulfilled and stay taken', async (t) => {
  const booked = reservation([place({ state: 'confirmed' }), night(0, { state: 'confirmed' })]);
  const rows: [situation: string, items: number[] | undefined, Circumstances, becomes: string][] = [
    ['all', undefined, receiver(), 'fulfilled fulfilled'],
    ['by item', [1], receiver({ referralStatus: 'in-care' }), 'fulfilled confirmed'],
    ['the sender says so', undefined, at({ referralStatus: 'scheduled' }), 'wrong_party'],
    ['before the referral is accepted', undefined, receiver({ referralStatus: 'submitted' }), 'invalid_transition'],
    ['after it has ended', undefined, receiver({ referralStatus: 'completed' }), 'invalid_transition'],
    ['another version', undefined, receiver({ ifMatch: 2 }), 'version_mismatch'],
  ];
  for (const [situation, items, c, becomes] of rows) t.equal(outcome(fulfilItems(booked, items, c)), becomes, situation);
  t.match(fulfilItems(booked, undefined, receiver()), { freed: [] });
});

t.test('a place is used from the local date of its beginning on, a later one stays booked', async (t) => {
  const midnight = START - 8 * HOUR;
  const exam = place({ kind: 'exam', state: 'confirmed' });
  const bed = [night(0), night(1), night(2)].map((p) => ({ ...p, state: 'confirmed' as const }));
  const rows: [situation: string, Place[], items: number[] | undefined, now: number, becomes: string][] = [
    ['an examination a millisecond before its day', [exam], undefined, midnight - 1, 'invalid_transition'],
    ['a little early on its day', [exam], undefined, midnight, 'fulfilled'],
    ['while it runs', [exam], undefined, START + HOUR, 'fulfilled'],
    ['said a day late', [exam], undefined, START + DAY, 'fulfilled'],
    ['a bed before noon of its first day', bed, undefined, START, 'fulfilled confirmed confirmed'],
    ['a bed the evening before', bed, undefined, midnight - 1, 'invalid_transition'],
    ['a bed at the last millisecond of its first day', bed, undefined, midnight + DAY - 1, 'fulfilled confirmed confirmed'],
    ['a bed as its second day begins', bed, undefined, midnight + DAY, 'fulfilled fulfilled confirmed'],
    ['an item of which nothing has begun', [exam, ...bed.map((p) => ({ ...p, startsAt: p.startsAt + DAY, endsAt: p.endsAt + DAY }))], [1, 2], START, 'invalid_transition'],
  ];
  for (const [situation, places, items, now, becomes] of rows) t.equal(outcome(fulfilItems(reservation(places), items, receiver({ now }))), becomes, situation);
});

t.test('a discharge gives back the nights that begin then or later, whatever they were', async (t) => {
  const noon = night(0).startsAt;
  const bed = [night(0, { state: 'fulfilled' }), night(1, { state: 'confirmed' }), night(2, { state: 'confirmed' })];
  const rows: [situation: string, Place[], dischargedAt: number, now: number, becomes: string][] = [
    ['told at once: a booked night under way was used', bed, noon + DAY + HOUR, noon + DAY + HOUR, 'fulfilled fulfilled released'],
    ['at noon: the night that begins then is free', bed, noon + DAY, noon + DAY, 'fulfilled released released'],
    ['a millisecond after noon', bed, noon + DAY + 1, noon + DAY + 1, 'fulfilled fulfilled released'],
    ['told days later', bed, noon + DAY - HOUR, noon + 9 * DAY, 'fulfilled released released'],
    ['nights that were counted as used already', bed.map((p) => ({ ...p, state: 'fulfilled' as const })), noon + DAY, noon + DAY, 'fulfilled released released'],
    ['before the first noon', bed, noon - HOUR, noon, 'released released released'],
    ['foreseen: nights before it stay as they are', bed, noon + 2 * DAY, noon + HOUR, 'fulfilled confirmed released'],
    ['a bed that nobody took is no longer wanted', [night(0, { state: 'confirmed' }), night(1, { state: 'confirmed' })], noon + DAY, noon + DAY, 'confirmed released'],
    ['held nights', [night(1)], noon, noon - DAY, 'released'],
    ['what has ended before stays as it was', [night(1, { state: 'no-show' }), night(2, { state: 'released' })], noon, noon, 'no-show released'],
    ['an examination after it stays booked', [place({ kind: 'exam', state: 'confirmed', startsAt: noon + 5 * DAY })], noon, noon, 'confirmed'],
  ];
  for (const [situation, places, dischargedAt, now, becomes] of rows) t.equal(outcome(discharge(reservation(places, { expiresAt: noon + 99 * DAY }), dischargedAt, now)), becomes, situation);
  t.match(discharge(reservation(bed), noon + DAY, noon + DAY).freed, [{ state: 'confirmed' }, { state: 'confirmed' }]);
});

t.test('what ends a referral gives up what was planned, and the nights to come of a bed in use', async (t) => {
  const noon = night(0).startsAt;
  const places = [place({ state: 'fulfilled', startsAt: noon + DAY }), night(0, { state: 'fulfilled' }), night(1, { state: 'fulfilled' }), night(2, { state: 'confirmed' })];
  t.equal(outcome(end(reservation(places), noon + DAY)), 'fulfilled fulfilled released released', 'the night that begins now is free');
  t.equal(outcome(end(reservation(places), noon + DAY + 1)), 'fulfilled fulfilled fulfilled released');
  t.equal(outcome(end(reservation([place(), night(0)]), START)), 'expired expired');
});

t.test('an arrival uses the places of its day, and gives up what was only held', async (t) => {
  const arrival = START + HOUR; // 09:00
  const bed = [night(0), night(1), night(2)];
  const confirmed = (places: Place[]): Place[] => places.map((p) => ({ ...p, state: 'confirmed' }));
  const later = place({ item: 3, startsAt: START + 3 * DAY, endsAt: START + 3 * DAY + HOUR });
  const elsewhen = { expiresAt: START + DAY };
  const rows: [situation: string, Reservation, arrivedAt: number, serves: boolean, becomes: string][] = [
    ['booked for today', reservation(confirmed([place()])), arrival, true, 'fulfilled'],
    ['held for today', reservation([place()], elsewhen), arrival, true, 'fulfilled'],
    ['held for another day', reservation([later], elsewhen), arrival, true, 'released'],
    ['booked for another day', reservation(confirmed([later])), arrival, true, 'confirmed'],
    ['a booked bed: its first night, the others stay', reservation(confirmed(bed)), arrival, true, 'fulfilled confirmed confirmed'],
    ['a held bed: its first night, the others are booked', reservation(bed, elsewhen), arrival, true, 'fulfilled confirmed confirmed'],
    ['early in the morning: the night under way too', reservation(confirmed([night(-1), night(0), night(1)])), arrival, true, 'fulfilled fulfilled confirmed'],
    ['two nights late: the held nights that have passed are given up', reservation([night(0), night(1), night(2)], { expiresAt: START + 9 * DAY }), START + 5 * HOUR + 2 * DAY, true, 'released released fulfilled'],
    ['a hold that has run out', reservation([place()], { expiresAt: NOW }), arrival, true, 'expired'],
    ['to another reservation: holds are given up', reservation([place()], elsewhen), arrival, false, 'released'],
    ['to another reservation: what is booked stays', reservation(confirmed([place()])), arrival, false, 'confirmed'],
  ];
  for (const [situation, r, arrivedAt, serves, becomes] of rows) t.equal(outcome(arrive(r, arrivedAt, NOW, serves)), becomes, situation);
});

t.test('a mistaken arrival is undone place by place: what was booked is booked again, what was held is given back', async (t) => {
  const elsewhen = { expiresAt: START + DAY };
  const confirmed = (p: Place): Place => ({ ...p, state: 'confirmed' });
  const rows: [situation: string, places: Place[], arrived: string, undone: string][] = [
    ['booked', [confirmed(place())], 'fulfilled', 'confirmed'],
    ['held', [place()], 'fulfilled', 'released'],
    ['a held bed with its later nights', [night(0), night(1)], 'fulfilled confirmed', 'released released'],
    ['a booked bed', [night(0), night(1)].map(confirmed), 'fulfilled confirmed', 'confirmed confirmed'],
    ['held for another day', [place({ item: 3, startsAt: START + 3 * DAY, endsAt: START + 4 * DAY })], 'released', 'released'],
    ['done before the arrival', [place({ state: 'fulfilled' }), confirmed(night(0))], 'fulfilled fulfilled', 'fulfilled confirmed'],
    ['missed before the arrival', [place({ state: 'no-show' }), confirmed(night(0))], 'no-show fulfilled', 'no-show confirmed'],
  ];
  for (const [situation, places, arrived, undone] of rows) {
    const there = arrive(reservation(places, elsewhen), START + HOUR, NOW, true);
    t.equal(outcome(there), arrived, situation);
    const back = unfulfil(there.reservation);
    t.equal(outcome(back), undone, `${situation}, undone`);
    t.equal(outcome(unfulfil(back.reservation)), undone, 'once');
  }
  const there = arrive(reservation([place(), night(0, { state: 'confirmed' })], elsewhen), START + HOUR, NOW, true);
  t.match(unfulfil(there.reservation).freed, [{ item: 1 }], 'what was held goes back to where it was drawn from');
});

t.test('what is given up with its referral is released, a hold that had run out is expired', async (t) => {
  const mixed = reservation([place(), night(0, { state: 'confirmed' }), night(1, { state: 'fulfilled' })]);
  t.equal(outcome(free(mixed, NOW, (p) => p.state !== 'fulfilled')), 'released released fulfilled');
  t.equal(outcome(free(mixed, START, (p) => p.state !== 'fulfilled')), 'expired released fulfilled');
  t.equal(free(mixed, NOW, () => false).reservation, mixed, 'the very record where nothing changes');
  t.equal(expire(mixed, NOW, () => true).reservation, mixed, 'no hold has run out');
  t.match(expire(mixed, START, () => true), { reservation: { version: 2, expiresAt: null }, freed: [{ state: 'held' }], changed: [{ state: 'expired' }] });
  t.match(expire(reservation([place(), night(0)]), START, (p) => p.kind === 'bed').reservation, { expiresAt: START }, 'a hold lasts as long as one of its places');
});

t.test('the booking of a referral is its confirmed places, until the last of them ends', async (t) => {
  t.equal(bookingIn([reservation([place(), night(0, { state: 'fulfilled' })])]), null);
  t.same(bookingIn([reservation([place({ state: 'confirmed' })]), reservation([night(0, { state: 'confirmed' }), night(4)])]), { confirmed: 2, until: night(0).endsAt });
});
