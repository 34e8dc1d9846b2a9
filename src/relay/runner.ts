import type { After } from '../kernel/calendar.js';
import type { Store } from '../usecase/store.js';
import { settle } from './tick.js';

const EVERY_MS = 1_000;

/** Where a failed round is told. */
export interface Reporter {
  error(what: object, message: string): void;
}

export interface Relay {
  /** Resolves when the chore under way is over, however much is due; none begins after. */
  stop(): Promise<void>;
}

/** Does what is due each second. A round that fails is told and tried again: nothing depends on it. */
export function startRelay(store: Pick<Store, 'write'>, logger: Reporter, describe: (error: unknown) => object, after: After): Relay {
  let stopped = false;
  let round: Promise<void> = Promise.resolve();
  let cancel = (): void => undefined;

  const again = (): void => {
    if (!stopped) cancel = after(EVERY_MS, run);
  };
  const run = (): void => {
    round = settle(store, () => stopped).catch((error: unknown) => logger.error({ error: describe(error) }, 'relay failed')).then(again);
  };

  again();
  return {
    async stop() {
      stopped = true;
      cancel();
      await round;
    },
  };
}
