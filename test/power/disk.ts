import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Prng } from '../../src/kernel/prng.js';
import type { Entry } from './recorder.js';

/**
 * A folder on a disk that keeps what was synced and may lose the rest: contents of a file until the file is
 * synced, names until the folder is. It promises no more than POSIX does, which is less than most disks keep.
 */

/** What a power cut leaves of what was not synced. */
export type Left = 'nothing' | 'everything' | Prng;

/** Sectors are written whole; beyond that a write may be torn anywhere. */
const SECTOR = 512;

class Content {
  bytes = Buffer.alloc(0);
  length = 0;

  copy(): Content {
    const copy = new Content();
    copy.bytes = Buffer.from(this.bytes);
    copy.length = this.length;
    return copy;
  }

  write(at: number, bytes: Buffer): void {
    const end = at + bytes.length;
    if (end > this.bytes.length) this.bytes = Buffer.concat([this.bytes], Math.max(end, 2 * this.bytes.length));
    bytes.copy(this.bytes, at);
    this.length = Math.max(this.length, end);
  }

  cut(length: number): void {
    if (length < this.length) this.bytes.fill(0, length);
    else this.write(length, Buffer.alloc(0));
    this.length = length;
  }
}

class File {
  readonly durable = new Content();
  readonly pending: { readonly number: number; readonly entry: Entry }[] = [];
  /** Of the index in memory, which no sync keeps. */
  index: Buffer | undefined;

  settle(before: number): void {
    while (this.pending[0] !== undefined && this.pending[0].number < before) put(this.durable, this.pending.shift()!.entry);
  }

  after(left: Left): Content {
    const content = this.durable.copy();
    if (left === 'nothing') return content;
    for (const { entry } of this.pending) {
      if (left === 'everything') put(content, entry);
      else if (entry.kind === 'T') {
        if (left.int(2) === 0) put(content, entry);
      } else tear(content, entry, left);
    }
    if (this.index) content.write(0, this.index);
    return content;
  }
}

function put(content: Content, { kind, offset, bytes }: Entry): void {
  if (kind === 'T') content.cut(offset);
  else content.write(offset, bytes);
}

/** Any of the sectors of a write may have come to the disk. */
function tear(content: Content, { offset, bytes }: Entry, chance: Prng): void {
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + SECTOR - ((offset + at) % SECTOR));
    if (chance.int(2) === 0) content.write(offset + at, bytes.subarray(at, end));
    at = end;
  }
}

type Names = Map<string, File>;
type Rename = (names: Names) => void;

export class Disk {
  readonly #durable: Names = new Map();
  /** As the program sees them. */
  readonly #seen: Names = new Map();
  readonly #pending: { readonly number: number; readonly change: Rename }[] = [];
  #files = new Map<number, File>();
  #begun = new Map<number, number>();
  #number = 0;

  apply(entry: Entry): void {
    this.#number += 1;
    const { kind, file, offset, bytes } = entry;
    switch (kind) {
      case 'P':
        this.#files = new Map();
        this.#begun = new Map();
        return;
      case 'C': {
        const created = new File();
        this.#files.set(file, created);
        return this.#change((names) => void names.set(bytes.toString(), created));
      }
      case 'O': {
        const known = this.#seen.get(bytes.toString());
        if (!known) throw new Error(`${bytes.toString()} was there before anybody looked`);
        return void this.#files.set(file, known);
      }
      case 'U':
        return this.#change((names) => void names.delete(bytes.toString()));
      case 'R':
      case 'L': {
        const [old = '', name = ''] = bytes.toString().split('\0');
        const moved = this.#seen.get(old);
        return this.#change((names) => {
          if (kind === 'R') names.delete(old);
          if (moved) names.set(name, moved);
        });
      }
      case 'W':
      case 'T':
        return void this.#files.get(file)?.pending.push({ number: this.#number, entry });
      case 'I':
        return this.#indexed(file, bytes);
      case 'B':
        return void this.#begun.set(offset, this.#number);
      case 'E':
        return this.#synced(file, this.#begun.get(offset) ?? 0);
      case 'S':
        return;
    }
  }

  /** Makes the folder as it is found when power is back. */
  leave(folder: string, left: Left): void {
    mkdirSync(folder, { recursive: true });
    const names = new Map(this.#durable);
    const kept = left === 'nothing' ? 0 : left === 'everything' ? this.#pending.length : left.int(this.#pending.length + 1);
    for (const { change } of this.#pending.slice(0, kept)) change(names);
    for (const [name, file] of names) {
      const { bytes, length } = file.after(left);
      writeFileSync(join(folder, name), bytes.subarray(0, length));
    }
  }

  #change(change: Rename): void {
    change(this.#seen);
    this.#pending.push({ number: this.#number, change });
  }

  #indexed(file: number, bytes: Buffer): void {
    const known = this.#files.get(file);
    if (known) known.index = bytes;
  }

  #synced(file: number, begun: number): void {
    const known = this.#files.get(file);
    if (known) return known.settle(begun);
    while (this.#pending[0] !== undefined && this.#pending[0].number < begun) this.#pending.shift()!.change(this.#durable);
  }
}
