import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import type { Clock } from '../../src/kernel/calendar.js';

/** What the bench knows of the machine it runs on. */

export const wallClock: Clock = { now: () => Math.floor(performance.timeOrigin + performance.now()) };

/** Resident memory of a process at its highest, in MB (10^6 bytes); undefined once it has ended, or where the system has no /proc. */
export function peakMemoryOf(pid: number): number | undefined {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return undefined;
  }
  const kib = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return kib === undefined ? undefined : (Number(kib) * 1_024) / 1e6;
}

export function describeMachine(): string {
  const all = cpus();
  return `${all.length} × ${all[0]?.model.trim() ?? 'CPU'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${platform()} ${arch()}, Node ${process.version}; load before the run ${loadavg()[0]!.toFixed(1)}`;
}
