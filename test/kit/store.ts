import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Instant } from '../../src/kernel/calendar.js';
import { Prng } from '../../src/kernel/prng.js';
import { openStore, type OpenStore, type StoreOptions } from '../../src/store/open.js';

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  constructor(private at: Instant) {}

  now(): Instant {
    return this.at;
  }

  set(at: Instant): void {
    this.at = at;
  }

  advance(ms: number): void {
    this.at += ms;
  }
}

/** Thursday, 1 March 2018, 09:00 in Guangzhou. */
export const START: Instant = Date.UTC(2018, 2, 1, 1);

export const DATA_KEY = new Uint8Array(32).fill(7);

/** Whoever can clean up: a test of tap. */
export interface Teardown {
  teardown(fn: () => void | Promise<void>): void;
}

export interface Fixture {
  /** The store that is open now. */
  readonly store: OpenStore;
  readonly clock: TestClock;
  /** The database file. */
  readonly path: string;
  /** Closes the store and opens the same file again. */
  reopen(): Promise<OpenStore>;
}

/** A private directory that is removed at the end. */
export function freshFolder(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'referral-router-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A fresh store on a real file, with a clock that only the test moves and seeded randomness. */
export async function freshStore(t: Teardown, options: Partial<StoreOptions> & { readonly startAt?: Instant; readonly seed?: number } = {}): Promise<Fixture> {
  const { startAt = START, seed = 1, ...rest } = options;
  const path = join(freshFolder(t), 'referral.db');
  const clock = new TestClock(startAt);
  const random = new Prng(seed).bytes;
  const open = (): Promise<OpenStore> => openStore({ url: `sqlite:${path}`, dataKey: DATA_KEY, clock, random, ...rest });
  let store = await open();
  t.teardown(() => store.close());
  return {
    get store() {
      return store;
    },
    clock,
    path,
    async reopen() {
      await store.close();
      store = await open();
      return store;
    },
  };
}
