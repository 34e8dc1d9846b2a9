import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Whether the journal beside a database file (its `-wal`) still holds every commit that was waited for.
 *
 * SQLite reads a journal up to the first frame whose checksum does not fit and takes the rest for the torn
 * end of a commit that nobody was told of. It is right where power failed in the middle of a write. It would
 * be silently wrong where an earlier frame was damaged later: commits that were acknowledged would be gone.
 * The two can be told apart:
 *
 * - with `synchronous=FULL` a commit begins to be written only after the one before it is on the disk. So a
 *   frame that continues the checksum of a commit proves that commit, wherever the chain breaks before it;
 * - the index beside the journal (`-shm`) is advanced only after a commit is on the disk. Where it survived,
 *   as it does when a process is killed, it says how many frames there must be.
 *
 * One thing looks like damage and is none. When all of a journal has been copied into the file, the next commit
 * begins it anew by writing its head; a power cut within that leaves a head that fits nothing before commits that
 * stand in the file as well. Where each of their pages is in the file, nothing is missing.
 *
 * Layout of both: https://www.sqlite.org/walformat.html
 */

const HEADER = 32;
const FRAME = 24;
const MAGIC = 0x377f0682;

/** What is wrong, for whoever has to mend it; undefined where nothing acknowledged is missing. */
export function journalFault(path: string): string | undefined {
  const file = openedOrNot(`${path}-wal`);
  if (file === undefined) return undefined;
  try {
    const journal = new Journal(file, pageSizeOf(path));
    const fault = journal.fault(framesInIndex(path, journal));
    return fault !== undefined && journal.isOver(path) ? undefined : fault;
  } finally {
    closeSync(file);
  }
}

interface Sum {
  readonly a: number;
  readonly b: number;
}

class Journal {
  /** The two salts: another pair marks what is left of an earlier round. */
  readonly salts: Buffer;
  readonly #headerFits: boolean;
  readonly #bigEndian: boolean;
  readonly #pageSize: number;
  readonly #frames: number;
  readonly #seed: Sum;
  readonly #frame: Buffer;

  constructor(
    private readonly file: number,
    pageSize: number,
  ) {
    const header = Buffer.alloc(HEADER);
    const length = readSync(file, header, 0, HEADER, 0);
    const magic = header.readUInt32BE(0);
    this.#bigEndian = magic === MAGIC + 1;
    const sum = this.#add({ a: 0, b: 0 }, header.subarray(0, 24));
    this.#seed = sumAt(header, 24);
    this.#headerFits = length === HEADER && (magic & ~1) === MAGIC && same(sum, this.#seed);
    this.#pageSize = this.#headerFits ? header.readUInt32BE(8) : pageSize;
    this.salts = header.subarray(16, 24);
    this.#frame = Buffer.alloc(FRAME + this.#pageSize);
    this.#frames = Math.max(0, Math.floor((fstatSync(file).size - HEADER) / this.#frame.length));
  }

  /** @param known how many frames there were at least. */
  fault(known: number): string | undefined {
    const whole = this.#headerFits ? this.#wholeFrames() : 0;
    if (whole < known) return `it ends at frame ${whole} of at least ${known}`;
    return this.#provenAfter(whole) ? `it is damaged at ${this.#headerFits ? `frame ${whole + 1}` : 'its head'}, and commits stand behind that` : undefined;
  }

  /** Whether the head is torn and every page of the round that it had begun stands in the database file. */
  isOver(path: string): boolean {
    if (this.#headerFits || this.#frames === 0) return false;
    const salts = Buffer.from(this.#read(0).subarray(8, 16));
    const last = new Map<number, number>();
    let begun: [page: number, frame: number][] = [];
    for (let i = 0; i < this.#frames; i += 1) {
      const frame = this.#read(i);
      if (!frame.subarray(8, 16).equals(salts)) break;
      begun.push([frame.readUInt32BE(0), i]);
      if (frame.readUInt32BE(4) === 0) continue;
      for (const [page, at] of begun) last.set(page, at);
      begun = [];
    }
    const database = openedOrNot(path);
    if (database === undefined) return false;
    try {
      const page = Buffer.alloc(this.#pageSize);
      return [...last].every(([number, i]) => readSync(database, page, 0, page.length, (number - 1) * page.length) === page.length && page.equals(this.#read(i).subarray(FRAME)));
    } finally {
      closeSync(database);
    }
  }

  /** How many frames continue each other from the head on: what SQLite will read. */
  #wholeFrames(): number {
    let sum = this.#seed;
    for (let i = 0; i < this.#frames; i += 1) {
      const frame = this.#read(i);
      if (!frame.subarray(8, 16).equals(this.salts)) return i;
      sum = this.#continued(sum, frame);
      if (!same(sum, sumAt(frame, 16))) return i;
    }
    return this.#frames;
  }

  /** Whether some later frame ends a commit and the next one continues it. */
  #provenAfter(whole: number): boolean {
    let before: { readonly sum: Sum; readonly salts: string } | undefined;
    for (let i = whole; i < this.#frames; i += 1) {
      const frame = this.#read(i);
      const salts = frame.toString('latin1', 8, 16);
      const ours = this.#headerFits ? this.salts.equals(frame.subarray(8, 16)) : true;
      if (before !== undefined && ours && salts === before.salts && same(this.#continued(before.sum, frame), sumAt(frame, 16))) return true;
      before = ours && frame.readUInt32BE(4) > 0 ? { sum: sumAt(frame, 16), salts } : undefined;
    }
    return false;
  }

  #read(index: number): Buffer {
    readSync(this.file, this.#frame, 0, this.#frame.length, HEADER + index * this.#frame.length);
    return this.#frame;
  }

  #continued(sum: Sum, frame: Buffer): Sum {
    return this.#add(this.#add(sum, frame.subarray(0, 8)), frame.subarray(FRAME));
  }

  #add(sum: Sum, bytes: Buffer): Sum {
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let { a, b } = sum;
    for (let i = 0; i < bytes.length; i += 8) {
      a = (a + words.getUint32(i, !this.#bigEndian) + b) >>> 0;
      b = (b + words.getUint32(i + 4, !this.#bigEndian) + a) >>> 0;
    }
    return { a, b };
  }
}

function sumAt(bytes: Buffer, at: number): Sum {
  return { a: bytes.readUInt32BE(at), b: bytes.readUInt32BE(at + 4) };
}

function same(one: Sum, other: Sum): boolean {
  return one.a === other.a && one.b === other.b;
}

/** Bytes of the head of the index: two copies of 48. It is written in the order of the machine. */
const INDEX_HEAD = 48;

/** The frames that the index counts, where it is whole and of this round of the journal; 0 where it says nothing. */
function framesInIndex(path: string, journal: Journal): number {
  const file = openedOrNot(`${path}-shm`);
  if (file === undefined) return 0;
  try {
    const heads = Buffer.alloc(2 * INDEX_HEAD);
    const whole = readSync(file, heads, 0, heads.length, 0) === heads.length;
    const [one, two] = [heads.subarray(0, INDEX_HEAD), heads.subarray(INDEX_HEAD)];
    // The copies differ where a process died while it wrote one; another round of the journal has other salts.
    return whole && one.equals(two) && one.subarray(32, 40).equals(journal.salts) ? (new Uint32Array(Uint8Array.from(one.subarray(16, 20)).buffer)[0] ?? 0) : 0;
  } finally {
    closeSync(file);
  }
}

/** From the head of the database file; a power of two from 512, 1 for 65536. */
function pageSizeOf(path: string): number {
  const file = openedOrNot(path);
  if (file === undefined) return 4_096;
  try {
    const bytes = Buffer.alloc(2);
    readSync(file, bytes, 0, 2, 16);
    const size = bytes.readUInt16BE(0);
    return size === 1 ? 65_536 : size >= 512 && (size & (size - 1)) === 0 ? size : 4_096;
  } finally {
    closeSync(file);
  }
}

function openedOrNot(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
