import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../kit/source.js';

/** What a program did to the files of one folder and what left it, in one order: test/power/recorder.c writes it down. */

export type Kind = 'P' | 'C' | 'O' | 'W' | 'T' | 'B' | 'E' | 'U' | 'R' | 'L' | 'I' | 'S';

export interface Entry {
  readonly kind: Kind;
  readonly file: number;
  /** Of a sync: its number. */
  readonly offset: number;
  readonly bytes: Buffer;
}

const HEAD = 24;

/** Compiles the recorder. Answers what loads it before a program. */
export function buildRecorder(folder: string): (served: string, record: string) => Record<string, string> {
  if (process.platform !== 'linux') throw new Error('what a power cut leaves is shown on Linux alone: run the tests in a container');
  const library = join(folder, 'recorder.so');
  try {
    execFileSync(process.env['CC'] ?? 'cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-pthread', '-o', library, join(ROOT, 'test/power/recorder.c')], { stdio: 'pipe' });
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: Buffer };
    throw new Error(code === 'ENOENT' ? 'what a power cut leaves is shown with a small C library: install a C compiler (Debian: gcc and libc6-dev)' : String(stderr), { cause: error });
  }
  return (served, record) => ({ LD_PRELOAD: library, RECORD_FOLDER: served, RECORD_TO: record, UV_USE_IO_URING: '0' });
}

export function readRecord(path: string): Entry[] {
  const bytes = readFileSync(path);
  const entries: Entry[] = [];
  for (let at = 0; at + HEAD <= bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at + 16));
    entries.push({
      kind: String.fromCharCode(bytes.readUInt32LE(at)) as Kind,
      file: bytes.readUInt32LE(at + 4),
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      bytes: bytes.subarray(at + HEAD, at + HEAD + length),
    });
    at += HEAD + length;
  }
  return entries;
}
