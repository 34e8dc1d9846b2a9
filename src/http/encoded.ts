/**
 * Answers as bytes. A text handed to Node is walked through twice, once for its `Content-Length` and once
 * to be sent, and a long one put together from many pieces makes garbage in between; written once into a
 * buffer that is there already, it is walked through once.
 */

/** Shorter texts go out in one piece with the head of their answer. */
const SHORT = 1_024;
/** UTF-8 takes at most three bytes for a unit of a JavaScript string. */
const BYTES_PER_UNIT = 3;

const scratch = Buffer.allocUnsafeSlow(1 << 18);

/** The text in UTF-8, or itself where that would gain nothing. */
export function encoded(text: string): string | Buffer {
  if (text.length < SHORT) return text;
  return fits(text) ? Buffer.from(scratch.subarray(0, scratch.write(text))) : Buffer.from(text);
}

/** In a buffer of just its length: what is kept long must not keep a shared slab alive. */
export function ownBytes(text: string): Buffer {
  const length = fits(text) ? scratch.write(text) : Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafeSlow(length);
  if (fits(text)) scratch.copy(bytes, 0, 0, length);
  else bytes.write(text);
  return bytes;
}

function fits(text: string): boolean {
  return text.length * BYTES_PER_UNIT <= scratch.length;
}
