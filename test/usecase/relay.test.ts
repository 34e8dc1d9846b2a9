import t from 'tap';
import { type After, DAY } from '../../src/kernel/calendar.js';
import { startRelay } from '../../src/relay/runner.js';
import { settle } from '../../src/relay/tick.js';
import type { Store } from '../../src/usecase/store.js';
import { City } from '../kit/city.js';
import { accepted } from '../kit/network.js';
import { CLERK } from '../store/rows.js';

/** What is due may be more than a stop can wait for: it is left, and as due later. */

/** A city with so many answers that are old enough to be forgotten. */
async function backlog(t: Parameters<typeof City.found>[0], answers: number): Promise<City> {
  const city = await City.found(t);
  for (let n = 0; n < answers; n += 1) {
    await accepted(city.store.execute({
      actor: CLERK, idempotency: { scope: 's', key: `k${n}`, requestHash: 'h' }, run: async () => 'done', answer: () => ({ status: 200, headers: {}, body: '' }),
    }));
  }
  city.clock.advance(8 * DAY);
  return city;
}

t.test('a round that is stopped ends with the chore under way, and the next one does the rest', async (t) => {
  const city = await backlog(t, 120);
  let units = 0;
  const counting: Pick<Store, 'write'> = { write: (actor, run) => ((units += 1), city.store.write(actor, run)) };
  await settle(counting, () => units === 2);
  t.equal(units, 2);
  await settle(counting);
  const left = await city.rows();
  t.strictSame(left['answer'], []);
});

t.test('a relay that is stopped in the middle of its work does no chore more', async (t) => {
  let units = 0;
  let begun = (): void => undefined;
  let go = (): void => undefined;
  const under = new Promise<void>((resolve) => (begun = resolve));
  const gate = new Promise<void>((resolve) => (go = resolve));
  const endless: Pick<Store, 'write'> = {
    async write() {
      units += 1;
      begun();
      await gate;
      return 50 as never;
    },
  };
  const atOnce: After = (_ms, run) => (run(), () => undefined);
  const relay = startRelay(endless, { error: (what) => t.fail(JSON.stringify(what)) }, () => ({}), atOnce);
  await under;
  const stopped = relay.stop();
  go();
  await stopped;
  t.equal(units, 1);
});
