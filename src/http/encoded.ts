import { passingUtf8 } from '../kernel/utf8.js';

/**
 * Answers as bytes. A text handed to Node is walked through twice, once for its `Content-Length` and once
 * to be sent, and a long one put together from many pieces makes garbage in between; written once into a
 * buffer that is there already, it is walked through once.
 */

/** Shorter texts go out in one piece with the head of their answer. */
const SHORT = 1_024;

/** The text in UTF-8, or itself where that would gain nothing. */
export function encoded(text: string): string | Buffer {
  return text.length < SHORT ? text : Buffer.from(passingUtf8(text));
}

/** In a buffer of just its length: what is kept long must not keep a shared slab alive. */
export function ownBytes(text: string): Buffer {
  const passing = passingUtf8(text);
  const bytes = Buffer.allocUnsafeSlow(passing.length);
  passing.copy(bytes);
  return bytes;
}
