import type { LoggedEvent } from '../../src/domain/event.js';
import { feed, type FeedPage } from '../../src/usecase/event/feed.js';
import { isRefusal } from '../../src/kernel/problem.js';
import { actorOf } from '../kit/network.js';
import type { Sighting } from './auditor/claim.js';
import type { Chance } from './chance.js';
import type { Service } from './service.js';

/**
 * Systems of institutions that follow the log. The service delivers nothing by itself: who wants to know asks
 * for what comes after its cursor, and keeps the cursor. These fail at it: they die with a page in their hands,
 * or come back from a backup with a cursor of long ago.
 */
interface Receiver {
  readonly name: string;
  readonly institutionId: string;
  cursor: number;
}

const FATES = { 'keeps the cursor': 6, 'dies before it keeps the cursor': 2, 'is restored from a backup': 1, 'starts anew': 0.3 } as const;

export class Receivers {
  readonly #all: readonly Receiver[] = ['t1', 'p1', 's1'].map((institutionId) => ({ name: `the system of ${institutionId}`, institutionId, cursor: 0 }));

  constructor(private readonly chance: Chance) {}

  /** One of them asks once. */
  async ask(service: Service): Promise<Sighting[]> {
    const { chance } = this;
    const receiver = chance.pick(this.#all);
    const { name, institutionId, cursor: after } = receiver;
    const limit = chance.pick([1, 5, 50]);
    const page = await service.read((reads) => feed(reads, actorOf(institutionId), { after, types: null, limit }));
    if (page === undefined || isRefusal(page)) return [];
    receiver.cursor = this.#cursorAfter(receiver, page);
    return [{ what: 'received', receiver: name, institutionId, limit, after, next: page.next, seen: page.events.map(({ seq, hash }: LoggedEvent) => ({ seq, hash })) }];
  }

  #cursorAfter({ cursor }: Receiver, { next }: FeedPage): number {
    switch (this.chance.weighted(FATES)) {
      case 'keeps the cursor':
        return next;
      case 'dies before it keeps the cursor':
        return cursor;
      case 'is restored from a backup':
        return Math.max(0, cursor - this.chance.between(1, 60));
      case 'starts anew':
        return 0;
    }
  }
}
