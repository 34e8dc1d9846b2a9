import type { Chance } from './chance.js';
import { crashAt, crashInCommit, diskError, fillDisk, holdLock } from './engine/faults.js';
import type { Fault, Seam } from './engine/seam.js';
import type { Service } from './service.js';

/** What lies in the way of a move. One move in seven or so meets something, and a third of the starts after a crash do too. */

const TROUBLES = { none: 60, crash: 5, 'crash at a commit': 4, 'crash in a commit': 1.5, 'another program holds the lock': 0.7, 'the disk is full': 1.2, 'the disk fails': 3, 'the disk fails at a commit': 1.5 } as const;

/** Statements of a small unit and of a large one: a fault strikes among them, or behind the last of the move and then not at all. */
const REACH = [8, 30] as const;

export async function underTrouble<T>(service: Service, chance: Chance, work: () => Promise<T>): Promise<{ result: T; trouble: string | undefined }> {
  const trouble = chance.weighted(TROUBLES);
  const clear = put(trouble, service, chance);
  service.troubled = trouble !== 'none';
  const result = await work();
  service.troubled = false;
  clear();
  service.seam.disarm();
  const crashed = await service.comeBack((seam) => (chance.oneIn(3) ? dying(seam, service, chance) : undefined));
  return { result, trouble: trouble === 'none' ? undefined : crashed || !trouble.startsWith('crash') ? trouble : `no ${trouble}` };
}

function put(trouble: keyof typeof TROUBLES, service: Service, chance: Chance): () => void {
  const { seam } = service;
  switch (trouble) {
    case 'crash':
      seam.arm(dying(seam, service, chance));
      break;
    case 'crash at a commit':
      seam.arm(crashAt(seam, 1, chance.oneIn(2), service.nextFile(), 'COMMIT'));
      break;
    case 'crash in a commit':
      seam.arm(crashInCommit(seam, 1, chance.next(), chance.oneIn(3), service.nextFile()));
      break;
    case 'the disk fails':
      seam.arm(diskError(seam, chance.between(1, chance.pick(REACH)), chance.oneIn(2)));
      break;
    case 'the disk fails at a commit':
      seam.arm(diskError(seam, 1, chance.oneIn(2), 'COMMIT'));
      break;
    case 'another program holds the lock':
      return holdLock(seam);
    case 'the disk is full':
      return fillDisk(seam);
    case 'none':
  }
  return () => undefined;
}

function dying(seam: Seam, service: Service, chance: Chance): Fault {
  return crashAt(seam, chance.between(1, chance.pick(REACH)), chance.oneIn(2), service.nextFile());
}
