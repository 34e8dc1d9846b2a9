import t from 'tap';
import fc from 'fast-check';
import { addDays, ageOn, DAY, daysBetween, formatInstant, HOUR, isLocalDate, localDateOf, MINUTE, parseInstant, startOfDay } from '../../src/kernel/calendar.js';

/** text · the same instant in UTC, or undefined where it is refused · why */
const INSTANTS: readonly (readonly [string, string | undefined, string])[] = [
  ['2018-03-05T08:00:00+08:00', '2018-03-05T00:00:00.000Z', 'the wall clock of Guangzhou'],
  ['2018-03-05T00:00:00Z', '2018-03-05T00:00:00.000Z', 'UTC'],
  ['2018-03-05t00:00:00z', '2018-03-05T00:00:00.000Z', 'small letters are RFC 3339 too'],
  ['2018-03-05T00:00:00.5Z', '2018-03-05T00:00:00.500Z', 'a half second'],
  ['2018-03-05T00:00:00.123456789Z', '2018-03-05T00:00:00.123Z', 'below a millisecond is cut off'],
  ['2018-03-04T19:30:00-04:30', '2018-03-05T00:00:00.000Z', 'a half-hour offset'],
  ['2016-02-29T12:00:00+08:00', '2016-02-29T04:00:00.000Z', 'a leap day'],
  ['2018-03-05T08:00:00', undefined, 'naive: nobody knows which eight o’clock'],
  ['2018-03-05 08:00:00+08:00', undefined, 'a blank instead of T'],
  ['2018-03-05', undefined, 'a date is no instant'],
  ['2018-02-29T08:00:00+08:00', undefined, 'no such day'],
  ['2018-13-01T08:00:00+08:00', undefined, 'no such month'],
  ['2018-03-05T24:00:00+08:00', undefined, 'no such hour'],
  ['2018-03-05T08:60:00+08:00', undefined, 'no such minute'],
  ['2018-03-05T08:00:60+08:00', undefined, 'leap seconds are not counted'],
  ['2018-03-05T08:00:00+24:00', undefined, 'no such offset'],
  ['1999-12-31T23:59:59Z', undefined, 'before this service can know of anything'],
  ['2200-01-01T00:00:00Z', undefined, 'after anybody cares'],
  ['', undefined, 'nothing'],
];

t.test('an instant is RFC 3339 with an offset, and nothing else', async (t) => {
  for (const [text, utc, why] of INSTANTS) t.equal(parseInstant(text), utc === undefined ? undefined : Date.parse(utc), `${text} · ${why}`);
});

const anyInstant = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2199, 11, 31) });

t.test('what is written out is read back as the same instant', async () => {
  fc.assert(fc.property(anyInstant, (ms) => parseInstant(formatInstant(ms)) === ms));
});

t.test('the local date is the one that the zone database gives for Asia/Shanghai', async () => {
  const shanghai = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit' });
  fc.assert(fc.property(anyInstant, (ms) => localDateOf(ms) === shanghai.format(ms)), { numRuns: 2_000 });
});

t.test('a day begins at midnight in Guangzhou, and its last millisecond still belongs to it', async () => {
  fc.assert(
    fc.property(anyInstant, (ms) => {
      const date = localDateOf(ms);
      const start = startOfDay(date);
      return localDateOf(start) === date && localDateOf(start - 1) !== date && start <= ms && ms < start + DAY;
    }),
  );
});

t.test('days are added and counted across months, years and leap days', async (t) => {
  const DAYS: readonly (readonly [string, number, string])[] = [
    ['2018-02-28', 1, '2018-03-01'],
    ['2016-02-28', 1, '2016-02-29'],
    ['2018-12-31', 1, '2019-01-01'],
    ['2018-03-01', -1, '2018-02-28'],
    ['2018-03-05', 0, '2018-03-05'],
    ['2015-01-01', 1_185, '2018-03-31'],
  ];
  for (const [from, days, until] of DAYS) {
    t.equal(addDays(from, days), until, `${from} + ${days}`);
    t.equal(daysBetween(from, until), days, `${from} to ${until}`);
  }
});

t.test('a local date is one that exists', async (t) => {
  const DATES: Record<string, boolean> = {
    '2018-03-05': true, '2016-02-29': true, '2000-02-29': true, '1900-02-29': false, '2018-02-29': false, '2018-04-31': false,
    '2018-00-10': false, '2018-01-00': false, '2018-1-1': false, '20180101': false, '1849-12-31': false, '2200-01-01': false,
  };
  for (const [date, exists] of Object.entries(DATES)) t.equal(isLocalDate(date), exists, date);
});

t.test('age is in completed years, as the form prints it', async (t) => {
  const AGES: readonly (readonly [string, string, number])[] = [
    ['1990-03-05', '2018-03-05', 28],
    ['1990-03-06', '2018-03-05', 27],
    ['2018-01-01', '2018-03-05', 0],
    ['1992-02-29', '2018-02-28', 25],
    ['1992-02-29', '2018-03-01', 26],
  ];
  for (const [born, on, years] of AGES) t.equal(ageOn(born, on), years, `born ${born}, on ${on}`);
});

t.test('minutes make hours and hours make days', async (t) => {
  t.same([MINUTE, HOUR, DAY], [60_000, 3_600_000, 86_400_000]);
});
