import { AssertionError } from '../kernel/assert.js';
import type { SqliteConnection } from './sqlite.js';

/**
 * Consistent reads on the one reading connection. Reads that overlap within a turn of the event loop
 * share a snapshot, which begins with the first and ends with the last of them; a read awaits nothing but
 * the ports, so it is over before the loop turns and the next read sees everything committed by then.
 * A read that awaits anything else would hold an old view for others: it is told so, loudly.
 */
export class Snapshots {
  #open = 0;
  #generation = 0;
  #alarm: NodeJS.Immediate | undefined;

  constructor(private readonly connection: SqliteConnection) {}

  /** After a commit: whoever reads next must see it, even where a read that should be over still holds the old view. */
  refresh(): void {
    if (this.#open > 0) this.#end();
  }

  async read<T>(fn: () => Promise<T>): Promise<T> {
    if (this.#open === 0) this.#begin();
    const generation = this.#generation;
    this.#open += 1;
    try {
      const result = await fn();
      if (generation !== this.#generation) throw new AssertionError('a read awaited something other than its ports');
      return result;
    } finally {
      if (generation === this.#generation && --this.#open === 0) this.#end();
    }
  }

  #begin(): void {
    // Many a read is answered from memory alone.
    this.connection.beginWhenAsked();
    this.#alarm = setImmediate(() => this.#end());
  }

  #end(): void {
    clearImmediate(this.#alarm);
    this.#generation += 1;
    this.#open = 0;
    this.connection.rollback();
  }
}
