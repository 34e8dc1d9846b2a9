import { rmSync } from 'node:fs';
import { parseInstant } from '../../src/kernel/calendar.js';
import { Disk, type Left } from './disk.js';
import type { Entry } from './recorder.js';
import { DATABASE, referralsIn, startAgain } from './restart.js';
import type { Acknowledged } from './served.js';

/** A program that has run, and what it told whom. */
export interface Recorded {
  readonly entries: readonly Entry[];
  readonly answers: readonly Answer[];
}

/** An answer, and the entry at which it left. */
export interface Answer extends Acknowledged {
  readonly at: number;
}

/** Where each answer left: the first time that its text went through a socket. */
export function located(entries: readonly Entry[], acknowledged: readonly Acknowledged[]): Answer[] {
  const sent = entries.flatMap(({ kind, bytes }, at) => (kind === 'S' ? [{ at, text: bytes.toString() }] : []));
  const taken = new Set<number>();
  const answers = acknowledged.map((one) => {
    const found = sent.find(({ at, text }) => !taken.has(at) && text.includes(one.text));
    if (!found) throw new Error(`nobody saw ${one.method} ${one.path} being answered`);
    taken.add(found.at);
    return { ...one, at: found.at };
  });
  return answers.sort((a, b) => a.at - b.at);
}

const isReferral = ({ method, path }: Acknowledged): boolean => method === 'POST' && path === '/v1/referrals';
const idOf = ({ text }: Acknowledged): string => (JSON.parse(text) as { id: string }).id;

/** Power fails the moment each answer leaves, and takes whatever was not synced: the referrals that were acknowledged and are gone. */
export function lostAtAnswers({ entries, answers }: Recorded, folder: string): string[] {
  const referrals = answers.filter(isReferral);
  const disk = new Disk();
  const lost = new Set<string>();
  let told = 0;
  for (const [i, entry] of entries.entries()) {
    if (referrals[told]?.at === i) {
      told += 1;
      disk.leave(folder, 'nothing');
      const there = referralsIn(folder);
      rmSync(folder, { recursive: true });
      for (const one of referrals.slice(0, told)) if (!there.has(idOf(one))) lost.add(idOf(one));
    }
    disk.apply(entry);
  }
  return [...lost];
}

/** Power fails before each of these entries: what is wrong when the service starts on what is left. */
export async function afterCuts({ entries, answers }: Recorded, moments: ReadonlySet<number>, ways: readonly Left[], folder: string): Promise<string[]> {
  const now = parseInstant((JSON.parse(answers.findLast(isReferral)!.text) as { createdAt: string }).createdAt)!;
  const disk = new Disk();
  const wrong: string[] = [];
  for (const [i, entry] of entries.entries()) {
    for (const left of moments.has(i) ? ways : []) {
      disk.leave(folder, left);
      const found = await startAgain(folder, answers.filter(({ at }) => at <= i), now);
      rmSync(folder, { recursive: true });
      wrong.push(...found.map((what) => `power fails before entry ${i} of ${entries.length} and leaves ${typeof left === 'string' ? left : 'any sectors'} of what was not synced: ${what}`));
    }
    disk.apply(entry);
  }
  return wrong;
}

/** Entries that change this file. */
export function changesOf({ entries }: Recorded, name: string): number[] {
  const numbers = new Set<number>();
  return entries.flatMap(({ kind, file, bytes }, at) => {
    if (kind === 'P') numbers.clear();
    if (kind === 'C' || kind === 'O') numbers[bytes.toString() === name ? 'add' : 'delete'](file);
    return (kind === 'W' || kind === 'T') && numbers.has(file) ? [at] : [];
  });
}

/** Of a sync: file 1 is the folder itself. */
const FOLDER = 1;

/** Whether the folder was synced between the moment the data key got its name and the making of the next file: the engine syncs the folder for its own. */
export function keyIsNamedFirst({ entries }: Recorded): boolean {
  const named = entries.findIndex(({ kind, bytes }) => kind === 'L' && bytes.toString().endsWith('.key'));
  const begun = entries.findIndex(({ kind, file }, at) => at > named && kind === 'B' && file === FOLDER);
  const ended = entries.findIndex(({ kind, file, offset }, at) => at > begun && kind === 'E' && file === FOLDER && offset === entries[begun]?.offset);
  const made = entries.findIndex(({ kind }, at) => at > named && kind === 'C');
  return named >= 0 && begun >= 0 && ended >= 0 && ended < made;
}

export interface Counts {
  readonly commits: number;
  /** Of the journal, wherever something had been written to it before. */
  readonly syncs: number;
  /** Commits that were written while the one before was not synced. */
  readonly overtaken: number;
}

const HEAD = 32;
const FRAME_HEAD = 24;

/** Commits of the journal by its frames (https://www.sqlite.org/walformat.html): the head of the last frame of each says how long the database is. */
export function countCommits(recorded: Recorded): Counts {
  const journal = new Set(changesOf(recorded, `${DATABASE}-wal`));
  const counts = { commits: 0, syncs: 0, overtaken: 0 };
  /** What had been written last when a sync began. */
  const begun = new Map<number, number>();
  let [file, written, synced, head, page] = [0, 0, 0, -1, 0];
  for (const [at, { kind, file: of, offset, bytes }] of recorded.entries.entries()) {
    if (journal.has(at)) {
      // The page of a commit follows its head, and is its last write.
      if (head === written) page = at;
      [file, written] = [of, at];
      if (kind !== 'W' || bytes.length !== FRAME_HEAD || offset < HEAD || bytes.readUInt32BE(4) === 0) continue;
      if (page > synced) counts.overtaken += 1;
      counts.commits += 1;
      head = at;
    } else if (of === file && kind === 'B') begun.set(offset, written);
    else if (of === file && kind === 'E' && begun.get(offset)! > synced) {
      synced = begun.get(offset)!;
      counts.syncs += 1;
    }
  }
  return counts;
}
