/**
 * Does `work` on every item, at most `width` of them at a time, so that the store can commit many units
 * together. The first failure stops the taking of new items and is thrown when those under way have
 * come to their end.
 */
export async function inFlight<T>(items: Iterable<T>, width: number, work: (item: T) => Promise<void>): Promise<void> {
  const source = items[Symbol.iterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let next = source.next(); !failed && !next.done; next = source.next()) {
      try {
        await work(next.value);
      } catch (fault) {
        failed = true;
        throw fault;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
}
