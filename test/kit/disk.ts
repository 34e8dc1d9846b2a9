import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import type { Test } from 'tap';
import { scratch } from './program.js';

/** A disk that a test can fill, and folders that nobody may write in. */
export interface SmallDisk {
  /** How it is limited; a file system of its own fails as a real one does, a limit on the length of files nearly so. */
  readonly kind: 'file system' | 'limit';
  /** The folder, as the program sees it. */
  readonly folder: string;
  /** What starts the program on it. */
  readonly launcher: readonly string[];
  /** From now on there is room for so many bytes more. */
  fill(pid: number, left: number): void;
  makeRoom(pid: number): void;
}

const MEBIBYTES = 24;

/**
 * A file system in memory, which only a process of this test sees. Where the machine lets nobody make one
 * (a container without rights), the program is started under a limit on the length of its files.
 */
export async function smallDisk(t: Test): Promise<SmallDisk> {
  const folder = scratch(t);
  for (const own of [[], ['--user', '--map-root-user']]) {
    const trial = spawnSync('unshare', [...own, '--mount', 'mount', '-t', 'tmpfs', 'none', folder]);
    if (trial.status === 0) return ownFileSystem(t, folder, own);
  }
  return limited(folder);
}

async function ownFileSystem(t: Test, folder: string, own: readonly string[]): Promise<SmallDisk> {
  const script = `mount -t tmpfs -o size=${MEBIBYTES}m none "$0" && echo mounted && exec cat`;
  const holder = spawn('unshare', [...own, '--mount', 'sh', '-c', script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(holder, 'exit');
  t.teardown(async () => {
    holder.stdin.end();
    await gone;
  });
  await once(holder.stdout, 'data');
  const seen = `/proc/${holder.pid}/root${folder}`;
  const filler = join(seen, 'filler');
  return {
    kind: 'file system',
    folder,
    launcher: ['nsenter', '--target', String(holder.pid), ...(own.length > 0 ? ['--user', '--preserve-credentials'] : []), '--mount', '--'],
    fill(_pid, left) {
      rmSync(filler, { force: true });
      const { bavail, bsize } = statfsSync(seen);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - left)));
    },
    makeRoom: () => rmSync(filler),
  };
}

function limited(folder: string): SmallDisk {
  const limit = (pid: number, bytes: string): void => void execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
  return {
    kind: 'limit',
    folder,
    launcher: [],
    fill(pid, left) {
      const longest = Math.max(...readdirSync(folder).map((name) => statSync(join(folder, name)).size));
      limit(pid, String(longest + left));
    },
    makeRoom: (pid) => limit(pid, 'unlimited'),
  };
}

/** What makes the rights of a folder hold for the program, also where the tests are run by root. */
export function withoutPrivilege(): readonly string[] {
  return userInfo().uid === 0 && existsSync('/usr/bin/setpriv') ? ['setpriv', '--bounding-set', '-dac_override', '--inh-caps', '-dac_override', '--'] : [];
}
