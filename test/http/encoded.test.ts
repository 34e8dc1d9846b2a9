import t from 'tap';
import { encoded, ownBytes } from '../../src/http/encoded.js';

/** Whatever its length and its characters, an answer leaves as the bytes that UTF-8 says. */
const TEXTS: readonly (readonly [what: string, text: string])[] = [
  ['nothing', ''],
  ['a short one', '转诊'],
  ['the last that stays a text', '诊'.repeat(1_023)],
  ['the first that does not', '诊'.repeat(1_024)],
  ['pairs of surrogates and ASCII', '𠮷a'.repeat(5_000)],
  ['as much as the buffer holds at worst', '诊'.repeat(87_381)],
  ['one character more', '诊'.repeat(87_382)],
];

for (const [what, text] of TEXTS) {
  t.test(what, async (t) => {
    const expected = Buffer.from(text);
    t.ok(Buffer.from(encoded(text)).equals(expected));
    t.ok(ownBytes(text).equals(expected));
    t.equal(ownBytes(text).buffer.byteLength, expected.length, 'no slab behind it');
  });
}

t.test('what was encoded before stays as it was', async (t) => {
  const [first, kept] = [encoded('甲'.repeat(2_000)), ownBytes('甲'.repeat(2_000))];
  encoded('乙'.repeat(2_000));
  ownBytes('乙'.repeat(2_000));
  t.equal(String(first), '甲'.repeat(2_000));
  t.equal(String(kept), '甲'.repeat(2_000));
});
