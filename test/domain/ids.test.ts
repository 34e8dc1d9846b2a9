import t from 'tap';
import fc from 'fast-check';
import { areaOfDistrict, areaOfId, IdMaker } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';

const MARCH = Date.UTC(2018, 2, 5);
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const maker = (seed = 1) => new IdMaker(new Prng(seed).bytes);

t.test('an id is a UUIDv7: its first 48 bits are the instant', async (t) => {
  const id = maker().next(MARCH, '440100');
  t.match(id, UUID_V7);
  t.equal(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16), MARCH);
});

t.test('the prefecture is read off the id, for every prefecture there can be', async () => {
  const ids = maker();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_999 }), (prefecture) => {
      const area = String(prefecture * 100).padStart(6, '0');
      return areaOfId(ids.next(MARCH, area)) === area;
    }),
  );
});

t.test('a text that the service never made has no prefecture', async (t) => {
  for (const text of ['', 'R1803050000000001', '01620000-0000-4000-8000-000000000001', "' OR 1=1 --", `${maker().next(MARCH, '440100')} `, maker().next(MARCH, '440100').toUpperCase()]) {
    t.equal(areaOfId(text), undefined, text);
  }
});

t.test('ids of one process rise strictly, within a millisecond and when the clock goes back', async (t) => {
  const ids = maker();
  let last = '';
  for (let i = 0; i < 10_000; i += 1) {
    const id = ids.next(i < 9_000 ? MARCH : MARCH - 1_000, i % 2 === 0 ? '440100' : '110100');
    if (id.slice(0, 18) <= last) t.fail(`${id} after ${last}`);
    last = id.slice(0, 18);
  }
});

t.test('a code can be read out on the telephone', async (t) => {
  const code = maker().code(1_000);
  t.equal(code.length, 1_000);
  t.match(code, /^[0-9A-HJKMNP-TV-Z]+$/, 'no I, L, O, U');
  t.equal(new Set(code).size, 32, 'all of the alphabet');
});

t.test('a district lies in its prefecture', async (t) => {
  t.same(['440114', '440705', '430600'].map(areaOfDistrict), ['440100', '440700', '430600']);
});
