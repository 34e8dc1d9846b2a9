import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Clock, Instant } from '../../src/kernel/calendar.js';
import { Prng } from '../../src/kernel/prng.js';
import { openStore, type OpenStore, type StoreOptions, type WholeStore } from '../../src/store/open.js';

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

export interface Fixture<S extends WholeStore = WholeStore> {
  /** The store that is open now. */
  readonly store: S;
  readonly clock: TestClock;
  /** The database file, or the name of the database on its server. */
  readonly path: string;
  /** Closes the store and opens the same database again. */
  reopen(): Promise<S>;
  /** Every row of every table. */
  rows(): Promise<Readonly<Record<string, readonly unknown[]>>>;
  /** What stands on the disk, the journal with it. */
  files(): Promise<readonly Buffer[]>;
}

export type FreshOptions = Partial<StoreOptions> & { readonly startAt?: Instant; readonly seed?: number };
export type OpenFresh = (t: Teardown, options?: FreshOptions) => Promise<Fixture>;

let engine: OpenFresh = freshSqlite;

/** From here on the fresh stores of this process are of another engine: how one test holds for both. */
export function storesAre(open: OpenFresh): void {
  engine = open;
}

/** A fresh store with a clock that only the test moves and seeded randomness. */
export function freshStore(t: Teardown, options?: FreshOptions): Promise<Fixture> {
  return engine(t, options);
}

/** A private directory that is removed at the end. */
export function freshFolder(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'referral-router-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A fresh store on a real file. */
export async function freshSqlite(t: Teardown, options: FreshOptions = {}): Promise<Fixture<OpenStore>> {
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
    rows: async () => rowsOf(path),
    files: async () => [path, `${path}-wal`].filter((file) => existsSync(file)).map((file) => readFileSync(file)),
  };
}

function rowsOf(path: string): Record<string, readonly unknown[]> {
  const db = new Sqlite(path, { readonly: true });
  try {
    const tables = db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name").pluck().all() as string[];
    return Object.fromEntries(tables.map((table) => [table, db.prepare(`select * from "${table}"`).raw().all()]));
  } finally {
    db.close();
  }
}
