/** UTF-8 takes at most three bytes for a unit of a JavaScript string. */
const BYTES_PER_UNIT = 3;

const scratch = Buffer.allocUnsafeSlow(1 << 18);

/**
 * The texts in UTF-8, one after the other, in memory that is used again by the next call. A text that was put
 * together from many pieces is made one piece by being written; put together once more with others it would
 * be walked through again for each.
 */
export function passingUtf8(...texts: readonly string[]): Buffer {
  let units = 0;
  for (const text of texts) units += text.length;
  if (units * BYTES_PER_UNIT > scratch.length) return Buffer.from(texts.join(''));
  let length = 0;
  for (const text of texts) length += scratch.write(text, length);
  return scratch.subarray(0, length);
}
