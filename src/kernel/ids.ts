import { assert } from './assert.js';
import type { Instant } from './calendar.js';

/** Random bytes; production takes them from the operating system, simulation from a seed. */
export type RandomBytes = (length: number) => Uint8Array;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford: no I, L, O, U to misread on the telephone

/**
 * Makes UUIDv7 (RFC 9562) whose 14 bits after the variant carry the prefecture (GB/T 2260 code / 100),
 * so that a row's shard is read off its id and a look-up by id alone needs one shard and one index.
 * Ids of one process rise strictly, within a millisecond too: indexes grow at their end.
 */
export class IdMaker {
  #lastMs = 0;
  #sequence = 0;

  constructor(private readonly random: RandomBytes) {}

  /** @param area six digits, the prefecture; @param now not before 1970. */
  next(now: Instant, area: string): string {
    const prefecture = Number(area) / 100;
    assert(Number.isInteger(prefecture) && prefecture >= 0 && prefecture < 10_000, `area ${area} is a prefecture code`);
    if (now > this.#lastMs) {
      this.#lastMs = now;
      this.#sequence = 0;
    } else if (++this.#sequence > 0xfff) {
      this.#lastMs += 1; // more than 4 096 ids in a millisecond: borrow from the next one
      this.#sequence = 0;
    }
    const ms = this.#lastMs;
    const r = this.random(6);
    const high = Math.floor(ms / 0x10000);
    const low = ms % 0x10000;
    return (
      `${hex32(high)}-${hex16(low)}-7${hex16(this.#sequence).slice(1)}-` +
      `${hex16(0x8000 | prefecture)}-${HEX[r[0]!]}${HEX[r[1]!]}${HEX[r[2]!]}${HEX[r[3]!]}${HEX[r[4]!]}${HEX[r[5]!]}`
    );
  }

  /** `length` characters that a person can read out, five random bits each. */
  code(length: number): string {
    const bytes = this.random(length);
    let text = '';
    for (const byte of bytes) text += BASE32[byte & 31];
    return text;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The prefecture that an id carries; undefined for a text that this service never made. */
export function areaOfId(id: string): string | undefined {
  if (!UUID.test(id)) return undefined;
  const prefecture = Number.parseInt(id.slice(19, 23), 16) & 0x3fff;
  return prefecture < 10_000 ? String(prefecture * 100).padStart(6, '0') : undefined;
}

/** The prefecture of a district code: 440114 (花都区) lies in 440100 (广州市). */
export function areaOfDistrict(district: string): string {
  return `${district.slice(0, 4)}00`;
}

function hex16(value: number): string {
  return HEX[value >>> 8]! + HEX[value & 0xff]!;
}

function hex32(value: number): string {
  return hex16(Math.floor(value / 0x10000)) + hex16(value % 0x10000);
}
