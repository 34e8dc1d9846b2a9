import { Prng } from '../../src/kernel/prng.js';
import { after } from '../../src/real-time.js';
import { openPostgres, type PostgresOptions, type PostgresStore } from '../../src/store/postgres/store.js';
import type { Server } from './postgres.js';
import { DATA_KEY, START, TestClock, type Fixture, type Teardown } from './store.js';
import type { Instant } from '../../src/kernel/calendar.js';

export interface PostgresFixture extends Fixture<PostgresStore> {
  /** Another instance on the same database, with the same clock. */
  another(): Promise<PostgresStore>;
}

/** A fresh store on a database of its own, with a clock that only the test moves and seeded randomness. */
export async function freshPostgres(
  server: Server, t: Teardown, options: Partial<PostgresOptions> & { readonly startAt?: Instant; readonly seed?: number } = {},
): Promise<PostgresFixture> {
  const { startAt = START, seed = 1, ...rest } = options;
  const database = await server.freshDatabase(t);
  const clock = new TestClock(startAt);
  let opened = 0;
  const troubles: string[] = [];
  t.teardown(() => {
    if (troubles.length > 0) throw new Error(`in the background: ${troubles.join(', ')}`);
  });
  const opening = async (): Promise<PostgresStore> => {
    const store = await openPostgres({
      url: server.url(database), dataKey: DATA_KEY, clock, random: new Prng(seed + opened++).bytes,
      // For pauses between attempts and connections, which no test waits for.
      after, connections: 10,
      report: (error, doing) => troubles.push(`${doing}: ${String(error)}`), ...rest,
    });
    t.teardown(() => store.close());
    return store;
  };
  let store = await opening();
  return {
    get store() {
      return store;
    },
    clock,
    path: database,
    another: opening,
    async reopen() {
      await store.close();
      store = await opening();
      return store;
    },
    rows: () => server.rows(database),
    files: () => server.files(database),
  };
}
