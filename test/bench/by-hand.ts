import { answer, order } from './children.js';
import { RowsByHand } from './rows-by-hand.js';

/** The limit of submission: its rows written by hand in group commits of the same size, in a process of its own. */
export interface ByHandOrder {
  /** The database as it was before the load; it is written to. */
  readonly target: string;
  /** The database as the service left it. */
  readonly written: string;
  readonly unitsPerCommit: number;
  /** Units that are not counted. */
  readonly warmUp: number;
}

export interface ByHand {
  readonly units: number;
  readonly perSecond: number;
  /** Bytes that the file grew by, for each unit. */
  readonly bytesPerUnit: number;
}

const job = await order<ByHandOrder>();
const rows = new RowsByHand(job.target, job.written);
answer(writeAll());
rows.close();

function writeAll(): ByHand {
  const sizeBefore = rows.size();
  let started = performance.now();
  let countedFrom = 0;
  for (let first = 0; first < rows.units; first += job.unitsPerCommit) {
    if (countedFrom === 0 && first >= job.warmUp) {
      countedFrom = first;
      started = performance.now();
    }
    rows.write(job.unitsPerCommit);
  }
  const seconds = (performance.now() - started) / 1_000;
  return { units: rows.units - countedFrom, perSecond: (rows.units - countedFrom) / seconds, bytesPerUnit: (rows.size() - sizeBefore) / rows.units };
}
