import t from 'tap';
import { DAY } from '../../src/kernel/calendar.js';
import { reservationView } from '../../src/http/present/capacity.js';
import { documentContentView } from '../../src/http/present/referral.js';
import type { Reservation } from '../../src/domain/reservation.js';
import { at } from '../kit/network.js';

t.test('a bed whose night in the middle was stopped says so: each night has a state of its own', async (t) => {
  const night = (n: number, state: 'confirmed' | 'released') => ({
    item: 1, poolId: 't1-bed', institutionId: 't1', kind: 'bed' as const, startsAt: at('2018-03-05', 12) + n * DAY, endsAt: at('2018-03-06', 12) + n * DAY, allotmentId: null, state, ifRevoked: null,
  });
  const reservation: Reservation = {
    id: 'r', area: '440100', code: '12345678', referralId: 'x', version: 2, createdAt: 0, ttlSeconds: 7_200, expiresAt: null, extended: false, nextNightAt: null,
    places: [night(0, 'confirmed'), night(1, 'released'), night(2, 'confirmed')],
  };
  const [item] = reservationView(reservation, 0).items;
  t.match(item, { state: 'confirmed', nights: 3 });
  t.strictSame(item?.bedNights, [
    { startsAt: '2018-03-05T12:00:00.000+08:00', state: 'confirmed' },
    { startsAt: '2018-03-06T12:00:00.000+08:00', state: 'released' },
    { startsAt: '2018-03-07T12:00:00.000+08:00', state: 'confirmed' },
  ]);
});

t.test('a document is given out with its content as text', async (t) => {
  const document = {
    id: 'd', referralId: 'x', area: '440100', kind: 'record-summary', title: '病历摘要', mediaType: 'text/plain', author: '陈全科', institutionId: 'p1', bytes: 6, sha256: '', at: 0,
    state: 'delivered', content: Buffer.from('病历'),
  } as unknown as Parameters<typeof documentContentView>[0];
  t.equal(documentContentView(document).content, Buffer.from('病历').toString('base64'));
});
