import type { Instant } from '../../../src/kernel/calendar.js';
import type { Actor, UseCase } from '../../../src/usecase/ports.js';
import { ADMIN, actorOf, POOLS } from '../../kit/network.js';
import type { Told, Wish } from '../auditor/claim.js';
import type { Chance } from '../chance.js';
import type { Desk, Slot } from '../desk.js';
import { requestOf, type Request } from '../request.js';

/** How requests are thought of: by chance, and by what the desk knows. */
export class Asks {
  constructor(
    readonly chance: Chance,
    readonly desk: Desk,
    readonly now: Instant,
  ) {}

  by<C, R>(who: string | Actor, kind: string, useCase: UseCase<C, R>, command: C, tell: (result: R) => Told, wish?: Wish): Request {
    const actor = typeof who === 'string' ? actorOf(who) : who;
    return requestOf(this.desk.nextTag(), { kind, who: actor, useCase, command, tell, ...(wish ? { wish } : {}) });
  }

  byAdmin<C, R>(kind: string, useCase: UseCase<C, R>, command: C, tell: (result: R) => Told): Request {
    return this.by(ADMIN, kind, useCase, command, tell);
  }

  /** Mostly somebody concerned, sometimes anybody. */
  oneOf(...concerned: string[]): string {
    return this.chance.oneIn(12) ? this.chance.pick(EVERYBODY) : this.chance.pick(concerned);
  }

  /** A session that somebody wants: the next ones of a few pools, so that they run out; now and then one that is over or closed. */
  slot(institutionId: string): Slot | undefined {
    const { chance, desk } = this;
    const pools = Object.keys(DEMAND).filter((id) => POOLS[id]!.institutionId === institutionId);
    if (pools.length === 0) return undefined;
    const poolId = chance.weighted(Object.fromEntries(pools.map((id) => [id, DEMAND[id]!])));
    const all = desk.slots.filter((slot) => slot.poolId === poolId);
    const open = all.filter((slot) => slot.startsAt > this.now && !slot.closed);
    if (open.length === 0 || chance.oneIn(12)) return chance.recent(all.filter((slot) => slot.closed || chance.oneIn(4)), 12);
    return open[Math.min(chance.int(4), open.length - 1)];
  }

  /** The version that the caller believes in, now and then. */
  ifMatch(known: { readonly version: number }): number | null {
    return this.chance.oneIn(8) ? known.version : null;
  }
}

/** How much each pool is asked for. */
export const DEMAND: Readonly<Record<string, number>> = {
  't1-expert': 6, 't1-clinic': 3, 't1-ct': 2, 't1-bed': 4, 't1-arranged': 1, 's1-clinic': 3, 's1-bed': 1, 't2-expert': 3, 't2-bed': 1, 'r1-bed': 2, 'p1-clinic': 2,
};

const EVERYBODY = ['t1', 't2', 's1', 'p1', 'p2', 'p3', 'v1', 'p0'];
