/**
 * Does `work` on every item, at most `width` of them at a time, so that the store can commit many units
 * together. The first failure stops the taking of new items and is thrown when those under way have
 * come to their end.
 */
export async function inFlight<T>(items: Iterable<T>, width: number, work: (item: T) => Promise<void>): Promise<void> {
  const source = items[Symbol.iterator]();
  let failed = false;
  const lane = async (first: T): Promise<void> => {
    try {
      await work(first);
      for (let next = failed ? undefined : source.next(); next && !next.done; next = failed ? undefined : source.next()) await work(next.value);
    } catch (fault) {
      failed = true;
      throw fault;
    }
  };
  const lanes: Promise<void>[] = [];
  while (lanes.length < width) {
    const next = source.next();
    if (next.done) break;
    lanes.push(lane(next.value));
  }
  for (const result of await Promise.allSettled(lanes)) if (result.status === 'rejected') throw result.reason;
}
