import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** What a crash leaves behind: the database file and its journal as they are at that instant. */

const JOURNAL = '-wal';
const PAGE = 4_096;

/** A process that dies between two statements leaves its files as they are. */
export function copyFiles(from: string, to: string): void {
  removeFiles(to);
  copyFileSync(from, to);
  if (existsSync(from + JOURNAL)) copyFileSync(from + JOURNAL, to + JOURNAL);
}

export function removeFiles(path: string): void {
  for (const suffix of ['', JOURNAL, '-shm', '.lock']) rmSync(path + suffix, { force: true });
}

/** The files at one instant. */
export interface Files {
  readonly database: Buffer;
  readonly journal: Buffer;
}

export function readFiles(path: string): Files {
  return { database: readFileSync(path), journal: existsSync(path + JOURNAL) ? readFileSync(path + JOURNAL) : Buffer.alloc(0) };
}

/**
 * What a process leaves that dies in the middle of a commit: a commit first writes the journal from its
 * first new byte on, and may then copy pages back into the database.
 *
 * @param part how far it came, from 0 to 1
 * @param copying dies while pages are copied back, the journal being complete
 */
export function writeTorn(to: string, before: Files, after: Files, part: number, copying: boolean): void {
  removeFiles(to);
  writeFileSync(to, copying ? torn(before.database, after.database, part, PAGE) : before.database);
  writeFileSync(to + JOURNAL, copying ? after.journal : torn(before.journal, after.journal, part, 1));
}

/** `after` up to some point behind its first difference, and `before` from there on. */
function torn(before: Buffer, after: Buffer, part: number, grain: number): Buffer {
  let first = 0;
  const shorter = Math.min(before.length, after.length);
  while (first < shorter && before[first] === after[first]) first++;
  let end = after.length;
  if (after.length === before.length) while (end > first && before[end - 1] === after[end - 1]) end--;
  const cut = Math.floor((first + part * (end - first)) / grain) * grain;
  return Buffer.concat([after.subarray(0, cut), before.subarray(cut)]);
}
