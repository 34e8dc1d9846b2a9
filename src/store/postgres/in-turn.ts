/**
 * Work that sees what is committed when it begins, for many who want to know that it has seen theirs: one
 * round runs at a time, and whoever asks while it runs is served by the next, all of them by one.
 */
export function inTurn(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => (running = work().finally(() => (running = undefined)));
  return () => {
    if (running === undefined) return run();
    return (next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return run();
      }));
  };
}
