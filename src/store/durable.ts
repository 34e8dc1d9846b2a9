import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** What is to be there after a power cut: the contents of a file are kept by syncing it, its name by syncing its folder. */

/** A file or a folder, on the disk when this returns. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A new file, on the disk with all of its text when this returns; before, there is none of this name. Throws where there was one. */
export function createDurably(path: string, text: string, mode: number): void {
  const part = `${path}.${process.pid}.part`;
  try {
    writeFileSync(part, text, { mode });
    syncPath(part);
    // Not by renaming, which would replace what another process has made meanwhile.
    linkSync(part, path);
  } catch (error) {
    // Whoever starts the service looks for the file that is to be, not for what it is made from.
    const failure = error as NodeJS.ErrnoException;
    if (failure.path === part) failure.path = path;
    throw failure;
  } finally {
    rmSync(part, { force: true });
  }
  syncPath(dirname(path));
}

/** A folder, made for this user alone; one that is there stays as it is. */
export function privateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/**
 * A file, made empty and for this user alone; one that is there stays as it is. The journal of a database takes its
 * mode from it. What hinders it, the engine is told too when it opens the file, and says which file and which right.
 */
export function privateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch {
    return;
  }
}

/**
 * The one name of a file, whatever links lead to it, and where it does not exist yet the name that it will have.
 * The engine follows links and puts the journal beside the file itself: who looks for the lock, the journal or
 * the key beside a link would find none, and two names would have two services.
 */
export function realFile(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const folder = dirname(resolve(path));
  if (folder === resolve(path)) return folder;
  const target = linkAt(path);
  return target === undefined ? join(realFile(folder), basename(path)) : realFile(resolve(folder, target));
}

/** Where a link points to that leads nowhere yet. */
function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
